package dose_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/tree"
)

func TestRouteClass(t *testing.T) {
	snomed := func(code string) string {
		return `{"coding":[{"system":"http://snomed.info/sct","code":"` + code + `"}]}`
	}
	for _, c := range []struct{ route, form, want string }{
		{snomed("26643006"), "", "oral"},
		{snomed("47625008"), "Oral Tablet", "parenteral"},
		{snomed("78421000"), "", "parenteral"},
		{snomed("34206005"), "", "parenteral"},
		{snomed("6064005"), "", "topical"},
		{snomed("54485002"), "", "ophthalmic"},
		{snomed("46713006"), "", "nasal"},
		{snomed("37161004"), "", "rectal"},
		{snomed("45890007"), "", "transdermal"},
		{snomed("447694001"), "", "inhaled"},
		{snomed("10547007"), "", "otic"},
		{snomed("16857009"), "", "vaginal"},
		{snomed("37839007"), "", "sublingual"},
		{snomed("54471007"), "", "buccal"},
		{snomed("999"), "", ""},
		{snomed("999"), "Oral Tablet", "oral"},
		{`{"coding":[{"system":"http://snomed.info/sct","code":"999","display":"Oral use"}]}`, "", "oral"},
		{`{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration","code":"PO"}]}`, "", "oral"},
		{`{"coding":[{"code":"26643006","display":"x","system":"http://snomed.info/sct"},{"code":"IV"}]}`, "", ""},
		{`{"text":"by mouth"}`, "", "oral"},
		{`{"text":"IV push"}`, "", "parenteral"},
		{`{"text":"left eye"}`, "", "ophthalmic"},
		{`{"text":"Intra-arterial"}`, "", "parenteral"},
		{`{"text":"somehow"}`, "", ""},
		{`{}`, "Extended Release Oral Capsule", "oral"},
		{`{}`, "Tablet for Oral Suspension", "oral"},
		{`{}`, "Oral Gel", "oral"},
		{`{}`, "Sublingual Tablet", "sublingual"},
		{`{}`, "Buccal Film", "buccal"},
		{`{}`, "Injection", "parenteral"},
		{`{}`, "Injectable Solution", "parenteral"},
		{`{}`, "Prefilled Syringe", "parenteral"},
		{`{}`, "Auto-Injector", "parenteral"},
		{`{}`, "Drug Implant", "parenteral"},
		{`{}`, "Transdermal System", "transdermal"},
		{`{}`, "Topical Cream", "topical"},
		{`{}`, "Topical Ointment", "topical"},
		{`{}`, "Medicated Patch", "topical"},
		{`{}`, "Mouthwash", "topical"},
		{`{}`, "Mucous Membrane Topical Solution", "topical"},
		{`{}`, "Ophthalmic Irrigation Solution", "ophthalmic"},
		{`{}`, "Ophthalmic Ointment", "ophthalmic"},
		{`{}`, "Irrigation Solution", ""},
		{`{}`, "Metered Dose Nasal Spray", "nasal"},
		{`{}`, "Nasal Inhaler", "nasal"},
		{`{}`, "Metered Dose Inhaler", "inhaled"},
		{`{}`, "Inhalation Powder", "inhaled"},
		{`{}`, "Rectal Ointment", "rectal"},
		{`{}`, "Enema", "rectal"},
		{`{}`, "Vaginal Cream", "vaginal"},
		{`{}`, "Vaginal Tablet", "vaginal"},
		{`{}`, "Otic Solution", "otic"},
		{`{}`, "Intrauterine System", ""},
		{`{}`, "Intravesical Solution", ""},
		{`{}`, "Chewing Gum", ""},
		{`{}`, "", ""},
	} {
		require.Equal(t, c.want, dose.RouteClass(dosage(t, c.route), c.form), "%s %s", c.route, c.form)
	}
	require.Equal(t, "oral", dose.RouteClass(tree.Value{}, "Oral Tablet"))
}
