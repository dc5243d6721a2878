package expr

import (
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/temporal"
)

// conditionScores are those of conditions, beside age, results, and what is seen at the bedside.
//
// CHA2DS2-VASc: Lip 2010, PMID 19762550. HAS-BLED: Pisters 2010, PMID 20299623. Wells PE: 2000, PMID 10744147;
// DVT: 2003, PMID 14507948. Child–Pugh: Pugh 1973, PMID 4541913. Centor 1981, PMID 6763125; McIsaac 1998, PMID
// 9475915.
func conditionScores() []pointScore {
	return []pointScore{
		{name: "cha2ds2vasc", applies: adultsOnly("CHA2DS2-VASc"), items: []item{
			condition("heart failure", 1, "heartFailure"),
			condition("hypertension", 1, "hypertension"),
			aged("age", birthday{0, 0}, birthday{65, 1}, birthday{75, 2}),
			condition("diabetes", 1, "diabetes"),
			history("stroke or TIA", 2, "strokeOrTia"),
			history("vascular disease", 1, "vascularDisease"),
			femaleSex(1),
		}},
		{name: "hasBled", applies: adultsOnly("HAS-BLED"), items: []item{
			beyond("uncontrolled hypertension", lab("systolic", "mm[Hg]"), 0, band{lowest, 0}, band{math.Nextafter(160, 161), 1}),
			yes("kidney", 1, append([]source{creatinine.source()}, onceDone...), kidneyOfHASBLED),
			sign("liver", 1, "cirrhosis"),
			history("stroke", 1, "stroke"),
			sign("bleeding", 1, "bleeding"),
			bedside("labile INR", 1),
			yes("age", 1, []source{patientItself}, func(c *calculation) ref.Val { return c.atLeast(66) }),
			bedside("drugs", 1),
			bedside("alcohol", 1),
		}},
		{name: "wellsPE", applies: adultsOnly("the Wells score"), items: []item{
			bedside("signs of DVT", 3),
			bedside("likeliest diagnosis", 3),
			beyond("heart rate", pulse, 0, band{lowest, 0}, band{math.Nextafter(100, 101), 1.5}),
			bedside("immobilised", 1.5),
			history("previous VTE", 1.5, "venousThromboembolism"),
			condition("hemoptysis", 1, "hemoptysis"),
			condition("cancer", 1, "cancer"),
		}},
		{name: "wellsDVT", applies: adultsOnly("the Wells score"), items: []item{
			condition("cancer", 1, "cancer"),
			bedside("paralysis or cast", 1),
			bedside("bedridden", 1),
			bedside("tenderness", 1),
			bedside("leg swollen", 1),
			bedside("calf swollen", 1),
			bedside("pitting edema", 1),
			bedside("collateral veins", 1),
			history("previous DVT", 1, "deepVeinThrombosis"),
			bedside("alternative diagnosis", -2),
		}},
		{name: "childPugh", items: []item{
			banded("bilirubin", lab("bilirubin", "mg/dL"), 0, band{lowest, 1}, band{2, 2}, band{math.Nextafter(3, 4), 3}),
			banded("albumin", albumin, 0, band{lowest, 3}, band{2.8, 2}, band{math.Nextafter(3.5, 4), 1}),
			banded("INR", inr, 0, band{lowest, 1}, band{1.7, 2}, band{math.Nextafter(2.3, 3), 3}),
			ofDegree("ascites", "ascites"),
			ofDegree("encephalopathy", "encephalopathy"),
		}},
		{name: "centor", items: throat()},
		{name: "centor", word: "mcisaac", items: append(throat(), aged("age", birthday{0, 1}, birthday{15, 0}, birthday{45, -1})),
			applies: func(c *calculation) ref.Val {
				return c.under(temporal.Years(3), "the McIsaac score is for patients of 3 and above")
			}},
	}
}

// throat are the items of Centor. What the newest temperature of the last 24 hours says of fever counts.
func throat() []item {
	return []item{
		bedside("exudate", 1),
		bedside("tender nodes", 1),
		beyond("fever", bodyHeat, 0.1, band{lowest, 0}, band{38.1, 1}),
		bedside("no cough", 1),
	}
}

// atLeast is whether an age in completed years is reached.
func (c *calculation) atLeast(years int) ref.Val {
	a, missing := c.age()
	if missing != nil {
		return missing
	}
	return c.ev.truth(kleene.Not(a.Less(temporal.Years(years))), Missing{Resource: c.patient.resource(), Path: "birthDate", Reason: "does not tell the age in years"})
}

// kidneyOfHASBLED is dialysis, or a creatinine above 200 µmol/L, which is 2.26 mg/dL.
func kidneyOfHASBLED(c *calculation) ref.Val {
	on, _ := c.dialysis()
	if on == types.True {
		return on
	}
	n, missing := c.measure(creatinine)
	switch {
	case missing == nil && n.low > 2.26:
		return types.True
	case missing == nil && n.high <= 2.26:
		return on
	}
	if missing == nil {
		missing = c.ev.unknowns(n.missing)
	}
	return anyMissing(missing, on)
}

// ofDegree is an item of Child–Pugh: 1 point without, 2 or 3 by the degree, which conditions do not tell.
func ofDegree(name, codes string) item {
	sources := []source{{of: "Condition", codes: codes, current: true}}
	return gradedBy(name, 1, 3, sources, func(c *calculation) (low, high float64, missing ref.Val) {
		switch v := c.has(codes); v {
		case types.True:
			return 2, 3, c.untold(name)
		case types.False:
			return 1, 1, nil
		default:
			return 1, 3, v
		}
	})
}
