// Package rules reads rule files: YAML with CEL in it, and CSV tables, into packs that cds.New compiles.
//
//	packs, err := rules.Load("my-rules")       // or rules.Embedded()
//	engine, err := cds.New(packs)
//
// # Packs
//
// A pack is a folder of rules that is versioned and reviewed as one:
//
//	renal/
//	  pack.yaml             name, version, title, publisher, licence, developer, funding, released, reviewed
//	  metformin.yaml        rule files: any number, any names
//	  interactions.csv      tables
//	  metformin_test.yaml   tests
//
// All its files share codes, params and tables, and names and ids are unique among them. Without a
// pack.yaml, files with the same `pack:` are one pack. Folders named testdata, or with a name that begins
// with "." or "_", are not searched.
//
// # Rule files
//
// A rule file is one YAML document with these keys, none of them required but pack (which pack.yaml can
// give):
//
//	pack: renal-dosing
//	codes:
//	  metformin: {rxnorm: [6809]}                            # by code system
//	  ckd:       {snomed: [709044004], descendants: true}    # and all codes below
//	  nsaids:    {valueset: "http://example.org/ValueSet/nsaids"}
//	  mixed:     {codes: ["loinc|2160-0", "http://example.org/codes|7"], molar: "113.12 g/mol"}
//	params:
//	  floor: {value: 30, unit: "mL/min/{1.73_m2}", about: "eGFR below which metformin is stopped"}
//	tables:
//	  pairs: {file: interactions.csv, columns: {id: string, a: codes, b: codes}}
//	rules:
//	  - id: metformin-low-egfr
//	    title: Metformin is contraindicated when eGFR is below 30
//	    status: active                      # draft, shadow, active, retired; active if left out
//	    hooks: [order-select, order-sign]   # every hook if left out
//	    each: {row: pairs}                  # a rule for each row of a table
//	    for: {order: MedicationRequest}     # asked for each of these under review; once if left out
//	    let: {gfr: "patient.value(egfr, months(12))"}
//	    when: order.drug in metformin && gfr < params.floor
//	    card: {…}
//	    undecided: {…}
//	    evidence: {citation: …, strength: strong, reviewed: 2026-10-01}
//
// A rule needs id, when and card. The key of a code system is its short name (terminology.Systems).
// Codes are always the characters that were written: 0123 and 1e3 need no quotes. The strength of
// evidence is strong, moderate, weak or expert-opinion. The types of columns are string, codes, int,
// double, bool, quantity and date.
//
// A card, and the card of undecided, has these keys, of which it needs indicator and summary:
//
//	indicator: critical                 # info, warning, critical, or a template that yields one
//	summary: "Metformin with eGFR {{ gfr }}"
//	detail: |
//	  eGFR was {{ gfr }}.
//	source: {label: "FDA label, section 4", url: "https://…"}
//	links: [{label: Guideline, url: "https://…", type: absolute, appContext: …}]   # absolute or smart
//	suggestions:
//	  - label: Remove the order
//	    recommended: true
//	    actions: [{delete: order, description: …}]      # delete, create or update
//	override: standard                  # or a list of {code, system, display}
//
// What stands in {{ }}, let, when and actions is CEL. A condition over several lines keeps its lines, so
// a // comment ends where its line does, in every style of YAML text.
//
// # Strictness
//
// What is not in this manual is a mistake: unknown and repeated keys, a second document, anchors,
// aliases, merge keys, tags, tabs in the indentation, text that is not UTF-8, files above 10 MB. Text
// that begins with "{{" or holds ": " or " #" needs quotes, as always in YAML. All mistakes are reported
// at once, each with file, line and column, in a cds.Errors.
//
// # Tables
//
// A table is a CSV file (RFC 4180) in the pack's folder or below. Its first line names the columns, in
// any order, and each row has a cell for each. A table that a rule's each names has a column id. A cell of
// type codes holds names of codes or "system|code", separated by ";".
//
// # Site files
//
// One file holds what a site changes: see LoadSite.
//
// # Tests
//
// A file NAME_test.yaml beside the rules describes patients and what the pack must say of them:
//
//	now: 2026-03-01T00:00:00Z               # for all tests, unless one has its own
//	tests:
//	  - name: stops metformin at eGFR 25
//	    hook: order-sign                    # if left out: order-sign with orders, else the whole record
//	    patient:    {birthDate: 1950-02-03, gender: female}      # any of FHIR's Patient
//	    labs:       [{code: egfr, value: "25 mL/min/{1.73_m2}", on: 2026-02-01}]
//	    orders:     [{drug: metformin, dose: "1000 mg", every: "12 h"}]
//	    meds:       [{drug: warfarin, on: 2025-06}]
//	    allergies:  [{drug: penicillin, criticality: high}]
//	    conditions: [{code: ckd, on: 2020}]
//	    weight: 70 kg
//	    height: 170 cm
//	    resources:  [{resourceType: Procedure, …}]               # anything else, in full
//	    supplied:   [MedicationRequest]     # types of which the record is complete; all if left out
//	    params:     {floor: 45}
//	    want:       [{rule: metformin-low-egfr, indicator: critical}]   # row, focus, summary
//	    undecided:  [{rule: other, missing: Observation}]               # row, focus
//	    failures:   [{rule: third, error: cannot be compared}]          # focus
//	    unscreened: [{resource: med-1}]
//
// want, undecided and failures are complete: what else appears fails the test; unscreened is compared
// where it is given. A drug or code is the name of codes of the pack (the first that they list) or
// "system|code". In place of patient, `bundle: testdata/patient.json` takes a file, to which the rest is
// added. A file whose folder holds several packs names its own with `pack:`.
//
//   - A lab has value ("25 mg/dL", ">60 mL/min", a name of codes, true), or absent with FHIR's reason, or
//     components, each with code and value; on, which is now if left out; status.
//   - An order or medication has dose ("500 mg", "5-10 mg"), every ("12 h", "4-6 h") or timesPerDay,
//     maxPerDay, asNeeded, for ("10 d") or until, route, status, intent, on, and type, which is
//     MedicationRequest or MedicationStatement; with a code for its drug it is a ServiceRequest. Orders are
//     drafts of now.
//   - An allergy has drug or code, criticality, status, verification, category, on; a condition has code,
//     status, verification, category, on, until.
//   - What has no id is lab-1, order-1, med-1, allergy-1, condition-1 and so on.
package rules
