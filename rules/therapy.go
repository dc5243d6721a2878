package rules

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// therapy writes an order or a medication: a MedicationRequest, a MedicationStatement if its type says
// so, a ServiceRequest if it has a code and no drug.
func (w *chartWriter) therapy(e entry, prefix string, i int) map[string]any {
	concept, drug := w.code(e)
	kind := e.or("type", map[bool]string{true: "MedicationRequest", false: "ServiceRequest"}[drug])
	kinds := []string{"MedicationRequest", "MedicationStatement", "ServiceRequest"}
	if !slices.Contains(kinds, kind) || (kind == "ServiceRequest") == drug {
		w.mistakes.add(&cds.Error{
			Position: e.place("type"),
			Message:  "type: a drug makes a MedicationRequest or a MedicationStatement, a code a ServiceRequest; others go under resources",
			Suggest:  suggest(kind, kinds),
		})
		return nil
	}
	r := w.resource(kind, e, prefix, i)
	draft := prefix == "order"
	r["status"] = e.or("status", map[bool]string{true: "draft", false: "active"}[draft])
	dated := w.date(e, "on")
	if draft {
		dated = w.dateOrNow(e, "on")
	}
	switch kind {
	case "ServiceRequest":
		r["code"] = concept
		r["intent"] = e.or("intent", "order")
		set(r, "authoredOn", dated)
	case "MedicationRequest":
		r["medicationCodeableConcept"] = concept
		r["intent"] = e.or("intent", "order")
		set(r, "authoredOn", dated)
		r["dosageInstruction"] = w.dosage(e)
	case "MedicationStatement":
		r["medicationCodeableConcept"] = concept
		set(r, "effectiveDateTime", dated)
		r["dosage"] = w.dosage(e)
	}
	for _, key := range []string{"dosageInstruction", "dosage"} {
		if list, ok := r[key].([]any); ok && list == nil {
			delete(r, key)
		}
	}
	return r
}

// dosage writes dose, frequency, route and duration as one Dosage; none if nothing is said.
func (w *chartWriter) dosage(e entry) []any {
	d := map[string]any{}
	if dose := e.texts["dose"]; !dose.Empty() {
		d["doseAndRate"] = []any{w.dose(dose)}
	}
	if repeat := w.repeat(e); len(repeat) > 0 {
		d["timing"] = map[string]any{"repeat": repeat}
	}
	if e.get("asNeeded") != "" {
		d["asNeededBoolean"] = true
	}
	if route := e.texts["route"]; !route.Empty() {
		d["route"] = w.route(route)
	}
	if most := e.texts["maxPerDay"]; !most.Empty() {
		d["maxDosePerPeriod"] = map[string]any{"numerator": w.quantity(most), "denominator": amount("1", "d")}
	}
	if len(d) == 0 {
		return nil
	}
	return []any{d}
}

var rangePattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*-\s*([0-9]+(?:\.[0-9]+)?)\s+(\S.*)$`)

// dose writes "500 mg" as a doseQuantity, "500-1000 mg" as a doseRange.
func (w *chartWriter) dose(text cds.Text) map[string]any {
	if m := rangePattern.FindStringSubmatch(text.Value); m != nil {
		return map[string]any{"doseRange": map[string]any{"low": amount(m[1], m[3]), "high": amount(m[2], m[3])}}
	}
	return map[string]any{"doseQuantity": w.quantity(text)}
}

// route writes a name of the pack or "system|code" as a coded route, other text as text.
func (w *chartWriter) route(text cds.Text) map[string]any {
	named := slices.ContainsFunc(w.pack.Codes, func(c cds.Codes) bool { return c.Name == text.Value })
	if named || strings.Contains(text.Value, "|") {
		return w.concept(text)
	}
	return map[string]any{"text": text.Value}
}

var (
	periodPattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(?:\s*-\s*([0-9]+(?:\.[0-9]+)?))?\s*(s|min|h|d|wk|mo|a)$`)
	timesPattern  = regexp.MustCompile(`^([1-9][0-9]*)(?:\s*-\s*([1-9][0-9]*))?$`)
)

// repeat writes how often and how long.
func (w *chartWriter) repeat(e entry) map[string]any {
	r := map[string]any{}
	if every := e.get("every"); every != "" {
		w.every(r, e, every)
	}
	if times := e.get("timesPerDay"); times != "" {
		m := timesPattern.FindStringSubmatch(times)
		if m == nil || e.get("every") != "" {
			w.fail(e.place("timesPerDay"), "timesPerDay: expected how often a day, such as 2 or 1-2, and no every beside it")
			return nil
		}
		r["frequency"], r["period"], r["periodUnit"] = json.Number(m[1]), json.Number("1"), "d"
		if m[2] != "" {
			r["frequencyMax"] = json.Number(m[2])
		}
	}
	w.bounds(r, e)
	return r
}

// every writes an interval, "12 h" or "4-6 h".
func (w *chartWriter) every(r map[string]any, e entry, every string) {
	m := periodPattern.FindStringSubmatch(every)
	if m == nil {
		w.fail(e.place("every"), `every: expected an interval such as "12 h", "4-6 h" or "1 d" (s, min, h, d, wk, mo, a), found %q`, every)
		return
	}
	r["frequency"], r["period"], r["periodUnit"] = json.Number("1"), json.Number(m[1]), m[3]
	if m[2] != "" {
		r["periodMax"] = json.Number(m[2])
	}
}

// bounds writes for how long, or until when.
func (w *chartWriter) bounds(r map[string]any, e entry) {
	length, until := e.get("for"), w.date(e, "until")
	if length != "" {
		m := periodPattern.FindStringSubmatch(length)
		if m == nil || m[2] != "" || until != "" {
			w.fail(e.place("for"), `for: expected a duration such as "10 d", and no until beside it`)
			return
		}
		r["boundsDuration"] = amount(m[1], m[3])
	}
	if until != "" {
		period := map[string]any{"end": until}
		set(period, "start", w.date(e, "on"))
		r["boundsPeriod"] = period
	}
}
