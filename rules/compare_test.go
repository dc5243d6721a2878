package rules

import (
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// A test passes if the report holds what it names and nothing else.
func TestWhatAppearsIsWhatIsExpected(t *testing.T) {
	finding := cds.Finding{Rule: "ddi[a-b]", Row: "a-b", Indicator: cds.Critical, Focus: "MedicationRequest/order-1", Summary: "a with b"}
	plain := cds.Finding{Rule: "low", Indicator: cds.Warning, Summary: "low"}
	undecided := cds.Undecided{Rule: "low", Focus: "MedicationRequest/order-1", Rows: []string{"x"}, Missing: []cds.Missing{{Resource: "Observation", Path: "value", Reason: "not in the record"}}}
	failure := cds.Failure{Rule: "low", At: "p.yaml:3:9", Error: "mg cannot be compared with mL"}
	tests := []struct {
		name   string
		test   Test
		report cds.Report
		want   []string
	}{
		{name: "nothing"},
		{
			name: "all as expected",
			test: Test{
				Want: []Expected{
					{Rule: "ddi", Row: "a-b", Indicator: "critical", Focus: "order-1", Summary: "a with b"},
					{Rule: "low"},
				},
				Undecided:  []Expected{{Rule: "low", Row: "x", Focus: "MedicationRequest/order-1", Missing: []string{"Observation.value", "not in"}}},
				Failures:   []Expected{{Rule: "low", Error: "cannot be compared"}},
				Unscreened: []Expected{{Resource: "med-1"}},
			},
			report: cds.Report{
				Findings: []cds.Finding{plain, finding}, Undecided: []cds.Undecided{undecided}, Failures: []cds.Failure{failure},
				Unscreened: []cds.Unscreened{{Resource: "MedicationRequest/med-1"}},
			},
		},
		{
			name:   "a row named with its rule",
			test:   Test{Want: []Expected{{Rule: "ddi[a-b]"}}},
			report: cds.Report{Findings: []cds.Finding{finding}},
		},
		{
			name:   "another row",
			test:   Test{Want: []Expected{{Rule: "ddi", Row: "a-c"}}},
			report: cds.Report{Findings: []cds.Finding{finding}},
			want: []string{
				`rule "ddi[a-c]": expected a finding, and there is none`,
				`rule "ddi[a-b]": expected no such finding, got one that is critical for MedicationRequest/order-1, "a with b"`,
			},
		},
		{
			name:   "another indicator",
			test:   Test{Want: []Expected{{Rule: "low", Indicator: "critical"}}},
			report: cds.Report{Findings: []cds.Finding{plain}},
			want:   []string{`rule "low": expected a finding that is critical, got one that is warning, "low"`},
		},
		{
			name:   "the same finding twice",
			test:   Test{Want: []Expected{{Rule: "low"}}},
			report: cds.Report{Findings: []cds.Finding{plain, plain}},
			want:   []string{`rule "low": expected no such finding, got one that is warning, "low"`},
		},
		{
			name:   "undecided instead",
			test:   Test{Want: []Expected{{Rule: "low"}}},
			report: cds.Report{Undecided: []cds.Undecided{undecided}},
			want: []string{
				`rule "low": expected a finding, and it is undecided: for MedicationRequest/order-1, Observation.value not in the record, rows x`,
				`rule "low": expected it to be decided, and it is undecided: for MedicationRequest/order-1, Observation.value not in the record, rows x`,
			},
		},
		{
			name:   "failed instead",
			test:   Test{Want: []Expected{{Rule: "low"}}},
			report: cds.Report{Failures: []cds.Failure{failure}},
			want: []string{
				`rule "low": expected a finding, and it failed: mg cannot be compared with mL`,
				`rule "low": expected no failure, got p.yaml:3:9: mg cannot be compared with mL`,
			},
		},
		{
			name:   "suppressed instead",
			test:   Test{Want: []Expected{{Rule: "low"}}},
			report: cds.Report{Suppressed: []cds.Suppressed{{Rule: "low", Reason: "shadow"}}},
			want:   []string{`rule "low": expected a finding, and it is suppressed: shadow`},
		},
		{
			name:   "decided, or undecided for another reason",
			test:   Test{Undecided: []Expected{{Rule: "high"}, {Rule: "low", Missing: []string{"Patient"}}}},
			report: cds.Report{Undecided: []cds.Undecided{undecided}},
			want: []string{
				`rule "high": expected it to be undecided, and it is not`,
				`rule "low": expected it to be undecided missing Patient, got for MedicationRequest/order-1, Observation.value not in the record, rows x`,
			},
		},
		{
			name:   "no failure, and nothing unscreened",
			test:   Test{Failures: []Expected{{Rule: "low"}}, Unscreened: []Expected{}},
			report: cds.Report{Unscreened: []cds.Unscreened{{Resource: "MedicationRequest/m", Reason: "no code"}}},
			want: []string{
				`rule "low": expected it to fail, and it did not`,
				`expected MedicationRequest/m to be screened, and it is unscreened: no code`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range tt.test.compare(&tt.report) {
				got = append(got, e.Error())
			}
			require.Equal(t, tt.want, got)
		})
	}
}
