package expr

import (
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// medicationTypes are what MedicationUse stands for.
var medicationTypes = []string{"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}

// ResourceTypes returns the FHIR types that rules for a type are about: itself, or all of MedicationUse.
func ResourceTypes(of string) []string {
	if of == "MedicationUse" {
		return slices.Clone(medicationTypes)
	}
	return []string{of}
}

func isMedication(name string) bool {
	return name == "MedicationUse" || slices.Contains(medicationTypes, name)
}

// addVirtual adds the vocabulary's own fields to a type: none of them is an element of FHIR.
func (p *provider) addVirtual(t *structType) {
	always := func(*node) bool { return true }
	known := func(read func(*node) ref.Val) func(*node) bool {
		return func(n *node) bool { return !types.IsUnknownOrError(read(n)) }
	}
	if t.name == "MedicationUse" {
		t.add("id", types.StringType, func(n *node) ref.Val { return types.String(n.entry.ID) }, always)
		t.add("resourceType", types.StringType, func(n *node) ref.Val { return types.String(n.entry.Type) }, always)
		t.add("status", types.StringType, status, known(status))
		t.add("route", conceptType, p.route, known(p.route))
	}
	if isMedication(t.name) {
		t.add("drug", conceptType, drug, known(drug))
	}
	if isMedication(t.name) || t.fhir != nil && t.fhir.Resource {
		t.add("current", types.BoolType, current, always)
		if t.fields["effective"] == nil {
			t.add("effective", dateType, effective, known(effective))
		}
	}
	if t.name == "Patient" {
		for _, list := range patientLists {
			t.add(list.name, types.NewListType(types.NewObjectType(list.of)), func(n *node) ref.Val {
				return n.ev.resources(p, list.of, list.kind, list.supply)
			}, always)
		}
	}
	slices.Sort(t.names)
}

// A patientList is a list of the chart that a rule can read whole.
type patientList struct {
	name, of string
	kind     chart.Kind
	supply   []string
	sources  []source
}

var patientLists = []patientList{
	{"medications", "MedicationUse", chart.Medication, medicationLists, medicationSources(source{})},
	{"allergies", "AllergyIntolerance", chart.Allergy, []string{"AllergyIntolerance"}, []source{{of: "AllergyIntolerance"}}},
	{"conditions", "Condition", chart.Condition, []string{"Condition"}, []source{{of: "Condition"}}},
	{"observations", "Observation", chart.Observation, []string{"Observation"}, []source{{of: "Observation"}}},
	{"procedures", "Procedure", chart.Procedure, []string{"Procedure"}, []source{{of: "Procedure"}}},
	{"immunizations", "Immunization", chart.Immunization, []string{"Immunization"}, []source{{of: "Immunization"}}},
}

// resources makes a list of the chart a list of nodes, open if it was not supplied as a whole.
func (ev *Eval) resources(p *provider, of string, kind chart.Kind, supply []string) ref.Val {
	typ := p.structure(of)
	entries := ev.Chart.OfType(of)
	if kind != chart.Other {
		entries = ev.Chart.List(kind)
	}
	out := &listVal{items: make([]ref.Val, 0, len(entries)), name: of}
	for _, e := range entries {
		if !e.Component.Exists() {
			out.items = append(out.items, ev.node(e, typ))
		}
	}
	if missing, open := ev.incomplete(supply, "", false, nil); open {
		ev.leaveOpen(out, missing)
	} else if of == "Observation" { // no result is unknown, never normal
		ev.leaveOpen(out, Missing{Resource: of, Reason: "observations are never known to be all"})
	}
	return out
}

// A focusNode is the focus as one of the types that rules ask about it under, the same for all of them: what
// was read of it need not be read again.
type focusNode struct {
	node node
	of   string
	code node    // of drug
	drug ref.Val // nil until it is asked for

}

func (ev *Eval) focusAs(of string, p *provider) *node {
	s := &ev.subject
	if s.node.entry != ev.focus || s.of != of {
		*s = focusNode{node: node{ev: ev, typ: p.structure(of), json: ev.focus.JSON, entry: ev.focus, index: -1}, of: of}
	}
	return &s.node
}

func (ev *Eval) node(e *chart.Entry, typ *structType) *node {
	return &node{ev: ev, typ: typ, json: e.JSON, entry: e, index: -1}
}

func drug(n *node) ref.Val {
	subject := &n.ev.subject
	if n != &subject.node {
		return n.drug(&node{})
	}
	if subject.drug == nil {
		val := n.drug(&subject.code)
		if _, ok := val.(conceptVal); !ok {
			return val
		}
		subject.drug = val
	}
	return subject.drug
}

// drug is the concept of a medication; code becomes the node it was read from.
func (n *node) drug(code *node) ref.Val {
	e := n.entry
	path := e.CodePath()
	if e.Concept.First.Code == "" && e.Concept.Display == "" && e.Concept.Drug == nil {
		return n.ev.unknownAt(e, path, e.Concept.Reason)
	}
	val := conceptVal{concept: e.Concept, origin: origin{e, path}, typ: conceptType}
	if v := e.JSON.Member(path); v.Exists() && path != "medicationReference" { // else it stands elsewhere
		*code = node{ev: n.ev, typ: conceptStruct, json: v, entry: e, up: n, name: path, index: -1}
		val.node = code
	}
	return val
}

var conceptStruct = &structType{name: "Concept", cel: conceptType, value: conceptValue}

func current(n *node) ref.Val {
	s := n.entry.Current()
	if !n.ev.muted {
		path, status := statusOf(n.entry)
		n.ev.readEntry(n.entry, path, status)
	}
	if s.Truth != kleene.Unknown {
		return types.Bool(s.Truth == kleene.True)
	}
	return n.ev.unknownAt(n.entry, s.Path, s.Reason)
}

// statusOf is the status of a resource, and where it stands: conditions and allergies have a clinical one.
func statusOf(e *chart.Entry) (path, status string) {
	for _, keys := range [][]string{{"status"}, {"clinicalStatus", "coding", "0", "code"}} {
		if s := e.JSON.Text(keys...); s != "" {
			return keys[0], s
		}
	}
	return "status", "no status"
}

func status(n *node) ref.Val {
	s := n.entry.JSON.Text("status")
	if s == "" {
		return n.absent("status")
	}
	n.ev.readEntry(n.entry, "status", s)
	return types.String(s)
}

func effective(n *node) ref.Val {
	if !n.entry.HasDate() {
		return n.ev.unknownAt(n.entry, "effective", "not in the record")
	}
	return dateVal{d: n.entry.Date(), origin: origin{n.entry, "effective"}}
}

// route is the first route of the dosage instructions.
func (p *provider) route(n *node) ref.Val {
	for _, name := range []string{"dosageInstruction", "dosage"} {
		v := n.entry.JSON.Get(name)
		if !v.Exists() {
			continue
		}
		if first := v.Get("0"); first.Exists() {
			v = first
		}
		if r := v.Get("route"); r.Exists() {
			child := &node{ev: n.ev, typ: p.structure("Concept"), json: r, entry: n.entry, up: n, name: name + ".route", index: -1}
			return child.asValue()
		}
	}
	return n.absent("dosageInstruction.route")
}

// medicationLists supply the medication list, either of them alone.
var medicationLists = []string{"MedicationRequest", "MedicationStatement"}
