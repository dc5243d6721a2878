package measure

import "github.com/cockroachdb/apd/v3"

// An end is a bound that says on which side there is none.
type end struct {
	bound
	infinite int // -1, 0 or 1
}

func (q Quantity) ends() (low, high end) {
	low, high = end{bound: q.low}, end{bound: q.high}
	if q.low.value == nil {
		low = end{bound{open: true}, -1}
	}
	if q.high.value == nil {
		high = end{bound{open: true}, 1}
	}
	return low, high
}

func (e end) sign() int {
	if e.value != nil {
		return e.value.Sign()
	}
	return e.infinite
}

// finite drops what is infinite.
func (e end) finite() bound {
	if e.infinite != 0 {
		return bound{}
	}
	return e.bound
}

func compareEnds(a, b end) int {
	if a.infinite != 0 || b.infinite != 0 {
		return a.infinite - b.infinite
	}
	return a.value.Cmp(b.value)
}

func product(a, b Quantity) (low, high bound, err error) { return extremes(a, b, times) }

func quotient(a, b Quantity) (low, high bound, err error) {
	low0, high0 := b.ends()
	if low0.sign() <= 0 && high0.sign() >= 0 && !low0.openZero() && !high0.openZero() {
		return bound{}, bound{}, nil
	}
	side := high0.sign() + low0.sign()
	return extremes(a, b, func(x, y end) (end, error) { return over(x, y, side) })
}

func (e end) openZero() bool { return e.sign() == 0 && e.open }

// extremes returns the least and the greatest result over the ends of a and b; one that is reached counts
// before an open one.
func extremes(a, b Quantity, operate func(x, y end) (end, error)) (low, high bound, err error) {
	aLow, aHigh := a.ends()
	bLow, bHigh := b.ends()
	if a.exact() && b.exact() {
		result, err := operate(aLow, bLow)
		return result.bound, result.bound, err
	}
	var least, most end
	for i, pair := range [][2]end{{aLow, bLow}, {aLow, bHigh}, {aHigh, bLow}, {aHigh, bHigh}} {
		result, err := operate(pair[0], pair[1])
		if err != nil {
			return bound{}, bound{}, err
		}
		if i == 0 {
			least, most = result, result
			continue
		}
		if c := compareEnds(result, least); c < 0 || c == 0 && !result.open {
			least = result
		}
		if c := compareEnds(result, most); c > 0 || c == 0 && !result.open {
			most = result
		}
	}
	return least.finite(), most.finite(), nil
}

func times(a, b end) (end, error) {
	sign := a.sign() * b.sign()
	switch {
	case sign == 0:
		// Zero is reached if either factor reaches it.
		reached := a.sign() == 0 && !a.open || b.sign() == 0 && !b.open
		return zero(!reached), nil
	case a.infinite != 0 || b.infinite != 0:
		return end{bound{open: true}, sign}, nil
	}
	d := new(apd.Decimal)
	ctx := arithmetic()
	_, err := ctx.Mul(d, a.value, b.value)
	return end{bound: bound{value: d, open: a.open || b.open}}, err
}

// over divides; side is the sign of all that b stands for, which its open zero does not show.
func over(a, b end, side int) (end, error) {
	switch {
	case a.sign() == 0:
		return zero(a.open), nil
	case b.infinite != 0:
		return zero(true), nil
	case b.sign() == 0 || a.infinite != 0:
		return end{bound{open: true}, a.sign() * max(-1, min(1, side))}, nil
	}
	d := new(apd.Decimal)
	ctx := arithmetic()
	var err error
	if isOne(b.value) {
		_, err = ctx.Round(d, a.value)
	} else {
		_, err = ctx.Quo(d, a.value, b.value)
	}
	d.Reduce(d)
	return end{bound: bound{value: d, open: a.open || b.open}}, err
}

func isOne(d *apd.Decimal) bool {
	return d.Form == apd.Finite && d.Exponent == 0 && !d.Negative && d.Coeff.IsInt64() && d.Coeff.Int64() == 1
}

func zero(open bool) end { return end{bound: bound{value: new(apd.Decimal), open: open}} }
