package expr

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/ucum"
)

// dosage is the dosage instructions of a medication: an array, of an administration one object.
func dosage(e *chart.Entry) tree.Value {
	if e.Type == "MedicationStatement" || e.Type == "MedicationAdministration" {
		return e.JSON.Get("dosage")
	}
	return e.JSON.Get("dosageInstruction")
}

// strength is that of one ingredient of the drug; nil if the drug does not tell.
func strength(i terminology.Ingredient) *dose.Strength {
	code, ok := i.UCUM()
	if !ok || i.Strength == "" {
		return nil
	}
	amount, err := strengthAmount(i.Strength)
	unit, unitErr := ucum.Parse(code)
	if err != nil || unitErr != nil {
		return nil
	}
	return &dose.Strength{Amount: amount, Unit: unit}
}

func strengthAmount(text string) (*apd.Decimal, error) {
	if digits, behind, ok := measure.Digits(text); ok {
		return apd.New(digits, int32(-behind)), nil
	}
	amount, _, err := apd.NewFromString(text)
	return amount, err
}

// ingredients are those of the drug that are in codes, or its only one if set is nil.
func ingredients(ev *Eval, e *chart.Entry, set *terminology.Set) (found []terminology.Ingredient, only bool, reason string) {
	drug := e.Concept.Drug
	switch {
	case drug == nil:
		return nil, false, "the drug is not known: " + e.Concept.Reason
	case drug.Partial:
		return nil, false, "an ingredient of the drug is not known"
	case set == nil && len(drug.Ingredients) != 1:
		return nil, false, "the drug has several ingredients: name the one that is meant"
	case set == nil:
		return drug.Ingredients, true, ""
	}
	for n, i := range drug.Ingredients {
		if !set.Has(ev.Chart.Coder.Codes.Lookup(terminology.Code{System: terminology.RxNorm, Code: i.RxCUI})) {
			continue
		}
		if len(found) == n { // all so far
			found = drug.Ingredients[: n+1 : n+1]
		} else {
			found = append(found, i)
		}
	}
	return found, len(drug.Ingredients) == 1, ""
}

// A dosing is which dose of a medication is meant.
type dosing uint8

const (
	aDay dosing = iota
	atOnce
	atRate // of an infusion
)

// A doseKey names a dose that was worked out: the same for every focus.
type doseKey struct {
	entry  *chart.Entry
	set    *terminology.Set
	dosing dosing
	per    dose.Size // the dose is asked for that much of the body; 0: for the patient
}

type doseValue struct {
	quantity measure.Quantity
	reason   string
	lacks    dose.Size // the reason is that this is not known
	by       dose.Size // all that the dosage goes by
	value    ref.Val   // of the quantity; nil until it is asked for
}

// doseOf is workOut, once for each key.
func (p *provider) doseOf(ev *Eval, key doseKey) *doseValue {
	v := ev.doses[key]
	if v == nil {
		v = p.workOut(ev, key)
		ev.doses[key] = v
	}
	return v
}

// workOut is the dose of the ingredients in codes that a medication gives. With a reason why it is not
// known, it is what is known of it: at least that much, or the zero Quantity.
func (p *provider) workOut(ev *Eval, key doseKey) *doseValue {
	e := key.entry
	found, only, reason := ingredients(ev, e, key.set)
	if reason != "" {
		return &doseValue{reason: reason}
	}
	if len(found) == 0 {
		return &doseValue{reason: "the drug has no such ingredient"}
	}
	out := &doseValue{}
	for n, ingredient := range found {
		r := p.instructed(ev, key, ingredient)
		out.by |= r.By
		if r.Known && !only && strength(ingredient) == nil {
			r = dose.Result{Reason: "no strength known for " + ingredient.Name}
		}
		if !only && !inPieces(dosage(e)) {
			r = dose.Result{Reason: "the dose of a drug with several ingredients is not given in pieces or by volume"}
		}
		if !r.Known {
			out.quantity, out.reason, out.lacks = r.Quantity, r.Reason, r.Lacks
			break
		}
		if n == 0 {
			out.quantity = r.Quantity
			continue
		}
		total, err := measure.Add(out.quantity, r.Quantity)
		if err != nil {
			return &doseValue{reason: err.Error()}
		}
		out.quantity = total
	}
	return out.per(key.per)
}

// instructed is the dose of an ingredient: for the patient where it goes by the size of the body.
func (p *provider) instructed(ev *Eval, key doseKey, ingredient terminology.Ingredient) dose.Result {
	r := ev.dosages.dose(dosage(key.entry), ingredient, key.dosing, key.per)
	if key.per != 0 || r.By&(dose.ByWeight|dose.BySurface) == 0 {
		return r
	}
	body, _ := p.sizes(ev, r.By, false)
	return key.dosing.of(dosage(key.entry), ingredient, body)
}

// of is what instructions come to for a body.
func (d dosing) of(dosage tree.Value, ingredient terminology.Ingredient, body dose.Body) dose.Result {
	switch d {
	case atOnce:
		return dose.Single(dosage, strength(ingredient), body)
	case atRate:
		return dose.Rate(dosage, strength(ingredient), body)
	}
	return dose.Daily(dosage, strength(ingredient), body)
}

// inPieces reports whether a dosage says how much of the product is given, in tablets or by volume, and
// nothing else: a mass, a rate or a limit does not say of which ingredient it is.
func inPieces(dosage tree.Value) bool {
	instructions := dosage.Items()
	if dosage.Kind() == tree.Object {
		instructions = []tree.Value{dosage}
	}
	for _, instruction := range instructions {
		for _, name := range []string{"maxDosePerPeriod", "maxDosePerAdministration", "maxDosePerLifetime"} {
			if instruction.Get(name).Exists() {
				return false
			}
		}
		for _, way := range append(instruction.Items("doseAndRate"), instruction) {
			for _, name := range []string{"rateQuantity", "rateRatio", "rateRange"} {
				if way.Get(name).Exists() {
					return false
				}
			}
			for _, q := range []tree.Value{way.Get("dose"), way.Get("doseQuantity"), way.Get("doseRange", "low"), way.Get("doseRange", "high")} {
				if q.Exists() && !ofProduct(q) {
					return false
				}
			}
		}
	}
	return true
}

// ofProduct reports whether a quantity counts pieces of a product, or is a volume of it.
func ofProduct(q tree.Value) bool {
	u, _, _ := measure.Unit(q.Text("unit"), q.Text("system"), q.Text("code"))
	if u == nil {
		return false
	}
	u = dose.WithoutSize(u)
	code := u.String()
	if code == "1" || strings.HasPrefix(code, "{") && strings.HasSuffix(code, "}") {
		return true
	}
	volume, err := ucum.Parse("mL")
	return err == nil && u.Comparable(volume)
}
