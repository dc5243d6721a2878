package measure

import (
	"fmt"
	"strings"
)

// A NumberError is returned for a value that is no number, or one too long to calculate with.
type NumberError struct {
	Text   string // at most 40 bytes of it
	Reason string
}

func (e *NumberError) Error() string {
	return fmt.Sprintf("%q is not a quantity: %s", e.Text, e.Reason)
}

// A ComparatorError is returned for a comparator that FHIR R4 does not have.
type ComparatorError struct{ Comparator string }

func (e *ComparatorError) Error() string {
	return fmt.Sprintf("the comparator %q is none of <, <=, >= and >", e.Comparator)
}

// An IncomparableError is returned when two quantities are compared, added or subtracted whose units do
// not convert into each other.
type IncomparableError struct {
	A, B   Quantity
	Reason string // "" where the units say it all
	verb   string // "" for "compared with"
}

// Error returns `"5 mg" cannot be compared with "30 mL"`, with the reason if there is one.
func (e *IncomparableError) Error() string {
	verb := e.verb
	if verb == "" {
		verb = "compared with"
	}
	s := fmt.Sprintf("%q cannot be %s %q", e.A, verb, e.B)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// A ConversionError is returned when a quantity cannot be given in a unit.
type ConversionError struct {
	Quantity Quantity
	Unit     string // the UCUM code
	Reason   string // "" where the units say it all
}

// Error returns `"5 mg" cannot be given in "mL"`, with the reason if there is one.
func (e *ConversionError) Error() string {
	s := fmt.Sprintf("%q cannot be given in %q", e.Quantity, e.Unit)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// An IntervalError is returned when one value is asked for and the quantity is an interval.
type IntervalError struct{ Quantity Quantity }

func (e *IntervalError) Error() string { return fmt.Sprintf("%q is not one value", e.Quantity) }

// An ArithmeticError is returned when a result has no unit or is beyond calculation.
type ArithmeticError struct {
	A      Quantity
	Op     string // "×", "/", "+" or "−"
	B      Quantity
	Reason string
}

func (e *ArithmeticError) Error() string {
	return fmt.Sprintf("%s %s %s: %s", e.A, e.Op, e.B, e.Reason)
}

// clip keeps an error short, and free of the memory it was read from.
func clip(s string) string {
	if len(s) <= 40 {
		return strings.Clone(s)
	}
	return strings.ToValidUTF8(s[:37], "") + "…"
}
