package rules

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// resource reads a FHIR resource that is written in YAML, with the names of FHIR's JSON. Its type is
// the given one, or what its resourceType says.
func (d *document) resource(n *yaml.Node, resourceType string) map[string]any {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "expected a FHIR resource, written as key: value, found %s", describe(n))
		return nil
	}
	r, _ := d.element(n, "").(map[string]any)
	switch given, _ := r["resourceType"].(string); {
	case given == "" && resourceType == "":
		d.fail(n, `a resource needs "resourceType"`)
		return nil
	case given == "":
		r["resourceType"] = resourceType
	case resourceType != "" && given != resourceType:
		d.fail(n, "expected a %s, found a %s", resourceType, given)
	}
	return r
}

// element returns a YAML value as JSON has it. Plain numbers are numbers, except under names that are
// strings in all of FHIR.
func (d *document) element(n *yaml.Node, key string) any {
	switch n.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		d.named(n, "a FHIR element", func(key, value *yaml.Node) { object[key.Value] = d.element(value, key.Value) })
		return object
	case yaml.SequenceNode:
		list := []any{}
		d.list(n, key, func(item *yaml.Node) { list = append(list, d.element(item, key)) })
		return list
	}
	if n.Style == 0 && (n.Value == "true" || n.Value == "false") {
		return n.Value == "true"
	}
	if n.Style == 0 && !alwaysString(key) && decimalPattern.MatchString(n.Value) {
		return json.Number(n.Value)
	}
	return n.Value
}

// alwaysString reports whether an element of this name is a string wherever FHIR has it, so that a
// year or a code of digits needs no quotes.
func alwaysString(name string) bool {
	switch name {
	case "id", "code", "system", "version", "display", "text", "reference", "unit", "birthDate", "authoredOn", "issued", "start", "end",
		"versionId", "recordedDate", "postalCode", "line", "lastUpdated", "dateAsserted", "date", "lotNumber":
		return true
	}
	return strings.HasSuffix(name, "Date") || strings.HasSuffix(name, "DateTime") || strings.HasSuffix(name, "Code") ||
		strings.HasSuffix(name, "String")
}
