package cds_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// permutationRules touch every list, focus, row and outcome. Each is a pack of its own, so that packs and
// rules can be put into any order.
var permutationRules = []string{
	`{id: pairs, each: {row: pairs}, for: {order: MedicationRequest}, when: (order.drug in row.a && patient.takes(row.b)) || (order.drug in row.b && patient.takes(row.a)), card: {indicator: "{{ row.level }}", summary: "{{ order.drug }} {{ patient.taking(row.b) }}"}, undecided: {indicator: info, summary: "{{ row.id }}"}}`,
	`{id: low, when: "patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')", card: {indicator: critical, summary: "{{ patient.latest(egfr).effective }}"}, undecided: {indicator: info, summary: open}}`,
	`{id: conditions, for: {c: Condition}, when: c.code in ckd && c.current, card: {indicator: warning, summary: "{{ c.code }}"}}`,
	`{id: took, when: "patient.took(warfarin, months(6)) || patient.startedWithin(nsaids, months(1))", card: {indicator: info, summary: "{{ patient.medications }}"}}`,
	`{id: dose, when: "patient.dailyDose(metformin) > quantity(700, 'mg/d')", card: {indicator: warning, summary: "{{ patient.dailyDose(metformin) }}"}}`,
	`{id: lists, when: "patient.conditions.exists(a, 1 / size(a.note) > 0) || patient.medications.map(m, m.status).exists(s, s == 'stopped')", card: {indicator: info, summary: It holds}}`,
	`{id: allergy, for: {use: MedicationUse}, when: patient.allergicTo(penicillins) && use.current, card: {indicator: warning, summary: It holds}}`,
	`{id: shadow, status: shadow, when: patient.gender == 'female' || patient.active, card: {indicator: info, summary: It holds}}`,
}

// permutedEngine has the rules in the order given, some packs of them.
func permutedEngine(t testing.TB, random *rand.Rand) *cds.Engine {
	order := random.Perm(len(permutationRules))
	fsys := fstest.MapFS{"pairs.csv": {Data: []byte("id,a,b,level\nw-n,warfarin,nsaids,critical\nm-n,metformin,nsaids,warning\nw-m,warfarin,metformin,info\n")}}
	text := "pack: all\ncodes:" + sharedCodes + "tables: {pairs: {file: pairs.csv, columns: {id: string, a: codes, b: codes, level: string}}}\nrules:\n"
	for _, i := range order {
		text += "  - " + permutationRules[i] + "\n"
	}
	fsys["all.yaml"] = &fstest.MapFile{Data: []byte(text)}
	read, err := rules.LoadFS(fsys, ".")
	require.NoError(t, err)
	for name := range 3 {
		other := packs(t, fmt.Sprintf("pack: pack-%d\nrules: [{id: r, when: patient.gender == 'female', card: {indicator: warning, summary: It holds}}]\n", name))
		read = append(read, other...)
	}
	random.Shuffle(len(read), func(i, j int) { read[i], read[j] = read[j], read[i] })
	for p := range read { // the place of a rule in its file is not what is compared
		for r := range read[p].Rules {
			read[p].Rules[r].Position = cds.Position{}
			read[p].Rules[r].When = cds.Text{Value: read[p].Rules[r].When.Value}
		}
	}
	engine, err := cds.New(read)
	require.NoError(t, err)
	return engine
}

// A randomRecord makes records that are odd in many ways.
type randomRecord struct{ *rand.Rand }

func (r randomRecord) one(of ...any) any { return of[r.IntN(len(of))] }

func (r randomRecord) date() any {
	return r.one(nil, "2026", "2026-02", "2026-02-10", "2026-02-10", "2025-07-01", "2026-02-10T10:00:00Z", "2026-02-10T10:00:00-05:00", "2026-04-01", "spring", "2026-03-01")
}

func (r randomRecord) subject() any {
	return r.one(map[string]any{"reference": "Patient/p"}, map[string]any{"reference": "Patient/p"}, map[string]any{"reference": "Patient/p"}, nil,
		map[string]any{"reference": "Patient/other"}, map[string]any{"reference": "urn:uuid:p"})
}

func (r randomRecord) code(of ...any) any {
	name := r.one(of...)
	if name == nil {
		return nil
	}
	if name == "text" {
		return map[string]any{"text": "something"}
	}
	system, code, _ := cutCode(codeOf[name.(string)])
	return map[string]any{"coding": []any{map[string]any{"system": system, "code": code, "display": r.one("a name", "another")}}}
}

func cutCode(s string) (system, code, display string) {
	for i, to := 0, []*string{&system, &code, &display}; i < 3; i++ {
		before, after := s, ""
		if at := slices.Index([]byte(s), '|'); at >= 0 {
			before, after = s[:at], s[at+1:]
		}
		*to[i], s = before, after
	}
	return system, code, display
}

func (r randomRecord) id() any { return r.one(nil, "a", "b", "c", "d", "e") }

func (r randomRecord) medication() map[string]any {
	kind := r.one("MedicationRequest", "MedicationRequest", "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration").(string)
	m := map[string]any{
		"resourceType": kind, "id": r.id(), "subject": r.subject(), "status": r.one("active", "active", "completed", "stopped", "draft", nil, "entered-in-error", "odd"),
		"intent": r.one("order", "order", "plan", nil), "authoredOn": r.date(), "effectiveDateTime": r.date(), "whenHandedOver": r.date(),
		"medicationCodeableConcept": r.code("warfarin", "ibuprofen", "naproxen", "metformin", "strangeDrug", "text", nil),
		"priorPrescription":         r.one(nil, nil, map[string]any{"reference": "MedicationRequest/" + r.one("a", "b", "c").(string)}),
		"derivedFrom":               r.one(nil, nil, []any{map[string]any{"reference": "MedicationRequest/a"}}),
		"meta":                      r.one(nil, map[string]any{"versionId": r.one("1", "2")}, map[string]any{"lastUpdated": "2026-01-01T00:00:00Z"}),
	}
	if r.IntN(2) == 0 {
		m["dosageInstruction"] = []any{map[string]any{
			"timing":      map[string]any{"repeat": map[string]any{"frequency": 1 + r.IntN(3), "period": 1, "periodUnit": "d"}},
			"doseAndRate": []any{map[string]any{"doseQuantity": r.dose()}},
		}}
	}
	return m
}

// dose is fixed, or goes by the size of the body.
func (r randomRecord) dose() map[string]any {
	unit := r.one("mg", "mg", "mg", "mg/kg", "mg/m2").(string)
	return map[string]any{"value": map[string]int{"mg": 250, "mg/kg": 5, "mg/m2": 200}[unit] * (1 + r.IntN(2)), "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}
}

// measure is a weight or a height, if it is usable at all.
func (r randomRecord) measure() map[string]any {
	o := map[string]any{"resourceType": "Observation", "id": r.id(), "subject": r.subject(), "code": r.code("weight"), "status": r.one("final", "final", "preliminary", nil),
		"effectiveDateTime": r.date(), "valueQuantity": map[string]any{"value": r.one(50, 70, 70, 0), "code": r.one("kg", "kg", "kg", "cm"), "system": "http://unitsofmeasure.org"}}
	if r.IntN(2) == 0 {
		o["code"], o["valueQuantity"] = r.code("height"), map[string]any{"value": r.one(160, 180), "code": "cm", "system": "http://unitsofmeasure.org"}
	}
	return o
}

func (r randomRecord) other() map[string]any {
	status := map[string]any{"coding": []any{map[string]any{"code": r.one("active", "resolved", "recurrence")}}}
	switch r.IntN(5) {
	case 4:
		return r.measure()
	case 0:
		return map[string]any{"resourceType": "Condition", "id": r.id(), "subject": r.subject(), "code": r.code("ckd", "diabetes", "strange", "text", nil),
			"clinicalStatus": r.one(status, nil), "recordedDate": r.date(), "note": r.one(nil, []any{map[string]any{"text": "x"}})}
	case 1:
		return map[string]any{"resourceType": "AllergyIntolerance", "id": r.id(), "patient": r.subject(), "code": r.code("amoxicillin", "noAllergy", "noFood", "strange", "text"),
			"clinicalStatus": r.one(status, nil), "category": r.one(nil, []any{"food"}, []any{"medication"}, "medication")}
	case 2:
		return map[string]any{"resourceType": "Observation", "id": r.id(), "subject": r.subject(), "code": r.code("egfr", "potassium"), "status": r.one("final", "preliminary", nil),
			"effectiveDateTime": r.date(), "valueQuantity": map[string]any{"value": r.one(20, 25, 50, "x"), "comparator": r.one(nil, nil, ">"),
				"code": r.one("mL/min/{1.73_m2}", "mL/min/{1.73_m2}", "mg", nil), "system": "http://unitsofmeasure.org"}}
	default:
		return map[string]any{"resourceType": r.one("Coverage", "Patient", "Procedure"), "id": r.id(), "subject": r.subject(), "gender": r.one("female", "male")}
	}
}

// clean leaves out what is nil.
func clean(resources []map[string]any) []map[string]any {
	for _, resource := range resources {
		for key, value := range resource {
			if value == nil {
				delete(resource, key)
			}
		}
	}
	return resources
}

func (r randomRecord) resources() (record, drafts []map[string]any) {
	record = []map[string]any{{"resourceType": "Patient", "id": "p", "gender": r.one("female", nil), "birthDate": r.date()}}
	for range r.IntN(8) {
		record = append(record, r.medication())
	}
	for range r.IntN(8) {
		record = append(record, r.other())
	}
	for range r.IntN(4) {
		draft := r.medication()
		draft["resourceType"], draft["status"], draft["subject"] = "MedicationRequest", "draft", map[string]any{"reference": "Patient/p"}
		drafts = append(drafts, draft)
	}
	return clean(record), clean(drafts)
}

func bundleOf(t testing.TB, resources []map[string]any) []byte {
	entries := make([]any, len(resources))
	for i, r := range resources {
		entries[i] = map[string]any{"resource": r}
	}
	data, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "collection", "entry": entries})
	require.NoError(t, err)
	return data
}

// Permuting the entries of a Bundle, and the order of rules and packs, changes nothing: not a byte.
func TestOrderChangesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	engines := []*cds.Engine{permutedEngine(t, random), permutedEngine(t, random), permutedEngine(t, random)}
	outcomes := map[string]int{}
	for n := range 300 {
		record, drafts := randomRecord{random}.resources()
		var first string
		for round, engine := range engines {
			if round > 0 {
				random.Shuffle(len(record), func(i, j int) { record[i], record[j] = record[j], record[i] })
				random.Shuffle(len(drafts), func(i, j int) { drafts[i], drafts[j] = drafts[j], drafts[i] })
			}
			inputs := []cds.Input{cds.JSON(bundleOf(t, record))}
			if len(drafts) > 0 {
				inputs = append(inputs, cds.Input{JSON: bundleOf(t, drafts), Draft: true})
			}
			if round == 1 {
				slices.Reverse(inputs)
			}
			rec, err := engine.Read(inputs...)
			require.NoError(t, err)
			report, err := engine.Evaluate(context.Background(), rec, cds.Review{Now: now, Hook: []string{"", "order-sign"}[n%2]})
			require.NoError(t, err)
			data, err := json.MarshalIndent(report, "", " ")
			require.NoError(t, err)
			got := string(data) + "\n" + told(report)
			rec.Close()
			if round == 0 {
				first = got
				outcomes["findings"] += len(report.Findings)
				outcomes["undecided"] += len(report.Undecided)
				outcomes["failures"] += len(report.Failures)
				outcomes["unscreened"] += len(report.Unscreened)
				outcomes["warnings"] += len(report.Warnings)
				continue
			}
			require.Equal(t, first, got, "seed %d, record %d, round %d", seed, n, round)
		}
	}
	t.Log(outcomes)
	for _, kind := range []string{"findings", "undecided", "failures", "unscreened", "warnings"} {
		require.Greater(t, outcomes[kind], 20, "the records are too plain to prove anything of %s", kind)
	}
}
