package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
)

// Bundle writes the test's patient as FHIR R4 JSON, which record.Read takes: the record, and the orders
// under review, nil if there are none. Names of codes are looked up in pack. Mistakes in the short hand
// are returned as cds.Errors.
func (t *Test) Bundle(pack cds.Pack) (record, drafts []byte, err error) {
	w := &chartWriter{chart: t.patient, now: t.Now, pack: pack, patient: "patient"}
	var base map[string]any
	if !t.patient.bundle.Empty() {
		base, record = w.file()
	}
	entries := w.record()
	if base != nil {
		existing, _ := base["entry"].([]any)
		base["entry"] = append(existing, entries...)
	} else if record == nil {
		base = bundle(entries)
	} else if len(entries) > 0 {
		w.fail(t.patient.bundle.Position(), "the file is not a Bundle, and nothing can be added to it")
	}
	orders := w.drafts()
	if w.mistakes.count > 0 {
		return nil, nil, w.mistakes.err()
	}
	if base != nil {
		if record, err = writeJSON(base); err != nil {
			return nil, nil, err
		}
	}
	if len(orders) > 0 {
		drafts, err = writeJSON(bundle(orders))
	}
	return record, drafts, err
}

// writeJSON writes a value with its members in the order of their names.
func writeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func bundle(entries []any) map[string]any {
	b := map[string]any{"resourceType": "Bundle", "type": "collection"}
	if len(entries) > 0 {
		b["entry"] = entries
	}
	return b
}

// file reads the file that `bundle` names: decoded if it is a Bundle, to which short hand can be
// added, otherwise as it is. It learns the patient's id.
func (w *chartWriter) file() (base map[string]any, raw []byte) {
	name, at := w.chart.bundle.Value, w.chart.bundle.Position()
	decoder := json.NewDecoder(bytes.NewReader(w.chart.file))
	decoder.UseNumber()
	var values []any
	for {
		var v any
		if err := decoder.Decode(&v); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			w.fail(at, "bundle: %q is not JSON", name)
			return nil, nil
		}
		values = append(values, v)
	}
	if id := patientID(values); id != "" {
		w.patient = id
	}
	if len(values) == 1 {
		if b, ok := values[0].(map[string]any); ok && b["resourceType"] == "Bundle" {
			return b, nil
		}
	}
	return nil, w.chart.file
}

// patientID returns the id of the first Patient among resources, arrays and Bundles.
func patientID(values []any) string {
	for _, v := range values {
		switch v := v.(type) {
		case []any:
			if id := patientID(v); id != "" {
				return id
			}
		case map[string]any:
			if id, _ := v["id"].(string); v["resourceType"] == "Patient" {
				return id
			}
			entries, _ := v["entry"].([]any)
			for _, e := range entries {
				if entry, ok := e.(map[string]any); ok {
					if id := patientID([]any{entry["resource"]}); id != "" {
						return id
					}
				}
			}
		}
	}
	return ""
}

// concept returns the CodeableConcept of a text: the first code listed under a name of the pack, or
// "system|code".
func (w *chartWriter) concept(text cds.Text) map[string]any {
	if strings.Contains(text.Value, "|") {
		before, code, _ := strings.Cut(text.Value, "|")
		url, known := terminology.System(before)
		if !known {
			url = before
		}
		if !known && !strings.Contains(before, ":") || code == "" {
			w.mistakes.add(&cds.Error{Position: text.Position(), Message: fmt.Sprintf("unknown code system %q", before), Suggest: suggest(before, terminology.Systems())})
		}
		return coded(url, code, "")
	}
	var names []string
	for _, c := range w.pack.Codes {
		if c.Name == text.Value {
			for _, g := range c.Groups {
				if len(g.Codes) > 0 {
					return coded(g.System, g.Codes[0].Value, strings.ReplaceAll(c.Name, "_", " "))
				}
			}
			w.fail(text.Position(), `the codes %q list none that a test could use: write "system|code"`, c.Name)
			return nil
		}
		names = append(names, c.Name)
	}
	w.mistakes.add(&cds.Error{
		Position: text.Position(),
		Message:  fmt.Sprintf(`%q is not the name of codes of this pack, nor "system|code"`, text.Value),
		Suggest:  suggest(text.Value, names),
	})
	return nil
}

func coded(system, code, display string) map[string]any {
	coding := map[string]any{"system": system, "code": code}
	if display != "" {
		coding["display"] = display
	}
	return map[string]any{"coding": []any{coding}}
}
