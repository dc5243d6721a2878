package calc

// CorrectedCalcium returns the calcium in mg/dL that goes with an albumin of 4 g/dL, from the total calcium in
// mg/dL and albumin in g/dL: calcium + 0.8 × (4 − albumin). Payne 1973, PMID 4758544.
func CorrectedCalcium(calcium, albumin float64) (float64, error) {
	err := positive(input{"calcium in mg/dL", calcium}, input{"albumin in g/dL", albumin})
	return calcium + 0.8*(4-albumin), err
}

// AnionGap returns sodium − (chloride + bicarbonate), all in mmol/L.
func AnionGap(sodium, chloride, bicarbonate float64) (float64, error) {
	err := positive(input{"sodium in mmol/L", sodium}, input{"chloride in mmol/L", chloride}, input{"bicarbonate in mmol/L", bicarbonate})
	return sodium - (chloride + bicarbonate), err
}

// CorrectedAnionGap returns the anion gap that goes with an albumin of 4 g/dL: 2.5 mmol/L more for each g/dL
// below. Figge 1998, PMID 9824071.
func CorrectedAnionGap(sodium, chloride, bicarbonate, albumin float64) (float64, error) {
	gap, err := AnionGap(sodium, chloride, bicarbonate)
	if err == nil {
		err = positive(input{"albumin in g/dL", albumin})
	}
	return gap + 2.5*(4-albumin), err
}
