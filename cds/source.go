package cds

import (
	"fmt"
	"strconv"
	"strings"
)

// A File is the text of one rule file or table, kept so that an error can show the line it is about.
// It is immutable once handed to New.
type File struct {
	Name string // as the user named it; printed in errors and in a finding's "at"
	Text string
}

// Line returns line n, counted from 1, without its line break; "" past either end.
func (f *File) Line(n int) string {
	if f == nil || n < 1 {
		return ""
	}
	rest := f.Text
	for ; n > 1; n-- {
		_, after, found := strings.Cut(rest, "\n")
		if !found {
			return ""
		}
		rest = after
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSuffix(line, "\r")
}

// A Position is a place in a File. Line and Column count from 1, columns in characters (not bytes).
// The zero Position is "nowhere": what a Go program built without a file.
type Position struct {
	File         *File
	Line, Column int
}

// String returns "file:line:col", or as much of it as is known.
func (p Position) String() string {
	name := "-"
	if p.File != nil {
		name = p.File.Name
	}
	if p.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, p.Line, p.Column)
}

// At returns "file:line", the form in which a report names the place of a rule; "" if it has none.
func (p Position) At() string {
	if p.File == nil || p.Line == 0 {
		return ""
	}
	return p.File.Name + ":" + strconv.Itoa(p.Line)
}

// A Text is what an author wrote in one place: an expression, a template, a cell. Spans map each
// character of Value to its place in the file, through YAML's block scalars, quotes and escapes.
// A Go program can leave Spans empty: Text{Value: "order.status == 'active'"}.
type Text struct {
	Value string
	Spans []Span
}

// A Span says that the character of a Text at Offset (counted in characters) stands at Position, and
// those after it, up to the next Span, in the columns that follow. Spans are sorted by Offset, the
// first is at 0. A new span starts after each line break and wherever Value and file differ in length.
type Span struct {
	Offset   int
	Position Position
}

// Empty reports whether nothing was written.
func (t Text) Empty() bool { return t.Value == "" }

// Position returns where the Text begins.
func (t Text) Position() Position { return t.At(0) }

// At returns the place of the character at offset, counted in characters.
func (t Text) At(offset int) Position {
	if len(t.Spans) == 0 {
		return Position{}
	}
	span := t.Spans[0]
	for _, s := range t.Spans[1:] {
		if s.Offset > offset {
			break
		}
		span = s
	}
	p := span.Position
	p.Column += max(0, offset-span.Offset)
	return p
}

// Slice returns the part of t from the character at from up to the one at to, its places kept.
func (t Text) Slice(from, to int) Text {
	runes := []rune(t.Value)
	from, to = min(max(from, 0), len(runes)), min(max(to, 0), len(runes))
	out := Text{Value: string(runes[from:max(from, to)])}
	if len(t.Spans) == 0 {
		return out
	}
	out.Spans = append(out.Spans, Span{0, t.At(from)})
	for _, s := range t.Spans {
		if s.Offset > from && s.Offset < to {
			out.Spans = append(out.Spans, Span{s.Offset - from, s.Position})
		}
	}
	return out
}
