package terminology_test

import (
	"fmt"

	"github.com/primum-cds/primum/cds/terminology"
)

func ExampleSystem() {
	url, ok := terminology.System("snomed")
	fmt.Println(url, ok)
	_, ok = terminology.System("snowmed")
	fmt.Println(ok)
	// Output:
	// http://snomed.info/sct true
	// false
}

func ExampleCanonical() {
	fmt.Println(terminology.Canonical("urn:oid:2.16.840.1.113883.6.1"))
	fmt.Println(terminology.Canonical("https://loinc.org/"))
	fmt.Println(terminology.Canonical("http://example.org/codes"))
	// Output:
	// http://loinc.org
	// http://loinc.org
	// http://example.org/codes
}

func ExampleNewSet() {
	in := terminology.NewInterner()
	warfarin := in.Intern(terminology.Code{System: terminology.RxNorm, Code: "11289"})
	anticoagulants := terminology.NewSet(in, []terminology.ID{warfarin}, []string{terminology.RxNorm})

	// From here on in is only read.
	ibuprofen := in.Lookup(terminology.Code{System: terminology.RxNorm, Code: "5640"})
	fmt.Println(anticoagulants.Has(warfarin), anticoagulants.Has(ibuprofen))
	fmt.Println(anticoagulants.Covers(terminology.RxNorm), anticoagulants.Covers(terminology.NDC))
	// Output:
	// true false
	// true false
}

func ExampleDrugs_Lookup() {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		fmt.Println(err)
		return
	}
	drug, ok := drugs.Lookup("1049221")
	fmt.Println(ok, drug.Form)
	for _, in := range drug.Ingredients {
		unit, _ := in.UCUM()
		fmt.Println(in.RxCUI, in.Name, in.Strength, unit)
	}
	_, ok = drugs.Lookup("855350")
	fmt.Println(ok)
	// Output:
	// true Oral Tablet
	// 161 acetaminophen 325 mg
	// 7804 oxycodone 5 mg
	// false
}

func ExampleDrugs_ByName() {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{
		"Warfarin Sodium 0.5 MG Oral Tablet",
		"Acetylsomething 325 MG / Warfarin Sodium 5 MG Oral Tablet",
		"Insulin pump supplies",
	} {
		drug, ok := drugs.ByName(text)
		fmt.Println(ok, drug.Partial, drug.Ingredients)
	}
	// Output:
	// true false [{11289 warfarin 0.5 MG}]
	// true true [{11289 warfarin 5 MG}]
	// false false []
}

func ExampleDrugs_Ingredients() {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(drugs.Ingredients("1049221"), drugs.Name("1049221"))
	fmt.Println(drugs.Ingredients("28004"), drugs.Name("28004"))
	// Output:
	// [161 7804] acetaminophen 325 MG / oxycodone 5 MG Oral Tablet
	// [6057] isosorbide mononitrate
}

func ExampleDrugs_NDC() {
	drugs, err := terminology.ShippedDrugs()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(drugs.NDC("0002-0152-01")) // as on the label
	fmt.Println(drugs.NDC("00002015201"))  // as in a claim
	fmt.Println(drugs.NDC("0002015201"))   // could be three codes
	// Output:
	// 2679323 true
	// 2679323 true
	//  false
}

func ExampleNormalNDC() {
	fmt.Println(terminology.NormalNDC("55289-123-30"))
	fmt.Println(terminology.NormalNDC("5528912330"))
	// Output:
	// 55289012330 true
	//  false
}
