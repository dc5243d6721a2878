package tree

import "iter"

// EachItem returns the items of the array at a path, in order; none if there is no array.
func (v Value) EachItem(path ...string) iter.Seq[Value] {
	v = v.Get(path...)
	if v.Kind() != Array {
		return Value{}.All()
	}
	return v.All()
}
