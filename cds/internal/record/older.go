package record

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/valyala/fastjson"
)

// A shift moves what another version of FHIR calls From to where R4 has it. It is made only if the
// element is not of R4 and its new place is free.
type shift struct {
	from    string
	to      string // "" as move says
	version string
	move    func(w *walk, v, old *fastjson.Value) bool // nil: to another name
}

var (
	contextWas  = shift{from: "context", to: "encounter", version: "STU3", move: encounterOnly}
	encounterIs = shift{from: "encounter", to: "context", version: "R5"}
	medication  = shift{from: "medication", to: "medicationCodeableConcept or medicationReference", version: "R5", move: codeableReference}
	reasons     = shift{from: "reason", to: "reasonCode and reasonReference", version: "R5", move: codeableReferences}
	asserted    = shift{from: "assertedDate", to: "recordedDate", version: "STU3"}
	notGiven    = shift{from: "notGiven", to: `status "not-done"`, version: "STU3", move: status("true", "not-done")}
)

// shifts are the elements that clinical data of other versions has in other places, by R4 type.
var shifts = map[string][]shift{
	"AllergyIntolerance": {asserted},
	"CarePlan":           {contextWas},
	"ClinicalImpression": {contextWas},
	"Condition":          {contextWas, asserted},
	"DeviceRequest":      {contextWas},
	"DiagnosticReport":   {contextWas},
	"Dosage": {
		rate("doseQuantity"), rate("doseRange"), rate("rateRatio"), rate("rateRange"), rate("rateQuantity"),
		{from: "asNeeded", to: "asNeededBoolean", version: "R5"},
	},
	"Immunization": {
		notGiven,
		{from: "date", to: "occurrenceDateTime", version: "STU3"},
	},
	"MedicationAdministration": {
		encounterIs, medication, reasons, notGiven,
		{from: "occurenceDateTime", to: "effectiveDateTime", version: "R5"},
		{from: "occurencePeriod", to: "effectivePeriod", version: "R5"},
	},
	"MedicationDispense": {encounterIs, medication},
	"MedicationRequest":  {contextWas, medication, reasons},
	"MedicationStatement": {
		encounterIs, medication, reasons,
		{from: "taken", to: `status "not-taken"`, version: "STU3", move: status("n", "not-taken")},
	},
	"Observation": {contextWas},
	"Procedure": {
		contextWas, reasons,
		{from: "notDone", to: `status "not-done"`, version: "STU3", move: status("true", "not-done")},
		{from: "occurrenceDateTime", to: "performedDateTime", version: "R5"},
		{from: "occurrencePeriod", to: "performedPeriod", version: "R5"},
		{from: "occurrenceString", to: "performedString", version: "R5"},
		{from: "occurrenceAge", to: "performedAge", version: "R5"},
		{from: "occurrenceRange", to: "performedRange", version: "R5"},
	},
	"QuestionnaireResponse": {contextWas},
	"RiskAssessment":        {contextWas},
	"ServiceRequest":        {contextWas, reasons},
}

// older moves what other versions of FHIR have elsewhere.
func (w *walk) older(v *fastjson.Value, t *fhir.Type) {
	for _, s := range shifts[t.Name] {
		old := only(v, s.from)
		if old == nil {
			continue
		}
		if s.move == nil {
			if v.Get(s.to) != nil {
				continue
			}
			v.Set(s.to, old)
		} else if !s.move(w, v, old) {
			continue
		}
		v.Del(s.from)
		w.warnAt(s.from, "an element of FHIR "+s.version+", read as "+s.to)
	}
}

func encounterOnly(_ *walk, v, old *fastjson.Value) bool {
	if v.Get("encounter") != nil || strings.Contains(referenceIn(old), "EpisodeOfCare/") {
		return false
	}
	v.Set("encounter", old)
	return true
}

// rate is a dose or rate of STU3's Dosage, which R4 has in doseAndRate.
func rate(name string) shift {
	return shift{from: name, to: "doseAndRate." + name, version: "STU3", move: func(w *walk, v, old *fastjson.Value) bool {
		list := v.Get("doseAndRate")
		if list == nil {
			list = w.arena.NewArray()
			list.SetArrayItem(0, w.arena.NewObject())
			v.Set("doseAndRate", list)
		}
		elements := listOf(list)
		if len(elements) != 1 || elements[0].Type() != fastjson.TypeObject || elements[0].Get(name) != nil {
			return false
		}
		elements[0].Set(name, old)
		return true
	}}
}

// status is a flag of STU3 that R4 has as a status.
func status(flag, code string) func(*walk, *fastjson.Value, *fastjson.Value) bool {
	return func(w *walk, v, old *fastjson.Value) bool {
		text := stringOf(old)
		if old.Type() == fastjson.TypeTrue {
			text = "true"
		}
		if text != flag || stringOf(v.Get("status")) == "entered-in-error" {
			return false
		}
		v.Set("status", w.arena.NewString(code))
		return true
	}
}

func codeableReference(_ *walk, v, old *fastjson.Value) bool {
	concept, reference := old.Get("concept"), old.Get("reference")
	if old.Type() != fastjson.TypeObject || v.Get("medicationCodeableConcept") != nil || v.Get("medicationReference") != nil {
		return false
	}
	switch {
	case concept != nil && reference == nil:
		v.Set("medicationCodeableConcept", concept)
	case reference != nil && concept == nil:
		v.Set("medicationReference", reference)
	default:
		return false
	}
	return true
}

func codeableReferences(w *walk, v, old *fastjson.Value) bool {
	if v.Get("reasonCode") != nil || v.Get("reasonReference") != nil {
		return false
	}
	codes, references := w.arena.NewArray(), w.arena.NewArray()
	for _, e := range listOf(old) {
		concept, reference := e.Get("concept"), e.Get("reference")
		if concept == nil && reference == nil {
			return false
		}
		if concept != nil {
			codes.SetArrayItem(len(codes.GetArray()), concept)
		}
		if reference != nil {
			references.SetArrayItem(len(references.GetArray()), reference)
		}
	}
	if len(codes.GetArray()) > 0 {
		v.Set("reasonCode", codes)
	}
	if len(references.GetArray()) > 0 {
		v.Set("reasonReference", references)
	}
	return true
}
