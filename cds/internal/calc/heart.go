package calc

import "math"

// QTc returns a QT interval in ms corrected for the heart rate in beats a minute, with RR = 60 / rate, by a
// formula of QTcFormulas.
//
//	bazett      QT / √RR             Bazett 1920
//	fridericia  QT / ∛RR             Fridericia 1920
//	framingham  QT + 154 (1 − RR)    Sagie 1992, PMID 1519533
//	hodges      QT + 1.75 (rate − 60)    Hodges 1983
func QTc(formula string, qt, rate float64) (float64, error) {
	if err := positive(input{"QT interval in ms", qt}, input{"heart rate in 1/min", rate}); err != nil {
		return 0, err
	}
	rr := 60 / rate
	switch formula {
	case Bazett:
		return qt / math.Sqrt(rr), nil
	case Fridericia:
		return qt / math.Cbrt(rr), nil
	case Framingham:
		return qt + 154*(1-rr), nil
	}
	return qt + 1.75*(rate-60), nil
}

// The formulas of QTc, as rules write them.
const (
	Bazett     = "bazett"
	Fridericia = "fridericia"
	Framingham = "framingham"
	Hodges     = "hodges"
)
