package expr

import (
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/stretchr/testify/require"
)

func testScope(t testing.TB) (*Env, *Scope) {
	in := terminology.NewInterner()
	env, err := NewEnv(fhir.Load(), in, nil)
	require.NoError(t, err)
	floor, err := QuantityOf("30", "mL/min")
	require.NoError(t, err)
	names := &Names{
		Pack: "p", Params: map[string]Value{"floor": floor, "broken": {}}, Tables: map[string]*Table{},
		Codes: map[string]Codes{"metformin": {Set: terminology.NewSet(in, nil, []string{terminology.RxNorm})}},
	}
	return env, &Scope{Names: names, Focus: "order", Of: "MedicationRequest", Later: []string{"late"}}
}

// In each expression « stands before the character at which the mistake is.
func TestProblemsStandWhereTheMistakeIs(t *testing.T) {
	env, scope := testScope(t)
	for _, tc := range []string{
		"order.«statsu == 'active'",
		"order\n  .  «statsu == 'active'",
		"'é€𝄞' == 'x' || order.«statsu == 'active'",
		"«/* */",
		"true && // é comment\n  order.«statsu == 'active'",
		"has(order.«statsu)",
		"order.dosageInstruction.exists(d, d.«rout.text == 'x')",
		"order.dosageInstruction.all(«x.y, true)",
		"«unknown || true",
		"order.drug in «metfromin",
		"order.drug «in 'metformin'",
		"patient.«takse(metformin)",
		"patient . «takse  (metformin)",
		"patient.«takes\n('x')",
		"«quantitiy(5, 'mg') > quantity(1, 'mg')",
		"true && «takes(metformin)",
		"patient.age() «>= 65",
		"(patient.age()) «>= 65 && true",
		"patient.weight() «< 5 && true",
		"patient.weight() «< quantity(5, 'cm')",
		"patient.weight() «== quantity(5, 'cm')",
		"patient.weight() > quantity(5, 'mg/«dq')",
		"patient.weight().to('mg/«dq') > quantity(5, 'kg')",
		"order.drug «== order.drug",
		"order.status == «'activ'",
		"order.status in ['active', «'activ']",
		"«order.drug && true",
		"true && («order.drug || false)",
		"!«order.drug",
		"«order.drug ? true : false",
		"true «? 1 == 1 : 'a'",
		"«order.drug",
		"«patient.taking(metformin)",
		"patient.medications.exists(m, «m.drug)",
		"patient.medications.filter(m, «m.drug).size() > 0",
		"patient.resources(«'Observaton').size() > 1",
		"order.authoredOn < date('«2020-13')",
		"order.status.matches(«'(')",
		"«lists.range(5).size() > 1",
		"order.status.«replace('a', 'b') == ''",
		"«late",
		"order.encounter == «null",
		"patient.creatinineClearance(«'acutal') > params.floor",
		"patient.takes(metformin, ['oral', «'orl'])",
		"«(order.status == 'active'",
		"order.status == 'active'«)",
		"order.status «= 'active'",
		"true «and false",
		"true «&&",
		"true && «&& false",
		"patient.age() > «65 years",
		"order.status == «'active",
	} {
		before, after, marked := strings.Cut(tc, "«")
		if !marked {
			before, after = "", tc
		}
		_, problems := env.Compile(before+after, scope, true)
		require.NotEmpty(t, problems, tc)
		runes := []rune(before + after)
		got := string(runes[:problems[0].Offset]) + "«" + string(runes[problems[0].Offset:])
		require.Equal(t, before+"«"+after, got, problems[0].Message)
	}
}

// What names something that is a mistake itself is not a mistake.
func TestConsequencesOfAMistakeAreNoProblems(t *testing.T) {
	env, scope := testScope(t)
	scope = scope.With("failed", nil)
	for _, source := range []string{
		"failed", "failed.field", "failed.takes(metformin)", "failed == 5", "failed < params.floor", "failed && true", "failed.exists(f, f.g == 1)",
		"params.broken > patient.weight()", "patient.takes(failed)", "order.drug in failed", "failed ? 1 == 1 : false", "!failed", "known(failed)",
		"[failed, 1].size() > 0", "patient.medications.exists(m, m.drug in failed)", "quantity(failed, 'mL/min') > params.floor",
	} {
		program, problems := env.Compile(source, scope, true)
		require.Empty(t, problems, source)
		require.Nil(t, program, source)
	}
}
