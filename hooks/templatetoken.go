package hooks

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A templatePiece is text, or a token.
type templatePiece struct {
	text  string
	token *templateToken
	at    int // of its first character
}

// A templateToken is what stands in {{ }}: one expression, or several whose values are joined.
type templateToken struct{ parts []tokenPart }

// A tokenPart is a path, moved by days where it is today().
type tokenPart struct {
	root  string // "context", "%key", "today()" or "userPractitionerId" and the like
	steps []tokenStep
	days  int
	at    int
}

// A tokenStep is a field, or a function with what it is given.
type tokenStep struct {
	name     string
	function bool
	arg      string
}

// String writes a part as the specification does.
func (p tokenPart) String() string {
	var b strings.Builder
	b.WriteString(p.root)
	for _, s := range p.steps {
		b.WriteString("." + s.name)
		if s.function {
			b.WriteString("(" + s.arg + ")")
		}
	}
	if p.days != 0 {
		fmt.Fprintf(&b, " %s %d days", map[bool]string{true: "-", false: "+"}[p.days < 0], max(p.days, -p.days))
	}
	return b.String()
}

// A grammarError is returned where a template cannot be read.
type grammarError struct {
	at      int // in characters
	message string
}

func (e *grammarError) Error() string { return fmt.Sprintf("character %d: %s", e.at+1, e.message) }

// maxTemplate is how long a template may be, in bytes.
const maxTemplate = 8 << 10

// parseTemplate takes a template apart. The error is a *grammarError.
func parseTemplate(text string) ([]templatePiece, error) {
	if len(text) > maxTemplate {
		return nil, &grammarError{0, fmt.Sprintf("a template of %d bytes is too long: at most %d", len(text), maxTemplate)}
	}
	var out []templatePiece
	at := 0
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{{")
		if i := strings.Index(before, "}}"); i >= 0 {
			return nil, &grammarError{at + utf8.RuneCountInString(before[:i]), "}} closes nothing"}
		}
		if before != "" {
			out = append(out, templatePiece{text: before, at: at})
		}
		if !found {
			break
		}
		at += utf8.RuneCountInString(before)
		content, tail, closed := strings.Cut(after, "}}")
		if !closed || strings.Contains(content, "{{") {
			return nil, &grammarError{at, "{{ is not closed by }}"}
		}
		s := &tokenScanner{text: content, from: at + 2}
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		out = append(out, templatePiece{token: t, at: at})
		at += utf8.RuneCountInString(content) + 4
		rest = tail
	}
	return out, nil
}

// A tokenScanner reads the content of a token.
type tokenScanner struct {
	text string
	pos  int
	from int // the place of the content in the template, in characters
}

func (s *tokenScanner) fail(at int, format string, args ...any) error {
	return &grammarError{s.place(at), fmt.Sprintf(format, args...)}
}

func (s *tokenScanner) place(at int) int { return s.from + utf8.RuneCountInString(s.text[:at]) }

func (s *tokenScanner) space() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// accept reads a character if it is the next one.
func (s *tokenScanner) accept(c byte) bool {
	s.space()
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// word reads letters, digits and what else a name may hold.
func (s *tokenScanner) word(more string) string {
	start := s.pos
	for s.pos < len(s.text) && (isAlphanumeric(s.text[s.pos]) || strings.IndexByte(more, s.text[s.pos]) >= 0) {
		s.pos++
	}
	return s.text[start:s.pos]
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// token := part ('|' part)*
func (s *tokenScanner) token() (*templateToken, error) {
	t := &templateToken{}
	for {
		p, err := s.part()
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, p)
		if s.accept('|') {
			continue
		}
		if s.pos < len(s.text) {
			return nil, s.fail(s.pos, "%q was not expected here", clipped(s.text[s.pos:]))
		}
		return t, nil
	}
}

func clipped(s string) string {
	const most = 20
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// part := path (('+' | '-') number 'days')*
func (s *tokenScanner) part() (tokenPart, error) {
	p, err := s.path()
	if err != nil {
		return tokenPart{}, err
	}
	for {
		s.space()
		start, sign := s.pos, 1
		switch {
		case s.accept('+'):
		case s.accept('-'):
			sign = -1
		default:
			return p, nil
		}
		if p.root != "today()" {
			return tokenPart{}, s.fail(start, "only today() can be moved by days")
		}
		n, err := s.days()
		if err != nil {
			return tokenPart{}, err
		}
		p.days += sign * n
	}
}

func (s *tokenScanner) days() (int, error) {
	s.space()
	start := s.pos
	n, err := strconv.Atoi(s.word(""))
	s.space()
	unit := s.pos
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, s.fail(start, "a number of days was expected, as in today() - 90 days")
	}
	if name := s.word("'"); strings.Trim(name, "'") != "days" && strings.Trim(name, "'") != "day" {
		return 0, s.fail(unit, "days were expected, as in today() - 90 days")
	}
	return n, nil
}

// path := root ('.' step)*
func (s *tokenScanner) path() (tokenPart, error) {
	s.space()
	start := s.pos
	p := tokenPart{at: s.place(start)}
	if s.accept('%') {
		p.root = "%" + s.word("_-")
	} else {
		p.root = s.word("_")
	}
	switch {
	case p.root == "" || p.root == "%":
		return tokenPart{}, s.fail(start, "a name was expected, as in {{context.patientId}}")
	case p.root == "%context": // as the specification writes it in one place
		p.root = "context"
	case s.pos < len(s.text) && s.text[s.pos] == '(':
		if p.root != "today" || !strings.HasPrefix(s.text[s.pos:], "()") {
			return tokenPart{}, s.fail(start, "there is no function %s: only today() can stand here", clipped(p.root))
		}
		p.root, s.pos = "today()", s.pos+2
	}
	for s.pos < len(s.text) && s.text[s.pos] == '.' {
		s.pos++
		step, err := s.step()
		if err != nil {
			return tokenPart{}, err
		}
		p.steps = append(p.steps, step)
	}
	return p, nil
}

// step := name | 'ofType(' Type ')' | 'resolve()'
func (s *tokenScanner) step() (tokenStep, error) {
	start := s.pos
	name := s.word("_-")
	if name == "" {
		return tokenStep{}, s.fail(start, "a field was expected after the point")
	}
	if s.pos >= len(s.text) || s.text[s.pos] != '(' {
		return tokenStep{name: name}, nil
	}
	s.pos++
	s.space()
	arg := s.word("_.")
	if !s.accept(')') {
		return tokenStep{}, s.fail(s.pos, "%s( is not closed", name)
	}
	switch {
	case name == "ofType" && arg != "", name == "resolve" && arg == "":
		return tokenStep{name, true, arg}, nil
	}
	return tokenStep{}, s.fail(start, "there is no function %s(%s): expected ofType(Type) or resolve()", name, arg)
}
