package dose

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds/internal/tree"
)

// The code system of Timing.code in R4, and in earlier versions.
var abbreviationSystems = map[string]bool{
	"http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation": true,
	"http://hl7.org/fhir/v3/GTSAbbreviation":                   true,
	"http://hl7.org/fhir/timing-abbreviation":                  true,
	"": true,
}

// abbreviations are the codes of that system, and their usual synonyms, as times a day.
var abbreviations = map[string][2]int64{
	"QD": {1, 1}, "DAILY": {1, 1}, "AM": {1, 1}, "PM": {1, 1}, "QAM": {1, 1}, "QPM": {1, 1}, "BED": {1, 1}, "HS": {1, 1}, "QHS": {1, 1},
	"BID": {2, 1}, "TID": {3, 1}, "QID": {4, 1}, "QOD": {1, 2}, "WK": {1, 7}, "MO": {48, 1461},
}

// coded reads Timing.code: a code of GTSAbbreviation, or its text if that is such an abbreviation.
func coded(concept tree.Value) (ratio, string) {
	if !concept.Exists() {
		return ratio{}, notGiven
	}
	var words []string
	for n, coding := range concept.Items("coding") {
		if n < maxAlternatives && abbreviationSystems[coding.Text("system")] {
			words = append(words, coding.Text("code"))
		}
	}
	words = append(words, concept.Text("text"))
	for _, word := range words {
		if often := abbreviated(word); !often.none() {
			return often, ""
		}
	}
	for _, word := range append(words, concept.Text("coding", "0", "display"), concept.Text("coding", "0", "code")) {
		if word != "" {
			return ratio{}, fmt.Sprintf("the timing %q is not understood", clip(word))
		}
	}
	return ratio{}, notGiven
}

// abbreviated reads one abbreviation, "b.i.d." like "BID"; no ratio if it is none.
func abbreviated(word string) ratio {
	if len(word) > 20 {
		return ratio{}
	}
	word = strings.ToUpper(strings.NewReplacer(".", "", " ", "").Replace(word))
	if often, ok := abbreviations[word]; ok {
		return ratioOf(often[0], often[1])
	}
	hours, isHours := strings.CutPrefix(word, "Q")
	if hours, isHours = trimSuffixes(hours, isHours, "HRS", "HR", "H"); !isHours {
		return ratio{}
	}
	// Of "Q4-6H" the shorter counts.
	first, second, ranged := strings.Cut(hours, "-")
	n, ok := hourly(first)
	if ranged {
		m, fine := hourly(second)
		n, ok = min(n, m), ok && fine
	}
	if !ok {
		return ratio{}
	}
	return ratioOf(24, n)
}

func trimSuffixes(s string, ok bool, suffixes ...string) (string, bool) {
	for _, suffix := range suffixes {
		if rest, found := strings.CutSuffix(s, suffix); ok && found {
			return rest, true
		}
	}
	return s, false
}

func hourly(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	return int64(n), err == nil && n > 0
}
