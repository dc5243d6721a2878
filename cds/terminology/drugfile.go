package terminology

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
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

func readDrugs(compressed []byte, salts string) (*Drugs, error) {
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
	d := &Drugs{}
	if d.ingredients, d.names, err = readDeltas(parts[0], " "); err != nil {
		return nil, err
	}
	d.forms = strings.Split(parts[1], "\n")
	if d.rxcuis, d.lines, err = readDeltas(parts[2], ";"); err != nil {
		return nil, err
	}
	d.indexNames(salts)
	return d, nil
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

func (d *Drugs) indexNames(salts string) {
	d.byName = make(map[string]uint32, len(d.names))
	for i, name := range d.names {
		if name != "" {
			d.byName[nameKey(strings.Fields(name))] = d.ingredients[i]
		}
	}
	d.salts = make(map[string]bool)
	for line := range strings.Lines(salts) {
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
