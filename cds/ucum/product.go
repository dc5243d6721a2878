package ucum

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Mul returns the unit u × v. Symbols that are the same are gathered, and cancel: mg/{tablet} × {tablet}/d
// is mg/d. Units that are merely comparable are kept: g/mg stays g/mg. A *ProductError is returned for a
// special unit, such as Cel, unless the other one is 1, and where the product is beyond what Parse accepts.
func (u *Unit) Mul(v *Unit) (*Unit, error) { return u.combine(v, 1, "×") }

// Div returns the unit u / v. See Mul.
func (u *Unit) Div(v *Unit) (*Unit, error) { return u.combine(v, -1, "/") }

// Pow returns u to the power of n; the power 0 of any unit is 1. See Mul.
func (u *Unit) Pow(n int) (*Unit, error) {
	switch {
	case n == 1:
		return u, nil
	case n == 0:
		return One(), nil
	case n > maxExponent || n < -maxExponent:
		return nil, &ProductError{fmt.Sprintf("%s ^ %d", u, n), fmt.Sprintf("an exponent is beyond ±%d", maxExponent)}
	case u.scale != nil:
		return nil, &ProductError{fmt.Sprintf("%s ^ %d", u, n), fmt.Sprintf("the special unit %q must stand alone", u)}
	}
	return (&Unit{}).times(u, n, fmt.Sprintf("%s ^ %d", u, n))
}

func (u *Unit) combine(v *Unit, sign int, operator string) (*Unit, error) {
	if v.plain() {
		return u, nil
	}
	if u.plain() && sign > 0 {
		return v, nil
	}
	if known := u.remembered(v, sign); known != nil {
		return known, nil
	}
	product := fmt.Sprintf("%s %s %s", u, operator, v)
	for _, x := range []*Unit{u, v} {
		if x.scale != nil {
			return nil, &ProductError{product, fmt.Sprintf("the special unit %q must stand alone", x)}
		}
	}
	out, err := u.times(v, sign, product)
	if err == nil {
		u.remember(v, sign, out)
	}
	return out, err
}

// remembered is a product or quotient that was made before, nil if it was not.
func (u *Unit) remembered(v *Unit, sign int) *Unit {
	if u.serial == 0 || v.serial == 0 {
		return nil
	}
	key := pair{u.serial, v.serial}
	if known := productsBy(sign).get(key, key.hash()); known != nil {
		return *known
	}
	return nil
}

// remember keeps a product of units that may be multiplied again.
func (u *Unit) remember(v *Unit, sign int, product *Unit) {
	if u.serial == 0 || v.serial == 0 || len(product.code) > maxRemembered {
		return
	}
	product.serial = lastUnit.Add(1)
	key := pair{u.serial, v.serial}
	productsBy(sign).put(key, key.hash(), product)
}

func productsBy(sign int) *cache[pair, *Unit] {
	if sign < 0 {
		return &quotients
	}
	return &products
}

// plain reports whether u is just the number 1.
func (u *Unit) plain() bool { return len(u.terms) == 0 && u.magnitude().Cmp(orOne(nil)) == 0 }

// times returns u × v^n; product names it in an error.
func (u *Unit) times(v *Unit, n int, product string) (*Unit, error) {
	out := &Unit{
		terms:    gather(u.terms, v.terms, n),
		count:    new(big.Rat).Mul(orOne(u.count), ratPower(orOne(v.count), n)),
		size:     new(big.Rat).Mul(u.magnitude(), ratPower(v.magnitude(), n)),
		dim:      u.dim.plus(v.dim, n),
		measured: u.measured || v.measured,
	}
	out.code = code(out.count, out.terms)
	beyond := func(t term) bool { return t.exponent > maxExponent || t.exponent < -maxExponent }
	switch {
	case slices.ContainsFunc(out.terms, beyond):
		return nil, &ProductError{product, fmt.Sprintf("an exponent is beyond ±%d", maxExponent)}
	case len(out.code) > maxLength:
		return nil, &ProductError{product, fmt.Sprintf("the unit has more than %d characters", maxLength)}
	case tooLarge(out.size):
		return nil, &ProductError{product, "the unit becomes too large or too small to calculate with"}
	}
	return out, nil
}

// gather adds the exponents of b, n times, to those of the same symbols in a.
func gather(a, b []term, n int) []term {
	var out []term
	add := func(t term, n int) {
		i := slices.IndexFunc(out, func(x term) bool { return x.symbol == t.symbol && x.annotation == t.annotation })
		if i < 0 {
			out = append(out, term{t.symbol, 0, t.annotation})
			i = len(out) - 1
		}
		out[i].exponent += n * t.exponent
	}
	for _, t := range a {
		add(t, 1)
	}
	for _, t := range b {
		add(t, n)
	}
	return slices.DeleteFunc(out, func(t term) bool { return t.exponent == 0 })
}

// code writes a product in UCUM: what multiplies, then what divides.
func code(count *big.Rat, terms []term) string {
	var above, below []string
	if n := count.Num(); n.Cmp(big.NewInt(1)) != 0 {
		above = append(above, n.String())
	}
	if n := count.Denom(); n.Cmp(big.NewInt(1)) != 0 {
		below = append(below, n.String())
	}
	for _, t := range terms {
		if t.exponent > 0 {
			above = append(above, t.write(t.exponent)...)
		} else {
			below = append(below, t.write(-t.exponent)...)
		}
	}
	if len(above)+len(below) == 0 {
		return "1"
	}
	s := strings.Join(above, ".")
	for _, b := range below {
		s += "/" + b
	}
	return s
}

// write returns t as UCUM components; an annotation alone cannot have an exponent, so it is repeated.
func (t term) write(exponent int) []string {
	if t.symbol == "" {
		return slices.Repeat([]string{"{" + t.annotation + "}"}, exponent)
	}
	s := t.symbol
	if exponent != 1 {
		s += strconv.Itoa(exponent)
	}
	if t.annotation != "" {
		s += "{" + t.annotation + "}"
	}
	return []string{s}
}
