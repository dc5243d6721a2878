package store

import (
	"slices"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// write writes codes, drugs and NDCs.
func (x *rxnorm) write(w *Writer, info SystemInfo) error {
	s := w.System(info)
	for _, c := range x.concepts {
		if err := s.Add(rxcuiText(c.rxcui), c.name, c.obsolete); err != nil {
			return err
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	w.drugs = drugBuilder{info: info}
	names := terminology.NewDrugs(x, x.all, x.forms())
	for i := range uint32(len(x.concepts)) {
		if kind := x.concepts[i].kind; kind == "" || kind == "DF" || kind == "DFG" {
			continue
		}
		if err := w.Drug(x.complete(i, names)); err != nil {
			return err
		}
	}
	for ndc, of := range x.ndcs {
		at, ok := x.index[of.rxcui]
		if !ok || x.concepts[at].kind == "" {
			continue
		}
		if err := w.NDC(ndc, rxcuiText(of.rxcui)); err != nil {
			return err
		}
	}
	return nil
}

func rxcuiText(rxcui uint32) string { return strconv.FormatUint(uint64(rxcui), 10) }

// linked returns the places that a relation leads to, of those kinds, in order.
func (x *rxnorm) linked(from uint32, what rxnormLink, kinds ...string) []uint32 {
	low := rxnormLink(from)<<35 | what<<32
	at, _ := slices.BinarySearch(x.links, low)
	var out []uint32
	for ; at < len(x.links) && x.links[at]>>32 == low>>32; at++ {
		to := uint32(x.links[at])
		if slices.Contains(kinds, x.concepts[to].kind) {
			out = append(out, to)
		}
	}
	return out
}

// complete returns a drug by its relations, or if it has none by its name.
func (x *rxnorm) complete(i uint32, names *terminology.Drugs) terminology.Drug {
	d := x.drug(i)
	switch d.Kind {
	case "SCD", "SBD", "SCDC", "SBDC", "SCDF", "SBDF":
	default:
		return d
	}
	if len(d.Ingredients) > 0 {
		return d
	}
	if named, ok := names.ByName(x.concepts[i].name); ok {
		d.Ingredients, d.Partial, d.ByName = named.Ingredients, named.Partial, true
		if d.Form == "" {
			d.Form = named.Form
		}
	}
	return d
}

// drug returns a drug by its relations. It is Partial if one of them leads nowhere.
func (x *rxnorm) drug(i uint32) terminology.Drug {
	c := x.concepts[i]
	d := terminology.Drug{RxCUI: rxcuiText(c.rxcui), Kind: c.kind, Obsolete: c.obsolete}
	switch c.kind {
	case "IN":
		d.Ingredients = []terminology.Ingredient{{RxCUI: d.RxCUI, Name: c.name}}
	case "PIN":
		x.union(&d, x.linked(i, saltLink, "IN"))
	case "MIN":
		x.union(&d, x.linked(i, partLink, "IN", "PIN"))
	case "BN":
		x.union(&d, x.linked(i, brandLink, "IN", "PIN", "MIN"))
	case "SCDC":
		x.component(&d, i)
	case "SCD":
		x.clinical(&d, i)
	case "SCDF", "SCDG", "SCDFP", "SCDGP":
		x.union(&d, x.linked(i, ingredientLink, "IN", "PIN", "MIN"))
	case "GPCK", "BPCK":
		x.pack(&d, i)
	default:
		x.branded(&d, i)
	}
	if forms := x.linked(i, formLink, "DF"); len(forms) == 1 {
		d.Form = x.concepts[forms[0]].name
	}
	d.Partial = d.Partial || len(d.Ingredients) == 0
	return d
}

// union adds the ingredients of others, each once and without strength.
func (x *rxnorm) union(d *terminology.Drug, others []uint32) {
	for _, other := range others {
		part := x.drug(other)
		d.Partial = d.Partial || part.Partial
		for _, in := range part.Ingredients {
			in.Strength, in.Unit = "", ""
			if !slices.ContainsFunc(d.Ingredients, func(has terminology.Ingredient) bool { return has.RxCUI == in.RxCUI }) {
				d.Ingredients = append(d.Ingredients, in)
			}
		}
	}
}

// component reads an SCDC: one ingredient with its strength.
func (x *rxnorm) component(d *terminology.Drug, i uint32) {
	bases := x.linked(i, ingredientLink, "IN")
	if len(bases) == 0 {
		bases = x.linked(i, preciseLink, "PIN")
	}
	x.union(d, bases)
	if len(d.Ingredients) == 1 {
		in := &d.Ingredients[0]
		in.Strength, in.Unit = x.strength(i)
	}
}

// strength returns the strength of a component as its attribute, else its name ends: "325 MG".
func (x *rxnorm) strength(i uint32) (number, unit string) {
	for _, text := range []string{x.strengths[i], x.concepts[i].name} {
		words := strings.Fields(text)
		if n := len(words); n >= 2 && isDecimal(words[n-2]) {
			return words[n-2], words[n-1]
		}
	}
	return "", ""
}

// isDecimal reports whether s is digits, with a point between them or none.
func isDecimal(s string) bool {
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	for i := range len(s) {
		if !digit(s[i]) && (s[i] != '.' || i == 0 || strings.Count(s, ".") > 1) {
			return false
		}
	}
	return s != "" && digit(s[len(s)-1])
}

// clinical reads an SCD: its components, and what else its multiple ingredient lists.
func (x *rxnorm) clinical(d *terminology.Drug, i uint32) {
	for _, c := range x.linked(i, componentLink, "SCDC") {
		part := x.drug(c)
		d.Partial = d.Partial || part.Partial
		d.Ingredients = append(d.Ingredients, part.Ingredients...)
	}
	x.union(d, x.linked(i, ingredientLink, "IN", "PIN", "MIN"))
	d.Partial = d.Partial || len(d.Ingredients) < 1+strings.Count(x.concepts[i].name, " / ")
}

// branded reads what is a brand's: it holds what the same without a brand does.
func (x *rxnorm) branded(d *terminology.Drug, i uint32) {
	if d.Kind != "SBD" && d.Kind != "SBDC" {
		x.union(d, x.linked(i, brandLink, "SCDF", "SCDG", "SCDFP", "SCDGP"))
		return
	}
	if x.generic(d, x.linked(i, brandLink, "SCD")); len(d.Ingredients) > 0 {
		return
	}
	parts := x.linked(i, brandLink, "SCDC")
	for _, kind := range []string{"SCDC", "SBDC"} {
		if len(parts) == 0 {
			parts = x.linked(i, componentLink, kind)
		}
	}
	for _, part := range parts {
		x.take(d, part)
	}
}

// generic takes what all of some drugs hold alike; where they differ in strength, none is known.
func (x *rxnorm) generic(d *terminology.Drug, drugs []uint32) {
	if len(drugs) == 0 {
		return
	}
	first := x.drug(drugs[0])
	for _, other := range drugs[1:] {
		if !slices.Equal(x.drug(other).Ingredients, first.Ingredients) {
			x.union(d, drugs)
			return
		}
	}
	x.take(d, drugs[0])
}

// take adds all of a drug.
func (x *rxnorm) take(d *terminology.Drug, other uint32) {
	part := x.drug(other)
	d.Partial = d.Partial || part.Partial
	d.Ingredients = append(d.Ingredients, part.Ingredients...)
}

// pack reads what a pack contains. An ingredient has a strength only if each drug in the pack holds it
// alike: otherwise nobody can tell how much of it one tablet is.
func (x *rxnorm) pack(d *terminology.Drug, i uint32) {
	drugs := x.linked(i, packLink, "SCD", "SBD")
	if len(drugs) == 0 {
		x.generic(d, x.linked(i, brandLink, "GPCK"))
		return
	}
	if x.union(d, drugs); len(drugs) == 0 {
		return
	}
	first := x.drug(drugs[0]).Ingredients
	for j, in := range d.Ingredients {
		same := slices.IndexFunc(first, func(f terminology.Ingredient) bool { return f.RxCUI == in.RxCUI })
		if same >= 0 && x.everywhere(drugs, first[same]) {
			d.Ingredients[j] = first[same]
		}
	}
}

// everywhere reports whether each drug holds just that of the ingredient.
func (x *rxnorm) everywhere(drugs []uint32, want terminology.Ingredient) bool {
	for _, drug := range drugs {
		n := 0
		for _, in := range x.drug(drug).Ingredients {
			if in.RxCUI == want.RxCUI {
				n++
				if in != want {
					return false
				}
			}
		}
		if n != 1 {
			return false
		}
	}
	return true
}

// Lookup makes a DrugSource of the ingredients, for names to be read with.
func (x *rxnorm) Lookup(rxcui string) (terminology.Drug, bool) {
	id, ok := parseRxCUI(rxcui)
	at, known := x.index[id]
	if !ok || !known || x.concepts[at].kind != "IN" && x.concepts[at].kind != "PIN" {
		return terminology.Drug{}, false
	}
	return x.drug(at), true
}

// Name returns the name of a concept.
func (x *rxnorm) Name(rxcui string) string {
	id, ok := parseRxCUI(rxcui)
	if at, known := x.index[id]; ok && known {
		return x.concepts[at].name
	}
	return ""
}

// NDC knows none.
func (x *rxnorm) NDC(string) (string, bool) { return "", false }

func (x *rxnorm) all(yield func(rxcui, name string) bool) {
	for _, kind := range []string{"IN", "PIN"} {
		for _, c := range x.concepts {
			if c.kind == kind && !c.obsolete && !yield(rxcuiText(c.rxcui), c.name) {
				return
			}
		}
	}
}

func (x *rxnorm) forms() []string {
	var out []string
	for _, c := range x.concepts {
		if c.kind == "DF" {
			out = append(out, c.name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
