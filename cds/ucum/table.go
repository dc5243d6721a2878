package ucum

import (
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
)

//go:embed units.txt
var unitsText string

// A table holds what UCUM defines. It is not changed once loaded.
type table struct {
	prefixes map[string]*prefix
	atoms    map[string]*atom
}

type prefix struct {
	code   string
	factor *big.Rat
}

// An atom is a unit with a definition of its own, without prefix.
type atom struct {
	code     string
	display  string
	metric   bool // takes prefixes
	measured bool
	size     *big.Rat
	dim      dimension
	scale    *scale // nil for a unit that is a multiple of its definition
}

// units returns the table, loaded on first use. An error can only be a mistake in units.txt, which the
// tests would show.
var units = sync.OnceValues(func() (*table, error) { return loadTable(unitsText) })

// A loader resolves definitions in the order in which they need one another.
type loader struct {
	table
	rows map[string][]string // definitions not yet resolved
	errs []error
}

func loadTable(text string) (*table, error) {
	l := &loader{table: table{prefixes: map[string]*prefix{}, atoms: map[string]*atom{}}, rows: map[string][]string{}}
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			l.line(strings.Split(line, "\t"))
		}
	}
	codes := make([]string, 0, len(l.rows))
	for code := range l.rows {
		codes = append(codes, code)
	}
	for _, code := range codes {
		l.atom(code)
	}
	return &l.table, errors.Join(l.errs...)
}

func (l *loader) line(row []string) {
	switch {
	case row[0] == "prefix" && len(row) == 4:
		factor, ok := new(big.Rat).SetString(row[2])
		if !ok {
			l.fail(row, "bad factor")
			return
		}
		l.prefixes[row[1]] = &prefix{code: row[1], factor: factor}
	case row[0] == "base" && len(row) == 4:
		i := baseOf(row[1])
		if i < 0 {
			l.fail(row, "unknown base unit")
			return
		}
		a := &atom{code: row[1], display: row[1], metric: true, size: big.NewRat(1, 1)}
		a.dim.base[i] = 1
		l.atoms[a.code] = a
	case row[0] == "unit" && len(row) == 9:
		l.rows[row[1]] = row
	default:
		l.fail(row, "malformed line")
	}
}

// atom returns the unit named code, resolving its definition first; nil if there is none.
func (l *loader) atom(code string) *atom {
	row, open := l.rows[code]
	if !open {
		return l.atoms[code]
	}
	delete(l.rows, code) // before its definition is read: a circle ends as an unknown unit
	a, err := l.define(row)
	if err != nil {
		l.fail(row, err.Error())
		return nil
	}
	l.atoms[code] = a
	return a
}

func (l *loader) define(row []string) (*atom, error) {
	code, flags, number, definition, function := row[1], row[2], row[3], row[4], row[5]
	factor, ok := new(big.Rat).SetString(number)
	if !ok {
		return nil, errors.New("bad factor")
	}
	p := parser{code: definition, prefixes: l.prefixes, atom: l.atom}
	u, fault := p.parse()
	if fault != nil {
		return nil, fault
	}
	a := &atom{
		code:     code,
		display:  row[6],
		metric:   strings.Contains(flags, "m"),
		measured: strings.Contains(flags, "i") || u.measured,
		size:     factor.Mul(factor, u.size),
		dim:      u.dim,
	}
	if strings.Contains(flags, "a") && definition == "1" {
		a.dim.arbitrary = powers{{name: code, exponent: 1}}
	}
	if function != "-" {
		if a.scale = scaleNamed(function); a.scale == nil {
			return nil, errors.New("unknown function")
		}
	}
	return a, nil
}

func (l *loader) fail(row []string, message string) {
	l.errs = append(l.errs, fmt.Errorf("units.txt: %s: %s", strings.Join(row[:min(2, len(row))], " "), message))
}

// split returns the prefix (nil for none) and the unit of a symbol; no unit if it is not known. The prefix
// of a unit that takes none is returned, too, unless the symbol can be read otherwise.
func split(symbol string, prefixes map[string]*prefix, find func(string) *atom) (*prefix, *atom) {
	if a := find(symbol); a != nil {
		return nil, a
	}
	var refused *prefix
	var plain *atom
	for n := min(2, len(symbol)-1); n > 0; n-- { // "da" before "d"
		p := prefixes[symbol[:n]]
		if p == nil {
			continue
		}
		a := find(symbol[n:])
		if a != nil && a.metric {
			return p, a
		}
		if a != nil {
			refused, plain = p, a
		}
	}
	return refused, plain
}
