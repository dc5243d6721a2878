package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

// A scalar is read a second time, after YAML, to learn where in the file each of its characters
// stands. It builds the value as YAML does; where YAML joins two lines with a space, it remembers that
// there was a line break.
type scalar struct {
	file  *cds.File
	from  cursor
	value []rune
	spans []cds.Span
	joins []int // offsets of the spaces that stand for a line break
	last  cds.Position
}

// locate returns the Text of a scalar node that begins at from. In an expression line breaks are kept
// where YAML joins lines: a CEL comment ends where its line does.
func locate(file *cds.File, from cursor, n *yaml.Node, expression bool) cds.Text {
	if at, ok := asWritten(from, n); ok {
		return cds.Text{Value: n.Value, Spans: []cds.Span{{Position: cds.Position{File: file, Line: at.line, Column: at.column}}}}
	}
	s := &scalar{file: file, from: from}
	want := []rune(n.Value)
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		s.quoted('"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		s.quoted('\'')
	case n.Style&yaml.LiteralStyle != 0:
		s.block(want, false, false)
	case n.Style&yaml.FoldedStyle != 0:
		s.block(want, true, false)
	default:
		s.plain(len(want))
	}
	if !slices.Equal(s.value, want) {
		return cds.Text{Value: n.Value, Spans: []cds.Span{{Position: s.place(from)}}}
	}
	if expression && n.Style&yaml.FoldedStyle != 0 {
		lines := &scalar{file: file, from: from}
		lines.block(want, true, true)
		return cds.Text{Value: string(lines.value), Spans: lines.spans}
	}
	if expression {
		for _, i := range s.joins {
			s.value[i] = '\n'
		}
	}
	return cds.Text{Value: string(s.value), Spans: s.spans}
}

// asWritten returns where the value of a scalar begins that stands in the file as it is, within one line:
// most do.
func asWritten(from cursor, n *yaml.Node) (cursor, bool) {
	if n.Value == "" || strings.ContainsAny(n.Value, "\\'\"\n") {
		return from, false
	}
	quote := byte(0)
	switch n.Style {
	case 0:
	case yaml.DoubleQuotedStyle:
		quote = '"'
	case yaml.SingleQuotedStyle:
		quote = '\''
	default:
		return from, false
	}
	if quote != 0 {
		from.next()
	}
	if !strings.HasPrefix(from.text[min(from.at, len(from.text)):], n.Value) {
		return from, false
	}
	return from, quote == 0 || from.after(len(n.Value)) == quote
}

func (s *scalar) place(c cursor) cds.Position {
	return cds.Position{File: s.file, Line: c.line, Column: c.column}
}

// put appends a character that stands at p.
func (s *scalar) put(r rune, p cds.Position) {
	follows := s.last
	follows.Column++
	if len(s.value) == 0 || p != follows {
		s.spans = append(s.spans, cds.Span{Offset: len(s.value), Position: p})
	}
	s.value, s.last = append(s.value, r), p
}

// take appends the character at the cursor as it is.
func (s *scalar) take() {
	s.put(s.from.rune(), s.place(s.from))
	s.from.next()
}

// plain reads an unquoted scalar of n characters.
func (s *scalar) plain(n int) {
	for len(s.value) < n && s.from.rune() >= 0 {
		if s.from.blank() || s.from.lineBreak() {
			s.space(false)
			continue
		}
		s.take()
	}
}

// space reads blanks and line breaks within a plain or quoted scalar: blanks alone are kept, one line
// break becomes a space, more become one fewer. After an escaped line break the first is already gone.
func (s *scalar) space(escaped bool) {
	begin := s.from
	for s.from.blank() {
		s.from.next()
	}
	if !escaped && !s.from.lineBreak() {
		for s.from = begin; s.from.blank(); {
			s.take()
		}
		return
	}
	var breaks []cds.Position
	for s.from.blank() || s.from.lineBreak() {
		if s.from.lineBreak() {
			breaks = append(breaks, s.place(s.from))
		}
		s.from.next()
	}
	if escaped {
		for _, p := range breaks {
			s.put('\n', p)
		}
		return
	}
	if len(breaks) == 1 {
		s.joins = append(s.joins, len(s.value))
		s.put(' ', s.place(begin))
		return
	}
	for _, p := range breaks[1:] {
		s.put('\n', p)
	}
}

func (s *scalar) quoted(quote rune) {
	s.from.next()
	for {
		switch r := s.from.rune(); {
		case r < 0:
			return
		case r == quote && quote == '\'' && s.from.after(1) == '\'':
			s.take()
			s.from.next()
		case r == quote:
			return
		case r == '\\' && quote == '"':
			s.escape()
		case s.from.blank() || s.from.lineBreak():
			s.space(false)
		default:
			s.take()
		}
	}
}

// simpleEscapes are the escapes of one character in double quotes.
const simpleEscapes = "0\x00a\ab\bt\t\t\tn\nv\vf\fr\re\x1b  \"\"//\\\\N\u0085_\u00a0L\u2028P\u2029"

func (s *scalar) escape() {
	p := s.place(s.from)
	s.from.next()
	if s.from.lineBreak() {
		s.from.next()
		s.space(true)
		return
	}
	kind := s.from.rune()
	s.from.next()
	if digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[kind]; digits > 0 {
		end := min(s.from.at+digits, len(s.from.text))
		code, _ := strconv.ParseUint(s.from.text[s.from.at:end], 16, 32)
		s.put(rune(code), p)
		for range digits {
			s.from.next()
		}
	} else {
		pairs := []rune(simpleEscapes)
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == kind {
				s.put(pairs[i+1], p)
			}
		}
	}
	s.last.Column = -1 // what follows is not in the next column
}

// block reads a literal or folded block scalar whose value YAML found to be want. As lines, each line
// of a folded one keeps its line break.
func (s *scalar) block(want []rune, folded, asLines bool) {
	for !s.from.lineBreak() && s.from.rune() >= 0 {
		s.from.next()
	}
	s.from.next()
	lines := &blockLines{s: s, indent: blockIndent(want, s.from), folded: folded, asLines: asLines}
	body := len([]rune(strings.TrimRight(string(want), "\n")))
	for lines.folds < body && s.from.rune() >= 0 && lines.line() {
	}
	for lines.folds < len(want) {
		if lines.end != nil {
			lines.breaks(*lines.end)
			lines.end = nil
		} else if len(lines.empty) > 0 {
			lines.breaks(lines.empty[0])
			lines.empty = lines.empty[1:]
		} else if s.from.rune() < 0 || !lines.line() {
			return
		}
	}
}

// blockIndent tells how far the lines of a block scalar are indented, from its value and where its
// first line begins.
func blockIndent(want []rune, from cursor) int {
	inValue := 0
	for _, r := range want {
		if r == ' ' {
			inValue++
		} else if r == '\n' {
			inValue = 0
		} else {
			break
		}
	}
	for from.rune() >= 0 {
		begin := from.at
		for from.after(0) == ' ' {
			from.next()
		}
		if !from.lineBreak() {
			return from.at - begin - inValue
		}
		from.next()
	}
	return 0
}

// blockLines are the lines of a block scalar as they are read one after the other.
type blockLines struct {
	s       *scalar
	indent  int
	folded  bool
	asLines bool
	folds   int            // characters of YAML's value so far
	end     *cds.Position  // of the last line with content, its break not yet written
	empty   []cds.Position // the breaks of the empty lines since
	indents bool           // the last line with content began with a blank
}

// line reads one line; false if it is no longer part of the scalar.
func (b *blockLines) line() bool {
	c := b.s.from
	for c.after(0) == ' ' && c.column <= b.indent {
		c.next()
	}
	if c.lineBreak() {
		b.empty = append(b.empty, b.s.place(c))
		c.next()
		b.s.from = c
		return true
	}
	if c.column <= b.indent || c.rune() < 0 {
		return false
	}
	b.join(c.blank())
	b.indents = c.blank()
	for b.s.from = c; !b.s.from.lineBreak() && b.s.from.rune() >= 0; b.folds++ {
		b.s.take()
	}
	p := b.s.place(b.s.from)
	b.end = &p
	b.s.from.next()
	return true
}

// join writes the breaks between the last line with content and the next one.
func (b *blockLines) join(blank bool) {
	if b.end != nil && b.folded && !b.indents && !blank {
		switch {
		case b.asLines:
			b.s.put('\n', *b.end)
			if len(b.empty) == 0 {
				b.folds++
			}
		case len(b.empty) == 0:
			b.s.put(' ', *b.end)
			b.folds++
		}
	} else if b.end != nil {
		b.breaks(*b.end)
	}
	for _, p := range b.empty {
		b.breaks(p)
	}
	b.end, b.empty = nil, nil
}

func (b *blockLines) breaks(p cds.Position) {
	b.s.put('\n', p)
	b.folds++
}
