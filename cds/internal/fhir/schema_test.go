package fhir_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/fhir"
)

func TestTypeField(t *testing.T) {
	status := &fhir.ValueSet{
		URL:   "http://hl7.org/fhir/ValueSet/medicationrequest-status",
		Codes: []string{"active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"},
	}
	comparator := &fhir.ValueSet{
		URL:   "http://hl7.org/fhir/ValueSet/quantity-comparator",
		Codes: []string{"<", "<=", ">=", ">"},
	}
	tests := []struct {
		name, typ, field string
		want             fhir.Field
	}{
		{"a choice is one field a type", "Observation", "valueQuantity",
			fhir.Field{Name: "valueQuantity", Type: "Quantity", Choice: "value"}},
		{"a member of a required choice is not required", "MedicationRequest", "medicationReference",
			fhir.Field{Name: "medicationReference", Type: "Reference", Choice: "medication", Targets: []string{"Medication"}}},
		{"a primitive member of a choice", "Patient", "deceasedDateTime",
			fhir.Field{Name: "deceasedDateTime", Type: "dateTime", Choice: "deceased"}},
		{"a required code has its list", "MedicationRequest", "status",
			fhir.Field{Name: "status", Type: "code", Required: true, ValueSet: status, Binding: status.URL}},
		{"a required binding without a list", "Attachment", "contentType",
			fhir.Field{Name: "contentType", Type: "code", Binding: "http://hl7.org/fhir/ValueSet/mimetypes"}},
		{"codes that are symbols", "Quantity", "comparator",
			fhir.Field{Name: "comparator", Type: "code", ValueSet: comparator, Binding: comparator.URL}},
		{"an element with children has a type of its own", "Observation", "component",
			fhir.Field{Name: "component", Type: "Observation.component", List: true}},
		{"also in a data type", "Dosage", "doseAndRate",
			fhir.Field{Name: "doseAndRate", Type: "Dosage.doseAndRate", List: true}},
		{"content defined elsewhere", "Bundle.entry", "link",
			fhir.Field{Name: "link", Type: "Bundle.link", List: true}},
		{"content that holds itself", "Questionnaire.item", "item",
			fhir.Field{Name: "item", Type: "Questionnaire.item", List: true}},
		{"any resource", "Bundle.entry", "resource", fhir.Field{Name: "resource", Type: "Resource"}},
		{"inherited from DomainResource", "Patient", "contained",
			fhir.Field{Name: "contained", Type: "Resource", List: true}},
		{"inherited from Element", "Coding", "extension",
			fhir.Field{Name: "extension", Type: "Extension", List: true}},
		{"an own element named like an inherited one", "CodeableConcept", "text",
			fhir.Field{Name: "text", Type: "string"}},
		{"targets", "MedicationRequest", "subject",
			fhir.Field{Name: "subject", Type: "Reference", Required: true, Targets: []string{"Patient", "Group"}}},
		{"a reference to anything has no targets", "Task", "focus",
			fhir.Field{Name: "focus", Type: "Reference"}},
		{"a required list", "CodeableConcept", "coding", fhir.Field{Name: "coding", Type: "Coding", List: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, ok := field(test.typ, test.field)
			require.True(t, ok)
			require.Equal(t, test.want, *f)
		})
	}
}

func TestTypeHasNoField(t *testing.T) {
	for typ, names := range map[string][]string{
		"Observation": {"value", "value[x]", "valueQuantitty", "resourceType", "", "_status"},
		"Bundle":      {"text", "contained"},
		"Coding":      {"modifierExtension"},
		"string":      {"extension"},
		"Meta":        {"project"},
	} {
		for _, name := range names {
			_, ok := field(typ, name)
			require.False(t, ok, "%s.%s", typ, name)
		}
	}
}

// Whatever a field names as its type is a type of the schema, and fields are sorted and found by name.
func TestSchemaIsClosed(t *testing.T) {
	s := fhir.Load()
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		typ, ok := s.Type(name)
		require.True(t, ok, name)
		require.Equal(t, name, typ.Name)
		_, primitive := fhir.JSONKind(name)
		require.Equal(t, primitive, typ.Primitive, name)
		last := ""
		for i := range typ.Fields {
			f := &typ.Fields[i]
			require.Less(t, last, f.Name, "%s is sorted and names each field once", name)
			last = f.Name
			found, _ := typ.Field(f.Name)
			require.Same(t, f, found)
			visit(f.Type)
			for _, target := range f.Targets {
				visit(target)
			}
		}
	}
	for _, name := range append(s.Resources(), "Resource", "DomainResource", "Element", "BackboneElement") {
		visit(name)
	}
	require.Greater(t, len(seen), 600)
}

func TestResources(t *testing.T) {
	s := fhir.Load()
	names := s.Resources()
	require.IsIncreasing(t, names)
	require.Len(t, names, 146)
	require.NotContains(t, names, "Resource")
	require.NotContains(t, names, "DomainResource")
	names[0] = "changed"
	require.Equal(t, "Account", s.Resources()[0])
	for name, resource := range map[string]bool{
		"Patient": true, "Bundle": true, "Resource": true, "Quantity": false, "Patient.contact": false, "code": false,
	} {
		typ, ok := s.Type(name)
		require.True(t, ok)
		require.Equal(t, resource, typ.Resource, name)
	}
	_, ok := s.Type("patient")
	require.False(t, ok)
}

func TestValueSetHas(t *testing.T) {
	f, _ := field("Patient", "gender")
	require.True(t, f.ValueSet.Has("female"))
	require.False(t, f.ValueSet.Has("Female"))
	require.False(t, f.ValueSet.Has(""))
}

func TestJSONKind(t *testing.T) {
	for _, name := range fhir.Primitives() {
		typ, ok := fhir.Load().Type(name)
		require.True(t, ok, name)
		require.True(t, typ.Primitive, name)
		_, ok = fhir.JSONKind(name)
		require.True(t, ok, name)
	}
	for name, want := range map[string]fhir.Kind{"decimal": fhir.Number, "boolean": fhir.Boolean, "dateTime": fhir.String} {
		kind, ok := fhir.JSONKind(name)
		require.True(t, ok)
		require.Equal(t, want, kind)
	}
	_, ok := fhir.JSONKind("Quantity")
	require.False(t, ok)
}

// The kinds are what encoding/json calls them, so that a message can name what was found.
func TestKindString(t *testing.T) {
	for kind, document := range map[fhir.Kind]string{fhir.String: `"a"`, fhir.Boolean: `true`, fhir.Number: `1`} {
		var v any
		require.NoError(t, json.Unmarshal([]byte(document), &v))
		want := map[string]fhir.Kind{"string": fhir.String, "boolean": fhir.Boolean, "number": fhir.Number}
		require.Equal(t, kind, want[kind.String()])
	}
}
