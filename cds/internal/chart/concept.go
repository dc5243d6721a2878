package chart

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
)

// A Concept is what a CodeableConcept, Coding or Medication means to the loaded rules: the codes they
// name that it carries, its drug's ingredients included, and the systems in which it could be read.
type Concept struct {
	IDs     []terminology.ID
	Systems []string // in which every code sets of that system can tell whether it holds the concept
	Drug    *terminology.Drug
	Holds   string           // the drug's ingredients, as one word; "" if not all of them are known
	ByName  bool             // the drug was read from its name, its code being unknown
	First   terminology.Code // of the first coding, to name it by
	Display string
	Reason  string // why it is not mapped, "" if it is

	// subject is which subject of its list it is in the chart of that number.
	chart   int
	subject int32
}

func (c *Concept) clone() *Concept {
	out := *c
	out.chart = 0
	out.IDs, out.Systems = slices.Clone(c.IDs), slices.Clone(c.Systems)
	return &out
}

// In reports whether the concept is in set: unknown if none of its codings is in a system of the set.
func (c *Concept) In(set *terminology.Set) kleene.Truth {
	for _, id := range c.IDs {
		if set.Has(id) {
			return kleene.True
		}
	}
	for _, system := range c.Systems {
		if set.Covers(system) {
			return kleene.False
		}
	}
	if set.Len() == 0 {
		return kleene.False
	}
	return kleene.Unknown
}

// A Coding is one code of a concept, and the name it was given there.
type Coding struct {
	terminology.Code
	Display string
}

// A Coder turns codings into Concepts. It is read-only and concurrent.
type Coder struct {
	Codes *terminology.Interner
	Drugs *terminology.Drugs
	// Translate returns codes that mean the same as one, or more widely what it means; may be nil.
	Translate func(terminology.Code) []terminology.Code
	// Subsumes reports whether the first code is the second or above it, if that is known; may be nil.
	Subsumes func(a, b terminology.Code) (subsumes, known bool)
}

// Below is the system under which the codes whose descendants a rule means are interned, for systems in
// which a code's prefix is its ancestor.
const Below = terminology.ICD10CM + "#below"

// Concept reads a CodeableConcept.
func (c *Coder) Concept(v tree.Value) Concept {
	out := Concept{Display: v.Text("text")}
	for coding := range v.EachItem("coding") {
		c.add(&out, CodingOf(coding))
	}
	c.finish(&out)
	return out
}

// Codings is the concept that has these codings and this text; "" is none.
func (c *Coder) Codings(codings []Coding, text string) Concept {
	out := Concept{Display: text}
	for _, coding := range codings {
		c.add(&out, coding)
	}
	c.finish(&out)
	return out
}

// Coding reads a Coding.
func (c *Coder) Coding(v tree.Value) Concept {
	var out Concept
	c.add(&out, CodingOf(v))
	c.finish(&out)
	return out
}

// Medication reads the concept of a medication: if no coding tells the drug, its name does.
func (c *Coder) Medication(v tree.Value) Concept {
	out := c.Concept(v)
	if out.Drug != nil {
		return out
	}
	c.addNamed(&out, v, func(name string) string { return name })
	if out.Drug == nil {
		switch {
		case out.First.Code == "" && out.Display == "":
			out.Reason = "no code and no name"
		case out.First.Code == "":
			out.Reason = "no code, and the name names no known drug"
		default:
			out.Reason = "no known drug has this code or name"
		}
	}
	return out
}

// Allergy reads what an allergy is to: if no coding tells the drug, its name does, such as "Allergy to
// amoxicillin". What is no drug, such as a class of them, has its codes alone.
func (c *Coder) Allergy(v tree.Value) Concept {
	out := c.Concept(v)
	if out.Drug == nil {
		c.addNamed(&out, v, substance)
	}
	return out
}

// addNamed adds the drug that the first name names which names one, its text before those of its codings.
func (c *Coder) addNamed(out *Concept, v tree.Value, called func(name string) string) {
	names := []string{v.Text("text")}
	for coding := range v.EachItem("coding") {
		names = append(names, coding.Text("display"))
	}
	for _, name := range names {
		if drug, ok := c.Drugs.ByName(called(name)); name != "" && ok {
			out.ByName = true
			c.addDrug(out, drug)
			break
		}
	}
	c.finish(out)
}

// CodingOf reads a Coding as it was written.
func CodingOf(v tree.Value) Coding {
	return Coding{terminology.Code{System: v.Text("system"), Code: v.Text("code")}, v.Text("display")}
}

func (c *Coder) add(out *Concept, coding Coding) {
	code := terminology.Normal(coding.Code)
	if out.Display == "" {
		out.Display = coding.Display
	}
	if code.Code == "" {
		return
	}
	if out.First.Code == "" {
		out.First = terminology.Code{System: code.System, Code: coding.Code.Code}
	}
	c.addCode(out, code)
	if c.Translate == nil {
		return
	}
	for _, other := range c.Translate(code) {
		c.addCode(out, other)
	}
}

func (c *Coder) addCode(out *Concept, code terminology.Code) {
	out.intern(c.Codes.Lookup(code))
	switch code.System {
	case "":
	case terminology.RxNorm:
		if drug, ok := c.Drugs.Lookup(code.Code); ok {
			c.addDrug(out, drug)
		}
	case terminology.NDC:
		out.Systems = append(out.Systems, code.System)
		if rxcui, ok := c.Drugs.NDC(code.Code); ok {
			c.addCode(out, terminology.Code{System: terminology.RxNorm, Code: rxcui})
		}
	case terminology.ICD10CM:
		out.Systems = append(out.Systems, code.System)
		for n := 3; n <= len(code.Code); n++ {
			out.intern(c.Codes.Lookup(terminology.Code{System: Below, Code: strings.TrimSuffix(code.Code[:n], ".")}))
		}
	default:
		out.Systems = append(out.Systems, code.System)
	}
}

// addDrug makes the drug's ingredients codes of the concept. A drug of which an ingredient is missing
// can be found, but never ruled out.
func (c *Coder) addDrug(out *Concept, drug terminology.Drug) {
	if out.Drug == nil || out.Drug.Partial && !drug.Partial || !stated(*out.Drug) && stated(drug) && out.Drug.Partial == drug.Partial {
		out.Drug = &drug
	}
	if drug.Partial {
		out.Reason = "an ingredient of this drug is not known"
	} else {
		out.Systems = append(out.Systems, terminology.RxNorm)
	}
	for _, ingredient := range drug.Ingredients {
		out.intern(c.Codes.Lookup(terminology.Code{System: terminology.RxNorm, Code: ingredient.RxCUI}))
	}
}

func (c *Concept) intern(id terminology.ID) {
	if id != 0 {
		c.IDs = append(c.IDs, id)
	}
}

// finish puts what was gathered into order. A concept that nobody named is called by what it holds.
func (c *Coder) finish(out *Concept) {
	slices.Sort(out.IDs)
	out.IDs = slices.Compact(out.IDs)
	slices.Sort(out.Systems)
	out.Systems = slices.Compact(out.Systems)
	if out.Drug != nil && !out.Drug.Partial {
		out.Reason = ""
		out.Holds = holds(*out.Drug)
	}
	if out.Display == "" && out.Drug != nil {
		out.Display = c.name(*out.Drug)
	}
	if out.Display == "" {
		out.Display = out.First.Code
	}
}

// stated reports whether the strength of an ingredient is known.
func stated(drug terminology.Drug) bool {
	return slices.ContainsFunc(drug.Ingredients, func(i terminology.Ingredient) bool { return i.Strength != "" })
}

func holds(drug terminology.Drug) string {
	var rxcuis []string
	for _, ingredient := range drug.Ingredients {
		rxcuis = append(rxcuis, ingredient.RxCUI)
	}
	slices.Sort(rxcuis)
	return strings.Join(rxcuis, " ")
}

// SharesIngredient reports whether two drugs have an ingredient in common: unknown if none is found, and not
// all ingredients of both are known.
func (c *Concept) SharesIngredient(other *Concept) kleene.Truth {
	if c.Drug != nil && other.Drug != nil {
		for _, i := range c.Drug.Ingredients {
			if slices.ContainsFunc(other.Drug.Ingredients, func(j terminology.Ingredient) bool { return i.RxCUI == j.RxCUI }) {
				return kleene.True
			}
		}
	}
	if c.Holds == "" || other.Holds == "" {
		return kleene.Unknown
	}
	return kleene.False
}

func (c *Coder) name(drug terminology.Drug) string {
	if name := c.Drugs.Name(drug.RxCUI); name != "" {
		return name
	}
	var names []string
	for _, ingredient := range drug.Ingredients {
		if ingredient.Name != "" {
			names = append(names, ingredient.Name)
		}
	}
	return strings.Join(names, " / ")
}
