package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
)

// nouns are what types are called in messages. FHIR's types keep their names.
var nouns = map[string]string{
	"int": "whole number", "uint": "whole number", "double": "decimal number", "string": "text", "bool": "condition",
	"PatientAge": "age", "Score": "score", "Date": "date", "Span": "span of time", "Codes": "codes", "Table": "table",
	"null_type": "null", "bytes": "bytes", "google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration",
}

// noun is what a type is called: "text", "list of text", "Quantity".
func noun(t *types.Type) string {
	switch t.Kind() {
	case types.ListKind:
		return "list of " + plural(noun(elementOf(t)))
	case types.MapKind:
		return "map"
	case types.TypeParamKind, types.DynKind, types.AnyKind:
		return "value"
	case types.TypeKind:
		return "type"
	}
	if t.TypeName() == "optional_type" {
		return noun(elementOf(t)) + " that may be absent"
	}
	name := displayType(t.TypeName())
	if n := nouns[name]; n != "" {
		return n
	}
	return name
}

func elementOf(t *types.Type) *types.Type {
	if p := t.Parameters(); len(p) > 0 {
		return p[0]
	}
	return types.DynType
}

func plural(noun string) string {
	switch {
	case slices.Contains([]string{"text", "codes", "null", "bytes"}, noun) || noun != strings.ToLower(noun):
		return noun
	case strings.HasPrefix(noun, "list of "):
		return "lists of " + strings.TrimPrefix(noun, "list of ")
	case noun == "span of time":
		return "spans of time"
	}
	return noun + "s"
}

// a is noun with its article: "an age", "text".
func a(t *types.Type) string {
	n := noun(t)
	switch {
	case plural(n) == n && n == strings.ToLower(n):
		return n
	case strings.ContainsRune("aeiouAEIO", rune(n[0])):
		return "an " + n
	}
	return "a " + n
}

// displayType is the name of a structure as authors know it, without the pack of a row or of params.
func displayType(name string) string {
	kind, _, _ := strings.Cut(name, " of ")
	return kind
}
