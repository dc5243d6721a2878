package terminology

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Drugs knows the ingredients of drugs. It is immutable and safe for concurrent use; what it returns
// belongs to the caller.
type Drugs struct {
	rxcuis []uint32 // of the drugs, sorted
	lines  []string // of the drugs, as in the file from the kind on

	ingredients []uint32 // RxCUIs, sorted
	names       []string // of the ingredients
	byName      map[string]uint32
	salts       map[string]bool

	forms     []string
	formWords map[string]bool
}

// ShippedDrugs returns the drugs of RxNorm's Prescribable Content that ship with this package: 34,000
// codes of clinical and branded drugs, components, brands and ingredients. They are read on the first
// call and shared. The error would mean a damaged build.
func ShippedDrugs() (*Drugs, error) { return shippedDrugs() }

var shippedDrugs = sync.OnceValues(func() (*Drugs, error) { return readDrugs(drugFile, saltFile) })

// Lookup returns the drug with that RxCUI. An ingredient is a Drug of kind "IN" that holds itself; a
// precise ingredient (PIN) holds its base ingredient. What is not listed is not known: nothing is guessed
// from a code.
func (d *Drugs) Lookup(rxcui string) (Drug, bool) {
	id, ok := parseRxCUI(rxcui)
	if !ok {
		return Drug{}, false
	}
	if i, ok := slices.BinarySearch(d.rxcuis, id); ok {
		return d.read(rxcui, d.lines[i]), true
	}
	if i, ok := slices.BinarySearch(d.ingredients, id); ok {
		return Drug{RxCUI: rxcui, Kind: "IN", Ingredients: []Ingredient{{RxCUI: rxcui, Name: d.names[i]}}}, true
	}
	return Drug{}, false
}

// read reads "kind;mark;form;rxcui,strength,unit;…" of a line that readDrugs has checked.
func (d *Drugs) read(rxcui, line string) Drug {
	kind, rest, _ := strings.Cut(line, ";")
	mark, rest, _ := strings.Cut(rest, ";")
	form, rest, _ := strings.Cut(rest, ";")
	out := Drug{RxCUI: rxcui, Kind: kind, Partial: mark == "p", ByName: mark == "n"}
	if n, err := strconv.Atoi(form); err == nil {
		out.Form = d.forms[n]
	}
	if rest == "" {
		return out
	}
	out.Ingredients = make([]Ingredient, 0, 1+strings.Count(rest, ";"))
	for part := range strings.SplitSeq(rest, ";") {
		in := Ingredient{}
		in.RxCUI, part, _ = strings.Cut(part, ",")
		in.Strength, in.Unit, _ = strings.Cut(part, ",")
		in.Name = d.ingredientName(in.RxCUI)
		out.Ingredients = append(out.Ingredients, in)
	}
	return out
}

// Ingredients returns the ingredients (IN) that any RxNorm code stands for: those of a drug, brand or
// component, the base of a precise ingredient, each once; the code itself if it is not known.
func (d *Drugs) Ingredients(rxcui string) []string {
	drug, ok := d.Lookup(rxcui)
	if !ok || len(drug.Ingredients) == 0 {
		return []string{rxcui}
	}
	out := make([]string, 0, len(drug.Ingredients))
	for _, in := range drug.Ingredients {
		if !slices.Contains(out, in.RxCUI) {
			out = append(out, in.RxCUI)
		}
	}
	return out
}

// Name returns a name in RxNorm's style: an ingredient's own, and for everything else one made of what is
// known ("warfarin 5 MG Oral Tablet"; brands are not named). "" where an ingredient is missing or has no
// name.
func (d *Drugs) Name(rxcui string) string {
	if name := d.ingredientName(rxcui); name != "" {
		return name
	}
	drug, ok := d.Lookup(rxcui)
	if !ok || drug.Partial {
		return ""
	}
	parts := make([]string, len(drug.Ingredients))
	for i, in := range drug.Ingredients {
		if in.Name == "" {
			return ""
		}
		parts[i] = in.Name
		if in.Strength != "" {
			parts[i] += " " + in.Strength + " " + in.Unit
		}
	}
	return strings.TrimSpace(strings.Join(parts, " / ") + " " + drug.Form)
}

func (d *Drugs) ingredientName(rxcui string) string {
	id, ok := parseRxCUI(rxcui)
	if !ok {
		return ""
	}
	i, ok := slices.BinarySearch(d.ingredients, id)
	if !ok {
		return ""
	}
	return d.names[i]
}

// parseRxCUI reads a positive number without sign or leading zero: RxCUIs are compared as they are
// written.
func parseRxCUI(s string) (uint32, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil
}
