package calc

import (
	"fmt"
	"math"
)

// BMI returns the body mass index in kg/m² from the weight in kg and the height in cm.
func BMI(kg, cm float64) (float64, error) {
	if err := positive(input{"weight in kg", kg}, input{"height in cm", cm}); err != nil {
		return 0, err
	}
	return kg / (cm / 100 * cm / 100), nil
}

// BSA returns the body surface area in m² from the weight in kg and the height in cm: √(cm × kg / 3600).
// Mosteller 1987, PMID 3657876.
func BSA(kg, cm float64) (float64, error) {
	if err := positive(input{"weight in kg", kg}, input{"height in cm", cm}); err != nil {
		return 0, err
	}
	return math.Sqrt(cm * kg / 3600), nil
}

// IdealWeight returns Devine's ideal body weight in kg from the height in cm, for adults: 50 kg (45.5
// for women) and 2.3 kg for each inch above 60, less as much for each inch below.
func IdealWeight(cm float64, female bool) (float64, error) {
	if err := positive(input{"height in cm", cm}); err != nil {
		return 0, err
	}
	base := 50.0
	if female {
		base = 45.5
	}
	kg := base + 2.3*(cm/2.54-60)
	if kg <= 0 {
		return 0, &InputError{Input: "height in cm", Value: cm, Reason: "is too small for Devine's ideal body weight"}
	}
	return kg, nil
}

// AdjustedWeight returns the adjusted body weight in kg: ideal + 0.4 × (actual − ideal).
func AdjustedWeight(kg, ideal float64) (float64, error) {
	if err := positive(input{"weight in kg", kg}, input{"ideal weight in kg", ideal}); err != nil {
		return 0, err
	}
	return ideal + 0.4*(kg-ideal), nil
}

// The choices of Weight, as rules write them.
const (
	Actual   = "actual"
	Ideal    = "ideal"
	Adjusted = "adjusted"
	Auto     = "auto"
)

// A ChoiceError is returned by Weight for a choice it does not know.
type ChoiceError struct{ Choice string }

func (e *ChoiceError) Error() string {
	return fmt.Sprintf("%q is no choice of weight: 'actual', 'ideal', 'adjusted' or 'auto'", e.Choice)
}

// Weight returns the weight in kg to dose by, from the weight in kg and the height in cm, which 'actual'
// does without. 'auto' is what Choose chooses.
func Weight(choice string, kg, cm float64, female bool) (float64, error) {
	if choice == Auto {
		var err error
		if choice, err = Choose(kg, cm, female); err != nil {
			return 0, err
		}
	}
	switch choice {
	case Actual:
		return kg, positive(input{"weight in kg", kg})
	case Ideal:
		return IdealWeight(cm, female)
	case Adjusted:
	default:
		return 0, &ChoiceError{Choice: choice}
	}
	ideal, err := IdealWeight(cm, female)
	if err != nil {
		return 0, err
	}
	return AdjustedWeight(kg, ideal)
}

// Choose returns which weight to dose by, from the weight in kg and the height in cm. It goes by the body mass
// index: adjusted from 25 on, the lower of ideal and actual from 18.5, actual below (the convention of
// MedCalc-Bench for Cockcroft–Gault).
func Choose(kg, cm float64, female bool) (string, error) {
	bmi, err := BMI(kg, cm)
	switch {
	case err != nil:
		return "", err
	case bmi >= 25:
		return Adjusted, nil
	case bmi < 18.5:
		return Actual, nil
	}
	ideal, err := IdealWeight(cm, female)
	if err != nil {
		return "", err
	}
	if ideal < kg {
		return Ideal, nil
	}
	return Actual, nil
}
