package expr

import (
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/temporal"
)

// What the scores of acute illness read: the newest of the last 24 hours.
var (
	respirations   = acute("respiratoryRate", "/min")
	saturation     = acute("oxygenSaturation", "%")
	pressure       = acute("systolic", "mm[Hg]")
	lowPressure    = acute("diastolic", "mm[Hg]")
	pulse          = acute("heartRate", "/min")
	bodyHeat       = acute("temperature", "Cel")
	coma           = acute("glasgowComaScore", "{score}")
	inhaled        = acute("inhaledOxygenConcentration", "%")
	oxygenFlow     = acute("inhaledOxygenFlow", "L/min")
	oxygenPressure = acute("oxygenPressure", "mm[Hg]")
	meanPressure   = acute("meanPressure", "mm[Hg]")
)

// vitalScores are those of vital signs.
//
// NEWS2: Royal College of Physicians 2017. qSOFA: Singer 2016, PMID 26903338. SOFA: Vincent 1996, PMID 8844239.
// CURB-65: Lim 2003, PMID 12728155.
func vitalScores() []pointScore {
	return []pointScore{
		news2("", scale1), news2("scale-1", scale1), news2("scale-2", scale2),
		{name: "qsofa", applies: adultsOnly("qSOFA"), items: []item{
			beyond("respiratory rate", respirations, 1, band{lowest, 0}, band{22, 1}),
			beyond("systolic pressure", pressure, 1, band{lowest, 1}, band{101, 0}),
			beyond("consciousness", coma, 1, band{lowest, 1}, band{15, 0}),
		}},
		{name: "sofa", applies: adultsOnly("SOFA"), items: []item{
			gradedBy("respiration", 0, 4, []source{oxygenPressure.source(), inhaled.source()}, respiration),
			banded("coagulation", acute("platelets", "10*9/L"), 0, band{lowest, 4}, band{20, 3}, band{50, 2}, band{100, 1}, band{150, 0}),
			banded("liver", acute("bilirubin", "mg/dL"), 0, band{lowest, 0}, band{1.2, 1}, band{2, 2}, band{6, 3}, band{12, 4}),
			gradedBy("circulation", 0, 4, []source{meanPressure.source(), pressure.source(), lowPressure.source()}, circulation),
			banded("consciousness", coma, 1, band{lowest, 4}, band{6, 3}, band{10, 2}, band{13, 1}, band{15, 0}),
			orMore(banded("kidneys", acute("creatinine", "mg/dL"), 0, band{lowest, 0}, band{1.2, 1}, band{2, 2}, band{3.5, 3}, band{5, 4})),
		}},
		{name: "curb65", applies: adultsOnly("CURB-65"), items: []item{
			bedside("confusion", 1),
			beyond("urea", acute("ureaNitrogen", "mmol/L"), 0, band{lowest, 0}, band{math.Nextafter(7, 8), 1}),
			beyond("respiratory rate", respirations, 1, band{lowest, 0}, band{30, 1}),
			yes("blood pressure", 1, []source{pressure.source(), lowPressure.source()}, lowBloodPressure),
			aged("age", birthday{0, 0}, birthday{65, 1}),
		}},
	}
}

// news2 is the National Early Warning Score 2 with one of its scales of oxygen saturation. Consciousness is told
// by the Glasgow coma score: below 15 is not alert.
func news2(word string, oxygen item) pointScore {
	return pointScore{name: "news2", word: word, applies: notForNEWS2, sources: pregnancySources, items: []item{
		banded("respiratory rate", respirations, 1, band{lowest, 3}, band{9, 1}, band{12, 0}, band{21, 2}, band{25, 3}),
		oxygen,
		gradedBy("oxygen", 0, 2, []source{inhaled.source(), oxygenFlow.source()}, supplementalOxygen),
		banded("systolic pressure", pressure, 1, band{lowest, 3}, band{91, 2}, band{101, 1}, band{111, 0}, band{220, 3}),
		banded("heart rate", pulse, 1, band{lowest, 3}, band{41, 1}, band{51, 0}, band{91, 1}, band{111, 2}, band{131, 3}),
		banded("consciousness", coma, 1, band{lowest, 3}, band{15, 0}),
		banded("temperature", bodyHeat, 0.1, band{lowest, 3}, band{35.1, 1}, band{36.1, 0}, band{38.1, 1}, band{39.1, 2}),
	}}
}

var (
	scale1 = banded("oxygen saturation", saturation, 1, band{lowest, 3}, band{92, 2}, band{94, 1}, band{96, 0})
	scale2 = gradedBy("oxygen saturation", 0, 3, []source{saturation.source(), inhaled.source(), oxygenFlow.source()}, saturationScale2)

	onAir    = []band{{lowest, 3}, {84, 2}, {86, 1}, {88, 0}}
	onOxygen = []band{{lowest, 3}, {84, 2}, {86, 1}, {88, 0}, {93, 1}, {95, 2}, {97, 3}}

	pregnancySources = calculationSources["pregnant"]
)

func adultsOnly(score string) func(*calculation) ref.Val {
	return func(c *calculation) ref.Val { return c.under(adultAge, score+" is for adults") }
}

// notForNEWS2 are those under 16, and who are known to be pregnant.
func notForNEWS2(c *calculation) ref.Val {
	if young := c.under(temporal.Years(16), "NEWS2 is for patients of 16 and above"); young != nil {
		return young
	}
	muted := c.ev.muted
	c.ev.Mute(true)
	defer c.ev.Mute(muted)
	if pregnant, _ := c.pregnant(); pregnant == types.True {
		return c.ev.unknown(Missing{Resource: c.patient.resource(), Reason: "NEWS2 is not for pregnancy"})
	}
	return nil
}

// onSupplement reports whether oxygen is breathed in beside air: a flow, or a concentration above that of air.
func (c *calculation) onSupplement() ref.Val {
	const air = 21 // percent
	flow, noFlow := c.measure(oxygenFlow)
	if noFlow == nil && flow.low > 0 {
		return types.True
	}
	share, noShare := c.measure(inhaled)
	switch {
	case noShare == nil && share.low > air:
		return types.True
	case noFlow == nil && flow.high == 0, noShare == nil && share.high <= air:
		return types.False
	}
	if missing := anyMissing(noShare, noFlow); missing != nil {
		return missing
	}
	return c.ev.unknowns(because([]numeral{flow, share}))
}

func supplementalOxygen(c *calculation) (low, high float64, missing ref.Val) {
	switch v := c.onSupplement(); v {
	case types.True:
		return 2, 2, nil
	case types.False:
		return 0, 0, nil
	default:
		return 0, 2, v
	}
}

func saturationScale2(c *calculation) (low, high float64, missing ref.Val) {
	n, missing := c.measure(saturation)
	if missing != nil {
		return 0, 3, missing
	}
	from, to := rounded(n.low, 1), rounded(n.high, 1)
	low, high = pointsBetween(onAir, from, to)
	oxygenLow, oxygenHigh := pointsBetween(onOxygen, from, to)
	switch v := c.onSupplement(); v {
	case types.False:
	case types.True:
		low, high = oxygenLow, oxygenHigh
	default:
		low, high, missing = min(low, oxygenLow), max(high, oxygenHigh), v
	}
	if low != high && missing == nil {
		missing = c.ev.unknowns(n.missing)
	}
	return low, high, missing
}

// respiration is the item of SOFA by PaO2 over FiO2. Below 200 it depends on ventilation, which is not read.
func respiration(c *calculation) (low, high float64, missing ref.Val) {
	arterial, noPressure := c.measure(oxygenPressure)
	share, noShare := c.measure(inhaled)
	if missing := anyMissing(noPressure, noShare); missing != nil {
		return 0, 4, missing
	}
	ratio, most, err := extremes([]numeral{arterial, share}, func(n []float64) (float64, error) { return n[0] / (n[1] / 100), nil })
	if err != nil || math.IsNaN(ratio) || ratio != most {
		return 0, 4, c.ev.unknowns(append(because([]numeral{arterial, share}), Missing{Resource: arterial.entry.Ref(), Reason: "PaO2 over FiO2 is not one value"}))
	}
	low, high = pointsBetween([]band{{lowest, 2}, {300, 1}, {400, 0}}, ratio, ratio)
	switch {
	case ratio < 100:
		high = 4
	case ratio < 200:
		high = 3
	}
	if low != high {
		missing = c.untold("respiration")
	}
	return low, high, missing
}

// circulation is the item of SOFA by the mean pressure. Vasopressors, which are not read, make it more.
func circulation(c *calculation) (low, high float64, missing ref.Val) {
	n, noMean := c.measure(meanPressure)
	if noMean != nil {
		systolic, noSystolic := c.measure(pressure)
		diastolic, noDiastolic := c.measure(lowPressure)
		if missing := anyMissing(noSystolic, noDiastolic); missing != nil {
			return 0, 4, anyMissing(noMean, missing)
		}
		n.low, n.high = mean(systolic.low, diastolic.low), mean(systolic.high, diastolic.high)
	}
	if n.high < 70 {
		low = 1
	}
	return low, 4, c.untold("circulation")
}

func mean(systolic, diastolic float64) float64 { return diastolic + (systolic-diastolic)/3 }

// orMore is an item that something which is not read may give more points.
func orMore(it item) item {
	of := it.of
	it.of = func(c *calculation) (float64, float64, ref.Val) {
		low, high, missing := of(c)
		if missing == nil && high < it.most {
			missing = c.untold(it.name)
		}
		return low, it.most, missing
	}
	return it
}

// lowBloodPressure is a systolic pressure below 90 or a diastolic of 60 and below.
func lowBloodPressure(c *calculation) ref.Val {
	systolic, noSystolic := c.measure(pressure)
	diastolic, noDiastolic := c.measure(lowPressure)
	switch {
	case noSystolic == nil && systolic.high < 90, noDiastolic == nil && diastolic.high <= 60:
		return types.True
	case noSystolic == nil && noDiastolic == nil && systolic.low >= 90 && diastolic.low > 60:
		return types.False
	}
	if missing := anyMissing(noSystolic, noDiastolic); missing != nil {
		return missing
	}
	return c.ev.unknowns(because([]numeral{systolic, diastolic}))
}
