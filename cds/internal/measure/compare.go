package measure

import "github.com/primum-cds/primum/cds/internal/kleene"

// Less says whether a is less than b, whatever units they have; Unknown if the intervals leave it open.
// The error is an *IncomparableError if the units do not convert into each other.
func Less(a, b Quantity) (kleene.Truth, error) {
	b, err := b.alike(a)
	if err != nil {
		return kleene.Unknown, err
	}
	return less(a, b), nil
}

// LessEqual says whether a is at most b, in the way of Less.
func LessEqual(a, b Quantity) (kleene.Truth, error) {
	b, err := b.alike(a)
	if err != nil {
		return kleene.Unknown, err
	}
	return kleene.Not(less(b, a)), nil
}

// Equal says whether a and b are the same amount, in the way of Less: 1 g is 1000 mg.
func Equal(a, b Quantity) (kleene.Truth, error) {
	b, err := b.alike(a)
	if err != nil {
		return kleene.Unknown, err
	}
	return kleene.And(kleene.Not(less(a, b)), kleene.Not(less(b, a))), nil
}

// less compares intervals in one unit.
func less(a, b Quantity) kleene.Truth {
	if a.high.value != nil && b.low.value != nil {
		if c := a.high.value.Cmp(b.low.value); c < 0 || c == 0 && (a.high.open || b.low.open) {
			return kleene.True
		}
	}
	if a.low.value != nil && b.high.value != nil && a.low.value.Cmp(b.high.value) >= 0 {
		return kleene.False
	}
	return kleene.Unknown
}
