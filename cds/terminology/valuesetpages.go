package terminology

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// A page is the expansion of one resource: all of it, or the part from offset on.
type page struct {
	source     string // its bytes, hashed
	identifier string
	offset     int
	total      int // -1 if it is not said
	asked      int // how many entries were asked for; -1 if that is not said
	entries    int // of any kind, nested ones included
	codes      []Code
	part       string // why it is only a part; "" if nothing says so
}

// partly are the extensions with which a server says that an expansion lacks codes.
var partly = map[string]string{
	"http://hl7.org/fhir/StructureDefinition/valueset-unclosed":  "it says that it is not closed: codes are missing",
	"http://hl7.org/fhir/StructureDefinition/valueset-toocostly": "it says that it was too costly: codes are missing",
}

func readPage(e *element) page {
	p := page{
		source:     hashed(e.raw),
		identifier: e.text("identifier"),
		offset:     max(0, e.count("offset")),
		total:      e.count("total"),
		asked:      -1,
	}
	for x := range e.objects("extension") {
		if yes, _ := x.flag("valueBoolean"); yes && p.part == "" {
			p.part = partly[x.text("url")]
		}
	}
	for parameter := range e.objects("parameter") {
		p.parameter(parameter)
	}
	p.contains(e)
	return p
}

// parameter reads what the server was asked for.
func (p *page) parameter(e *element) {
	switch e.text("name") {
	case "filter":
		if text := e.text("valueString"); text != "" {
			p.part = "it holds only what matches the text " + strconv.Quote(text)
		}
	case "limitedExpansion":
		if yes, _ := e.flag("valueBoolean"); yes {
			p.part = "it says that it is limited"
		}
	case "count":
		p.asked = e.count("valueInteger")
	}
}

// contains reads the entries. One that is abstract only groups others.
func (p *page) contains(e *element) {
	for entry := range e.objects("contains") {
		p.entries++
		abstract, _ := entry.flag("abstract")
		code := Code{Canonical(entry.text("system")), entry.text("code")}
		switch {
		case code.Code == "" && !abstract:
			entry.fail("expected a code")
		case code.Code != "" && code.System == "":
			entry.fail("expected the system of %q", code.Code)
		case !abstract:
			p.codes = append(p.codes, code)
		}
		p.contains(entry)
	}
}

// stored returns the codes of the stored expansion, which must be complete.
func (vs *valueSet) storedCodes() ([]Code, error) {
	pages := slices.Clone(vs.pages)
	slices.SortStableFunc(pages, func(a, b page) int { return cmp.Compare(a.offset, b.offset) })
	entries, total := 0, -1
	var codes []Code
	for i, p := range pages {
		switch {
		case p.part != "":
			return nil, fmt.Errorf("its expansion is only a part: %s", p.part)
		case i > 0 && p.offset == pages[i-1].offset:
			return nil, fmt.Errorf("two different expansions begin at entry %d", p.offset)
		case i > 0 && p.identifier != pages[0].identifier:
			return nil, fmt.Errorf("its pages are of different expansions, %q and %q", pages[0].identifier, p.identifier)
		case total >= 0 && p.total >= 0 && p.total != total:
			return nil, fmt.Errorf("its pages state different totals, %d and %d", total, p.total)
		case p.offset > entries:
			return nil, fmt.Errorf("its expansion lacks the entries %d to %d", entries, p.offset-1)
		}
		total = max(total, p.total)
		entries = max(entries, p.offset+p.entries)
		codes = append(codes, p.codes...)
	}
	last := pages[len(pages)-1]
	switch {
	case entries < total:
		return nil, fmt.Errorf("its expansion is truncated: %d of %d entries", entries, total)
	case total < 0 && len(pages) > 1:
		return nil, fmt.Errorf("the pages of its expansion do not say how many entries there are")
	case total < 0 && last.asked >= 0 && last.entries >= last.asked:
		return nil, fmt.Errorf("its expansion may be truncated: %d entries were asked for, and it does not say how many there are", last.asked)
	case len(codes) == 0:
		return nil, fmt.Errorf("its expansion is empty")
	}
	return codes, nil
}
