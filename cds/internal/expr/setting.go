package expr

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/record"
)

// The settings in which medications are given, by FHIR's codes for the category of a medication.
const (
	inpatient  = "inpatient"
	outpatient = "outpatient"
	community  = "community"
	discharge  = "discharge"
)

// settingOf are the settings by the codes of categories.
var settingOf = map[string]string{
	inpatient: inpatient, outpatient: outpatient, community: community, discharge: discharge, "patientspecified": community,
}

// settingOfClass are the settings by the class of an encounter, a code of HL7's ActCode.
var settingOfClass = map[string]string{
	"IMP": inpatient, "ACUTE": inpatient, "NONAC": inpatient, "OBSENC": inpatient, "EMER": inpatient, "SS": inpatient,
	"AMB": outpatient, "VR": outpatient, "FLD": outpatient, "HH": community,
}

// encounters are what tells of settings beside the medication itself.
var encounters = []source{{of: "Encounter", via: Referenced, adds: true}, {of: "Encounter", via: InContext, adds: true}}

// setting is where a medication is given: as its category says; else where its encounter takes place, unless that
// was a stay that is over; else, of a draft of this session, where its encounter does. What is stated to be taken
// is taken at home if nothing says otherwise.
func setting(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	if code := categorySetting(e); code != "" {
		ev.readEntry(e, "category", code)
		return types.String(code)
	}
	for _, element := range []string{"encounter", "context"} {
		res, ok := ev.Chart.Record.Resolve(e.Resource, e.JSON.Get(element).Text("reference"))
		if found := settingOfEncounter(res); ok && found != "" {
			ev.readEntry(e, element, found)
			return types.String(found)
		}
	}
	if e.Draft {
		if class, ok := encounterClass(ev, nil).(types.String); ok && settingOfClass[string(class)] != "" {
			return types.String(settingOfClass[string(class)])
		}
	}
	if e.Type == "MedicationStatement" {
		ev.readEntry(e, "category", "none")
		return types.String(community)
	}
	return ev.unknownAt(e, "category", "not in the record")
}

// categorySetting is the setting that the category of a medication names: an array, or one concept.
func categorySetting(e *chart.Entry) string {
	category := e.JSON.Get("category")
	concepts := category.Items()
	if category.Get("coding").Exists() {
		concepts = append(concepts, category)
	}
	for _, concept := range concepts {
		for _, coding := range concept.Items("coding") {
			if found := settingOf[coding.Text("code")]; found != "" {
				return found
			}
		}
	}
	return ""
}

// settingOfEncounter is "" for a stay that is over: what was prescribed in it and is current is taken elsewhere.
func settingOfEncounter(encounter *record.Resource) string {
	if encounter == nil || encounter.Type != "Encounter" {
		return ""
	}
	found := settingOfClass[encounter.JSON.Text("class", "code")]
	if found == inpatient && encounter.JSON.Text("status") == "finished" {
		return ""
	}
	return found
}
