package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// A chartWriter writes short hand as FHIR resources. What has no id is numbered by kind: lab-1,
// order-2, med-1, allergy-1, condition-1. What has no date: orders and measurements are of now,
// everything else is undated.
type chartWriter struct {
	chart    chartOf
	now      time.Time
	pack     cds.Pack
	patient  string // id
	mistakes mistakes
}

func (w *chartWriter) fail(at cds.Position, format string, args ...any) {
	w.mistakes.add(&cds.Error{Position: at, Message: fmt.Sprintf(format, args...)})
}

// record returns the entries of everything but the orders.
func (w *chartWriter) record() []any {
	var entries []any
	add := func(r map[string]any) {
		if r != nil {
			entries = append(entries, map[string]any{"resource": r})
		}
	}
	if w.chart.bundle.Empty() {
		add(w.patientResource())
	} else if w.chart.patient != nil {
		w.fail(w.chart.bundle.Position(), "a test has a patient or a bundle, not both: the bundle has its own patient")
	}
	for i, e := range w.chart.labs {
		add(w.lab(e, i))
	}
	for i, e := range w.chart.meds {
		add(w.therapy(e, "med", i))
	}
	for i, e := range w.chart.allergies {
		add(w.allergy(e, i))
	}
	for i, e := range w.chart.conditions {
		add(w.condition(e, i))
	}
	add(w.body("weight", "29463-7", "Body weight", w.chart.weight))
	add(w.body("height", "8302-2", "Body height", w.chart.height))
	for _, r := range w.chart.resources {
		add(r)
	}
	return entries
}

func (w *chartWriter) drafts() []any {
	var entries []any
	for i, e := range w.chart.orders {
		r := e.full
		if r == nil {
			r = w.therapy(e, "order", i)
		} else if r["id"] == nil {
			r = maps.Clone(r)
			r["id"] = fmt.Sprintf("order-%d", i+1)
		}
		if r != nil {
			entries = append(entries, map[string]any{"resource": r})
		}
	}
	return entries
}

func (w *chartWriter) patientResource() map[string]any {
	p := map[string]any{"resourceType": "Patient", "id": w.patient}
	for key, value := range w.chart.patient {
		p[key] = value
	}
	if id, ok := p["id"].(string); ok {
		w.patient = id
	}
	return p
}

// resource begins a resource of the patient.
func (w *chartWriter) resource(kind string, e entry, prefix string, i int) map[string]any {
	subject := "subject"
	if kind == "AllergyIntolerance" {
		subject = "patient"
	}
	return map[string]any{
		"resourceType": kind,
		"id":           e.or("id", fmt.Sprintf("%s-%d", prefix, i+1)),
		subject:        map[string]any{"reference": "Patient/" + w.patient},
	}
}

// code returns the concept of an entry's `drug` or `code`, of which it has one.
func (w *chartWriter) code(e entry) (concept map[string]any, drug bool) {
	d, c := e.texts["drug"], e.texts["code"]
	if d.Empty() == c.Empty() {
		w.fail(e.at, "expected a drug or a code, one of them")
		return nil, false
	}
	if !d.Empty() {
		return w.concept(d), true
	}
	return w.concept(c), false
}

func (w *chartWriter) allergy(e entry, i int) map[string]any {
	r := w.resource("AllergyIntolerance", e, "allergy", i)
	concept, drug := w.code(e)
	r["code"] = concept
	r["clinicalStatus"] = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", e.or("status", "active"), "")
	r["verificationStatus"] = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", e.or("verification", "confirmed"), "")
	if category := e.get("category"); category != "" || drug {
		r["category"] = []any{e.or("category", "medication")}
	}
	set(r, "criticality", e.get("criticality"))
	set(r, "recordedDate", w.date(e, "on"))
	return r
}

func (w *chartWriter) condition(e entry, i int) map[string]any {
	r := w.resource("Condition", e, "condition", i)
	r["code"], _ = w.code(e)
	r["clinicalStatus"] = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", e.or("status", "active"), "")
	r["verificationStatus"] = coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", e.or("verification", "confirmed"), "")
	if category := e.get("category"); category != "" {
		r["category"] = []any{coded("http://terminology.hl7.org/CodeSystem/condition-category", category, "")}
	}
	set(r, "onsetDateTime", w.date(e, "on"))
	set(r, "abatementDateTime", w.date(e, "until"))
	return r
}

func (w *chartWriter) lab(e entry, i int) map[string]any {
	r := w.resource("Observation", e, "lab", i)
	r["status"] = e.or("status", "final")
	r["effectiveDateTime"] = w.dateOrNow(e, "on")
	w.result(r, e, len(e.parts) == 0)
	var parts []any
	for _, part := range e.parts {
		component := map[string]any{}
		w.result(component, part, true)
		parts = append(parts, component)
	}
	if parts != nil {
		r["component"] = parts
	}
	return r
}

// result writes the code of an observation or component, and its value or why there is none.
func (w *chartWriter) result(r map[string]any, e entry, required bool) {
	r["code"], _ = w.code(e)
	value, absent := e.texts["value"], e.get("absent")
	switch {
	case absent != "":
		r["dataAbsentReason"] = coded("http://terminology.hl7.org/CodeSystem/data-absent-reason", absent, "")
	case value.Value == "true" || value.Value == "false":
		r["valueBoolean"] = value.Value == "true"
	case quantityPattern.MatchString(value.Value):
		r["valueQuantity"] = w.quantity(value)
	case !value.Empty():
		r["valueCodeableConcept"] = w.concept(value)
	case required:
		w.fail(e.at, `expected a value, such as "25 mg/dL", ">60 mL/min", the name of codes or "system|code"; or absent: with FHIR's reason`)
	}
}

// body writes a body measurement of now.
func (w *chartWriter) body(id, loinc, display string, value cds.Text) map[string]any {
	if value.Empty() {
		return nil
	}
	r := w.resource("Observation", entry{}, id, 0)
	r["id"] = id
	r["status"] = "final"
	r["category"] = []any{coded("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", "")}
	r["code"] = coded("http://loinc.org", loinc, display)
	r["effectiveDateTime"] = w.now.Format(time.RFC3339)
	r["valueQuantity"] = w.quantity(value)
	return r
}

var quantityPattern = regexp.MustCompile(`^(<=|>=|<|>)?\s*(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(?:\s+(\S.*))?$`)

// quantity writes "25 mg/dL" as a Quantity whose unit is UCUM.
func (w *chartWriter) quantity(text cds.Text) map[string]any {
	m := quantityPattern.FindStringSubmatch(text.Value)
	if m == nil {
		w.fail(text.Position(), `expected a number and its unit, such as "25 mg", found %q`, text.Value)
		return nil
	}
	q := amount(m[2], m[3])
	set(q, "comparator", m[1])
	return q
}

func amount(number, unit string) map[string]any {
	q := map[string]any{"value": json.Number(number)}
	if unit = strings.TrimSpace(unit); unit != "" {
		q["unit"], q["code"], q["system"] = unit, unit, "http://unitsofmeasure.org"
	}
	return q
}

var datePattern = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$`)

// date returns a FHIR date or dateTime, "" if there is none.
func (w *chartWriter) date(e entry, key string) string {
	s := e.get(key)
	if s != "" && !datePattern.MatchString(s) {
		w.fail(e.place(key), "%s: expected a date such as 2026-02-01 or 2026-02, found %q", key, s)
	}
	return s
}

func (w *chartWriter) dateOrNow(e entry, key string) string {
	if s := w.date(e, key); s != "" {
		return s
	}
	return w.now.Format(time.RFC3339)
}

// set gives an element a value if there is one.
func set(r map[string]any, key, value string) {
	if value != "" {
		r[key] = value
	}
}
