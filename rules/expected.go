package rules

import (
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// name is how a report would call the rule: `id[row]` where a row is given.
func (e Expected) name() string {
	if e.Row != "" {
		return e.base() + "[" + e.Row + "]"
	}
	return e.Rule
}

// base is the rule's id without a row.
func (e Expected) base() string {
	id, _, _ := strings.Cut(e.Rule, "[")
	return id
}

// row is the row's id, given beside the rule or with it; "" for any.
func (e Expected) row() string {
	if _, row, found := strings.Cut(e.Rule, "["); found && e.Row == "" {
		return strings.TrimSuffix(row, "]")
	}
	return e.Row
}

// rules reports whether it is about a rule that the report names, with or without a row.
func (e Expected) rules(rule, row string) bool {
	id, named, found := strings.Cut(rule, "[")
	if found && row == "" {
		row = strings.TrimSuffix(named, "]")
	}
	return e.base() == id && (e.row() == "" || e.row() == row)
}

func (e Expected) focuses(focus string) bool { return e.Focus == "" || sameResource(e.Focus, focus) }

// sameResource compares "Type/id" or an id alone with "Type/id".
func sameResource(wanted, got string) bool {
	_, id, _ := strings.Cut(got, "/")
	return wanted == got || wanted == id
}

func (e Expected) finds(f cds.Finding) bool {
	return e.rules(f.Rule, f.Row) && e.focuses(f.Focus) &&
		(e.Indicator == "" || e.Indicator == string(f.Indicator)) &&
		(e.Summary == "" || e.Summary == f.Summary)
}

func (e Expected) undecides(u cds.Undecided) bool {
	if e.base() != u.Rule || !e.focuses(u.Focus) || e.row() != "" && !slices.Contains(u.Rows, e.row()) {
		return false
	}
	for _, wanted := range e.Missing {
		if !slices.ContainsFunc(u.Missing, func(m cds.Missing) bool { return tells(wanted, m) }) {
			return false
		}
	}
	return true
}

// tells reports whether a word names something missing: its resource or type, its path, both, or
// a part of the reason.
func tells(wanted string, m cds.Missing) bool {
	kind, _, _ := strings.Cut(m.Resource, "/")
	return wanted == m.Resource || wanted == kind || wanted == m.Path || wanted == m.Resource+"."+m.Path ||
		wanted == kind+"."+m.Path || strings.Contains(m.Reason, wanted)
}

// particulars says what more than the rule is expected.
func (e Expected) particulars() string {
	var parts []string
	if e.Indicator != "" {
		parts = append(parts, "that is "+e.Indicator)
	}
	if e.Focus != "" {
		parts = append(parts, "for "+e.Focus)
	}
	if e.Summary != "" {
		parts = append(parts, `saying "`+e.Summary+`"`)
	}
	if len(e.Missing) > 0 {
		parts = append(parts, "missing "+strings.Join(e.Missing, ", "))
	}
	if e.Error != "" {
		parts = append(parts, `with "`+e.Error+`"`)
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(parts, ", ")
}
