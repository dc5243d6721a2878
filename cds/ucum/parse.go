package ucum

import (
	"fmt"
	"hash/maphash"
	"math/big"
	"strings"
	"unicode/utf8"
)

const (
	maxLength   = 256  // characters of a unit
	maxExponent = 30   // of one symbol
	maxSizeBits = 8192 // of a unit's size, numerator and denominator
)

// Parse reads a case-sensitive UCUM code, such as "mg/dL", "10*3/uL", "ug/(kg.min)" or "mL/min/{1.73_m2}".
// The whole grammar is understood. A special unit, such as Cel or [pH], stands alone: it can have a prefix
// and an annotation, but no exponent and no part in a product. The error is a *SyntaxError; a unit of more
// than 256 characters, an exponent beyond ±30, or a unit of unreasonable size is one, too.
//
// Codes are remembered, several thousand of them: parsing one again costs a look-up.
func Parse(code string) (*Unit, error) {
	if len(code) > maxRemembered {
		read := parseStrict(code)
		return read.result()
	}
	hash := maphash.String(seed, code)
	read := strict.get(code, hash)
	if read == nil {
		code = strings.Clone(code) // the caller's may be part of a large text, or of memory that is used again
		read = strict.put(code, hash, parseStrict(code))
	}
	return read.result()
}

func parseStrict(code string) reading {
	t, err := units()
	if err != nil {
		return reading{fault: &SyntaxError{Unit: code, Message: err.Error()}}
	}
	p := t.parser(code)
	u, fault := p.parse()
	if fault != nil {
		fault.Suggest = suggest(t, code, p.unknown)
		return reading{fault: fault}
	}
	u.serial = lastUnit.Add(1)
	return reading{unit: u}
}

func (t *table) parser(code string) *parser {
	return &parser{code: code, prefixes: t.prefixes, atom: func(code string) *atom { return t.atoms[code] }}
}

// A parser reads one unit. It multiplies every component into unit as it goes: an operator concerns only
// the component after it, so nothing has to be kept but the sign of its exponent.
type parser struct {
	code     string
	pos      int
	prefixes map[string]*prefix
	atom     func(code string) *atom
	unit     Unit
	parts    int    // components multiplied so far
	special  *atom  // the special unit in it, if any
	at       int    // where that stands
	unknown  string // the symbol that is not known, for a suggestion
}

// A fault ends the parsing from any depth.
type fault = *SyntaxError

func (p *parser) parse() (*Unit, fault) {
	if utf8.RuneCountInString(p.code) > maxLength {
		return nil, &SyntaxError{Unit: p.code, Offset: maxLength, Message: fmt.Sprintf("more than %d characters", maxLength)}
	}
	if p.code == "" {
		return nil, p.fail(0, `nothing written (a number without unit has the unit "1")`)
	}
	p.unit.code, p.unit.size, p.unit.count = p.code, big.NewRat(1, 1), big.NewRat(1, 1)
	sign := 1
	if p.peek() == '/' {
		p.pos++
		sign = -1
	}
	if err := p.term(sign, 1); err != nil {
		return nil, err
	}
	if p.pos < len(p.code) {
		return nil, p.unexpected()
	}
	if p.special != nil && (p.parts > 1 || len(p.unit.terms) != 1 || p.unit.terms[0].exponent != 1) {
		return nil, p.fail(p.at, "the special unit %q must stand alone", p.special.code)
	}
	u := p.unit
	return &u, nil
}

// term reads components up to the end or a closing parenthesis. sign is that of the first one, outer that
// of the parentheses around the term.
func (p *parser) term(sign, outer int) fault {
	for {
		if err := p.component(sign * outer); err != nil {
			return err
		}
		switch p.peek() {
		case '.':
			sign = 1
		case '/':
			sign = -1
		default:
			return nil
		}
		p.pos++
	}
}

func (p *parser) component(sign int) fault {
	start := p.pos
	switch c := p.peek(); {
	case c == '(':
		return p.group(sign)
	case c == '{':
		return p.annotation(sign)
	case isDigit(c):
		if after := strings.TrimLeft(p.code[start:], "0123456789"); strings.HasPrefix(after, "*") || strings.HasPrefix(after, "^") {
			return p.symbol(sign)
		}
		return p.number(sign)
	case isSymbol(c):
		return p.symbol(sign)
	case start > 0 && (start == len(p.code) || strings.IndexByte("./)", c) >= 0):
		return p.fail(start, "a unit is missing after %q", p.code[start-1:start])
	}
	return p.unexpected()
}

func (p *parser) group(sign int) fault {
	open := p.pos
	p.pos++
	if err := p.term(1, sign); err != nil {
		return err
	}
	if p.pos == len(p.code) {
		return p.fail(open, `"(" is never closed`)
	}
	if p.peek() != ')' {
		return p.unexpected()
	}
	p.pos++
	return nil
}

// annotation reads an annotation that stands alone.
func (p *parser) annotation(sign int) fault {
	text, err := p.braces()
	if err != nil {
		return err
	}
	p.count(text, sign)
	return nil
}

func (p *parser) count(annotation string, sign int) {
	p.parts++
	p.unit.terms = append(p.unit.terms, term{exponent: sign, annotation: annotation})
	if namesRatio(annotation) {
		return
	}
	p.unit.dim = p.unit.dim.plus(dimension{counted: powers{{annotation, 1}}}, sign)
}

// number reads a factor, with its annotation: 1{tablet} counts tablets.
func (p *parser) number(sign int) fault {
	start := p.pos
	n, _ := new(big.Rat).SetString(p.digits())
	if n.Sign() == 0 {
		return p.fail(start, "a number in a unit must be above 0")
	}
	p.parts++
	n = ratPower(n, sign)
	p.unit.count.Mul(p.unit.count, n)
	if err := p.multiply(start, n); err != nil {
		return err
	}
	if p.peek() != '{' {
		return nil
	}
	return p.annotation(sign)
}

// symbol reads a unit with its prefix, exponent and annotation.
func (p *parser) symbol(sign int) fault {
	start := p.pos
	text, err := p.name()
	if err != nil {
		return err
	}
	pre, a := split(text, p.prefixes, p.atom)
	switch {
	case a == nil:
		p.unknown = text
		return p.fail(start, "unknown unit %q", text)
	case pre != nil && !a.metric:
		p.unknown = text
		return p.fail(start, "unknown unit %q: %q takes no prefix", text, a.code)
	}
	n, err := p.exponent()
	if err != nil {
		return err
	}
	var note string
	if p.peek() == '{' {
		if note, err = p.braces(); err != nil {
			return err
		}
	}
	return p.include(start, term{text, n * sign, note}, pre, a)
}

// include multiplies a unit into the whole.
func (p *parser) include(start int, t term, pre *prefix, a *atom) fault {
	p.parts++
	u := &p.unit
	u.terms = append(u.terms, t)
	u.dim = u.dim.plus(a.dim, t.exponent)
	u.measured = u.measured || a.measured
	size := a.size
	switch {
	case a.scale != nil:
		p.special, p.at, u.scale, u.step = a, start, a.scale, big.NewRat(1, 1)
		if pre != nil {
			u.step = pre.factor
		}
	case pre != nil:
		size = new(big.Rat).Mul(size, pre.factor)
	}
	return p.multiply(start, ratPower(size, t.exponent))
}

func (p *parser) multiply(start int, by *big.Rat) fault {
	p.unit.size.Mul(p.unit.size, by)
	if tooLarge(p.unit.size) {
		return p.fail(start, "the unit becomes too large or too small to calculate with")
	}
	return nil
}

func (p *parser) exponent() (int, fault) {
	start, negative := p.pos, p.peek() == '-'
	if negative || p.peek() == '+' {
		p.pos++
	}
	digits := p.digits()
	if digits == "" {
		if p.pos > start {
			return 0, p.fail(p.pos, "an exponent is missing after %q", p.code[start:p.pos])
		}
		return 1, nil
	}
	n := 0
	for _, c := range digits {
		if n = 10*n + int(c-'0'); n > maxExponent {
			return 0, p.fail(start, "an exponent is beyond ±%d", maxExponent)
		}
	}
	if negative {
		n = -n
	}
	return n, nil
}

// name reads a symbol: characters that are no operator, and whatever is in brackets.
func (p *parser) name() (string, fault) {
	start := p.pos
	if isDigit(p.peek()) { // 10* and 10^, the only symbols that begin with digits
		p.digits()
		p.pos++
		return p.code[start:p.pos], nil
	}
	for isSymbol(p.peek()) {
		if p.peek() == '[' {
			n := strings.IndexByte(p.code[p.pos:], ']')
			if n < 0 {
				return "", p.fail(p.pos, `"[" is never closed`)
			}
			p.pos += n
		}
		p.pos++
	}
	return p.code[start:p.pos], nil
}

func (p *parser) braces() (string, fault) {
	open := p.pos
	for p.pos++; p.pos < len(p.code); p.pos++ {
		switch c := p.code[p.pos]; {
		case c == '}' && p.pos == open+1:
			return "", p.fail(open, "an annotation is empty")
		case c == '}':
			p.pos++
			return p.code[open+1 : p.pos-1], nil
		case c <= ' ' || c > '~' || c == '{':
			r, _ := utf8.DecodeRuneInString(p.code[p.pos:])
			return "", p.fail(p.pos, "%q is not allowed in an annotation", string(r))
		}
	}
	return "", p.fail(open, `"{" is never closed`)
}

func (p *parser) digits() string {
	start := p.pos
	for isDigit(p.peek()) {
		p.pos++
	}
	return p.code[start:p.pos]
}

func (p *parser) unexpected() fault {
	r, _ := utf8.DecodeRuneInString(p.code[p.pos:])
	switch {
	case r == ')':
		return p.fail(p.pos, `")" was never opened`)
	case p.pos > 0 && (isSymbol(p.peek()) || isDigit(p.peek()) || r == '(' || r == '{'):
		return p.fail(p.pos, `"." or "/" is missing before %q`, string(r))
	}
	return p.fail(p.pos, "unexpected %q", string(r))
}

func (p *parser) fail(at int, format string, args ...any) fault {
	return &SyntaxError{Unit: p.code, Offset: utf8.RuneCountInString(p.code[:at]), Message: fmt.Sprintf(format, args...)}
}

// peek returns the byte at pos, 0 at the end.
func (p *parser) peek() byte {
	if p.pos == len(p.code) {
		return 0
	}
	return p.code[p.pos]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isSymbol(c byte) bool {
	return c > ' ' && c <= '~' && !isDigit(c) && !strings.ContainsRune("./(){}+-]", rune(c))
}

func ratPower(r *big.Rat, n int) *big.Rat {
	num, den := r.Num(), r.Denom()
	if n < 0 {
		num, den, n = den, num, -n
	}
	e := big.NewInt(int64(n))
	return new(big.Rat).SetFrac(new(big.Int).Exp(num, e, nil), new(big.Int).Exp(den, e, nil))
}

func tooLarge(r *big.Rat) bool {
	return r.Num().BitLen() > maxSizeBits || r.Denom().BitLen() > maxSizeBits
}
