package expr

// Need returns what the condition p needs; lets are those it may name.
func (p *Program) Need(lets map[string]*Program) *Need {
	r := &resolver{lets: lets, memo: map[letWay]*Need{}}
	return r.resolve(p.outlook.need(mayHold, p))
}

// A resolver puts the needs of lets in the place of their names.
type resolver struct {
	lets map[string]*Program
	memo map[letWay]*Need
}

type letWay struct {
	let string
	way way
}

func (r *resolver) resolve(n *Need) *Need {
	switch n.Op {
	case Every, Some:
		parts := make([]*Need, len(n.Parts))
		for i, part := range n.Parts {
			parts[i] = r.resolve(part)
		}
		if n.Op == Every {
			return every(parts...)
		}
		return some(parts...)
	case Focus, Entry:
		return r.coded(n)
	case unresolved:
		if n.concept {
			return r.concept(n)
		}
		return r.let(letWay{n.let, n.way})
	}
	return n
}

// let is what a let needs.
func (r *resolver) let(key letWay) *Need {
	if n, ok := r.memo[key]; ok {
		return n
	}
	n := always
	if p := r.lets[key.let]; p != nil {
		n = r.resolve(p.outlook.need(key.way, p))
		if n.Op == Always && n.Because != nil && n.Because.Let == "" {
			because := *n.Because
			because.Let = key.let
			n = &Need{Op: Always, Because: &because}
		}
	}
	r.memo[key] = n
	return n
}

// concept is a need for the concept of a let to be in codes.
func (r *resolver) concept(n *Need) *Need {
	p := r.lets[n.let]
	if p == nil || !p.outlook.focus {
		return always
	}
	return r.coded(&Need{Op: Focus, Codes: n.Codes})
}

// coded is a need whose codes a let may name.
func (r *resolver) coded(n *Need) *Need {
	out := *n
	for out.Codes.let != "" {
		p := r.lets[out.Codes.let]
		if p == nil || p.outlook.codes == nil {
			return always
		}
		out.Codes = *p.outlook.codes
	}
	return &out
}
