package expr

// A Waker is a question that wakes a rule where it is met, as long as what stands beside it is met, too.
type Waker struct {
	*Need
	Beside []*Need
}

// Wakers returns questions of which one must be met for n to be; false if n may be met without any. Of those
// that would do it takes the ones that fewest patients meet, as far as that can be told. Without the focus it
// takes none that is about the focus.
func (n *Need) Wakers(focus bool) ([]Waker, bool) {
	switch n.Op {
	case Always:
		return nil, false
	case Never:
		return nil, true
	case Every:
		return n.rarest(focus)
	case Some:
		var all []Waker
		for _, part := range n.Parts {
			wakers, ok := part.Wakers(focus)
			if !ok {
				return nil, false
			}
			all = append(all, wakers...)
		}
		return all, true
	}
	return []Waker{{Need: n}}, focus || n.Op != Focus
}

func (n *Need) rarest(focus bool) (best []Waker, ok bool) {
	chosen := 0
	for i, part := range n.Parts {
		wakers, can := part.Wakers(focus)
		if can && (!ok || cost(wakers) < cost(best)) {
			best, ok, chosen = wakers, true, i
		}
	}
	for i := range best {
		for j, part := range n.Parts {
			if j != chosen {
				best[i].Beside = append(best[i].Beside, part)
			}
		}
	}
	return best, ok
}

// cost orders questions by how often they are met: a focus has few codes, a list as many as its entries.
func cost(wakers []Waker) int {
	sum := 0
	for _, w := range wakers {
		switch w.Op {
		case Focus, Open:
			sum++
		case Unsure:
			sum += 100
		default:
			sum += 10
		}
	}
	return sum
}
