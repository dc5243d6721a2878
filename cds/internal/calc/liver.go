package calc

import "math"

// FIB4 returns the fibrosis-4 index from the age in years, AST and ALT in U/L and platelets in 10⁹/L, for
// adults: age × AST / (platelets × √ALT). Sterling 2006, PMID 16729309.
func FIB4(age, ast, alt, platelets float64) (float64, error) {
	if err := grown("FIB-4", age); err != nil {
		return 0, err
	}
	err := positive(input{"AST in U/L", ast}, input{"ALT in U/L", alt}, input{"platelets in 10*9/L", platelets})
	return age * ast / (platelets * math.Sqrt(alt)), err
}

// A Liver is what the variants of MELD are calculated from: creatinine and bilirubin in mg/dL, albumin in
// g/dL, sodium in mmol/L. As all have limits, a result may be infinite: above what can be measured.
type Liver struct {
	Age                                         float64
	Female                                      bool
	Creatinine, Bilirubin, INR, Sodium, Albumin float64
}

// meldAge is the age in years from which candidates have a MELD score (OPTN policy 9.1.D).
const meldAge = 12

func (l Liver) check(used ...input) error {
	if !(l.Age >= meldAge) || math.IsInf(l.Age, 0) {
		return &InputError{Input: "age in years", Value: l.Age, Reason: "must be 12 or more for MELD"}
	}
	for _, in := range used {
		if !(in.value >= 0) {
			return &InputError{Input: in.name, Value: in.value, Reason: "must be a number, 0 or above"}
		}
	}
	return nil
}

func (l Liver) common() []input {
	return []input{{"creatinine in mg/dL", l.Creatinine}, {"bilirubin in mg/dL", l.Bilirubin}, {"INR", l.INR}}
}

// initial is MELD(i) without checks.
func (l Liver) initial() float64 {
	creatinine, bilirubin, inr := min(max(l.Creatinine, 1), 4), max(l.Bilirubin, 1), max(l.INR, 1)
	return min(9.57*math.Log(creatinine)+3.78*math.Log(bilirubin)+11.20*math.Log(inr)+6.43, 40)
}

// MELD returns MELD(i), from 6.43 to 40:
//
//	9.57 ln creatinine + 3.78 ln bilirubin + 11.20 ln INR + 6.43
//
// Values below 1 count as 1, a creatinine above 4, and one on dialysis, as 4. Kamath 2001, PMID 11172350,
// with the limits of OPTN policy 9.1.D.
func MELD(l Liver) (float64, error) { return l.initial(), l.check(l.common()...) }

// MELDNa2016 returns the MELD score of OPTN policy 9.1.D of 2016, a whole number from 6 to 40: MELD(i),
// rounded; where that is above 11
//
//	MELD(i) + 1.32 × (137 − sodium) − 0.033 × MELD(i) × (137 − sodium)
//
// with a sodium from 125 to 137, rounded.
func MELDNa2016(l Liver) (float64, error) {
	meld := math.Round(l.initial())
	if meld > 11 {
		below := 137 - min(max(l.Sodium, 125), 137)
		meld += 1.32*below - 0.033*meld*below
	}
	return min(math.Round(meld), 40), l.check(append(l.common(), input{"sodium in mmol/L", l.Sodium})...)
}

// MELDNa2008 returns the MELD-Na of Kim 2008, PMID 18768945, which is another formula than that of 2016:
//
//	MELD(i) + (140 − sodium) − 0.025 × MELD(i) × (140 − sodium)
//
// with a sodium from 125 to 140.
func MELDNa2008(l Liver) (float64, error) {
	meld, below := l.initial(), 140-min(max(l.Sodium, 125), 140)
	return meld + below - 0.025*meld*below, l.check(append(l.common(), input{"sodium in mmol/L", l.Sodium})...)
}

// MELD3 returns MELD 3.0, a whole number from 6 to 40:
//
//	1.33 (female) + 4.56 ln bilirubin + 0.82 (137 − sodium) − 0.24 (137 − sodium) ln bilirubin + 9.09 ln INR
//	+ 11.14 ln creatinine + 1.85 (3.5 − albumin) − 1.83 (3.5 − albumin) ln creatinine + 6
//
// with a creatinine from 1 to 3 (3 on dialysis), an albumin from 1.5 to 3.5, a sodium from 125 to 137, and
// values below 1 as 1. Kim 2021, PMID 34481845.
func MELD3(l Liver) (float64, error) {
	creatinine, bilirubin := math.Log(min(max(l.Creatinine, 1), 3)), math.Log(max(l.Bilirubin, 1))
	sodium, albumin := 137-min(max(l.Sodium, 125), 137), 3.5-min(max(l.Albumin, 1.5), 3.5)
	score := 4.56*bilirubin + 0.82*sodium - 0.24*sodium*bilirubin + 9.09*math.Log(max(l.INR, 1)) +
		11.14*creatinine + 1.85*albumin - 1.83*albumin*creatinine + 6
	if l.Female {
		score += 1.33
	}
	return min(math.Round(score), 40), l.check(append(l.common(), input{"sodium in mmol/L", l.Sodium}, input{"albumin in g/dL", l.Albumin})...)
}
