package expr

import (
	"slices"

	"github.com/google/cel-go/common/types/ref"
)

// A pointScore is a score of points for items.
type pointScore struct {
	name, word string
	items      []item
	// applies is the unknown of a patient whom the score is not for; may be nil.
	applies func(*calculation) ref.Val
	// sources are what applies reads beside the Patient.
	sources []source
}

// pointScores are all of them.
var pointScores = slices.Concat(vitalScores(), conditionScores())

// scores are the functions of the point scores.
func (p *provider) scores() []*function {
	var out []variant
	for i := range pointScores {
		s := &pointScores[i]
		sources := append([]source{patientItself}, s.sources...)
		for _, it := range s.items {
			sources = append(sources, it.sources...)
		}
		sources = slices.Clone(sources)
		for i := range sources {
			sources[i].word = s.word
		}
		out = append(out, variant{s.name, s.word, scoreType, sources, s.calculate})
	}
	return p.functions(out)
}

func (s *pointScore) calculate(c *calculation) (ref.Val, ref.Val) {
	if s.applies != nil {
		if missing := s.applies(c); missing != nil {
			return nil, missing
		}
	}
	items := make([]scored, len(s.items))
	for i := range s.items {
		items[i] = s.items[i].score(c)
	}
	return summed(items), nil
}

// variantsOf are the words that a calculator's argument can be; nil if it takes none.
func variantsOf(name string) []string {
	var out []string
	for i := range formulas {
		if formulas[i].name == name && formulas[i].word != "" {
			out = append(out, formulas[i].word)
		}
	}
	for _, s := range pointScores {
		if s.name == name && s.word != "" {
			out = append(out, s.word)
		}
	}
	switch name {
	case "qtc":
		out = qtcWords
	case "dosingWeight", "creatinineClearance":
		out = weights
	}
	return out
}

// itemsOf are the items of a score, of all its variants; nil if it has none.
func itemsOf(name string) []item {
	var out []item
	for _, s := range pointScores {
		if s.name == name {
			out = append(out, s.items...)
		}
	}
	return out
}
