package cds

import (
	"slices"
	"strings"
)

// A Hook is a moment in a clinician's work at which CDS Hooks asks, with what its context holds.
type Hook struct {
	Name       string
	Version    string // of the hook's own definition, "1.0"; "" if it has none
	Fields     []HookField
	Focus      string   // the context field that brings what is under review; "" if the record itself is
	Selections string   // the context field that names which of them are meant; "" if all are
	Brings     []string // the FHIR types of what is under review; nil: not said
	Orders     bool     // what is under review are orders: a rule for another type of order is not asked
	Deprecated bool

	// Places of a declaration, for messages; an Engine keeps none.
	Position, FocusAt, SelectionsAt Position
	BringsAt                        []Position // of each of Brings
}

// A HookField is one field of a hook's context.
type HookField struct {
	Name string
	// Form is "id", "reference", "references", "resource" (a resource or a Bundle), "resources" (a list), "text",
	// "boolean", "integer", "decimal" or "date". Rules read all but resources as fields of context.
	Form     string
	Required bool
	Token    bool // may stand in a prefetch template

	Position, FormAt Position // of its declaration
}

// HookByName returns the hook of the CDS Hooks library with that name. Hooks of others, whose names
// begin with a domain, are not in it.
func HookByName(name string) (Hook, bool) {
	h := hookNamed(name)
	if h == nil {
		return Hook{}, false
	}
	return h.clone(), true
}

func (h *Hook) clone() Hook {
	out := *h
	out.Fields, out.Brings, out.BringsAt = slices.Clone(h.Fields), slices.Clone(h.Brings), slices.Clone(h.BringsAt)
	return out
}

// Hooks returns the names of the hooks at which some rule is asked, sorted: those that rules name, and where a
// rule names none, all that are not deprecated, of the CDS Hooks library and declared.
func (e *Engine) Hooks() []string {
	var names []string
	for _, r := range e.rules {
		if !slices.ContainsFunc(r.rows, func(in instance) bool { return !in.off }) {
			continue
		}
		names = append(names, r.def.Hooks...)
		if len(r.def.Hooks) > 0 {
			continue
		}
		for _, h := range slices.Concat(hooks, e.hooks) {
			if !h.Deprecated {
				names = append(names, h.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Hook returns what is known of a hook: of the CDS Hooks library, or declared by a pack or WithHooks. For one of which
// only the name is known, it is false.
func (e *Engine) Hook(name string) (Hook, bool) {
	h := e.hookNamed(name)
	if h == nil {
		return Hook{Name: name}, false
	}
	return h.clone(), true
}

func (e *Engine) hookNamed(name string) *Hook {
	if h := hookNamed(name); h != nil {
		return h
	}
	for i := range e.hooks {
		if e.hooks[i].Name == name {
			return &e.hooks[i]
		}
	}
	return nil
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

// usualFields are those that the contexts of nearly all hooks have.
var usualFields = []HookField{hookUser, hookPatient, hookEncounter}

// hookBringing is the context of most hooks: who, whose, during what, and one more field.
func hookBringing(name string) []HookField {
	return []HookField{hookUser, hookPatient, hookEncounter, {Name: name, Form: "resource", Required: true}}
}

// hooks is the CDS Hooks library.
var hooks = []Hook{
	{Name: "patient-view", Version: "1.0", Fields: []HookField{hookUser, hookPatient, hookEncounter}},
	{Name: "order-select", Version: "1.0.1", Focus: "draftOrders", Selections: "selections", Orders: true,
		Fields: append(hookBringing("draftOrders"), HookField{Name: "selections", Form: "references", Required: true})},
	{Name: "order-sign", Version: "1.1.0", Focus: "draftOrders", Orders: true, Fields: hookBringing("draftOrders")},
	{Name: "order-dispatch", Version: "1.1", Focus: "dispatchedOrders", Orders: true, Fields: []HookField{
		hookPatient,
		{Name: "dispatchedOrders", Form: "references", Required: true, Token: true},
		{Name: "performer", Form: "reference", Required: true, Token: true},
		{Name: "fulfillmentTasks", Form: "resources"},
	}},
	{Name: "appointment-book", Version: "1.0", Focus: "appointments", Brings: []string{"Appointment"}, Fields: hookBringing("appointments")},
	{Name: "encounter-start", Version: "1.0", Fields: []HookField{hookUser, hookPatient, hookVisit}},
	{Name: "encounter-discharge", Version: "1.0", Fields: []HookField{hookUser, hookPatient, hookVisit}},
	{Name: "allergyintolerance-create", Version: "0.1.0", Focus: "allergyIntolerance", Brings: []string{"AllergyIntolerance"}, Fields: hookBringing("allergyIntolerance")},
	{Name: "problem-list-item-create", Version: "0.1.0", Focus: "conditions", Brings: []string{"Condition"}, Fields: hookBringing("conditions")},
	{Name: "medication-refill", Version: "0.1.0", Focus: "medications", Brings: []string{"MedicationRequest"}, Orders: true, Fields: []HookField{
		{Name: "userId", Form: "reference", Token: true}, hookPatient, hookEncounter,
		{Name: "medications", Form: "resource", Required: true},
	}},
	{Name: "medication-verify", Version: "0.1.0", Focus: "medication", Brings: []string{"MedicationRequest"}, Orders: true, Fields: hookBringing("medication")},
	{Name: "medication-prescribe", Version: "1.0", Focus: "medications", Brings: []string{"MedicationRequest"}, Orders: true, Deprecated: true, Fields: hookBringing("medications")},
	{Name: "order-review", Version: "1.0", Focus: "orders", Orders: true, Deprecated: true, Fields: hookBringing("orders")},
}
