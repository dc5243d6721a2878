package ucum

import "fmt"

// A SyntaxError is returned when a unit is not valid UCUM.
type SyntaxError struct {
	Unit    string // as it was given
	Offset  int    // where, in characters from 0
	Message string // what is wrong
	Suggest string // what may have been meant; "" if nothing is near
}

// Error returns `unit "mg/DL": unknown unit "DL" at character 4 (did you mean "dL"?)`. A unit that is too
// long is cut.
func (e *SyntaxError) Error() string {
	unit := []rune(e.Unit)
	if len(unit) > maxLength {
		unit = append(unit[:40:40], '…')
	}
	s := fmt.Sprintf("unit %q: %s at character %d", string(unit), e.Message, e.Offset+1)
	if e.Suggest != "" {
		s += fmt.Sprintf(" (did you mean %q?)", e.Suggest)
	}
	return s
}

// A ConversionError is returned when a value cannot be converted from one unit to another.
type ConversionError struct {
	From, To string // UCUM codes
	Reason   string // "" where the units themselves are not comparable
}

// Error returns `"mg" cannot be converted to "mL"`, with the reason if there is one.
func (e *ConversionError) Error() string {
	s := fmt.Sprintf("%q cannot be converted to %q", e.From, e.To)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// A ProductError is returned when units cannot be multiplied, divided or raised to a power.
type ProductError struct {
	Product string // what was asked: "Cel × mg", "m ^ 40"
	Reason  string
}

// Error returns `Cel × mg: the special unit "Cel" must stand alone`.
func (e *ProductError) Error() string { return e.Product + ": " + e.Reason }
