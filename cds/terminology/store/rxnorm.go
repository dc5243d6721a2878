package store

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// ImportRxNorm reads RxNorm from the RRF files of a full or prescribable release: RXNCONSO, RXNREL and
// RXNSAT. Every RXCUI that RxNorm itself names becomes a code; ingredients, brands, components, clinical
// and branded drugs and packs become drugs, with the ingredients that RxNorm's relations give them,
// strengths, dose forms and NDCs. Where a release has no relations for a drug, as for many obsolete ones,
// its ingredients are read from its name (Drug.ByName). A drug whose name lists more ingredients than
// were found is Partial. progress is as for ImportICD10CM.
func ImportRxNorm(w *Writer, fsys fs.FS, progress func(done, total int64)) error {
	r := &release{name: "RxNorm RRF", fsys: fsys, progress: progress}
	files, err := r.rxnormFiles()
	if err != nil {
		return err
	}
	x := &rxnorm{index: map[uint32]uint32{}, strengths: map[uint32]string{}, ndcs: map[string]rxnormNDC{}}
	for i, read := range []func(*line) error{x.source, x.name, x.relation, x.attribute} {
		if files[i] == "" {
			continue
		}
		if err := r.lines(files[i], '|', read); err != nil {
			return err
		}
		if i == 1 && len(x.concepts) == 0 {
			return &ImportError{File: files[i], Message: "it has no names of RxNorm's own (SAB RXNORM)"}
		}
	}
	slices.Sort(x.links)
	x.links = slices.Compact(x.links)
	return x.write(w, SystemInfo{URL: terminology.RxNorm, Version: x.version, Source: path.Base(files[1])})
}

// rxnormFiles returns the paths of RXNSAB, which may be missing (""), RXNCONSO, RXNREL and RXNSAT. A full
// release holds the prescribable one in a folder further down.
func (r *release) rxnormFiles() (files [4]string, err error) {
	names, err := r.files(func(name string) bool { return name == "rxnconso.rrf" })
	if err != nil {
		return files, err
	}
	if len(names) == 0 {
		return files, r.missing("RXNCONSO.RRF")
	}
	folder := path.Dir(names[0])
	for i, want := range []string{"RXNSAB.RRF", "RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF"} {
		found, err := r.files(func(name string) bool { return strings.EqualFold(name, want) })
		if err != nil {
			return files, err
		}
		at := slices.IndexFunc(found, func(file string) bool { return path.Dir(file) == folder })
		if at < 0 && i > 0 {
			return files, r.missing(path.Join(folder, want))
		}
		if at < 0 {
			continue
		}
		files[i] = found[at]
		if err := r.plan(files[i]); err != nil {
			return files, err
		}
	}
	return files, nil
}

// A rxnorm is RxNorm while it is read.
type rxnorm struct {
	version   string
	index     map[uint32]uint32 // RxCUI → place in concepts
	concepts  []rxnormConcept
	links     []rxnormLink
	strengths map[uint32]string // of components, by place
	ndcs      map[string]rxnormNDC
	texts     map[string]string
}

type rxnormConcept struct {
	rxcui    uint32
	kind     string // "" where RxNorm only has synonyms
	name     string
	obsolete bool
	rank     uint8 // of the name
}

// A rxnormLink is a relation between two places: from (29 bits), what it is (3), to (32).
type rxnormLink uint64

// What relations say, in either direction: the kinds of both ends tell which.
const (
	ingredientLink = iota
	preciseLink
	componentLink
	formLink // a dose form
	saltLink
	partLink
	packLink
	brandLink
)

var rxnormLinks = map[string]rxnormLink{
	"has_ingredient": ingredientLink, "ingredient_of": ingredientLink,
	"has_ingredients": ingredientLink, "ingredients_of": ingredientLink,
	"has_precise_ingredient": preciseLink, "precise_ingredient_of": preciseLink,
	"consists_of": componentLink, "constitutes": componentLink,
	"has_dose_form": formLink, "dose_form_of": formLink,
	"has_form": saltLink, "form_of": saltLink,
	"has_part": partLink, "part_of": partLink,
	"contains": packLink, "contained_in": packLink,
	"has_tradename": brandLink, "tradename_of": brandLink,
}

// rxnormKinds are the term types of which a concept has one; the others are those of synonyms.
var rxnormKinds = map[string]bool{
	"IN": true, "PIN": true, "MIN": true, "BN": true, "SCD": true, "SBD": true, "SCDC": true, "SBDC": true,
	"SCDF": true, "SBDF": true, "SCDG": true, "SBDG": true, "SCDFP": true, "SBDFP": true, "SCDGP": true,
	"GPCK": true, "BPCK": true, "DF": true, "DFG": true,
}

// source reads RSAB (3), SVER (6).
func (x *rxnorm) source(l *line) error {
	if l.is(3, "RXNORM") {
		x.version = string(l.field(6))
	}
	return nil
}

// name reads RXCUI (0), SAB (11), TTY (12), STR (14), SUPPRESS (16).
func (x *rxnorm) name(l *line) error {
	rxcui, ok := parseRxCUI(string(l.field(0)))
	if !ok || len(l.fields) < 17 {
		return l.errorf("expected an RXCUI and 17 more columns, found %q", l.text[:min(80, len(l.text))])
	}
	if !l.is(11, "RXNORM") {
		return nil
	}
	at, ok := x.index[rxcui]
	if !ok {
		if at = uint32(len(x.concepts)); at >= 1<<29 {
			return l.errorf("there are too many concepts")
		}
		x.index[rxcui] = at
		x.concepts = append(x.concepts, rxnormConcept{rxcui: rxcui})
	}
	rank, kind := uint8(1), ""
	if rxnormKinds[string(l.fields[12])] {
		rank, kind = 3, x.text(l.fields[12])
	}
	if !l.is(16, "N") && rank == 3 {
		rank = 2
	}
	if c := &x.concepts[at]; rank > c.rank {
		*c = rxnormConcept{rxcui, kind, string(l.fields[14]), l.is(16, "O"), rank}
	}
	return nil
}

// text keeps one string of each.
func (x *rxnorm) text(b []byte) string {
	if s, ok := x.texts[string(b)]; ok {
		return s
	}
	if x.texts == nil {
		x.texts = map[string]string{}
	}
	s := string(b)
	x.texts[s] = s
	return s
}

// relation reads RXCUI1 (0), RXCUI2 (4), RELA (7), SAB (10). Relations that tell nothing of drugs, or are
// between atoms of other sources, are passed over.
func (x *rxnorm) relation(l *line) error {
	if len(l.fields) < 11 {
		return l.errorf("expected a relation, found %q", l.text[:min(80, len(l.text))])
	}
	what, ok := rxnormLinks[string(l.fields[7])]
	if !ok || !l.is(10, "RXNORM") || len(l.fields[0]) == 0 || len(l.fields[4]) == 0 {
		return nil
	}
	var ends [2]rxnormLink
	for i, field := range []int{0, 4} {
		rxcui, ok := parseRxCUI(string(l.fields[field]))
		if !ok {
			return l.errorf("%q is not an RXCUI", l.fields[field])
		}
		at, ok := x.index[rxcui]
		if !ok {
			return l.errorf("RXCUI %s has no name of RxNorm's in RXNCONSO", l.fields[field])
		}
		ends[i] = rxnormLink(at)
	}
	x.links = append(x.links, ends[0]<<35|what<<32|ends[1], ends[1]<<35|what<<32|ends[0])
	return nil
}

// A rxnormNDC is what an NDC stands for; 0 if sources differ.
type rxnormNDC struct {
	rxcui uint32
	own   bool // RxNorm itself says so
}

// attribute reads RXCUI (0), ATN (8), SAB (9), ATV (10).
func (x *rxnorm) attribute(l *line) error {
	if len(l.fields) < 11 {
		return l.errorf("expected an attribute, found %q", l.text[:min(80, len(l.text))])
	}
	strength, ndc := l.is(8, "RXN_STRENGTH"), l.is(8, "NDC")
	if !strength && !ndc {
		return nil
	}
	rxcui, ok := parseRxCUI(string(l.fields[0]))
	at, known := x.index[rxcui]
	switch {
	case !ok:
		return l.errorf("%q is not an RXCUI", l.fields[0])
	case !known:
		return nil
	case strength:
		x.strengths[at] = x.text(l.fields[10])
	default:
		x.ndc(string(l.fields[10]), rxnormNDC{rxcui, l.is(9, "RXNORM")})
	}
	return nil
}

// ndc takes RxNorm's own word over that of its sources; if these differ, none is taken. VA's twelve digits
// are eleven after a 0.
func (x *rxnorm) ndc(code string, of rxnormNDC) {
	if len(code) == 12 && !strings.Contains(code, "-") {
		code = strings.TrimPrefix(code, "0")
	}
	digits, ok := terminology.NormalNDC(code)
	if !ok {
		return
	}
	old, ok := x.ndcs[digits]
	switch {
	case !ok || of.own && !old.own:
		x.ndcs[digits] = of
	case of.own == old.own && of.rxcui != old.rxcui:
		x.ndcs[digits] = rxnormNDC{0, of.own}
	}
}
