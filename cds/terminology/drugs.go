package terminology

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Drugs knows the ingredients of drugs. It is immutable and safe for concurrent use; what it returns
// belongs to the caller.
type Drugs struct {
	source    DrugSource
	byName    map[string]uint32
	salts     map[string]bool
	forms     []string
	formWords map[string]bool
}

// A DrugSource is a table of RxNorm's drugs. It is safe for concurrent use; what it returns belongs to
// the caller. What it does not list it does not know: nothing is guessed.
type DrugSource interface {
	// Lookup returns the drug with that RxCUI. An ingredient holds itself, a precise one its base.
	Lookup(rxcui string) (Drug, bool)
	// Name returns RxNorm's name, "" if it is not known.
	Name(rxcui string) string
	// NDC returns the RxCUI of the product with an NDC of eleven digits.
	NDC(digits string) (rxcui string, ok bool)
}

// NewDrugs returns the Drugs of a source. ingredients yields RxCUI and name of each ingredient and
// precise ingredient, forms lists the dose forms, both as RxNorm names them: from them ByName reads. Of several with one name it takes the first.
func NewDrugs(source DrugSource, ingredients iter.Seq2[string, string], forms []string) *Drugs {
	d := &Drugs{source: source, forms: forms}
	d.index(ingredients)
	return d
}

// ShippedDrugs returns the drugs of RxNorm's Prescribable Content that ship with this package: 34,000
// codes of clinical and branded drugs, components, brands and ingredients. They are read on the first
// call and shared. The error would mean a damaged build.
func ShippedDrugs() (*Drugs, error) { return shippedDrugs() }

var shippedDrugs = sync.OnceValues(func() (*Drugs, error) { return readDrugs(drugFile) })

// Lookup returns the drug with that RxCUI. An ingredient is a Drug of kind "IN" that holds itself; a
// precise ingredient (PIN) holds its base ingredient. What is not listed is not known: nothing is guessed
// from a code.
func (d *Drugs) Lookup(rxcui string) (Drug, bool) { return d.source.Lookup(rxcui) }

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

// Name returns RxNorm's name where it is known, as it is of every ingredient, and else one in its style
// that is made of what is known ("warfarin 5 MG Oral Tablet"; brands are not named). "" where an
// ingredient is missing or has no name.
func (d *Drugs) Name(rxcui string) string {
	if name := d.source.Name(rxcui); name != "" {
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

// NDC returns the RxCUI of the product with that National Drug Code, as NormalNDC reads it.
func (d *Drugs) NDC(ndc string) (rxcui string, ok bool) {
	digits, ok := NormalNDC(ndc)
	if !ok {
		return "", false
	}
	return d.source.NDC(digits)
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
