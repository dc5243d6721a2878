package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/primum-cds/primum/cds/terminology"
)

// A RuleSet is the rules of a comparison, in no engine's language.
type RuleSet struct {
	Interactions []Interaction
	Allergies    []AllergyRule
	Doses        []DoseRule
	Labs         []LabRule
}

// Len is the number of rules, each interaction counted as one.
func (s *RuleSet) Len() int {
	return len(s.Interactions) + len(s.Allergies) + len(s.Doses) + len(s.Labs)
}

// An Interaction holds where an active order is of an ingredient of A and another one of B, or the
// other way round. It is told once, at the order whose id sorts first.
type Interaction struct {
	ID   string
	A, B []string // RxCUIs of ingredients
}

// An AllergyRule holds where an active order is of one of the ingredients and so is an allergy.
type AllergyRule struct {
	ID          string
	Ingredients []string
}

// A DoseRule holds where the daily dose of an active order is above the limit.
type DoseRule struct {
	ID         string
	Ingredient string
	Limit      string // mg a day
}

// A LabRule holds where an order of the ingredient is active, or the problem, and the newest result of
// the last 12 months is beyond the limit.
type LabRule struct {
	ID         string
	Ingredient string   // "" if it is asked about a problem
	Problem    string   // "" if it is asked about an order
	Tests      []string // LOINC
	Above      bool     // else below
	Limit      string
	Unit       string
}

// Names of rules in hits.
func (r Interaction) Name() string { return "interaction[" + r.ID + "]" }
func (r AllergyRule) Name() string { return "allergy-" + r.ID }
func (r DoseRule) Name() string    { return "dose-" + r.ID }
func (r LabRule) Name() string     { return "lab-" + r.ID }

// readRules returns 20 rules about allergies, 20 about doses, 10 about results and n interactions. The
// first are of drugs that records hold, and of those a few hit; the others are of drugs that none holds.
func readRules(n int) (*RuleSet, error) {
	s := &RuleSet{}
	used := map[string]bool{}
	use := func(ingredients []string) []string {
		for _, i := range ingredients {
			used[i] = true
		}
		return ingredients
	}
	err := firstError(
		eachLine("interactions.csv", func(f map[string]string) {
			s.Interactions = append(s.Interactions, Interaction{f["id"], use(list(f["a"])), use(list(f["b"]))})
		}),
		eachLine("classes.csv", func(f map[string]string) {
			s.Allergies = append(s.Allergies, AllergyRule{f["id"], use(list(f["ingredients"]))})
		}),
		eachLine("doses.csv", func(f map[string]string) {
			s.Doses = append(s.Doses, DoseRule{f["id"], f["ingredient"], f["limit"]})
		}),
		eachLine("labs.csv", func(f map[string]string) {
			s.Labs = append(s.Labs, LabRule{f["id"], f["ingredient"], f["problem"], list(f["tests"]), f["is"] == "above", f["limit"], f["unit"]})
		}),
		eachLine("drugs.csv", func(f map[string]string) { use([]string{f["ingredient"]}) }),
	)
	if err != nil {
		return nil, err
	}
	if n < len(s.Interactions) {
		return nil, fmt.Errorf("a rule set has at least %d interactions", len(s.Interactions))
	}
	others, err := otherIngredients(used)
	if err != nil {
		return nil, err
	}
	for i := 0; len(s.Interactions) < n; i++ {
		a, apart := i%len(others), 1+i/len(others)
		b := (a + apart) % len(others)
		s.Interactions = append(s.Interactions, Interaction{fmt.Sprintf("i%06d", i), others[a : a+1], others[b : b+1]})
	}
	return s, nil
}

// otherIngredients returns 600 ingredients of RxNorm but those that are used: enough for 179,700 pairs.
func otherIngredients(used map[string]bool) ([]string, error) {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		return nil, err
	}
	var out []string
	for i := 1; len(out) < 600; i++ {
		code := strconv.Itoa(i)
		if drug, ok := drugs.Lookup(code); ok && drug.Kind == "IN" && !used[code] {
			out = append(out, code)
		}
	}
	return out, nil
}

// naming returns the rules with every 50th interaction that was added about one of the drugs, too.
func (s *RuleSet) naming(drugs []Drug) *RuleSet {
	out := *s
	out.Interactions = slices.Clone(s.Interactions)
	for i := 100; i < len(out.Interactions); i += 50 {
		out.Interactions[i].A = []string{drugs[i/50%len(drugs)].Ingredient}
	}
	return &out
}

// without returns the rules but those named.
func (s *RuleSet) without(names map[string]bool) *RuleSet {
	return &RuleSet{
		Interactions: slices.DeleteFunc(slices.Clone(s.Interactions), func(r Interaction) bool { return names[r.Name()] }),
		Allergies:    slices.DeleteFunc(slices.Clone(s.Allergies), func(r AllergyRule) bool { return names[r.Name()] }),
		Doses:        slices.DeleteFunc(slices.Clone(s.Doses), func(r DoseRule) bool { return names[r.Name()] }),
		Labs:         slices.DeleteFunc(slices.Clone(s.Labs), func(r LabRule) bool { return names[r.Name()] }),
	}
}
