package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The table finds what is no AuditEvent.
func TestTheTableFindsMistakes(t *testing.T) {
	table := readElements(t)
	var event map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{"resourceType":"AuditEvent","type":{"code":1},"subtype":{"code":"a"},"action":"X","recorded":"today","agents":[],
		"agent":[{"who":{"ref":"x"}}],"source":{"site":"x"},"entity":[]}`), &event))
	require.Equal(t, []string{
		"AuditEvent.action: \"X\" is no code of audit-event-action", "AuditEvent.agent.requestor: expected 1", "AuditEvent.agent.who.ref: there is no such element",
		"AuditEvent.agents: there is no such element", "AuditEvent.entity: expected a list", "AuditEvent.recorded: expected an instant",
		"AuditEvent.source.observer: expected 1", "AuditEvent.subtype: expected a list", "AuditEvent.type.code: expected a string",
	}, table.problems(event))
}

// elements is the project's own table of FHIR's elements: the lines below each type, and the codes of value sets.
type elements struct {
	types map[string][]string
	sets  map[string][]string
}

func readElements(t *testing.T) elements {
	e := elements{map[string][]string{}, map[string][]string{}}
	in := func(name string) string {
		text, err := os.ReadFile(filepath.Join("..", "..", "cds", "internal", "fhir", name))
		require.NoError(t, err)
		return string(text)
	}
	kind := ""
	for line := range strings.SplitSeq(in("elements.txt"), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			var base string
			kind, base, _ = strings.Cut(line, " : ")
			e.types[kind] = slices.Clone(e.types[base])
		default:
			e.types[kind] = append(e.types[kind], line[1:])
		}
	}
	for line := range strings.SplitSeq(in("valuesets.txt"), "\n") {
		name, codes, _ := strings.Cut(line, " ")
		e.sets[name] = strings.Fields(codes)
	}
	return e
}

// problems returns what is wrong with a resource, sorted.
func (e elements) problems(resource map[string]any) []string {
	kind := resource["resourceType"].(string)
	delete(resource, "resourceType")
	out := e.object(kind, e.types[kind], resource)
	slices.Sort(out)
	return out
}

// object compares an object with the lines of its elements, each with those below it.
func (e elements) object(path string, lines []string, object map[string]any) (out []string) {
	known := map[string]bool{}
	for i, line := range lines {
		if line[0] == ' ' {
			continue // of an element above it
		}
		field := strings.Fields(line)
		name, at := field[0], path+"."+field[0]
		known[name] = true
		value, there := object[name]
		if !there {
			if strings.Contains("!+", field[1]) {
				out = append(out, at+": expected 1")
			}
			continue
		}
		values := []any{value}
		if strings.Contains("*+", field[1]) {
			var isList bool
			if values, isList = value.([]any); !isList || len(values) == 0 {
				out = append(out, at+": expected a list")
				continue
			}
		}
		var below []string
		for _, next := range lines[i+1:] {
			if next[0] != ' ' {
				break
			}
			below = append(below, next[1:])
		}
		for _, v := range values {
			out = append(out, e.value(at, field[2:], below, v)...)
		}
	}
	for name := range object {
		if !known[name] {
			out = append(out, path+"."+name+": there is no such element")
		}
	}
	return out
}

// value compares a value with its type, and with the value set of its binding.
func (e elements) value(at string, is, below []string, value any) []string {
	kind, _, _ := strings.Cut(is[0], "(")
	if lines := append(slices.Clone(e.types[kind]), below...); len(lines) > 0 {
		object, ok := value.(map[string]any)
		if !ok || len(object) == 0 {
			return []string{at + ": expected an object"}
		}
		return e.object(at, lines, object)
	}
	text, isText := value.(string)
	_, isBoolean := value.(bool)
	_, noInstant := time.Parse(time.RFC3339Nano, text)
	switch {
	case kind == "boolean" && !isBoolean:
		return []string{at + ": expected true or false"}
	case kind == "instant" && noInstant != nil:
		return []string{at + ": expected an instant"}
	case kind != "boolean" && (!isText || text == ""):
		return []string{at + ": expected a string"}
	case len(is) > 1 && !slices.Contains(e.sets[is[1]], text):
		return []string{fmt.Sprintf("%s: %q is no code of %s", at, text, is[1])}
	}
	return nil
}
