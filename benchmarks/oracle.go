package main

import (
	"slices"
	"time"
)

// expected tells what holds, from what the generator knows and in the plainest way.
func expected(s *RuleSet, r *Record) []Hit {
	var active []Prescription
	for _, p := range r.Prescriptions {
		if p.Status == "active" {
			active = append(active, p)
		}
	}
	var hits []Hit
	for _, rule := range s.Interactions {
		for _, p := range active {
			for _, other := range active {
				is := func(p Prescription, codes []string) bool { return slices.Contains(codes, p.Drug.Ingredient) }
				if p.ID != other.ID && (is(p, rule.A) && is(other, rule.B) || is(p, rule.B) && is(other, rule.A)) {
					hits = append(hits, Hit{rule.Name(), p.ID})
				}
			}
		}
	}
	for _, rule := range s.Allergies {
		for _, p := range active {
			for _, a := range r.Allergies {
				if slices.Contains(rule.Ingredients, p.Drug.Ingredient) && slices.Contains(rule.Ingredients, a.Substance.Code) {
					hits = append(hits, Hit{rule.Name(), p.ID})
				}
			}
		}
	}
	for _, rule := range s.Doses {
		for _, p := range active {
			if p.Drug.Ingredient == rule.Ingredient && p.Drug.Daily() > number(rule.Limit) {
				hits = append(hits, Hit{rule.Name(), p.ID})
			}
		}
	}
	for _, rule := range s.Labs {
		if !beyond(rule, r) {
			continue
		}
		for _, p := range active {
			if p.Drug.Ingredient == rule.Ingredient {
				hits = append(hits, Hit{rule.Name(), p.ID})
			}
		}
		for _, c := range r.Conditions {
			if c.Abatement.IsZero() && c.Problem.SNOMED == rule.Problem {
				hits = append(hits, Hit{rule.Name(), ""})
			}
		}
	}
	return once(hits)
}

// beyond reports whether the newest result of the last 12 months is beyond the limit of a rule.
func beyond(rule LabRule, r *Record) bool {
	var newest time.Time
	var value float64
	for _, o := range r.Observations {
		if slices.Contains(rule.Tests, o.Test.LOINC) && o.Effective.After(now.AddDate(0, -12, 0)) && o.Effective.After(newest) {
			newest, value = o.Effective, number(o.Value)
		}
	}
	limit := number(rule.Limit)
	return !newest.IsZero() && (rule.Above && value > limit || !rule.Above && value < limit)
}

// expectedSingles tells what holds where each interaction is a rule of its own that asks in one direction.
func expectedSingles(s *RuleSet, r *Record) []Hit {
	var hits []Hit
	for _, rule := range s.Interactions {
		for _, p := range r.Prescriptions {
			for _, other := range r.Prescriptions {
				if p.ID != other.ID && p.Status == "active" && other.Status == "active" &&
					slices.Contains(rule.A, p.Drug.Ingredient) && slices.Contains(rule.B, other.Drug.Ingredient) {
					hits = append(hits, Hit{"single-" + rule.ID, p.ID})
				}
			}
		}
	}
	return once(hits)
}
