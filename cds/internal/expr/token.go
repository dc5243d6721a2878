package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

type tokenKind int

const (
	symbolToken tokenKind = iota
	wordToken
	numberToken
	textToken
)

// A token is a word, number, text or symbol of an expression, at a character of it.
type token struct {
	kind tokenKind
	text string
	at   int
}

// shown is the token as a message quotes it.
func (t token) shown() string {
	if runes := []rune(t.text); len(runes) > 30 {
		return quote(string(runes[:30]) + "…")
	}
	return quote(t.text)
}

var partners = map[string]string{"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}

func (t token) partner() string { return partners[t.text] }

func (t token) closes() bool {
	return t.kind == symbolToken && (t.text == ")" || t.text == "]" || t.text == "}")
}

// A scanner takes an expression apart as CEL does.
type scanner struct {
	runes  []rune
	at     int
	tokens []token
}

// scan returns the tokens of an expression up to the first that is none, and what is wrong with that.
func scan(runes []rune) ([]token, *Problem) {
	s := &scanner{runes: runes}
	for s.skip(); s.at < len(runes); s.skip() {
		if p := s.token(); p != nil {
			return s.tokens, p
		}
	}
	return s.tokens, nil
}

func (s *scanner) has(text string) bool {
	at := s.at
	for _, r := range text {
		if at >= len(s.runes) || s.runes[at] != r {
			return false
		}
		at++
	}
	return true
}

// skip skips blanks and comments.
func (s *scanner) skip() {
	for s.at < len(s.runes) {
		switch {
		case slices.Contains([]rune{' ', '\t', '\n', '\r', '\f'}, s.runes[s.at]):
			s.at++
		case s.has("//"):
			for s.at < len(s.runes) && s.runes[s.at] != '\n' {
				s.at++
			}
		default:
			return
		}
	}
}

func (s *scanner) add(kind tokenKind, from int) {
	s.tokens = append(s.tokens, token{kind, string(s.runes[from:s.at]), from})
}

func (s *scanner) while(in func(rune) bool) {
	for s.at < len(s.runes) && in(s.runes[s.at]) {
		s.at++
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (s *scanner) token() *Problem {
	from, r := s.at, s.runes[s.at]
	switch prefix := s.textPrefix(); {
	case prefix >= 0:
		return s.text(from, prefix)
	case isDigit(r):
		s.number()
		s.add(numberToken, from)
	case isName(r):
		s.while(isName)
		s.add(wordToken, from)
	case r == '`':
		return s.quotedName(from)
	default:
		return s.symbol(from)
	}
	return nil
}

// textPrefix is the length of the r or b before a quote; -1 where no text begins.
func (s *scanner) textPrefix() int {
	for n := range 3 {
		if s.at+n >= len(s.runes) {
			return -1
		}
		switch s.runes[s.at+n] {
		case '"', '\'':
			return n
		case 'r', 'R', 'b', 'B':
		default:
			return -1
		}
	}
	return -1
}

func (s *scanner) number() {
	if s.has("0x") && s.at+2 < len(s.runes) && isHex(s.runes[s.at+2]) {
		s.at += 2
		s.while(isHex)
	} else {
		s.while(isDigit)
		s.fraction()
	}
	if s.has("u") || s.has("U") {
		s.at++
	}
}

func isHex(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' }

func (s *scanner) fraction() {
	if s.at+1 < len(s.runes) && s.runes[s.at] == '.' && isDigit(s.runes[s.at+1]) {
		s.at++
		s.while(isDigit)
	}
	begin := s.at
	if !s.has("e") && !s.has("E") {
		return
	}
	s.at++
	if s.has("+") || s.has("-") {
		s.at++
	}
	if s.at == len(s.runes) || !isDigit(s.runes[s.at]) {
		s.at = begin
	}
	s.while(isDigit)
}

// text reads text in quotes.
func (s *scanner) text(from, prefix int) *Problem {
	raw := strings.ContainsAny(strings.ToLower(string(s.runes[from:from+prefix])), "r")
	s.at += prefix
	quote := string(s.runes[s.at])
	if s.has(strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	for s.at += len(quote); s.at < len(s.runes); s.at++ {
		switch {
		case s.has(quote):
			s.at += len(quote)
			s.add(textToken, from)
			return nil
		case s.runes[s.at] == '\n' && len(quote) == 1:
			s.at = len(s.runes)
		case s.runes[s.at] == '\\' && !raw:
			if p := s.escape(); p != nil {
				return p
			}
		}
	}
	return &Problem{Offset: from + prefix, Message: "this text is never closed: expected " + quote + " at its end"}
}

// escape moves to the character after a backslash.
func (s *scanner) escape() *Problem {
	at := s.at
	s.at++
	if s.at < len(s.runes) && !strings.ContainsRune("abfnrtv\\?\"'`xXuU01234567", s.runes[s.at]) {
		c := string(s.runes[s.at])
		return &Problem{Offset: at, Message: fmt.Sprintf(`in text a backslash must be followed by another: write \\%s for \%s`, c, c)}
	}
	return nil
}

func (s *scanner) quotedName(from int) *Problem {
	s.at++
	s.while(func(r rune) bool { return r != '`' && r != '\n' })
	if !s.has("`") {
		return &Problem{Offset: from, Message: "this ` is never closed"}
	}
	s.at++
	s.add(wordToken, from)
	return nil
}

// lookalikes are what authors write for an operator, and the operator.
var lookalikes = []struct{ written, meant string }{
	{"===", "=="}, {"!==", "!="}, {"=>", ">="}, {"=<", "<="}, {"<>", "!="}, {"≥", ">="}, {"≤", "<="}, {"≠", "!="},
	{"−", "-"}, {"–", "-"}, {"×", "*"}, {"÷", "/"}, {"∧", "&&"}, {"∨", "||"}, {"¬", "!"}, {"∈", "in"},
}

func (s *scanner) symbol(from int) *Problem {
	for _, l := range lookalikes {
		if s.has(l.written) {
			return &Problem{Offset: from, Message: quote(l.written) + " is no operator", Suggest: l.meant}
		}
	}
	for _, text := range []string{"&&", "||", "==", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-", "*", "/", "%", "<", ">", "!"} {
		if s.has(text) {
			s.at += len(text)
			s.add(symbolToken, from)
			return nil
		}
	}
	switch r := s.runes[from]; {
	case strings.ContainsRune("“”„«»‘’‚´", r):
		return &Problem{Offset: from, Message: string(r) + ` is no quote that text can stand in: write ' or "`}
	case r == '=':
		return &Problem{Offset: from, Message: `"=" is no operator`, Suggest: "=="}
	case r == '&' || r == '|':
		return &Problem{Offset: from, Message: quote(string(r)) + " is no operator", Suggest: string([]rune{r, r})}
	case unicode.IsLetter(r):
		return &Problem{Offset: from, Message: fmt.Sprintf("%q cannot be part of a name: only a to z, A to Z, digits and _ can; text must be in quotes", r)}
	case !unicode.IsPrint(r):
		return &Problem{Offset: from, Message: fmt.Sprintf("the invisible character U+%04X has no meaning here: delete it", r)}
	default:
		return &Problem{Offset: from, Message: quote(string(r)) + " has no meaning here"}
	}
}
