package cds

import (
	"slices"
	"strings"
)

// A Hook is a moment in a clinician's work at which CDS Hooks asks, with what its context holds.
type Hook struct {
	Name       string
	Fields     []HookField
	Focus      string // the context field that brings what is under review; "" if the record itself is
	Selections string // the context field that names which of them are meant; "" if all are
	Orders     bool   // what is under review are orders: a rule for another type of order is not asked
	Deprecated bool
}

// A HookField is one field of a hook's context.
type HookField struct {
	Name     string
	Form     string // "id", "reference", "references", "resource" (a resource or a Bundle) or "resources" (a list)
	Required bool
	Token    bool // may stand in a prefetch template
}

// HookByName returns the hook of the CDS Hooks library with that name. Hooks of others, whose names
// begin with a domain, are not in it.
func HookByName(name string) (Hook, bool) {
	h := hookNamed(name)
	if h == nil {
		return Hook{}, false
	}
	out := *h
	out.Fields = slices.Clone(h.Fields)
	return out, true
}

// hookNamed is HookByName without a copy: what it returns must not be changed. It is nil if there is none.
func hookNamed(name string) *Hook {
	for i := range hooks {
		if hooks[i].Name == name {
			return &hooks[i]
		}
	}
	return nil
}

// HookNames returns the names of the hooks in the CDS Hooks library, sorted.
func HookNames() []string {
	names := make([]string, len(hooks))
	for i, h := range hooks {
		names[i] = h.Name
	}
	slices.Sort(names)
	return names
}

// ValidHook reports whether a name is that of a hook in the library, or of one that somebody else may
// have: a domain in reverse order, "org.example.admission".
func ValidHook(name string) bool {
	if _, ok := HookByName(name); ok {
		return true
	}
	parts := strings.Split(name, ".")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(part string) bool {
		return part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != ""
	})
}

var (
	hookUser      = HookField{Name: "userId", Form: "reference", Required: true, Token: true}
	hookPatient   = HookField{Name: "patientId", Form: "id", Required: true, Token: true}
	hookEncounter = HookField{Name: "encounterId", Form: "id", Token: true}
	hookVisit     = HookField{Name: "encounterId", Form: "id", Required: true, Token: true}
)

// hookBringing is the context of most hooks: who, whose, during what, and one more field.
func hookBringing(name string) []HookField {
	return []HookField{hookUser, hookPatient, hookEncounter, {Name: name, Form: "resource", Required: true}}
}

// hooks is the CDS Hooks library.
var hooks = []Hook{
	{Name: "patient-view", Fields: []HookField{hookUser, hookPatient, hookEncounter}},
	{Name: "order-select", Focus: "draftOrders", Selections: "selections", Orders: true,
		Fields: append(hookBringing("draftOrders"), HookField{Name: "selections", Form: "references", Required: true})},
	{Name: "order-sign", Focus: "draftOrders", Orders: true, Fields: hookBringing("draftOrders")},
	{Name: "order-dispatch", Focus: "dispatchedOrders", Orders: true, Fields: []HookField{
		hookPatient,
		{Name: "dispatchedOrders", Form: "references", Required: true, Token: true},
		{Name: "performer", Form: "reference", Required: true, Token: true},
		{Name: "fulfillmentTasks", Form: "resources"},
	}},
	{Name: "appointment-book", Focus: "appointments", Fields: hookBringing("appointments")},
	{Name: "encounter-start", Fields: []HookField{hookUser, hookPatient, hookVisit}},
	{Name: "encounter-discharge", Fields: []HookField{hookUser, hookPatient, hookVisit}},
	{Name: "allergyintolerance-create", Focus: "allergyIntolerance", Fields: hookBringing("allergyIntolerance")},
	{Name: "problem-list-item-create", Focus: "conditions", Fields: hookBringing("conditions")},
	{Name: "medication-refill", Focus: "medications", Orders: true, Fields: []HookField{
		{Name: "userId", Form: "reference", Token: true}, hookPatient, hookEncounter,
		{Name: "medications", Form: "resource", Required: true},
	}},
	{Name: "medication-verify", Focus: "medication", Orders: true, Fields: hookBringing("medication")},
	{Name: "medication-prescribe", Focus: "medications", Orders: true, Deprecated: true, Fields: hookBringing("medications")},
	{Name: "order-review", Focus: "orders", Orders: true, Deprecated: true, Fields: hookBringing("orders")},
}
