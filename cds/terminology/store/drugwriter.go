package store

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A drugBuilder gathers the drugs of a file.
type drugBuilder struct {
	info  SystemInfo
	drugs []builtDrug
	ndcs  map[uint64]uint32
	texts map[string]uint32
	list  []string
}

type builtDrug struct {
	rxcui       uint32
	row         [3]uint32
	ingredients []uint32
}

// Drug adds a drug. The drugs of a file are those of one release: the first one that is added takes the
// place of all that the file had. The names of ingredients are not kept here but as displays of RxNorm.
func (w *Writer) Drug(d terminology.Drug) error {
	rxcui, ok := parseRxCUI(d.RxCUI)
	if !ok {
		return fmt.Errorf("%q is not an RxCUI", d.RxCUI)
	}
	b := builtDrug{rxcui: rxcui, row: [3]uint32{w.drugs.text(d.Kind), w.drugs.text(d.Form), drugFlags(d)}}
	for _, in := range d.Ingredients {
		ingredient, ok := parseRxCUI(in.RxCUI)
		if !ok {
			return fmt.Errorf("RxCUI %s: ingredient %q is not an RxCUI", d.RxCUI, in.RxCUI)
		}
		b.ingredients = append(b.ingredients, ingredient, w.drugs.text(in.Strength), w.drugs.text(in.Unit))
	}
	w.drugs.drugs = append(w.drugs.drugs, b)
	return nil
}

// NDC adds the National Drug Code of a drug, in any form that terminology.NormalNDC reads.
func (w *Writer) NDC(ndc, rxcui string) error {
	digits, ok := terminology.NormalNDC(ndc)
	id, number := parseRxCUI(rxcui)
	if !ok || !number {
		return fmt.Errorf("%q of RxCUI %q is not an NDC", ndc, rxcui)
	}
	if w.drugs.ndcs == nil {
		w.drugs.ndcs = map[uint64]uint32{}
	}
	w.drugs.ndcs[digitsKey(digits)] = id
	return nil
}

// digitsKey reads digits, leading zeros included.
func digitsKey(digits string) (x uint64) {
	for i := range len(digits) {
		x = 10*x + uint64(digits[i]-'0')
	}
	return x
}

func parseRxCUI(s string) (uint32, bool) {
	x, ok := numberKey(s)
	return uint32(x), ok && x <= math.MaxUint32
}

func drugFlags(d terminology.Drug) (flags uint32) {
	for bit, set := range []bool{d.Partial, d.ByName, d.Obsolete} {
		if set {
			flags |= 1 << bit
		}
	}
	return flags
}

func (b *drugBuilder) text(s string) uint32 {
	if b.texts == nil {
		b.texts = map[string]uint32{}
	}
	i, ok := b.texts[s]
	if !ok {
		i = uint32(len(b.list))
		b.texts[s] = i
		b.list = append(b.list, s)
	}
	return i
}

func (w *Writer) writeDrugs() {
	b := &w.drugs
	if len(b.drugs) == 0 || w.err != nil {
		return
	}
	slices.SortStableFunc(b.drugs, func(x, y builtDrug) int { return cmp.Compare(x.rxcui, y.rxcui) })
	b.drugs = slices.CompactFunc(b.drugs, func(x, y builtDrug) bool { return x.rxcui == y.rxcui })
	var rxcuis, drugRows []uint32
	ingredients := rows{starts: make([]uint32, 1, len(b.drugs)+1)}
	for _, d := range b.drugs {
		rxcuis = append(rxcuis, d.rxcui)
		drugRows = append(drugRows, d.row[:]...)
		ingredients.entries = append(ingredients.entries, d.ingredients...)
		ingredients.starts = append(ingredients.starts, uint32(len(ingredients.entries)))
	}
	ndcs := slices.Sorted(maps.Keys(b.ndcs))
	products := make([]uint32, len(ndcs))
	for i, ndc := range ndcs {
		products[i] = b.ndcs[ndc]
	}
	starts, texts, err := textBlocks(len(b.list), func(i int) string { return b.list[i] })
	if err != nil {
		w.err = err
		return
	}
	b.info.Codes = len(b.drugs)
	info := b.info.entry(drugSection)
	info.url = "" // a file has one table of drugs
	w.begin(info)
	w.blocks([]block{
		uint32s(rxcuis), uint32s(drugRows), uint32s(ingredients.starts), uint32s(ingredients.entries), starts, texts,
		uint64s(ndcs), uint32s(products),
	})
	w.end()
}
