package main

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is how many characters a line of text has at most; a word that is longer stands alone.
const width = 100

// A paper is where text for people is written, paragraph by paragraph.
type paper struct{ w *bufio.Writer }

// line writes one line as it is.
func (p *paper) line(format string, args ...any) {
	fmt.Fprintf(p.w, format, args...)
	p.w.WriteByte('\n')
}

// para writes text wrapped: the first line after first, the others indented as far as first is wide.
// Line breaks in the text are kept.
func (p *paper) para(first, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(first))
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if i > 0 {
			first = indent
		}
		p.wrap(first, indent, line)
	}
}

func (p *paper) wrap(first, indent, text string) {
	line, used := first, utf8.RuneCountInString(first)
	empty := true
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if !empty && used+1+n > width {
			p.line("%s", strings.TrimRight(line, " "))
			line, used, empty = indent, utf8.RuneCountInString(indent), true
		}
		if !empty {
			line, used = line+" ", used+1
		}
		line, used, empty = line+word, used+n, false
	}
	p.line("%s", strings.TrimRight(line, " "))
}

// item writes a paragraph of a list.
func (p *paper) item(text string) { p.wrap("  ", "      ", text) }

// labelled writes a paragraph that has a label in the margin; nothing if the text is empty.
func (p *paper) labelled(label, text string) {
	if strings.TrimSpace(text) != "" {
		p.para(fmt.Sprintf("  %-9s ", label), text)
	}
}

// table writes rows of cells below each other: the first and the last column to the left, the others, numbers,
// to the right. Control characters in a cell stand as spaces.
func (p *paper) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line.WriteString(cell + pad)
			case len(row) - 1:
				line.WriteString("  " + cell)
			default:
				line.WriteString("  " + pad + cell)
			}
		}
		p.line("%s", strings.TrimRight(strings.Map(printable, line.String()), " "))
	}
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
