// Package calc has clinical formulas as they were published, on plain numbers in the units each one
// names. None of them rounds.
package calc

import (
	"fmt"
	"math"
)

// An InputError is returned when a formula does not apply to an input.
type InputError struct {
	Input  string // "weight in kg"
	Value  float64
	Reason string // "must be above 0"
}

func (e *InputError) Error() string {
	return fmt.Sprintf("%s is %g: it %s", e.Input, e.Value, e.Reason)
}

type input struct {
	name  string
	value float64
}

// positive returns an *InputError for the first input that is not a number above zero.
func positive(inputs ...input) error {
	for _, in := range inputs {
		if !(in.value > 0) || math.IsInf(in.value, 0) {
			return &InputError{Input: in.name, Value: in.value, Reason: "must be a number above 0"}
		}
	}
	return nil
}

// adult is the age in years from which the kidney formulas apply.
const adult = 18

func grown(formula string, age float64) error {
	if !(age >= adult) || math.IsInf(age, 0) {
		return &InputError{Input: "age in years", Value: age, Reason: "must be 18 or more for " + formula}
	}
	return nil
}
