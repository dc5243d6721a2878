package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
)

// A share is what one therapy adds to a daily dose: with what is missing, at least that much.
type share struct {
	entry    *chart.Entry
	quantity measure.Quantity
	missing  []Missing
	whole    bool // it is yet to be divided by the size of the patient
}

// shares are the doses of all current therapies with an ingredient in codes, each therapy once: by the
// focus, else by its newest order, else by what else tells of it. What only says that a drug is taken, of
// which there is an order, is not counted again.
func (p *provider) shares(ev *Eval, set codesVal, per dose.Size, counts func(*Eval, *chart.Entry) (kleene.Truth, Missing)) []share {
	entries := ev.Chart.Find(chart.Medication, set.set)
	ev.charge(8 * len(entries))
	var out []share
	seen := tally{map[*chart.Entry]bool{}, map[string]bool{}, map[string]bool{}}
	for _, rank := range [][]string{{"focus"}, {"MedicationRequest"}, {"MedicationStatement"}, medicationTypes} {
		for _, e := range entries {
			if rank[0] == "focus" && e != ev.focus || rank[0] != "focus" && !slices.Contains(rank, e.Type) || seen.has(ev.Chart, e) {
				continue
			}
			truth, m := counts(ev, e)
			switch truth {
			case kleene.False:
				continue
			case kleene.Unknown:
				out = append(out, share{entry: e, missing: []Missing{m}})
			default:
				out = append(out, p.share(ev, doseKey{entry: e, set: set.set, dosing: aDay}, per))
			}
			seen.add(ev.Chart, e)
		}
	}
	return out
}

// A tally is what was counted: therapies, what is ordered, and what is said to be taken.
type tally struct {
	therapies       map[*chart.Entry]bool
	ordered, stated map[string]bool
}

func (t tally) add(c *chart.Chart, e *chart.Entry) {
	t.therapies[c.Therapy(e)] = true
	switch e.Type {
	case "MedicationRequest":
		t.ordered[e.Concept.Holds] = true
	case "MedicationStatement":
		t.stated[e.Concept.Holds] = true
	}
}

// has reports whether an entry is of a therapy that was counted, or only tells of one: a statement that what
// is ordered is taken, a dispense or administration of what is ordered or stated. A drug that holds more is
// another, and two statements are two therapies.
func (t tally) has(c *chart.Chart, e *chart.Entry) bool {
	drug := e.Concept.Holds
	switch {
	case t.therapies[c.Therapy(e)]:
		return true
	case drug == "" || e.Type == "MedicationRequest":
		return false
	case t.ordered[drug]:
		return true
	}
	return e.Type != "MedicationStatement" && t.stated[drug]
}

// share is what a therapy adds: in a day, or in a day for each kg or m2 of the patient where it is given so.
func (p *provider) share(ev *Eval, key doseKey, per dose.Size) share {
	whole := per != 0 && !p.givenPer(ev, key, per)
	if !whole {
		key.per = per
	}
	found := p.doseOf(ev, key)
	out := share{entry: key.entry, quantity: found.quantity, whole: whole}
	if found.reason != "" {
		out.missing = p.lacking(ev, key.entry, found)
	}
	if !ev.muted && !out.quantity.IsZero() {
		ev.readEntry(key.entry, "dosageInstruction", strings.TrimSpace(key.entry.Concept.Display+" "+out.quantity.String()))
		p.readSizes(ev, key, found)
	}
	return out
}

// divided makes one share of all that are yet to be divided: once, since a sum of quotients need not be exact.
func (p *provider) divided(ev *Eval, shares []share, per dose.Size) ([]share, error) {
	var out []share
	var sum measure.Quantity
	var missing []Missing
	for _, s := range shares {
		switch {
		case !s.whole:
			out = append(out, s)
			continue
		case s.quantity.IsZero():
		case sum.IsZero():
			sum = s.quantity
		default:
			var err error
			if sum, err = measure.Add(sum, s.quantity); err != nil {
				return nil, err
			}
		}
		missing = append(missing, s.missing...)
	}
	if sum.IsZero() {
		return append(out, share{missing: missing}), nil
	}
	body, lacking := p.sizes(ev, per, true)
	if len(lacking) > 0 {
		return append(out, share{missing: append(missing, lacking...)}), nil
	}
	quotient, err := measure.Div(sum, sizeOf(body, per))
	return append(out, share{quantity: quotient, missing: missing}), err
}

// patientDose is the daily dose of the patient, or that for each kg or m2.
func (p *provider) patientDose(per dose.Size, unit string) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		set := args[1].(codesVal)
		counts := underReview
		if len(args) == 3 {
			counts = onRoute(string(args[2].(types.String)))
		}
		shares := p.shares(ev, set, per, counts)
		missing := ev.missingShares(set)
		if len(shares) == 0 && len(missing) == 0 {
			ev.absence(search{kind: chart.Medication, plural: "medications", set: set})
		}
		zero, err := measure.New("0", "", unit)
		if err == nil && per != 0 {
			shares, err = p.divided(ev, shares, per)
		}
		if err != nil {
			return ev.fail(err)
		}
		return ev.sumShares(zero, shares, missing)
	}
}

func onRoute(route string) func(*Eval, *chart.Entry) (kleene.Truth, Missing) {
	return func(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
		truth, m := underReview(ev, e)
		if truth == kleene.False {
			return truth, m
		}
		class, known := routeClass(e)
		if !known {
			return kleene.Unknown, Missing{Resource: e.Ref(), Path: "dosageInstruction.route", Reason: "not in the record"}
		}
		if class != route {
			return kleene.False, m
		}
		return truth, m
	}
}

// underReview is isCurrent, but for the focus, which counts whatever its status.
func underReview(ev *Eval, e *chart.Entry) (kleene.Truth, Missing) {
	if e == ev.focus {
		return kleene.True, Missing{}
	}
	return isCurrent(ev, e)
}

// missingShares is what of the medication list may add to a dose without anybody knowing.
func (ev *Eval) missingShares(set codesVal) []Missing {
	var out []Missing
	if m, open := ev.incomplete(medicationLists, "", true, nil); open {
		out = append(out, m)
	}
	for _, e := range ev.Chart.Uncovered(chart.Medication, set.set) {
		if truth, _ := isCurrent(ev, e); truth != kleene.False {
			out = append(out, ev.uncovered(e, set)...)
		}
	}
	return out
}

// sumShares adds up shares. With a part that is not known the sum is at least what is: it decides where that
// already passes a limit.
func (ev *Eval) sumShares(sum measure.Quantity, shares []share, missing []Missing) ref.Val {
	for _, s := range shares {
		missing = append(missing, s.missing...)
		if s.quantity.IsZero() {
			continue
		}
		next, err := measure.Add(sum, s.quantity)
		if err != nil && isZero(sum) {
			next, err = s.quantity, nil
		}
		if err != nil {
			return ev.fail(err)
		}
		sum = next
	}
	if len(missing) > 0 {
		return quantityVal{q: sum.AtLeast(), parts: missing}
	}
	return quantityVal{q: sum}
}

func isZero(q measure.Quantity) bool {
	f, ok := q.Float64()
	return ok && f == 0
}
