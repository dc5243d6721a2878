package hooks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// embedded is a Handler with the packs that ship, as the command serves them.
func embedded(t *testing.T, now time.Time) *hooks.Handler {
	packs, err := rules.Embedded()
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	h, err := hooks.New(engine, hooks.Config{
		Prefetch: hooks.RuleTemplates, Now: func() time.Time { return now }, Deadlines: map[string]time.Duration{"": time.Minute},
	})
	require.NoError(t, err)
	return h
}

// What clients of before FHIR R4 send: codes where there are concepts now, doses where they were, drafts without an id,
// Bundles without a type or counted wrongly, the user and the patient outside the context, keys that say nothing.
func TestRequestsFromBeforeR4(t *testing.T) {
	const (
		bleeding = "warning: Major bleeding: Ketorolac Tromethamine 10 MG Oral Tablet with warfarin sodium 0.5 MG Oral Tablet"
		digoxin  = "warning: Digoxin toxicity: Digoxin 0.2 MG Oral Capsule with cyclosporine 100 MG"
	)
	ketorolac := []string{bleeding, "warning: Ketorolac Tromethamine 10 MG Oral Tablet: 4 checks could not be made"}
	capsule := []string{digoxin, "warning: Digoxin 0.2 MG Oral Capsule: 3 checks could not be made"}
	common := []string{
		"category: a single value where a list is expected, read as a list of one", "context: an element of FHIR STU3, read as encounter",
		"dosageInstruction.doseQuantity: an element of FHIR STU3, read as doseAndRate.doseQuantity",
	}
	ofWarfarin := append([]string{
		"user: outside the context, read as context.userId", "assertedDate: an element of FHIR STU3, read as recordedDate",
		"clinicalStatus: a code where a CodeableConcept is expected, read as its coding", "verificationStatus: a code where a CodeableConcept is expected, read as its coding",
		`dosageInstruction.doseAndRate.doseQuantity: the unit "patch" is not UCUM, read as "{patch}"`,
	}, common...)
	ofDigoxin := append([]string{
		"userId: outside the context, read as context.userId", `valueQuantity: the unit "mEq/L" is not UCUM, read as "meq/L"`,
		"context: an element of FHIR STU3, read as encounter",
	}, common...)
	as := func(s string) string { return s }
	without := strings.NewReplacer(`filtering": true`, `filtering": false`, `alerts": true`, `alerts": false`).Replace
	elsewhere := strings.NewReplacer(`"MedicationRequest/ketorolac-draft"`, `"MedicationRequest/never-sent"`).Replace
	for _, test := range []struct {
		name, file, hook string
		change           func(string) string
		want, warnings   []string
	}{
		{"warfarin, selected", "warfarin-ketorolac", "order-select", as, ketorolac, ofWarfarin},
		{"warfarin, selected, without coordination", "warfarin-ketorolac", "order-select", without, ketorolac, ofWarfarin},
		{"warfarin, signed", "warfarin-ketorolac", "order-sign", as, ketorolac, ofWarfarin},
		{"warfarin, signed, without coordination", "warfarin-ketorolac", "order-sign", without, ketorolac, ofWarfarin},
		{"digoxin, selected", "digoxin-cyclosporine", "order-select", as, capsule, ofDigoxin},
		{"digoxin, selected, without coordination", "digoxin-cyclosporine", "order-select", without, capsule, ofDigoxin},
		{"digoxin, signed", "digoxin-cyclosporine", "order-sign", as, capsule, ofDigoxin},
		{"digoxin, signed, without coordination", "digoxin-cyclosporine", "order-sign", without, capsule, ofDigoxin},
		{"selections that match no draft", "warfarin-ketorolac", "order-select", elsewhere, ketorolac,
			append([]string{"context.selections: none of the drafts is MedicationRequest/never-sent: all of them are reviewed"}, ofWarfarin...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join("testdata", "requests", test.file+"-"+test.hook+".json"))
			require.NoError(t, err)
			a := answered(t, post(embedded(t, march), test.hook, test.change(string(body))))
			require.Equal(t, test.want, a.summaries())
			var warnings []string
			for _, w := range a.report(t).Warnings {
				message, _, _ := strings.Cut(w["message"], " (and in ")
				warnings = append(warnings, w["path"]+": "+message)
			}
			require.ElementsMatch(t, test.warnings, warnings)
		})
	}
}

// A prescription that has run out is no interaction. What is taken in its place is not known while other
// prescriptions are missing, and the card says how many.
func TestPrescriptionThatRanOut(t *testing.T) {
	body, err := os.ReadFile(filepath.Join("testdata", "requests", "warfarin-ketorolac-order-sign.json"))
	require.NoError(t, err)
	a := answered(t, post(embedded(t, march.AddDate(0, 8, 0)), "order-sign", string(body)))
	require.Equal(t, []string{"warning: Ketorolac Tromethamine 10 MG Oral Tablet: 4 checks could not be made"}, a.summaries())
	require.Equal(t, "- **Ketorolac Tromethamine 10 MG Oral Tablet: allergies not fully checked, the allergy list is not complete** (warning)\n\n"+
		"  Ask the patient about allergies before this drug is given.\n\n  Missing: AllergyIntolerance (not prefetched)\n\n  Source: Primum allergies pack (not clinically reviewed)\n\n"+
		"- **Ketorolac Tromethamine 10 MG Oral Tablet: no end given, at most 5 days of ketorolac in all** (info)\n\n"+
		"  Missing: MedicationRequest (not prefetched; only 1 of 3 supplied); MedicationRequest end (not in the record)\n\n  Source: FDA label ketorolac, boxed warning (not clinically reviewed)\n\n"+
		"- **Ketorolac Tromethamine 10 MG Oral Tablet: duplicates not checked, the medication list is not complete** (info)\n\n"+
		"  Ask the patient what else is taken before this drug is added.\n\n  Missing: MedicationRequest (not prefetched; only 1 of 3 supplied)\n\n  Source: Medication list of the patient (not clinically reviewed)\n\n"+
		"- **Ketorolac Tromethamine 10 MG Oral Tablet: interactions not fully checked, the medication list is not complete** (info)\n\n"+
		"  Ask the patient what else is taken before this drug is added.\n\n  Missing: MedicationRequest (not prefetched; only 1 of 3 supplied)\n\n  Source: Primum interactions pack (not clinically reviewed)",
		a.Cards[0].Detail)
}
