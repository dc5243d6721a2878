package cds

import (
	"fmt"
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
}

// A HookField is one field of a hook's context.
type HookField struct {
	Name     string
	Form     string // "id", "reference", "references", "resource" (a resource or a Bundle), "resources" (a list) or "text"
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
	out.Fields, out.Brings = slices.Clone(h.Fields), slices.Clone(h.Brings)
	return out, true
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

// Hook returns what is known of a hook: of the CDS Hooks library, or declared by WithHooks. For one of which
// only the name is known, it is false.
func (e *Engine) Hook(name string) (Hook, bool) {
	h := e.hookNamed(name)
	if h == nil {
		return Hook{Name: name}, false
	}
	out := *h
	out.Fields, out.Brings = slices.Clone(h.Fields), slices.Clone(h.Brings)
	return out, true
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

// WithHooks declares hooks that are not in the CDS Hooks library: what their context brings, and where in it
// what is under review is found. Their names are domains in reverse order, "org.example.admission".
func WithHooks(declared ...Hook) Option {
	return func(c *config) {
		for _, h := range declared {
			switch {
			case hookNamed(h.Name) != nil:
				c.errors = append(c.errors, &Error{Message: fmt.Sprintf("the hook %q is one of the CDS Hooks library: it cannot be declared", h.Name)})
			case !ValidHook(h.Name):
				c.errors = append(c.errors, &Error{Message: fmt.Sprintf("the hook %q cannot be declared: expected a name such as org.example.my-hook", h.Name)})
			case slices.ContainsFunc(c.hooks, func(other Hook) bool { return other.Name == h.Name }):
				c.errors = append(c.errors, &Error{Message: fmt.Sprintf("the hook %q is declared twice", h.Name)})
			default:
				c.errors = append(c.errors, h.mistakes()...)
			}
			h.Fields, h.Brings = slices.Clone(h.Fields), slices.Clone(h.Brings)
			c.hooks = append(c.hooks, h)
		}
	}
}

// mistakes says what is wrong in a declaration.
func (h *Hook) mistakes() (wrong []*Error) {
	fail := func(format string, args ...any) {
		wrong = append(wrong, &Error{Message: fmt.Sprintf("the hook %q: ", h.Name) + fmt.Sprintf(format, args...)})
	}
	forms := map[string]string{}
	for _, f := range h.Fields {
		if forms[f.Name] != "" {
			fail("there are two fields %q", f.Name)
		}
		if !slices.Contains(hookForms, f.Form) {
			fail("the field %q has the form %q: expected one of %s", f.Name, f.Form, strings.Join(hookForms, ", "))
		}
		forms[f.Name] = f.Form
	}
	for _, name := range []string{h.Focus, h.Selections} {
		if name != "" && forms[name] == "" {
			fail("there is no field %q", name)
		}
	}
	for _, name := range h.Brings {
		if !IsResource(name) {
			fail("there is no resource type %q", name)
		}
	}
	return wrong
}

var hookForms = []string{"id", "reference", "references", "resource", "resources", "text"}

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
