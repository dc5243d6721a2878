package terminology

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// drugFile is gzipped text in three parts, an empty line after each but the last:
//
//	ingredients   RxCUI name
//	dose forms    name
//	drugs         RxCUI;kind;mark;form[;ingredient[,strength,unit]]…
//
// The RxCUI that begins a line is the difference to the one of the line before. The mark is "n" where the
// ingredients were read from a name, "p" where one is missing; the form is its index.
//
//go:embed drugs.txt.gz
var drugFile []byte

// saltFile lists the words that name a salt, an ester or a hydrate after an ingredient.
//
//go:embed salts.txt
var saltFile string

// A drugTable is the drug file, read: the DrugSource that ships.
type drugTable struct {
	rxcuis []uint32 // of the drugs, sorted
	lines  []string // of the drugs, as in the file from the kind on

	ingredients []uint32 // RxCUIs, sorted
	names       []string // of the ingredients
	forms       []string
}

func readDrugs(compressed []byte) (*Drugs, error) {
	t, err := readDrugTable(compressed)
	if err != nil {
		return nil, err
	}
	return NewDrugs(t, t.all, t.forms), nil
}

func readDrugTable(compressed []byte) (*drugTable, error) {
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("drug file: %w", err)
	}
	var text strings.Builder
	if _, err := io.Copy(&text, z); err != nil {
		return nil, fmt.Errorf("drug file: %w", err)
	}
	parts := strings.Split(text.String(), "\n\n")
	if len(parts) != 3 {
		return nil, fmt.Errorf("drug file: %d parts instead of 3", len(parts))
	}
	t := &drugTable{forms: strings.Split(parts[1], "\n")}
	if t.ingredients, t.names, err = readDeltas(parts[0], " "); err != nil {
		return nil, err
	}
	if t.rxcuis, t.lines, err = readDeltas(parts[2], ";"); err != nil {
		return nil, err
	}
	return t, nil
}

// Lookup is that of Drugs.
func (t *drugTable) Lookup(rxcui string) (Drug, bool) {
	id, ok := parseRxCUI(rxcui)
	if !ok {
		return Drug{}, false
	}
	if i, ok := slices.BinarySearch(t.rxcuis, id); ok {
		return t.read(rxcui, t.lines[i]), true
	}
	if i, ok := slices.BinarySearch(t.ingredients, id); ok {
		return Drug{RxCUI: rxcui, Kind: "IN", Ingredients: []Ingredient{{RxCUI: rxcui, Name: t.names[i]}}}, true
	}
	return Drug{}, false
}

// read reads "kind;mark;form;rxcui,strength,unit;…" of a line that readDeltas has checked.
func (t *drugTable) read(rxcui, line string) Drug {
	kind, rest, _ := strings.Cut(line, ";")
	mark, rest, _ := strings.Cut(rest, ";")
	form, rest, _ := strings.Cut(rest, ";")
	out := Drug{RxCUI: rxcui, Kind: kind, Partial: mark == "p", ByName: mark == "n"}
	if n, err := strconv.Atoi(form); err == nil {
		out.Form = t.forms[n]
	}
	if rest == "" {
		return out
	}
	out.Ingredients = make([]Ingredient, 0, 1+strings.Count(rest, ";"))
	for part := range strings.SplitSeq(rest, ";") {
		in := Ingredient{}
		in.RxCUI, part, _ = strings.Cut(part, ",")
		in.Strength, in.Unit, _ = strings.Cut(part, ",")
		in.Name = t.Name(in.RxCUI)
		out.Ingredients = append(out.Ingredients, in)
	}
	return out
}

// Name returns the name of an ingredient; the names of drugs are not shipped.
func (t *drugTable) Name(rxcui string) string {
	id, ok := parseRxCUI(rxcui)
	if !ok {
		return ""
	}
	i, ok := slices.BinarySearch(t.ingredients, id)
	if !ok {
		return ""
	}
	return t.names[i]
}

// NDC looks in the shipped table of NDCs.
func (t *drugTable) NDC(digits string) (rxcui string, ok bool) { return shippedNDCs.find(digits) }

// all yields the ingredients with their names.
func (t *drugTable) all(yield func(rxcui, name string) bool) {
	for i, name := range t.names {
		if !yield(strconv.FormatUint(uint64(t.ingredients[i]), 10), name) {
			return
		}
	}
}

// readDeltas reads lines that begin with a difference of RxCUIs; texts are what follows the separator.
func readDeltas(part, separator string) (rxcuis []uint32, texts []string, err error) {
	n := strings.Count(part, "\n") + 1
	rxcuis, texts = make([]uint32, 0, n), make([]string, 0, n)
	var last uint64
	for line := range strings.Lines(part) {
		number, text, found := strings.Cut(strings.TrimSuffix(line, "\n"), separator)
		delta, err := strconv.ParseUint(number, 10, 32)
		if err != nil || delta == 0 || !found {
			return nil, nil, fmt.Errorf("drug file: bad line %q", line)
		}
		last += delta
		rxcuis, texts = append(rxcuis, uint32(last)), append(texts, text)
	}
	return rxcuis, texts, nil
}

// index prepares ByName.
func (d *Drugs) index(ingredients iter.Seq2[string, string]) {
	d.byName = make(map[string]uint32)
	for rxcui, name := range ingredients {
		id, ok := parseRxCUI(rxcui)
		if name == "" || !ok {
			continue
		}
		key := nameKey(strings.Fields(name))
		if _, taken := d.byName[key]; !taken {
			d.byName[key] = id
		}
	}
	d.salts = make(map[string]bool)
	for line := range strings.Lines(saltFile) {
		if line[0] != '#' {
			d.salts[strings.TrimSpace(line)] = true
		}
	}
	d.formWords = make(map[string]bool)
	for _, form := range d.forms {
		for _, word := range strings.Fields(strings.ToLower(form)) {
			d.formWords[word] = true
		}
	}
}

// nameKey is how names are compared: without case and blanks ("vitamin B 12" is "vitamin B12").
func nameKey(words []string) string { return strings.ToLower(strings.Join(words, "")) }
