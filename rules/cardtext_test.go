package rules

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

// Every card that the tests of the packs bring about reads as a person would write it.
func TestCardsReadWell(t *testing.T) {
	var found []string
	cards := 0
	for _, a := range askTests(t) {
		check := func(rule string, card *cds.RenderedCard, undecided bool) {
			cards++
			for _, fault := range faultsOf(card, undecided) {
				found = append(found, fmt.Sprintf("%s: %s: %s", a.pack.Name, rule, fault))
			}
		}
		for i := range a.report.Findings {
			check(base(a.report.Findings[i].Rule), &a.report.Findings[i].Card, false)
			if d := a.report.Findings[i].Degraded; d != "" && len(a.test.Want) > 0 {
				found = append(found, fmt.Sprintf("%s: %s: degraded: %s", a.pack.Name, base(a.report.Findings[i].Rule), d))
			}
		}
		for i := range a.report.Undecided {
			for n := range a.report.Undecided[i].Cards {
				check(a.report.Undecided[i].Rule+" undecided", &a.report.Undecided[i].Cards[n], true)
			}
		}
	}
	if cards == 0 {
		t.Error("no card was rendered")
	}
	requireGaps(t, "cards", found)
}

// faultsOf says what is wrong with the wording of a card: each fault, and the text after a tab.
func faultsOf(card *cds.RenderedCard, undecided bool) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if n := utf8.RuneCountInString(card.Summary); n == 0 || n >= 140 || strings.HasSuffix(card.Summary, "…") {
		fault("the summary is cut, empty or too long\t%s", card.Summary)
	}
	if beginsSmall(card.Summary) {
		fault("the summary begins with a small letter\t%s", card.Summary)
	}
	if strings.HasSuffix(card.Summary, ".") {
		fault("the summary ends with a full stop\t%s", card.Summary)
	}
	if undecided && strings.TrimSpace(card.SourceLabel) == "" {
		fault("no label of a source")
	}
	if detail := strings.TrimSpace(card.Detail); detail != "" {
		if !strings.HasSuffix(detail, ".") {
			fault("the detail does not end with a full stop\t%s", detail)
		}
		if n := len(sentences(detail)); n > 3 {
			fault("the detail has %d sentences\t%s", n, detail)
		}
		for _, s := range sentences(detail) {
			if beginsSmall(s) {
				fault("a sentence begins with a small letter\t%s", s)
			}
		}
	} else if !undecided {
		fault("no detail")
	}
	texts := map[string]string{"summary": card.Summary, "detail": card.Detail, "source": card.SourceLabel}
	for i, s := range card.Suggestions {
		texts[fmt.Sprintf("suggestion %d", i+1)] = s.Label
	}
	for _, where := range []string{"summary", "detail", "source", "suggestion 1", "suggestion 2", "suggestion 3"} {
		text := strings.Join(strings.Split(strings.TrimSpace(texts[where]), "\n"), " ")
		for _, a := range artefacts {
			if found := a.pattern.FindString(text); found != "" {
				fault("%s in the %s\t%s", a.what, where, text)
			}
		}
	}
	return faults
}

var artefacts = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"a template", regexp.MustCompile(`\{\{|\}\}`)},
	{"not known", regexp.MustCompile(`not known( not known)+|\(not known\)|(of|holds|was|were) not known|is not known \(not known`)},
	{"two spaces", regexp.MustCompile(`  `)},
	{"empty brackets", regexp.MustCompile(`\(\s*\)|\[\s*\]`)},
	{"a space before a mark", regexp.MustCompile(`\w\s+[,.;:]( |$)`)},
	{"two marks", regexp.MustCompile(`\.\.|,,|;;|,\.|:\.|;\.|\?\.|: ,`)},
	{"a formatting verb", regexp.MustCompile(`%!|%[svd]\b|<nil>|NaN|[Ii]nf\b`)},
	{"many decimals", regexp.MustCompile(`[1-9]\d*\.\d{4}|0\.\d{5}`)},
	{"a unit in braces", regexp.MustCompile(`\{[^}]*\}`)},
	{"a unit by day and then by body", regexp.MustCompile(`/(d|day)/kg`)},
	{"an instant", regexp.MustCompile(`\d{4}-\d\d-\d\dT`)},
	{"a list of true and false", regexp.MustCompile(`\b(true|false)([,.;]|$)`)},
	{"words in a list without a comma", regexp.MustCompile(`\]\[`)},
}

// beginsSmall reports whether a sentence begins with a small letter, and not with a name that is written with one:
// "eGFR", "pH", "pde5".
func beginsSmall(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	return first != "" && !strings.ContainsFunc(strings.TrimRight(first, ",;:."), func(r rune) bool { return !unicode.IsLower(r) && r != '-' })
}

var abbreviation = regexp.MustCompile(`\b(e\.g|i\.e|vs|approx|St|No|Dr)\.$`)

// sentences cuts a text where one sentence ends and another begins.
func sentences(text string) []string {
	var out []string
	words := strings.Fields(text)
	begin := 0
	for i, w := range words {
		end := strings.HasSuffix(w, ".") || strings.HasSuffix(w, "!") || strings.HasSuffix(w, "?") || strings.HasSuffix(w, ".)")
		if i == len(words)-1 || end && !abbreviation.MatchString(w) {
			out = append(out, strings.Join(words[begin:i+1], " "))
			begin = i + 1
		}
	}
	return out
}

// What stands in tables reads well in every row, also in those that no test asks about: a column of sentences has
// one in each cell that is not empty.
func TestTablesReadWell(t *testing.T) {
	var found []string
	for _, pack := range packsOnDisk(t) {
		for _, table := range pack.Tables {
			for c, column := range table.Columns {
				if column.Type != "string" {
					continue
				}
				written, sentence := 0, 0
				for _, row := range table.Rows {
					if row.Cells[c] != "" {
						written++
					}
					if strings.HasSuffix(row.Cells[c], ".") {
						sentence++
					}
				}
				for _, row := range table.Rows {
					for _, fault := range faultsOfCell(row.Cells[c], 2*sentence > written) {
						found = append(found, fmt.Sprintf("%s: %s %s %s: %s\t%s", pack.Name, table.Name, row.Cells[0], column.Name, fault, row.Cells[c]))
					}
				}
			}
		}
	}
	requireGaps(t, "tables", found)
}

func faultsOfCell(text string, sentence bool) []string {
	var faults []string
	if text != strings.TrimSpace(text) {
		faults = append(faults, "it begins or ends with a space")
	}
	for _, a := range artefacts {
		if a.pattern.MatchString(text) {
			faults = append(faults, a.what)
		}
	}
	if sentence && text != "" {
		if beginsSmall(text) {
			faults = append(faults, "it begins with a small letter")
		}
		if !strings.HasSuffix(text, ".") || len(sentences(text)) != 1 {
			faults = append(faults, "it is not one sentence")
		}
	}
	return faults
}
