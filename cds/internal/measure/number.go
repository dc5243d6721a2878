package measure

import (
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// What is longer or beyond is no measurement, and would cost time and memory to calculate with.
const (
	maxDigits   = 40
	maxExponent = 100
)

// arithmetic rounds to more digits than a value can be given with, and ends in an error far outside of
// what is measured.
func arithmetic() apd.Context {
	return apd.Context{
		Precision:   50,
		MaxExponent: 400,
		MinExponent: -400,
		Traps:       apd.DefaultTraps,
		Rounding:    apd.RoundHalfEven,
	}
}

// number returns a Quantity that has no unit yet.
func number(value, comparator string) (Quantity, error) {
	d, err := decimal(value)
	if err != nil {
		return Quantity{}, err
	}
	q := Quantity{low: bound{value: d}, high: bound{value: d}}
	switch comparator {
	case "":
	case "<", "<=":
		q.low, q.high.open = bound{}, comparator == "<"
	case ">", ">=":
		q.high, q.low.open = bound{}, comparator == ">"
	default:
		return Quantity{}, &ComparatorError{Comparator: clip(comparator)}
	}
	return q, nil
}

// Digits reads a decimal number that is plainly written, such as 12.5, as 125 with one digit behind the point.
// ok is false for one with a sign, an exponent or more than 18 characters, and for what is no number.
func Digits(text string) (digits int64, behind int, ok bool) {
	const fits = 18
	if len(text) > fits || text == "" || text[0] == '.' || text[len(text)-1] == '.' {
		return 0, 0, false
	}
	point := -1
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = 10*digits + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		behind = len(text) - point - 1
	}
	return digits, behind, true
}

// Readable reports whether text is a number that a Quantity can have.
func Readable(text string) bool {
	if _, _, ok := Digits(text); ok {
		return true
	}
	_, err := decimal(text)
	return err == nil
}

func decimal(text string) (*apd.Decimal, error) {
	if digits, behind, ok := Digits(text); ok {
		return apd.New(digits, int32(-behind)), nil
	}
	refuse := func(reason string) (*apd.Decimal, error) {
		return nil, &NumberError{Text: clip(text), Reason: reason}
	}
	if text == "" || numberLength(text) != len(text) {
		return refuse("expected digits such as 12.5")
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if e, err := strconv.Atoi(exponent); exponent != "" && (err != nil || e > maxExponent || e < -maxExponent) {
		return refuse("its exponent is beyond ±100")
	}
	if len(mantissa) > 2*maxExponent {
		return refuse("it has more than 40 digits")
	}
	d, _, err := apd.NewFromString(text)
	switch {
	case err != nil:
		return refuse("expected digits such as 12.5")
	case d.NumDigits() > maxDigits:
		return refuse("it has more than 40 digits")
	case d.Exponent > maxExponent || d.Exponent < -maxExponent:
		return refuse("its exponent is beyond ±100")
	}
	if d.IsZero() {
		d.Negative = false
	}
	return d, nil
}

// numberLength returns how much of the start of s is a decimal number, with or without an exponent.
func numberLength(s string) int {
	i := 0
	if strings.HasPrefix(s, "-") {
		i++
	}
	whole := digits(s[i:])
	i += whole
	if i < len(s) && s[i] == '.' {
		fraction := digits(s[i+1:])
		if fraction == 0 {
			return keep(i, whole)
		}
		whole += fraction
		i += 1 + fraction
	}
	if whole == 0 || i == len(s) || s[i] != 'e' && s[i] != 'E' {
		return keep(i, whole)
	}
	sign := 1
	if i+1 < len(s) && (s[i+1] == '+' || s[i+1] == '-') {
		sign++
	}
	if exponent := digits(s[i+sign:]); exponent > 0 {
		return i + sign + exponent
	}
	return i
}

// keep is n, or 0 if there were no digits.
func keep(n, digits int) int {
	if digits == 0 {
		return 0
	}
	return n
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
