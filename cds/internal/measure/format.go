package measure

import "github.com/cockroachdb/apd/v3"

// String returns the quantity as a person reads it: "25 mL/min/1.73 m²", ">60 mg/dL", "5%". A value that
// was given is printed as it was written; one that was computed, or has the noise of a float64, with up
// to four significant digits, from 100 on with two decimals and six digits, though never with a whole number
// rounded.
func (q Quantity) String() string {
	var s string
	switch {
	case q.low.value == nil && q.high.value == nil:
		return "not known"
	case q.exact():
		s = q.digits(q.low.value)
	case q.low.value == nil:
		s = q.high.sign("<") + q.digits(q.high.value)
	case q.high.value == nil:
		s = q.low.sign(">") + q.digits(q.low.value)
	default:
		s = q.low.sign(">") + q.digits(q.low.value) + " and " + q.high.sign("<") + q.digits(q.high.value)
	}
	switch unit := q.UnitDisplay(); unit {
	case "", "%":
		return s + unit
	default:
		return s + " " + unit
	}
}

func (b bound) sign(sign string) string {
	if b.open {
		return sign
	}
	return sign + "="
}

// noise is the number of digits from which on they are those of a float64, not of a measurement.
const noise = 13

func (q Quantity) digits(d *apd.Decimal) string {
	if n := d.NumDigits(); n >= noise || q.computed {
		whole := n + int64(d.Exponent)
		ctx := arithmetic()
		ctx.Precision = uint32(min(max(4, min(whole+2, 6), whole), 50))
		rounded := new(apd.Decimal)
		if _, err := ctx.Round(rounded, d); err == nil {
			rounded.Reduce(rounded)
			d = rounded
		}
	}
	if d.Exponent > 20 || d.Exponent < -20 {
		return d.Text('e')
	}
	return d.Text('f')
}
