package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"text/template"
	"time"
)

// instant is how all times are written: in one zone and at one precision, so that engines without dates
// may compare them as texts.
const instant = "2006-01-02T15:04:05.000Z"

// bundle writes a record as a Bundle of type collection, compact, as an export of an EHR reads.
func bundle(r *Record) ([]byte, error) {
	w := &bundleWriter{record: r}
	w.templates, w.err = template.ParseFS(files, "data/*.json")
	w.out.WriteString(`{"resourceType":"Bundle","id":"export-` + r.Patient + `","meta":{"lastUpdated":"` + now.Format(instant) + `"},"type":"collection","timestamp":"` + now.Format(instant) + `","entry":[`)
	w.resource("Patient", r.Patient, map[string]any{})
	for _, p := range r.Prescriptions {
		w.resource("MedicationRequest", p.ID, map[string]any{
			"Drug": p.Drug, "Status": p.Status,
			"Authored": p.AuthoredOn.Format(instant), "Recorded": p.AuthoredOn.Add(time.Minute).Format(instant),
			"Start": p.AuthoredOn.Format(time.DateOnly), "End": p.Ends.Format(time.DateOnly),
		})
	}
	for _, a := range r.Allergies {
		w.resource("AllergyIntolerance", a.ID, map[string]any{"Substance": a.Substance})
	}
	for _, c := range r.Conditions {
		w.condition(c)
	}
	for _, o := range r.Observations {
		w.observation(o)
	}
	w.out.WriteString(`]}`)
	return w.out.Bytes(), w.err
}

type bundleWriter struct {
	record    *Record
	templates *template.Template
	out       bytes.Buffer
	written   int
	err       error
}

func (w *bundleWriter) condition(c Condition) {
	status, name, abated := "active", "Active", ""
	if !c.Abatement.IsZero() {
		status, name, abated = "resolved", "Resolved", c.Abatement.Format(instant)
	}
	w.resource("Condition", c.ID, map[string]any{
		"Problem": c.Problem, "Status": status, "StatusName": name, "Abated": abated,
		"Onset": c.Onset.Format(instant), "Recorded": c.Onset.Add(time.Hour).Format(instant),
	})
}

func (w *bundleWriter) observation(o Observation) {
	profile, category := "observation-lab", "Laboratory"
	if o.Test.Category == "vital-signs" {
		profile, category = "vital-signs", "Vital Signs"
	}
	w.resource("Observation", o.ID, map[string]any{
		"Test": o.Test, "Value": o.Value, "Profile": profile, "CategoryName": category,
		"Effective": o.Effective.Format(instant), "Issued": o.Effective.Add(2 * time.Hour).Format(instant),
	})
}

// resource fills the template of a type. What every resource has is added to the fields.
func (w *bundleWriter) resource(kind, id string, fields map[string]any) {
	if w.err != nil {
		return
	}
	fields["ID"], fields["Patient"] = id, w.record.Patient
	fields["Encounter"] = fmt.Sprintf("enc-%06d", 100000+w.written/4)
	fields["Practitioner"] = 11 + w.written%7
	var filled bytes.Buffer
	if w.err = w.templates.ExecuteTemplate(&filled, templateOf[kind], fields); w.err != nil {
		return
	}
	if w.written > 0 {
		w.out.WriteByte(',')
	}
	fmt.Fprintf(&w.out, `{"fullUrl":"http://ehr.example.org/r4/%s/%s","resource":`, kind, id)
	w.err = json.Compact(&w.out, filled.Bytes())
	w.out.WriteByte('}')
	w.written++
}

var templateOf = map[string]string{
	"Patient":            "patient.json",
	"MedicationRequest":  "medicationrequest.json",
	"AllergyIntolerance": "allergyintolerance.json",
	"Condition":          "condition.json",
	"Observation":        "observation.json",
}
