package rules

import (
	"strings"
	"unicode/utf8"
)

// A cursor is a place in a text. Line and column count from 1, columns in characters.
type cursor struct {
	text         string
	at           int // in bytes
	line, column int
}

func start(text string) cursor { return cursor{text: text, line: 1, column: 1} }

// rune returns the character at the cursor, -1 at the end.
func (c *cursor) rune() rune {
	if c.at >= len(c.text) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(c.text[c.at:])
	return r
}

// after returns the byte n bytes on, 0 past the end.
func (c *cursor) after(n int) byte {
	if c.at+n >= len(c.text) {
		return 0
	}
	return c.text[c.at+n]
}

// next moves past one character; "\r\n" is one.
func (c *cursor) next() {
	if c.at >= len(c.text) {
		return
	}
	size := 1
	if c.text[c.at] >= utf8.RuneSelf {
		_, size = utf8.DecodeRuneInString(c.text[c.at:])
	}
	if c.lineBreak() {
		c.at += size
		if c.text[c.at-1] == '\r' {
			c.at++
		}
		c.line, c.column = c.line+1, 1
		return
	}
	c.at += size
	c.column++
}

func (c *cursor) lineBreak() bool {
	return c.after(0) == '\n' || c.after(0) == '\r' && c.after(1) == '\n'
}

func (c *cursor) blank() bool { return c.after(0) == ' ' || c.after(0) == '\t' }

// to moves to a place at or after the cursor; the end of the text if there is no such place.
func (c *cursor) to(line, column int) {
	for c.line < line {
		i := strings.IndexByte(c.text[c.at:], '\n')
		if i < 0 {
			break
		}
		c.at, c.line, c.column = c.at+i+1, c.line+1, 1
	}
	for c.at < len(c.text) && (c.line < line || c.line == line && c.column < column) {
		c.next()
	}
}
