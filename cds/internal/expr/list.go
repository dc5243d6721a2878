package expr

import (
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// A listVal is a list from the record. One that is not complete is open: it ends in one unknown element
// and its size is unknown, so that exists, all and filter come out right.
type listVal struct {
	items []ref.Val
	open  ref.Val // the unknown that stands for what is missing; nil if the list is complete
	owner *node   // whose element the list is; nil for lists of the chart
	name  string  // of the element; of a list of the chart, the type of its resources
}

// Add implements traits.Adder.
func (l *listVal) Add(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	out := &listVal{items: append([]ref.Val(nil), l.items...), open: l.open}
	for it := o.Iterator(); it.HasNext() == types.True; {
		item := it.Next()
		if types.IsUnknown(item) {
			out.open = item
			break
		}
		out.items = append(out.items, item)
	}
	return out
}

// Contains implements traits.Container.
func (l *listVal) Contains(value ref.Val) ref.Val {
	for _, item := range l.items {
		if item.Equal(value) == types.True {
			return types.True
		}
	}
	if missing := l.missing(); missing != nil {
		return missing
	}
	return types.False
}

// missing is the unknown among the elements, what an open list lacks included; nil if all are known.
func (l *listVal) missing() ref.Val {
	var out *types.Unknown
	for _, item := range append(l.items[:len(l.items):len(l.items)], l.open) {
		if u, ok := item.(*types.Unknown); ok {
			out = types.MergeUnknowns(out, u)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// ConvertToNative implements ref.Val.
func (l *listVal) ConvertToNative(t reflect.Type) (any, error) {
	return types.DefaultTypeAdapter.NativeToValue(l.items).ConvertToNative(t)
}

// ConvertToType implements ref.Val.
func (l *listVal) ConvertToType(t ref.Type) ref.Val {
	if t == types.ListType {
		return l
	}
	return noConversion
}

// Equal implements ref.Val.
func (l *listVal) Equal(other ref.Val) ref.Val {
	if l.open != nil {
		return l.open
	}
	o, ok := other.(traits.Lister)
	if !ok {
		return types.False
	}
	if o.Size() != types.Int(len(l.items)) {
		return types.False
	}
	for i, item := range l.items {
		if eq := types.Equal(item, o.Get(types.Int(i))); eq != types.True {
			return eq
		}
	}
	return types.True
}

// Get implements traits.Indexer.
func (l *listVal) Get(index ref.Val) ref.Val {
	i, ok := index.(types.Int)
	if !ok || i < 0 || int(i) >= len(l.items) {
		return types.NewErr("index out of bounds: %v", index)
	}
	return l.items[i]
}

// Size implements traits.Sizer.
func (l *listVal) Size() ref.Val {
	if l.open != nil {
		return l.open
	}
	return types.Int(len(l.items))
}

// Fold implements traits.Foldable.
func (l *listVal) Fold(f traits.Folder) {
	for i, item := range l.items {
		if !f.FoldEntry(types.Int(i), item) {
			return
		}
	}
	if l.open != nil {
		f.FoldEntry(types.Int(len(l.items)), l.open)
	}
}

// Type implements ref.Val.
func (l *listVal) Type() ref.Type { return types.ListType }

// Value implements ref.Val.
func (l *listVal) Value() any { return l }

// Iterator implements traits.Iterable.
func (l *listVal) Iterator() traits.Iterator { return &listIterator{list: l} }

type listIterator struct {
	opaque
	list *listVal
	next int
}

func (it *listIterator) HasNext() ref.Val {
	n := len(it.list.items)
	if it.list.open != nil {
		n++
	}
	return types.Bool(it.next < n)
}

func (it *listIterator) Next() ref.Val {
	it.next++
	if it.next > len(it.list.items) {
		return it.list.open
	}
	return it.list.items[it.next-1]
}

func (it *listIterator) Type() ref.Type { return types.IteratorType }
func (it *listIterator) Value() any     { return it }
