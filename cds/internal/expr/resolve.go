package expr

// Need returns what the condition p needs; lets are those it may name.
func (p *Program) Need(lets map[string]*Program) *Need {
	r := &resolver{lets: lets, memo: map[letWay]*Need{}}
	return r.resolve(p.outlook().need(mayHold, p), p)
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

// resolve resolves a need of p.
func (r *resolver) resolve(n *Need, p *Program) *Need {
	switch n.Op {
	case Every, Some:
		parts := make([]*Need, len(n.Parts))
		for i, part := range n.Parts {
			parts[i] = r.resolve(part, p)
		}
		if n.Op == Every {
			return every(parts...)
		}
		return some(parts...)
	case Focus, Entry:
		return r.coded(n, p)
	case unresolved:
		if n.concept {
			return r.concept(n, p)
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
		n = r.resolve(p.outlook().need(key.way, p), p)
		if n.Op == Always && n.Because != nil && n.Because.Let == "" {
			because := *n.Because
			because.Let = key.let
			n = &Need{Op: Always, Because: &because}
		}
	}
	r.memo[key] = n
	return n
}

// concept is a need for the concept of a let to be in codes that p names.
func (r *resolver) concept(n *Need, p *Program) *Need {
	let := r.lets[n.let]
	if let == nil || !let.outlook().focus {
		return always
	}
	return r.coded(&Need{Op: Focus, Codes: n.Codes}, p)
}

// coded is a need whose codes p leaves open, or a let may name.
func (r *resolver) coded(n *Need, p *Program) *Need {
	out := *n
	for out.Codes.let != "" {
		if p = r.lets[out.Codes.let]; p == nil {
			return always
		}
		codes := p.outlook().codes
		if codes == nil {
			return always
		}
		out.Codes = *codes
	}
	if n := out.Codes.param; n > 0 {
		out.Codes = CodesRef{set: p.codes[n-1].(codesVal).set}
	}
	return &out
}
