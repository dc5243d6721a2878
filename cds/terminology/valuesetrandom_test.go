package terminology

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A world is a random hierarchy and random value sets over it, with what they should hold.
type world struct {
	*rand.Rand
	n     int
	under [][]bool // under[i][j]: j is i or below it
	sets  []map[int]bool
	names []string
}

func newWorld(r *rand.Rand) *world {
	w := &world{Rand: r, n: 1 + r.IntN(30)}
	w.under = make([][]bool, w.n)
	for i := range w.under {
		w.under[i] = make([]bool, w.n)
		w.under[i][i] = true
	}
	return w
}

// system writes the hierarchy, some of it by nesting, some by parent, some by child.
func (w *world) system() map[string]any {
	concepts := make([]map[string]any, w.n)
	nested := make([]bool, w.n)
	for i := range w.n {
		concepts[i] = map[string]any{"code": fmt.Sprint(i), "property": []any{map[string]any{"code": "odd", "valueBoolean": i%2 == 1}}}
	}
	property := func(i int, name string, value int) {
		concepts[i]["property"] = append(concepts[i]["property"].([]any), map[string]any{"code": name, "valueCode": fmt.Sprint(value)})
	}
	for i := 1; i < w.n; i++ {
		for range w.IntN(3) {
			parent := w.IntN(i)
			for above := range w.n {
				if w.under[above][parent] {
					w.under[above][i] = true // what is below i comes later
				}
			}
			switch w.IntN(3) {
			case 0:
				property(i, "parent", parent)
			case 1:
				property(parent, "child", i)
			default:
				if nested[i] {
					property(i, "subsumedBy", parent)
					continue
				}
				nested[i] = true
				list, _ := concepts[parent]["concept"].([]any)
				concepts[parent]["concept"] = append(list, concepts[i])
			}
		}
	}
	var roots []any
	for i := range w.n {
		if !nested[i] {
			roots = append(roots, concepts[i])
		}
	}
	w.Shuffle(len(roots), func(i, j int) { roots[i], roots[j] = roots[j], roots[i] })
	return map[string]any{"resourceType": "CodeSystem", "url": "s", "content": "complete", "concept": roots}
}

func (w *world) where(f func(i int) bool) map[int]bool {
	out := map[int]bool{}
	for i := range w.n {
		if f(i) {
			out[i] = true
		}
	}
	return out
}

// filter returns a random filter and what meets it.
func (w *world) filter() (map[string]any, map[int]bool) {
	at := w.IntN(w.n)
	write := func(property, op, value string) map[string]any {
		return map[string]any{"property": property, "op": op, "value": value}
	}
	code := fmt.Sprint(at)
	switch w.IntN(7) {
	case 0:
		return write("concept", "is-a", code), w.where(func(i int) bool { return w.under[at][i] })
	case 1:
		return write("concept", "descendent-of", code), w.where(func(i int) bool { return w.under[at][i] && i != at })
	case 2:
		return write("concept", "is-not-a", code), w.where(func(i int) bool { return !w.under[at][i] })
	case 3:
		return write("concept", "generalizes", code), w.where(func(i int) bool { return w.under[i][at] })
	case 4:
		return write("odd", "=", "true"), w.where(func(i int) bool { return i%2 == 1 })
	case 5:
		return write("code", "regex", "[1-9]?[02468]"), w.where(func(i int) bool { return i%2 == 0 })
	}
	other := w.IntN(w.n)
	return write("concept", "in", fmt.Sprintf("%d,%d", at, other)), w.where(func(i int) bool { return i == at || i == other })
}

// clause returns a random include or exclude and what it holds.
func (w *world) clause() (map[string]any, map[int]bool) {
	out := map[string]any{"system": "s"}
	all := w.where(func(int) bool { return true })
	switch w.IntN(4) {
	case 0:
		listed := w.where(func(int) bool { return w.IntN(3) == 0 })
		listed[w.IntN(w.n)] = true
		var concepts []any
		for i := range listed {
			concepts = append(concepts, map[string]any{"code": fmt.Sprint(i)})
		}
		out["concept"], all = concepts, listed
	case 1, 2:
		var filters []any
		for range 1 + w.IntN(2) {
			f, meets := w.filter()
			filters = append(filters, f)
			all = both(all, meets)
		}
		out["filter"] = filters
	default:
		if len(w.names) == 0 || w.IntN(3) == 0 {
			return out, all
		}
		if w.IntN(2) == 0 {
			delete(out, "system")
		}
		out["valueSet"], all = w.imports(all)
		return out, all
	}
	if len(w.names) > 0 && w.IntN(3) == 0 {
		out["valueSet"], all = w.imports(all)
	}
	return out, all
}

func (w *world) imports(all map[int]bool) ([]any, map[int]bool) {
	var urls []any
	for range 1 + w.IntN(2) {
		at := w.IntN(len(w.names))
		urls = append(urls, w.names[at])
		all = both(all, w.sets[at])
	}
	return urls, all
}

func both(a, b map[int]bool) map[int]bool {
	out := map[int]bool{}
	for i := range a {
		if b[i] {
			out[i] = true
		}
	}
	return out
}

// Expansions are compared with set algebra on random hierarchies: (A ∪ B) \ C, through imports, too.
func TestExpansionIsSetAlgebra(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	empty := 0
	for range 400 {
		w := newWorld(r)
		l := NewLibrary()
		add := func(resource map[string]any) {
			text, err := json.Marshal(resource)
			require.NoError(t, err)
			require.NoError(t, l.Add(text, "random.json"))
		}
		add(w.system())
		for s := range 8 {
			want := map[int]bool{}
			var include, exclude []any
			for range 1 + w.IntN(2) {
				clause, codes := w.clause()
				include = append(include, clause)
				for i := range codes {
					want[i] = true
				}
			}
			for range w.IntN(2) {
				clause, codes := w.clause()
				exclude = append(exclude, clause)
				for i := range codes {
					delete(want, i)
				}
			}
			compose := map[string]any{"include": include}
			if exclude != nil {
				compose["exclude"] = exclude
			}
			name := fmt.Sprint("v", s)
			add(map[string]any{"resourceType": "ValueSet", "url": name, "compose": compose})
			got, err := l.ValueSet(t.Context(), name)
			if len(want) == 0 {
				empty++
				require.ErrorContains(t, err, "it is empty")
				continue
			}
			require.NoError(t, err)
			var codes []Code
			for i := range want {
				codes = append(codes, Code{"s", fmt.Sprint(i)})
			}
			text, _ := json.Marshal(compose)
			require.Equal(t, union(codes), got, string(text))
			w.names, w.sets = append(w.names, name), append(w.sets, want)
		}
		for i := range w.n {
			for j := range w.n {
				subsumes, known := l.Subsumes(Code{"s", fmt.Sprint(i)}, Code{"s", fmt.Sprint(j)})
				require.Equal(t, [2]bool{w.under[i][j], true}, [2]bool{subsumes, known})
			}
		}
	}
	t.Log(empty, "of 3200 were empty")
}
