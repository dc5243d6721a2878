package terminology

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// filtered returns the codes of a system that meet all filters of c, without those that are abstract or,
// if need be, inactive.
func (e *evaluation) filtered(s CodeSystem, c *clause) ([]string, error) {
	var codes []string
	var narrowed bool
	var tests []test
	for _, f := range c.filters {
		list, t, err := readFilterOn(s, c.system, f)
		if err != nil {
			return nil, fmt.Errorf("the filter %s %s %q on %s: %w", f.property, f.op, f.value, c.system, err)
		}
		if err := e.spend(filterWork + len(list)); err != nil {
			return nil, err
		}
		switch {
		case t != nil:
			tests = append(tests, t)
		case narrowed:
			tests = append(tests, oneOf(list))
		default:
			codes, narrowed = list, true
		}
	}
	if !narrowed {
		codes = s.All()
	}
	if abstract := flagged(s, "notSelectable"); abstract != nil {
		tests = append(tests, not(abstract))
	}
	if inactive := flagged(s, "inactive"); inactive != nil && e.activeOnly {
		tests = append(tests, not(inactive))
	}
	return e.passing(codes, tests)
}

func (e *evaluation) passing(codes []string, tests []test) ([]string, error) {
	out := make([]string, 0, len(codes))
	for i, code := range codes {
		if i%1024 == 0 {
			if err := e.spend(min(1024, len(codes)-i) * (1 + len(tests))); err != nil {
				return nil, err
			}
		}
		if !slices.ContainsFunc(tests, func(t test) bool { return !t(code) }) {
			out = append(out, code)
		}
	}
	return out, nil
}

// filterWork is what a filter costs however few codes meet it.
const filterWork = 1024

// A test tells whether a code meets a filter.
type test func(code string) bool

func not(t test) test { return func(code string) bool { return !t(code) } }

func oneOf(codes []string) test {
	set := make(map[string]bool, len(codes))
	for _, code := range codes {
		set[code] = true
	}
	return func(code string) bool { return set[code] }
}

// flagged returns a test for a boolean property, nil if the system does not have it.
func flagged(s CodeSystem, property string) test {
	if withdrawn, ok := s.(interface{ Inactive(code string) bool }); ok && property == "inactive" {
		return withdrawn.Inactive
	}
	p, ok := s.(Properties)
	if !ok || !p.HasProperty(property) {
		return nil
	}
	return func(code string) bool { return slices.Contains(p.Property(code, property), "true") }
}

// readFilterOn returns the codes that meet a filter, or a test where to list them is no quicker.
func readFilterOn(s CodeSystem, url string, f filter) ([]string, test, error) {
	if url == SNOMED {
		if t, err := snomedFilter(f); t != nil || err != nil {
			return nil, t, err
		}
	}
	switch f.op {
	case "is-a", "descendent-of", "is-not-a", "generalizes":
		return hierarchyFilter(s, f)
	case "child-of":
		values, err := valuesOf(s, "parent")
		if err == nil && !s.Has(f.value) {
			err = notIn(f.value)
		}
		return nil, anyValue(values, func(v string) bool { return v == f.value }), err
	}
	values, err := valuesOf(s, f.property)
	if err != nil {
		return nil, nil, err
	}
	t, err := valueFilter(s, f, values)
	return nil, t, err
}

// snomedFilter knows the filters that mean something else in SNOMED CT.
func snomedFilter(f filter) (test, error) {
	switch {
	case f.property == "concept" && (f.op == "in" || f.op == "not-in"):
		return nil, fmt.Errorf("the members of reference sets are not known")
	case f.property == "expressions" && f.op == "=" && f.value == "false":
		return func(string) bool { return true }, nil
	}
	return nil, nil
}

func notIn(code string) error { return fmt.Errorf("%q is not in the system", code) }

// notBelow says why a system does not tell what is above or below a code.
func notBelow(s CodeSystem, code string) error {
	if s.Has(code) {
		return fmt.Errorf("the place of %q in the hierarchy is not known", code)
	}
	return notIn(code)
}

func hierarchyFilter(s CodeSystem, f filter) ([]string, test, error) {
	if f.property != "concept" && f.property != "code" {
		return nil, nil, fmt.Errorf("expected the property concept, since only concepts have a hierarchy")
	}
	if cs, ok := s.(*codeSystem); ok && cs.partOf {
		return nil, nil, errPartOf
	}
	list := s.Descendants
	if f.op == "generalizes" {
		list = s.Ancestors
	}
	codes, ok := list(f.value)
	if !ok {
		return nil, nil, notBelow(s, f.value)
	}
	if f.op == "descendent-of" {
		return codes, nil, nil
	}
	self := f.value
	if cs, ok := s.(*codeSystem); ok {
		self = cs.Spelling(self)
	}
	codes = append(slices.Clip(codes), self)
	if f.op == "is-not-a" {
		return nil, not(oneOf(codes)), nil
	}
	return codes, nil, nil
}

// valuesOf returns the values that codes have of a property.
func valuesOf(s CodeSystem, property string) (func(code string) []string, error) {
	switch property {
	case "concept", "code":
		return func(code string) []string { return []string{code} }, nil
	case "display":
		return func(code string) []string {
			if display := s.Display(code); display != "" {
				return []string{display}
			}
			return nil
		}, nil
	}
	p, ok := s.(Properties)
	if !ok || !p.HasProperty(property) {
		return nil, fmt.Errorf("the system has no property %q", property)
	}
	return func(code string) []string { return p.Property(code, property) }, nil
}

func anyValue(values func(string) []string, meets func(string) bool) test {
	return func(code string) bool { return slices.ContainsFunc(values(code), meets) }
}

func valueFilter(s CodeSystem, f filter, values func(string) []string) (test, error) {
	switch f.op {
	case "=":
		want, err := wanted(s, f, f.value)
		return anyValue(values, func(v string) bool { return v == want }), err
	case "in", "not-in":
		list, err := wantedList(s, f)
		t := anyValue(values, oneOf(list))
		if f.op == "not-in" {
			t = not(t)
		}
		return t, err
	case "regex":
		pattern, err := compilePattern(f.value)
		if err != nil {
			return nil, err
		}
		return anyValue(values, pattern.MatchString), nil
	case "exists":
		if f.value != "true" && f.value != "false" {
			return nil, fmt.Errorf("expected true or false")
		}
		return func(code string) bool { return (len(values(code)) > 0) == (f.value == "true") }, nil
	}
	return nil, fmt.Errorf("the operator is not known")
}

// wanted returns a value as the system writes it. A code that the system lacks is a mistake.
func wanted(s CodeSystem, f filter, value string) (string, error) {
	if f.property != "concept" && f.property != "code" {
		return value, nil
	}
	if !s.Has(value) {
		return "", notIn(value)
	}
	if cs, ok := s.(*codeSystem); ok {
		value = cs.Spelling(value)
	}
	return value, nil
}

func wantedList(s CodeSystem, f filter) ([]string, error) {
	list := strings.Split(f.value, ",")
	for i := range list {
		value, err := wanted(s, f, strings.TrimSpace(list[i]))
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

const (
	mostPattern = 1000 // bytes of a regular expression
	mostProgram = 5000 // instructions that it may become
)

// compilePattern reads a regular expression in RE2's syntax that must match a value from end to end.
func compilePattern(text string) (*regexp.Regexp, error) {
	if len(text) > mostPattern {
		return nil, fmt.Errorf("the expression is longer than %d bytes", mostPattern)
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be read: %w", err)
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("the expression cannot be read: %w", err)
	}
	if len(program.Inst) > mostProgram {
		return nil, fmt.Errorf("the expression is too complex")
	}
	return regexp.Compile(`\A(?:` + text + `)\z`)
}
