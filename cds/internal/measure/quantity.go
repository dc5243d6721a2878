// Package measure has quantities: exact decimals with UCUM units, compared three-valued because a
// result such as ">60" is an interval.
package measure

import (
	"math"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/ucum"
)

// A Quantity is a value, or an interval in which the value lies, with a unit. It is immutable, may be
// copied, and is safe for concurrent use. The zero Quantity is no quantity.
type Quantity struct {
	Unit *ucum.Unit // nil if nobody knows it; then it compares only with the same Code. 1 if none was given
	Code string     // the unit as it was given; "" if none was

	low, high bound
	molar     *apd.Decimal // g/mol; nil if not known
	computed  bool         // not as it was written: printed rounded
}

// A bound is an end of an interval, which the value reaches unless the bound is open.
type bound struct {
	value *apd.Decimal // nil: there is no end
	open  bool
}

// New returns the value with the unit of a UCUM code; "" says that there is none. comparator is "" or
// one of <, <=, >=, >. The error is a *NumberError, a *ComparatorError or a *ucum.SyntaxError.
func New(value, comparator, unitCode string) (Quantity, error) {
	q, err := number(value, comparator)
	if err != nil {
		return Quantity{}, err
	}
	if unitCode == "" {
		q.Unit = ucum.One()
		return q, nil
	}
	if q.Unit, err = ucum.Parse(unitCode); err != nil {
		return Quantity{}, err
	}
	q.Code = unitCode
	return q, nil
}

// Parse reads a quantity as a rule's author writes it: "5 mg", ">60 mL/min/{1.73_m2}", "12". The errors
// are those of New.
func Parse(text string) (Quantity, error) {
	rest := strings.TrimSpace(text)
	comparator := rest[:len(rest)-len(strings.TrimLeft(rest, "<>="))]
	rest = strings.TrimLeft(rest[len(comparator):], " ")
	value := rest[:numberLength(rest)]
	if value == "" {
		return Quantity{}, &NumberError{Text: clip(text), Reason: "it does not begin with a number"}
	}
	return New(value, comparator, strings.TrimSpace(rest[len(value):]))
}

// Of returns the value with the unit; both must not change any more.
func Of(value *apd.Decimal, unit *ucum.Unit) Quantity {
	b := bound{value: value}
	return Quantity{Unit: unit, Code: unit.String(), low: b, high: b, computed: true}
}

const (
	ucumSystem = "http://unitsofmeasure.org"
	ucumOID    = "urn:oid:2.16.840.1.113883.6.8"
)

// FromFHIR reads the fields of a FHIR Quantity. A code of UCUM counts first; otherwise the unit is what
// the text unit is commonly understood to mean. A unit that nobody knows is kept as it is. The error is
// a *NumberError or a *ComparatorError.
func FromFHIR(value, comparator, unit, system, code string) (Quantity, error) {
	q, err := number(value, comparator)
	if err != nil {
		return Quantity{}, err
	}
	q.Unit, q.Code, _ = Unit(unit, system, code)
	return q, nil
}

// Unit reads the unit of a FHIR Quantity: u is nil if nobody knows it, and read what was read. mapped says
// that it is not UCUM but what people write for it.
func Unit(unit, system, code string) (u *ucum.Unit, read string, mapped bool) {
	unit, code = strings.TrimSpace(unit), strings.TrimSpace(code)
	if unit == "" && code == "" {
		return ucum.One(), "", false
	}
	var candidates []string
	switch system {
	case ucumSystem, ucumOID:
		if u, err := ucum.Parse(code); err == nil {
			return u, code, false
		}
		candidates = []string{code, unit}
	case "":
		candidates = []string{unit, code}
	default:
		// "G" of another system need not be what UCUM makes of it.
		candidates = []string{unit}
	}
	for _, text := range candidates {
		if text == "" {
			continue
		}
		if u, mapped, err := ucum.ParseLenient(text); err == nil {
			return u, text, mapped
		}
	}
	if unit == "" {
		return nil, code, false
	}
	return nil, unit, false
}

// WithMolar returns q with the molar mass of its substance, which lets it convert between amounts of
// substance and masses. gramsPerMole must not change any more; nil takes it away.
func (q Quantity) WithMolar(gramsPerMole *apd.Decimal) Quantity {
	q.molar = gramsPerMole
	return q
}

// AtLeast returns q or more: the interval from q's lower end up.
func (q Quantity) AtLeast() Quantity {
	q.high = bound{}
	return q
}

// IsZero reports whether q is no quantity.
func (q Quantity) IsZero() bool { return q.Unit == nil && q.Code == "" }

// exact reports whether q is one value and no interval.
func (q Quantity) exact() bool {
	return q.low.value != nil && q.high.value != nil && !q.low.open && !q.high.open &&
		(q.low.value == q.high.value || q.low.value.Cmp(q.high.value) == 0)
}

// opaque reports whether nobody knows q's unit.
func (q Quantity) opaque() bool { return q.Unit == nil }

// bare reports whether q was given without a unit.
func (q Quantity) bare() bool { return q.Unit != nil && q.Code == "" }

// UnitCode returns the UCUM code of the unit, the text of one nobody knows, or "" if none was given.
func (q Quantity) UnitCode() string {
	if q.Unit == nil || q.Code == "" {
		return q.Code
	}
	return q.Unit.String()
}

// UnitDisplay returns the unit as a person reads it, "" if none was given.
func (q Quantity) UnitDisplay() string {
	if q.Unit == nil || q.Code == "" {
		return q.Code
	}
	return q.Unit.Display()
}

// Float64 returns the nearest float64 in q's own unit; ok is false for an interval.
func (q Quantity) Float64() (f float64, ok bool) {
	if !q.exact() {
		return 0, false
	}
	f, err := q.low.value.Float64()
	return f, err == nil
}

// Ends returns the nearest float64s of the ends between which q lies, in q's own unit: equal ones for a
// single value, infinite ones where there is no end. Whether an end is reached is not told.
func (q Quantity) Ends() (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if q.low.value != nil {
		low, _ = q.low.value.Float64()
	}
	if q.high.value != nil {
		high, _ = q.high.value.Float64()
	}
	return low, high
}
