package calc

import "math"

// CockcroftGault returns the creatinine clearance in mL/min from the age in years, the weight in kg and
// the serum creatinine in mg/dL, for adults:
//
//	(140 − age) × kg × (0.85 if female) / (72 × creatinine)
//
// Cockcroft and Gault 1976, PMID 1244564. Which weight to take is a choice of its own: see Weight.
func CockcroftGault(age, kg, creatinine float64, female bool) (float64, error) {
	if err := grown("Cockcroft–Gault", age); err != nil {
		return 0, err
	}
	if age >= 140 {
		return 0, &InputError{Input: "age in years", Value: age, Reason: "must be below 140 for Cockcroft–Gault"}
	}
	if err := positive(input{"weight in kg", kg}, input{"creatinine in mg/dL", creatinine}); err != nil {
		return 0, err
	}
	clearance := (140 - age) * kg / (72 * creatinine)
	if female {
		clearance *= 0.85
	}
	return clearance, nil
}

// CKDEPI2021 returns the estimated glomerular filtration rate in mL/min/1.73 m² from the age in years
// and the serum creatinine in mg/dL, for adults, without race:
//
//	142 × min(Scr/κ, 1)^α × max(Scr/κ, 1)^−1.200 × 0.9938^age × (1.012 if female)
//	κ 0.7 and α −0.241 for women, κ 0.9 and α −0.302 for men
//
// Inker 2021, PMID 34554658.
func CKDEPI2021(age, creatinine float64, female bool) (float64, error) {
	if err := grown("CKD-EPI 2021", age); err != nil {
		return 0, err
	}
	if err := positive(input{"creatinine in mg/dL", creatinine}); err != nil {
		return 0, err
	}
	kappa, alpha, factor := 0.9, -0.302, 1.0
	if female {
		kappa, alpha, factor = 0.7, -0.241, 1.012
	}
	ratio := creatinine / kappa
	return 142 * math.Pow(min(ratio, 1), alpha) * math.Pow(max(ratio, 1), -1.200) * math.Pow(0.9938, age) * factor, nil
}
