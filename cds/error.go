package cds

import (
	"cmp"
	"slices"
	"strings"
)

// An Error is one mistake in a rule, at its place. Errors are returned by New, all of them at once, in
// an Errors.
type Error struct {
	Position Position
	Rule     string // the rule's id, "" where the mistake is not in a rule
	Message  string // what is wrong and what was expected
	Suggest  string // what the author may have meant; "" if nothing is near
}

// Error returns `file:line:col: rule "id": message (did you mean "…"?)` on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Position != (Position{}) {
		b.WriteString(e.Position.String() + ": ")
	}
	if e.Rule != "" {
		b.WriteString(`rule "` + e.Rule + `": `)
	}
	b.WriteString(e.Message)
	if e.Suggest != "" {
		b.WriteString(` (did you mean "` + e.Suggest + `"?)`)
	}
	return b.String()
}

// Detail returns Error, then the source line with a caret under the place, if the place is known. Of a
// long line it shows what is around the place.
func (e *Error) Detail() string {
	line := []rune(strings.ReplaceAll(e.Position.File.Line(e.Position.Line), "\t", " "))
	if len(line) == 0 {
		return e.Error()
	}
	at := max(0, e.Position.Column-1)
	lead, trail := "", ""
	if from := min(at, len(line)) - shownLine/2; len(line) > shownLine && from > 0 {
		lead, line, at = "…", line[from:], at-from+1
	}
	if len(line) > shownLine {
		line, trail = line[:shownLine], "…"
	}
	return e.Error() + "\n    " + lead + string(line) + trail + "\n    " + strings.Repeat(" ", at) + "^"
}

// shownLine is how many characters of a source line an error shows.
const shownLine = 160

// Errors are the mistakes of a rule set: sorted by file, line and column, the first of each line.
type Errors []*Error

// Error returns each mistake with its source line, as Error.Detail prints it.
func (es Errors) Error() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Detail()
	}
	return strings.Join(parts, "\n")
}

// Unwrap gives errors.As each mistake.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// Sorted returns es in the order of the files, without those that follow another on the same line:
// they are mostly its consequence. Mistakes without a place are all kept.
func (es Errors) Sorted() Errors {
	return slices.CompactFunc(es.inOrder(), func(a, b *Error) bool {
		return a.Position.Line > 0 && a.Position.Line == b.Position.Line && fileName(a) == fileName(b)
	})
}

// inOrder returns es in the order of the files.
func (es Errors) inOrder() Errors {
	out := slices.Clone(es)
	slices.SortStableFunc(out, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(fileName(a), fileName(b)),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
		)
	})
	return out
}

func fileName(e *Error) string { return nameOf(e.Position.File) }

func nameOf(f *File) string {
	if f == nil {
		return ""
	}
	return f.Name
}
