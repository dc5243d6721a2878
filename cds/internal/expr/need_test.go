package expr

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/terminology"
)

var needNames = []string{"warfarin", "nsaids", "ckd"}

func needScope(t testing.TB) (*Env, *Scope) {
	in := terminology.NewInterner()
	env, err := NewEnv(fhir.Load(), in, nil)
	require.NoError(t, err)
	names := &Names{Pack: "p", Params: map[string]Value{}, Tables: map[string]*Table{}, Codes: map[string]Codes{}}
	for _, name := range needNames {
		id := in.Intern(terminology.Code{System: terminology.RxNorm, Code: name})
		names.Codes[name] = NewCodes(name, terminology.NewSet(in, []terminology.ID{id}, []string{terminology.RxNorm}), nil)
	}
	names.Params["strict"], err = Native(false)
	require.NoError(t, err)
	return env, &Scope{Names: names, Focus: "order", Of: "MedicationRequest"}
}

var viewNames = map[chart.View]string{
	chart.Taken: "taken", chart.Used: "used", chart.Medications: "medications", chart.DrugAllergies: "drug allergies",
	chart.Allergies: "allergies", chart.Problems: "problems", chart.Conditions: "conditions", chart.Procedures: "procedures",
	chart.Immunizations: "immunizations", chart.Results: "results",
}

// needText writes a need: "warfarin" for the focus, "nsaids in taken" for a list, "?Condition" for one that is
// open, "current Condition" with it for the current ones.
func needText(s *Scope, n *Need) string {
	codes := func() string {
		for _, name := range needNames {
			if s.Names.Codes[name].Set == n.Codes.set {
				return name
			}
		}
		return "?"
	}
	switch n.Op {
	case Always:
		return "always"
	case Never:
		return "never"
	case Every, Some:
		var parts []string
		for _, part := range n.Parts {
			parts = append(parts, needText(s, part))
		}
		return "(" + strings.Join(parts, map[Op]string{Every: " & ", Some: " | "}[n.Op]) + ")"
	case Focus:
		return codes()
	case Entry:
		return codes() + " in " + viewNames[n.View]
	case Open:
		return map[bool]string{true: "?current ", false: "?"}[n.List.Current] + n.List.Of
	case Unsure:
		return fmt.Sprintf("unsure %d", n.Kind)
	}
	return "unresolved"
}

func TestNeedsOfConditions(t *testing.T) {
	const takes = "(nsaids in taken | ?current MedicationUse)"
	for _, c := range []struct{ condition, needs string }{
		{"order.drug in warfarin", "warfarin"},
		{"order.drug in warfarin || order.drug in nsaids", "(warfarin | nsaids)"},
		{"order.drug in warfarin && patient.takes(nsaids)", "(warfarin & " + takes + ")"},
		{"!(!(order.drug in warfarin) || !patient.takes(nsaids))", "(warfarin & " + takes + ")"},
		{"!(order.drug in warfarin)", "always"},
		{"order.drug in warfarin && !(order.drug in nsaids)", "warfarin"},
		{"order.drug in warfarin ? patient.takes(nsaids) : false", "warfarin"}, // an unknown drug leaves it open
		{"order.drug in warfarin ? true : patient.takes(nsaids)", "(warfarin | nsaids in taken | ?current MedicationUse)"},
		{"params.strict && patient.age() > years(65)", "never"},
		{"params.strict || order.drug in warfarin", "warfarin"},
		{"patient.takes(nsaids, ['oral'])", takes},
		{"patient.takes(nsaids, [patient.gender])", "always"},
		{"patient.took(nsaids, months(6))", "(nsaids in used | ?MedicationUse)"},
		{"patient.tookSince(nsaids, now - months(6))", "(nsaids in used | ?MedicationUse)"},
		{"patient.tookSince(nsaids, patient.birthDate)", "always"},
		{"patient.has(ckd)", "(ckd in problems | ?current Condition)"},
		{"patient.had(ckd)", "(ckd in conditions | ckd in procedures | ?Condition | ?Procedure)"},
		{"patient.allergicTo(nsaids)", "(nsaids in drug allergies | ?current AllergyIntolerance)"},
		{"patient.hasResult(ckd, months(3))", "(ckd in results | ?Observation)"},
		{"patient.value(ckd) < quantity(5, 'mg')", "always"},
		{"size(patient.taking(nsaids)) > 0", takes},
		{"0 == size(patient.taking(nsaids))", "always"},
		{"size(patient.taken(nsaids)) > 0", "(nsaids in medications | ?MedicationUse)"},
		{"patient.allergiesTo(nsaids).exists(a, has(a.criticality))", "(nsaids in drug allergies | ?current AllergyIntolerance)"},
		{"!(0 == size(patient.taking(nsaids)))", takes},
		{"patient.takes(nsaids) == true", takes},
		{"patient.takes(nsaids) != true", "always"},
		{"patient.conditions.exists(c, c.code in ckd && c.current)", "(?Condition | ckd in conditions)"},
		{"!patient.conditions.all(c, !(c.code in ckd))", "(?Condition | ckd in conditions)"},
		{"patient.conditions.filter(c, c.current).exists(c, c.code in ckd)", "(?Condition | unsure 2 | ckd in conditions)"},
		{"patient.conditions.map(c, c.code).exists(c, c in ckd)", "always"},
		{"patient.medications.exists(order, order.drug in nsaids)", "(?MedicationUse | nsaids in medications)"},
		{"patient.resources('Condition').exists_one(c, c.code in ckd)", "(?Condition | ckd in conditions)"},
		{"patient.observations.exists(o, o.code in ckd)", "always"},
		{"cel.bind(d, order.drug, d in warfarin || d in nsaids)", "(warfarin | nsaids)"},
		{"cel.bind(l, patient.taking(nsaids), l.exists(m, m.drug in warfarin))", "(nsaids in taken | ?current MedicationUse)"},
		{"known(order.drug) && order.drug in warfarin", "warfarin"},
		{"1 / 0 > 1 && order.drug in warfarin", "warfarin"},
		{"1 / 0 > 1 || order.drug in warfarin", "always"},
	} {
		t.Run(c.condition, func(t *testing.T) {
			env, scope := needScope(t)
			program, problems := env.Compile(c.condition, scope, true)
			require.Empty(t, problems)
			require.Equal(t, c.needs, needText(scope, program.Need(nil)))
		})
	}
}

func TestNeedsGoThroughLets(t *testing.T) {
	env, scope := needScope(t)
	lets := map[string]*Program{}
	for _, let := range [][2]string{
		{"mine", "order.drug"}, {"bad", "nsaids"}, {"taken", "patient.taking(bad)"}, {"renal", "patient.has(ckd)"}, {"both", "renal && mine in warfarin"},
	} {
		program, problems := env.Compile(let[1], scope, false)
		require.Empty(t, problems)
		lets[let[0]] = program
		scope = scope.With(let[0], program)
	}
	for condition, needs := range map[string]string{
		"mine in bad":                            "nsaids",
		"both":                                   "(ckd in problems | ?current Condition) & warfarin",
		"!both":                                  "always",
		"size(taken) >= 1 && mine in warfarin":   "(nsaids in taken | ?current MedicationUse) & warfarin",
		"taken.exists(m, m.drug in warfarin)":    "nsaids in taken | ?current MedicationUse",
		"both || taken.exists(m, m.drug in bad)": "((ckd in problems | ?current Condition) & warfarin) | nsaids in taken | ?current MedicationUse",
		"patient.takes(bad) && patient.age() > years(1)": "nsaids in taken | ?current MedicationUse",
	} {
		program, problems := env.Compile(condition, scope, true)
		require.Empty(t, problems)
		got := needText(scope, program.Need(lets))
		if strings.HasPrefix(got, "(") {
			got = got[1 : len(got)-1]
		}
		require.Equal(t, needs, got, condition)
	}
}

// However deep choices and lets are nested, a need stays small and is soon found.
func TestNeedsStaySmall(t *testing.T) {
	env, scope := needScope(t)
	condition := "order.drug in warfarin"
	for i := range 14 {
		condition = "(" + condition + " ? " + []string{"patient.takes(nsaids)", "patient.has(ckd)"}[i%2] + " : patient.had(" + needNames[i%3] + "))"
	}
	lets := map[string]*Program{}
	for i := range 40 {
		name := fmt.Sprintf("l%d", i)
		program, problems := env.Compile(condition, scope, false)
		require.Empty(t, problems)
		lets[name], scope = program, scope.With(name, program)
		condition = name + " && order.drug in warfarin || " + name + " && patient.takes(ckd)"
	}
	program, problems := env.Compile(condition, scope, true)
	require.Empty(t, problems)
	need := program.Need(lets)
	require.LessOrEqual(t, need.size(), maxNeed)
	_, wakes := need.Wakers(true)
	require.True(t, wakes)
}

func TestWakersAreWhatFewestMeet(t *testing.T) {
	env, scope := needScope(t)
	program, problems := env.Compile("patient.takes(nsaids) && (order.drug in warfarin || order.drug in ckd) && patient.has(ckd)", scope, true)
	require.Empty(t, problems)
	need := program.Need(nil)
	texts := func(focus bool) (out []string) {
		wakers, ok := need.Wakers(focus)
		require.True(t, ok)
		for _, w := range wakers {
			beside := make([]string, len(w.Beside))
			for i, n := range w.Beside {
				beside[i] = needText(scope, n)
			}
			out = append(out, needText(scope, w.Need)+" beside "+strings.Join(beside, " & "))
		}
		slices.Sort(out)
		return out
	}
	const takes, has = "(nsaids in taken | ?current MedicationUse)", "(ckd in problems | ?current Condition)"
	require.Equal(t, []string{"ckd beside " + takes + " & " + has, "warfarin beside " + takes + " & " + has}, texts(true))
	require.Equal(t, []string{"?current MedicationUse beside (warfarin | ckd) & " + has, "nsaids in taken beside (warfarin | ckd) & " + has}, texts(false))
}
