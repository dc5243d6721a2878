package terminology

import "strings"

// imports tells how the loaded value sets import each other.
type imports struct {
	library *Library
	of      map[*valueSet][]*valueSet
	circle  map[*valueSet]bool // those whose imports lead back to them
	height  map[*valueSet]int  // the longest way down through imports
}

// mostHeight bounds how deep value sets are imported, and with it the stack.
const mostHeight = 100

func (l *Library) readImports() *imports {
	m := &imports{l, map[*valueSet][]*valueSet{}, map[*valueSet]bool{}, map[*valueSet]int{}}
	for _, versions := range l.valueSets {
		for _, vs := range versions {
			m.of[vs] = l.importsOf(vs)
		}
	}
	m.findCircles()
	m.measure()
	return m
}

func (l *Library) importsOf(vs *valueSet) []*valueSet {
	if vs.compose == nil {
		return nil
	}
	var out []*valueSet
	for _, clauses := range [][]clause{vs.compose.include, vs.compose.exclude} {
		for _, c := range clauses {
			for _, url := range c.imports {
				if other, err := l.valueSet(url); err == nil {
					out = append(out, other)
				}
			}
		}
	}
	return out
}

// findCircles takes away what nobody imports and what imports nothing, again and again. What remains is
// in a circle or leads from one to another.
func (m *imports) findCircles() {
	by := map[*valueSet][]*valueSet{}
	for vs, others := range m.of {
		m.circle[vs] = true
		for _, other := range others {
			by[other] = append(by[other], vs)
		}
	}
	peel(m.circle, m.of, by)
	peel(m.circle, by, m.of)
}

// peel takes from left, step by step, what no next of something left points at.
func peel(left map[*valueSet]bool, next, previous map[*valueSet][]*valueSet) {
	waiting := map[*valueSet]int{}
	var free []*valueSet
	for vs := range left {
		for _, p := range previous[vs] {
			if left[p] {
				waiting[vs]++
			}
		}
		if waiting[vs] == 0 {
			free = append(free, vs)
		}
	}
	for len(free) > 0 {
		vs := free[len(free)-1]
		free = free[:len(free)-1]
		delete(left, vs)
		for _, n := range next[vs] {
			if left[n] {
				if waiting[n]--; waiting[n] == 0 {
					free = append(free, n)
				}
			}
		}
	}
}

// measure finds each height, from the value sets that import nothing up. Those in a circle count as such:
// they are not expanded through their imports.
func (m *imports) measure() {
	by := map[*valueSet][]*valueSet{}
	waiting := map[*valueSet]int{}
	var free []*valueSet
	for vs, others := range m.of {
		if m.circle[vs] || len(others) == 0 {
			free = append(free, vs)
			continue
		}
		waiting[vs] = len(others)
		for _, other := range others {
			by[other] = append(by[other], vs)
		}
	}
	for len(free) > 0 {
		vs := free[len(free)-1]
		free = free[:len(free)-1]
		for _, n := range by[vs] {
			m.height[n] = max(m.height[n], m.height[vs]+1)
			if waiting[n]--; waiting[n] == 0 {
				free = append(free, n)
			}
		}
	}
}

// describe names a circle that vs is in or leads to.
func (m *imports) describe(vs *valueSet) string {
	met := map[*valueSet]int{}
	var path []string
	for {
		if first, ok := met[vs]; ok {
			return strings.Join(shortened(append(path[first:], vs.url)), " → ")
		}
		met[vs] = len(path)
		path = append(path, vs.url)
		for _, other := range m.of[vs] {
			if m.circle[other] {
				vs = other
				break
			}
		}
	}
}
