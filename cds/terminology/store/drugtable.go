package store

import (
	"math"
	"slices"
	"strconv"

	"github.com/primum-cds/primum/cds/terminology"
)

// A drugTable is the section of drugs: the terminology.DrugSource of a File.
type drugTable struct {
	rxnorm      *System // for names; nil if there is none
	rxcuis      column  // sorted
	rows        column  // by drug: kind, form (texts), flags
	ingredients lists   // by drug: RxCUI, strength, unit (texts) of each
	texts       texts
	ndcs        []byte // uint64, sorted
	products    column // by NDC: the RxCUI
}

// The blocks of the drugs.
const (
	drugCodes = iota
	drugRows
	drugIngredientStarts
	drugIngredients
	drugTextStarts
	drugTexts
	drugNDCs
	drugProducts
	drugBlocks
)

// The flags of a drug.
const (
	partialDrug = 1 << iota
	drugByName
	obsoleteDrug
)

func readDrugTable(section []byte, rxnorm *System) (*drugTable, bool) {
	b := blocks(section, drugBlocks)
	if b == nil {
		return nil, false
	}
	t := &drugTable{
		rxnorm: rxnorm, rxcuis: b[drugCodes], rows: b[drugRows], ndcs: b[drugNDCs], products: b[drugProducts],
	}
	n := t.rxcuis.len()
	var lists, strings bool
	t.ingredients, lists = newLists(n, b[drugIngredientStarts], b[drugIngredients])
	t.texts, strings = newTexts(max(0, len(b[drugTextStarts])/4-1), b[drugTextStarts], b[drugTexts])
	return t, lists && strings && len(t.rxcuis)%4 == 0 && len(t.rows) == 12*n &&
		len(t.ndcs)%8 == 0 && len(t.ndcs) == 2*len(t.products)
}

// Drugs returns RxNorm's drugs, if the file holds them.
func (f *File) Drugs() (*terminology.Drugs, bool) {
	d := f.drugs()
	return d, d != nil
}

func (f *File) readDrugs() *terminology.Drugs {
	i := slices.IndexFunc(f.entries, func(e entry) bool { return e.kind == drugSection })
	if i < 0 {
		return nil
	}
	t, ok := readDrugTable(f.section(f.entries[i]), f.systems[terminology.RxNorm])
	if !ok {
		return nil
	}
	return terminology.NewDrugs(t, t.all, t.forms())
}

// Lookup returns the drug with that RxCUI.
func (t *drugTable) Lookup(rxcui string) (terminology.Drug, bool) {
	i, ok := t.find(rxcui)
	if !ok {
		return terminology.Drug{}, false
	}
	flags := t.rows.at(3*i + 2)
	d := terminology.Drug{
		RxCUI: rxcui, Kind: t.kind(i), Form: string(t.texts.of(t.rows.at(3*i + 1))),
		Partial: flags&partialDrug != 0, ByName: flags&drugByName != 0, Obsolete: flags&obsoleteDrug != 0,
	}
	list := t.ingredients.of(i)
	for j := uint32(0); j+2 < uint32(list.len()); j += 3 {
		in := terminology.Ingredient{
			RxCUI:    strconv.FormatUint(uint64(list.at(j)), 10),
			Strength: string(t.texts.of(list.at(j + 1))), Unit: string(t.texts.of(list.at(j + 2))),
		}
		in.Name = t.Name(in.RxCUI)
		d.Ingredients = append(d.Ingredients, in)
	}
	return d, true
}

func (t *drugTable) kind(i uint32) string { return string(t.texts.of(t.rows.at(3 * i))) }

func (t *drugTable) find(rxcui string) (uint32, bool) {
	id, ok := numberKey(rxcui)
	if !ok || id > math.MaxUint32 {
		return 0, false
	}
	low, high := uint32(0), uint32(t.rxcuis.len())
	for low < high {
		middle := low + (high-low)/2
		if t.rxcuis.at(middle) < uint32(id) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < uint32(t.rxcuis.len()) && t.rxcuis.at(low) == uint32(id)
}

// Name returns RxNorm's name.
func (t *drugTable) Name(rxcui string) string {
	if t.rxnorm == nil {
		return ""
	}
	return t.rxnorm.Display(rxcui)
}

// NDC returns the RxCUI of the product with that NDC.
func (t *drugTable) NDC(digits string) (rxcui string, ok bool) {
	ndc, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || len(digits) != 11 {
		return "", false
	}
	low, high := 0, len(t.ndcs)/8
	for low < high {
		middle := low + (high-low)/2
		if little.Uint64(t.ndcs[8*middle:]) < ndc {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if 8*low >= len(t.ndcs) || little.Uint64(t.ndcs[8*low:]) != ndc {
		return "", false
	}
	return strconv.FormatUint(uint64(t.products.at(uint32(low))), 10), true
}

// all yields the ingredients, then the precise ones, for a name that both have means the ingredient.
func (t *drugTable) all(yield func(rxcui, name string) bool) {
	for _, kind := range []string{"IN", "PIN"} {
		for i := range uint32(t.rxcuis.len()) {
			if t.kind(i) != kind || t.rows.at(3*i+2)&obsoleteDrug != 0 {
				continue
			}
			rxcui := strconv.FormatUint(uint64(t.rxcuis.at(i)), 10)
			if !yield(rxcui, t.Name(rxcui)) {
				return
			}
		}
	}
}

// forms lists the dose forms, each once.
func (t *drugTable) forms() []string {
	met := map[uint32]bool{}
	var out []string
	for i := range uint32(t.rxcuis.len()) {
		if at := t.rows.at(3*i + 1); !met[at] {
			met[at] = true
			if form := string(t.texts.of(at)); form != "" {
				out = append(out, form)
			}
		}
	}
	slices.Sort(out)
	return out
}
