package dose

import (
	"slices"
	"strings"
	"unicode"

	"github.com/primum-cds/primum/cds/internal/tree"
)

const snomed = "http://snomed.info/sct"

// snomedRoutes are SNOMED CT's codes for routes of administration.
var snomedRoutes = map[string]string{
	"26643006":  "oral",
	"37839007":  "sublingual",
	"54471007":  "buccal",
	"47625008":  "parenteral", // intravenous
	"78421000":  "parenteral", // intramuscular
	"34206005":  "parenteral", // subcutaneous
	"372464004": "parenteral", // intradermal
	"72607000":  "parenteral", // intrathecal
	"58100008":  "parenteral", // intra-arterial
	"12130007":  "parenteral", // intra-articular
	"38239002":  "parenteral", // intraperitoneal
	"6064005":   "topical",
	"45890007":  "transdermal",
	"447694001": "inhaled", // respiratory tract
	"54485002":  "ophthalmic",
	"10547007":  "otic",
	"46713006":  "nasal",
	"37161004":  "rectal",
	"16857009":  "vaginal",
}

// routeWords are the words that tell a route, in the text of a route as in RxNorm's dose forms. The first
// row with a word counts: a vaginal cream is not topical, and what stands beside "" belongs to no class.
var routeWords = []struct{ class, words string }{
	{"", "intrauterine intravesical intratracheal urethral"},
	{"sublingual", "sublingual sublingually sl"},
	{"buccal", "buccal"},
	{"transdermal", "transdermal"},
	{"ophthalmic", "ophthalmic ocular eye eyes conjunctival"},
	{"otic", "otic ear ears"},
	{"nasal", "nasal nasally intranasal nose nostril nostrils"},
	{"vaginal", "vaginal vaginally vagina"},
	{"rectal", "rectal rectally rectum enema pr"},
	{"inhaled", "inhalation inhaled inhaler respiratory nebulizer nebulized nebuliser nebulised"},
	{"", "irrigation"},
	{"parenteral", "intravenous intravenously iv ivp ivpb intramuscular intramuscularly im subcutaneous subcutaneously " +
		"subcut sc sq subq intradermal intrathecal epidural intraarterial arterial intraarticular articular " +
		"intraperitoneal peritoneal intraosseous parenteral injection injectable injector syringe cartridge infusion implant"},
	{"oral", "oral orally mouth po tablet tablets capsule capsules lozenge"},
	{"topical", "topical topically cutaneous mouthwash toothpaste shampoo soap lotion cream ointment medicated"},
	{"rectal", "suppository suppositories"},
}

// RouteClasses returns the classes of routes of administration.
func RouteClasses() []string {
	return []string{"oral", "sublingual", "buccal", "parenteral", "topical", "transdermal", "inhaled", "ophthalmic", "otic",
		"nasal", "rectal", "vaginal"}
}

// RouteClass returns the class of a route of administration, one of RouteClasses. It is told by the route, a
// CodeableConcept or nothing, or else by the form of the product, as RxNorm words it ("Oral Tablet"). It is ""
// if neither tells, or if the codings of the route contradict each other.
func RouteClass(route tree.Value, form string) string {
	var classes []string
	note := func(class string) {
		if class != "" && !slices.Contains(classes, class) {
			classes = append(classes, class)
		}
	}
	codings := route.Items("coding")
	for _, coding := range codings[:min(len(codings), maxAlternatives)] {
		if coding.Text("system") == snomed {
			if class := snomedRoutes[coding.Text("code")]; class != "" {
				note(class)
				continue
			}
		} else {
			note(routeByWords(coding.Text("code")))
		}
		note(routeByWords(coding.Text("display")))
	}
	if len(classes) == 0 {
		note(routeByWords(route.Text("text")))
	}
	switch len(classes) {
	case 0:
		return routeByWords(form)
	case 1:
		return classes[0]
	}
	return ""
}

// routeRows is the row of routeWords for each of its words.
var routeRows = func() map[string]int {
	rows := map[string]int{}
	for i, row := range routeWords {
		for word := range strings.FieldsSeq(row.words) {
			rows[word] = i
		}
	}
	return rows
}()

func routeByWords(s string) string {
	if len(s) > 1000 {
		return ""
	}
	first := len(routeWords)
	for word := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if row, ok := routeRows[word]; ok {
			first = min(first, row)
		}
	}
	if first == len(routeWords) {
		return ""
	}
	return routeWords[first].class
}
