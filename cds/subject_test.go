package cds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// Two orders of the same have the same content, whatever their ids and dates.
func TestSubject(t *testing.T) {
	engine, err := cds.New([]cds.Pack{metforminPack()})
	require.NoError(t, err)
	order := func(id, code, dose, date string) string {
		return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":%q,"status":"draft","intent":"order","authoredOn":%q,
			"medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":%q,"display":"metformin\n500"}]},
			"dosageInstruction":[{"text":%q,"doseAndRate":[{"doseQuantity":{"value":%s,"unit":"tablet"}}]}]}`, id, date, code, id, dose)
	}
	drafts := "[" + strings.Join([]string{
		order("a", "861007", "1", "2026-01-01"), order("b", "861007", "1", "2026-02-01"), order("c", "861007", "2", "2026-01-01"), order("d", "5640", "1", "2026-01-01"),
	}, ",") + "]"
	record, err := engine.Read(cds.Input{JSON: []byte(drafts), Draft: true}, cds.JSON([]byte(`{"resourceType":"MedicationRequest","id":"e","status":"active"}`)))
	require.NoError(t, err)
	defer record.Close()
	content := func(id string) string {
		s, ok := record.Subject("MedicationRequest/" + id)
		require.True(t, ok)
		require.Equal(t, []any{"MedicationRequest/" + id, "metformin 500", true}, []any{s.Ref, s.Display, s.Draft})
		return s.Content()
	}
	require.Equal(t, content("a"), content("b"))
	require.NotEqual(t, content("a"), content("c"))
	require.NotEqual(t, content("a"), content("d"))
	s, ok := record.Subject("MedicationRequest/e")
	require.True(t, ok)
	require.Equal(t, []any{"MedicationRequest/e", false}, []any{s.Display, s.Draft})
	for _, ref := range []string{"", "MedicationRequest", "MedicationRequest/x", "x"} {
		_, ok := record.Subject(ref)
		require.False(t, ok, ref)
	}
}

func ExampleMarkdown() {
	fmt.Println(cds.Markdown("<b>5*</b>\nsee http://example.org"))
	// Output: \<b\>5\*\</b\> see http:\//example.org
}
