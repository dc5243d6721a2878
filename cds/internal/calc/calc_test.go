package calc_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/calc"
)

// The worked examples are published ones: transplantr's tests, MedCalc-Bench-Verified.

func TestCockcroftGault(t *testing.T) {
	for _, c := range []struct {
		name                string
		age, kg, creatinine float64
		female              bool
		want                float64
	}{
		{"woman of 25", 25, 60, 1.0, true, 81.46},
		{"man of 53 by adjusted weight", 53, 77.08, 1.39, false, 67.00},
	} {
		got, err := calc.CockcroftGault(c.age, c.kg, c.creatinine, c.female)
		require.NoError(t, err, c.name)
		require.InDelta(t, c.want, got, 0.01, c.name)
	}
}

func TestCockcroftGaultByTheChosenWeight(t *testing.T) {
	for _, c := range []struct {
		age, kg, cm, creatinine, want float64
	}{
		{53, 87, 175, 1.39, 67.00},
		{87, 48, 163, 1.4, 25.24},
		{83, 67.2, 173, 1.4, 38.0},
	} {
		kg, err := calc.Weight(calc.Auto, c.kg, c.cm, false)
		require.NoError(t, err)
		got, err := calc.CockcroftGault(c.age, kg, c.creatinine, false)
		require.NoError(t, err)
		require.InDelta(t, c.want, got, 0.01, "%v", c)
	}
}

func TestCKDEPI2021(t *testing.T) {
	for _, c := range []struct {
		age, creatinine float64
		female          bool
		want            float64
	}{
		{81, 1.7, false, 40.0},
		{50, 1.0, true, 68.6},
		{50, 1.0, false, 91.7},
		{70, 2.0, false, 35.2},
	} {
		got, err := calc.CKDEPI2021(c.age, c.creatinine, c.female)
		require.NoError(t, err)
		require.InDelta(t, c.want, got, 0.05, "%v", c)
	}
}

func TestBody(t *testing.T) {
	for _, c := range []struct {
		name string
		got  func() (float64, error)
		want float64
	}{
		{"BSA", func() (float64, error) { return calc.BSA(85, 180) }, 2.0616},
		{"BMI", func() (float64, error) { return calc.BMI(48, 163) }, 18.0661},
		{"ideal weight of a man", func() (float64, error) { return calc.IdealWeight(173, false) }, 68.6535},
		{"ideal weight below 60 inches", func() (float64, error) { return calc.IdealWeight(150, true) }, 43.3268},
		{"adjusted weight of a woman", func() (float64, error) { return calc.Weight(calc.Adjusted, 78, 160, true) }, 62.6291},
		{"adjusted weight of a man", func() (float64, error) { return calc.Weight(calc.Adjusted, 87, 175, false) }, 77.0787},
		{"ideal weight as chosen", func() (float64, error) { return calc.Weight(calc.Ideal, 0, 173, false) }, 68.6535},
		{"actual weight without a height", func() (float64, error) { return calc.Weight(calc.Actual, 70, 0, false) }, 70},
		{"auto, underweight", func() (float64, error) { return calc.Weight(calc.Auto, 48, 163, false) }, 48},
		{"auto, normal and above ideal", func() (float64, error) { return calc.Weight(calc.Auto, 72, 173, false) }, 68.6535},
		{"auto, normal and below ideal", func() (float64, error) { return calc.Weight(calc.Auto, 67.2, 173, false) }, 67.2},
		{"auto, a body mass index of 25", func() (float64, error) { return calc.Weight(calc.Auto, 100, 200, false) }, 95.8614},
	} {
		got, err := c.got()
		require.NoError(t, err, c.name)
		require.InDelta(t, c.want, got, 0.0001, c.name)
	}
}

func TestInputsAFormulaDoesNotApplyTo(t *testing.T) {
	failure := func(_ float64, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{failure(calc.CockcroftGault(17, 60, 1, true)), "age in years is 17: it must be 18 or more for Cockcroft–Gault"},
		{failure(calc.CockcroftGault(140, 60, 1, true)), "age in years is 140: it must be below 140 for Cockcroft–Gault"},
		{failure(calc.CockcroftGault(40, 0, 1, true)), "weight in kg is 0: it must be a number above 0"},
		{failure(calc.CockcroftGault(40, 60, 0, true)), "creatinine in mg/dL is 0: it must be a number above 0"},
		{failure(calc.CKDEPI2021(12, 1, true)), "age in years is 12: it must be 18 or more for CKD-EPI 2021"},
		{failure(calc.CKDEPI2021(math.NaN(), 1, true)), "age in years is NaN: it must be 18 or more for CKD-EPI 2021"},
		{failure(calc.CKDEPI2021(40, math.Inf(1), true)), "creatinine in mg/dL is +Inf: it must be a number above 0"},
		{failure(calc.BMI(60, -1)), "height in cm is -1: it must be a number above 0"},
		{failure(calc.BSA(math.NaN(), 170)), "weight in kg is NaN: it must be a number above 0"},
		{failure(calc.IdealWeight(40, true)), "height in cm is 40: it is too small for Devine's ideal body weight"},
		{failure(calc.AdjustedWeight(60, 0)), "ideal weight in kg is 0: it must be a number above 0"},
		{failure(calc.Weight("auto", 60, 0, true)), "height in cm is 0: it must be a number above 0"},
		{failure(calc.Weight("lean", 60, 170, true)), `"lean" is no choice of weight: 'actual', 'ideal', 'adjusted' or 'auto'`},
	} {
		require.EqualError(t, c.err, c.want)
	}
}

// The values are those of transplantr and MedCalc-Bench where a case says so, else calculated apart from the code.
func TestMELD(t *testing.T) {
	patient := calc.Liver{Age: 50, Creatinine: 2, Bilirubin: 2, INR: 1.8, Sodium: 131, Albumin: 2.8}
	with := func(change func(*calc.Liver)) calc.Liver {
		l := patient
		change(&l)
		return l
	}
	for _, c := range []struct {
		name    string
		variant func(calc.Liver) (float64, error)
		of      calc.Liver
		want    float64
	}{
		{"MELD(i), transplantr", calc.MELD, calc.Liver{Age: 50, Creatinine: 170 / 88.4, Bilirubin: 54 / 17.1, INR: 2}, 24.798},
		{"MELD(i), all at the floor", calc.MELD, calc.Liver{Age: 50, Creatinine: 0.6, Bilirubin: 0.2, INR: 0.9}, 6.43},
		{"MELD(i), creatinine at its cap", calc.MELD, calc.Liver{Age: 50, Creatinine: 9, Bilirubin: 1, INR: 1}, 19.697},
		{"MELD(i), above what can be measured", calc.MELD, calc.Liver{Age: 50, Creatinine: 4, Bilirubin: 30, INR: math.Inf(1)}, 40},
		{"2016, MedCalc-Bench", calc.MELDNa2016, calc.Liver{Age: 50, Creatinine: 7.78, Bilirubin: 36.1, INR: 2.2, Sodium: 133}, 40},
		{"2016", calc.MELDNa2016, patient, 26},
		{"2016, sodium at its cap", calc.MELDNa2016, with(func(l *calc.Liver) { l.Sodium = 145 }), 22},
		{"2016, sodium at its floor", calc.MELDNa2016, with(func(l *calc.Liver) { l.Sodium = 110 }), 29},
		{"2016, no sodium up to 11", calc.MELDNa2016, calc.Liver{Age: 50, Creatinine: 1, Bilirubin: 1, INR: 1.5, Sodium: 125}, 11},
		{"2016, sodium from 12 on", calc.MELDNa2016, calc.Liver{Age: 50, Creatinine: 1, Bilirubin: 1, INR: 1.6, Sodium: 125}, 23},
		{"2008, transplantr", calc.MELDNa2008, patient, 26.257},
		{"3.0", calc.MELD3, calc.Liver{Age: 50, Female: true, Creatinine: 1.5, Bilirubin: 3, INR: 1.8, Sodium: 130, Albumin: 2.8}, 27},
		{"3.0 of a man", calc.MELD3, calc.Liver{Age: 50, Creatinine: 1.5, Bilirubin: 3, INR: 1.8, Sodium: 130, Albumin: 2.8}, 26},
		{"3.0, all at the floor", calc.MELD3, calc.Liver{Age: 50, Creatinine: 0.5, Bilirubin: 0.3, INR: 0.9, Sodium: 140, Albumin: 4.5}, 6},
	} {
		got, err := c.variant(c.of)
		require.NoError(t, err, c.name)
		require.InDelta(t, c.want, got, 0.001, c.name)
	}
}

func TestQTcOfARateOf60IsTheQT(t *testing.T) {
	for _, formula := range []string{calc.Bazett, calc.Fridericia, calc.Framingham, calc.Hodges} {
		got, err := calc.QTc(formula, 400, 60)
		require.NoError(t, err)
		require.InDelta(t, 400, got, 1e-9, formula)
	}
}

func TestInputsThatLiverAndHeartFormulasDoNotApplyTo(t *testing.T) {
	failure := func(_ float64, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{failure(calc.FIB4(17, 20, 20, 200)), "age in years is 17: it must be 18 or more for FIB-4"},
		{failure(calc.FIB4(40, 20, 0, 200)), "ALT in U/L is 0: it must be a number above 0"},
		{failure(calc.MELD(calc.Liver{Age: 11})), "age in years is 11: it must be 12 or more for MELD"},
		{failure(calc.MELDNa2016(calc.Liver{Age: 50, Sodium: -1})), "sodium in mmol/L is -1: it must be a number, 0 or above"},
		{failure(calc.MELD3(calc.Liver{Age: 50, Albumin: math.NaN()})), "albumin in g/dL is NaN: it must be a number, 0 or above"},
		{failure(calc.QTc(calc.Bazett, 400, 0)), "heart rate in 1/min is 0: it must be a number above 0"},
		{failure(calc.CorrectedCalcium(0, 4)), "calcium in mg/dL is 0: it must be a number above 0"},
		{failure(calc.AnionGap(140, 110, 0)), "bicarbonate in mmol/L is 0: it must be a number above 0"},
		{failure(calc.CorrectedAnionGap(140, 110, 10, 0)), "albumin in g/dL is 0: it must be a number above 0"},
	} {
		require.EqualError(t, c.err, c.want)
	}
}
