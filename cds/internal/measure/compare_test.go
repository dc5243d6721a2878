package measure_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/kleene"
	"github.com/primum-cds/primum/cds/internal/measure"
)

const (
	yes     = kleene.True
	no      = kleene.False
	unknown = kleene.Unknown
)

func TestQuantitiesCompare(t *testing.T) {
	for _, c := range []struct {
		a, b                   string
		less, lessEqual, equal kleene.Truth
	}{
		{"5 mg", "6 mg", yes, yes, no},
		{"5 mg", "5.0 mg", no, yes, yes},
		{"1 g", "1000 mg", no, yes, yes},
		{"0.3 g", "300.0000000000000000000000001 mg", yes, yes, no},
		{"90 min", "1.5 h", no, yes, yes},
		{"7 d", "1 wk", no, yes, yes},
		{"5 mg/dL", "0.05 g/L", no, yes, yes},
		{"98.6 [degF]", "37 Cel", no, yes, yes},
		{"50 %", "0.5 1", no, yes, yes},
		{"5", "6", yes, yes, no},
		{"5", "6 1", yes, yes, no},
		{"3 {INR}", "2.5", no, no, no},
		{">60 mL/min", "30 mL/min", no, no, no},
		{">60 mL/min", "60 mL/min", no, no, no},
		{">60 mL/min", "90 mL/min", unknown, unknown, unknown},
		{">=60 mL/min", "60 mL/min", no, unknown, unknown},
		{"<60 mL/min", "60 mL/min", yes, yes, no},
		{"<60 mL/min", "90 mL/min", yes, yes, no},
		{"<=60 mL/min", "60 mL/min", unknown, yes, unknown},
		{"<60 mL/min", "30 mL/min", unknown, unknown, unknown},
		{"<60 mL/min", ">60 mL/min", yes, yes, no},
		{"<=60 mL/min", ">=60 mL/min", unknown, yes, unknown},
		{">60 mL/min", ">60 mL/min", unknown, unknown, unknown},
		{"<5 ug", "0.005 mg", yes, yes, no},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		check := func(want kleene.Truth, compare func(a, b measure.Quantity) (kleene.Truth, error), a, b measure.Quantity, sign string) {
			got, err := compare(a, b)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s %s %s", a, sign, b)
		}
		check(c.less, measure.Less, a, b, "<")
		check(c.lessEqual, measure.LessEqual, a, b, "<=")
		check(c.equal, measure.Equal, a, b, "==")
		check(c.equal, measure.Equal, b, a, "==")
		check(kleene.Not(c.lessEqual), measure.Less, b, a, "<")
		check(kleene.Not(c.less), measure.LessEqual, b, a, "<=")
	}
}

func TestQuantitiesThatDoNotCompare(t *testing.T) {
	opaque := func(unit string) measure.Quantity {
		q, err := measure.FromFHIR("5", "", unit, "", "")
		require.NoError(t, err)
		return q
	}
	for _, c := range []struct {
		a, b measure.Quantity
		want string
	}{
		{parse(t, "5 mg"), parse(t, "30 mL/min/{1.73_m2}"), `"5 mg" cannot be compared with "30 mL/min/1.73 m²"`},
		{parse(t, "5"), parse(t, "30 mg"), `"5" cannot be compared with "30 mg": "5" was given without a unit`},
		{parse(t, "30 mg"), parse(t, "5"), `"30 mg" cannot be compared with "5": "5" was given without a unit`},
		{parse(t, "5"), parse(t, "30 %"), `"5" cannot be compared with "30%": "5" was given without a unit`},
		{opaque("smidgens"), parse(t, "30 mg"), `"5 smidgens" cannot be compared with "30 mg": nobody knows the unit "smidgens"`},
		{opaque("smidgens"), opaque("pinches"), `"5 smidgens" cannot be compared with "5 pinches": nobody knows the unit "pinches"`},
		{parse(t, "5 {tablet}"), parse(t, "5 {capsule}"), `"5 tablet" cannot be compared with "5 capsule"`},
		{parse(t, "5 mmol/L"), parse(t, "90 mg/dL"), `"5 mmol/L" cannot be compared with "90 mg/dL"`},
		{parse(t, "7.4 [pH]"), parse(t, "40 nmol/L"), `"7.4 pH" cannot be compared with "40 nmol/L": on one of the scales more is less`},
		{measure.Quantity{}, parse(t, "5 mg"), `"not known" cannot be compared with "5 mg": nobody knows the unit ""`},
	} {
		for _, compare := range []func(a, b measure.Quantity) (kleene.Truth, error){measure.Less, measure.LessEqual, measure.Equal} {
			truth, err := compare(c.a, c.b)
			require.EqualError(t, err, c.want)
			require.Equal(t, unknown, truth)
			var incomparable *measure.IncomparableError
			require.ErrorAs(t, err, &incomparable)
			require.Equal(t, c.a, incomparable.A)
			require.Equal(t, c.b, incomparable.B)
		}
	}
	equal, err := measure.Equal(opaque("smidgens"), opaque("smidgens"))
	require.NoError(t, err)
	require.Equal(t, yes, equal, "the same text compares")
}

// One text can be two units: ML is the megalitre in UCUM, and what many call the millilitre.
func TestTheSameTextMayNotBeTheSameUnit(t *testing.T) {
	strict, err := measure.FromFHIR("1", "", "", "http://unitsofmeasure.org", "ML")
	require.NoError(t, err)
	lenient, err := measure.FromFHIR("1", "", "ML", "", "")
	require.NoError(t, err)
	less, err := measure.Less(lenient, strict)
	require.NoError(t, err)
	require.Equal(t, yes, less)
}

func TestMolarMass(t *testing.T) {
	glucose := apd.New(180156, -3)
	for _, c := range []struct {
		a, b string
		less kleene.Truth
	}{
		{"5 mmol/L", "90 mg/dL", no},
		{"5 mmol/L", "91 mg/dL", yes},
		{"<5 mmol/L", "91 mg/dL", yes},
	} {
		for _, pair := range [][2]measure.Quantity{
			{parse(t, c.a).WithMolar(glucose), parse(t, c.b)},
			{parse(t, c.a), parse(t, c.b).WithMolar(glucose)},
		} {
			got, err := measure.Less(pair[0], pair[1])
			require.NoError(t, err)
			require.Equal(t, c.less, got, "%s < %s", c.a, c.b)
		}
	}
	got, err := parse(t, "5.5 mmol/L").WithMolar(glucose).In("mg/dL")
	require.NoError(t, err)
	require.Equal(t, "99.0858", got.Text('f'))
	_, err = parse(t, "5 mmol/L").WithMolar(glucose).In("mg")
	require.EqualError(t, err, `"5 mmol/L" cannot be given in "mg"`)
}

func TestOneValueIsLessEqualOrGreater(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	units := []string{"mg", "g", "ug", "kg", "[lb_av]"}
	random := func() measure.Quantity {
		return parse(t, fmt.Sprintf("%d.%d %s", r.IntN(4), r.IntN(4), units[r.IntN(len(units))]))
	}
	for range 3_000 {
		a, b := random(), random()
		if r.IntN(5) == 0 {
			b = a
		}
		answers := map[kleene.Truth]int{}
		for _, ask := range []func() (kleene.Truth, error){
			func() (kleene.Truth, error) { return measure.Less(a, b) },
			func() (kleene.Truth, error) { return measure.Equal(a, b) },
			func() (kleene.Truth, error) { return measure.Less(b, a) },
		} {
			answer, err := ask()
			require.NoError(t, err)
			answers[answer]++
		}
		require.Equal(t, map[kleene.Truth]int{yes: 1, no: 2}, answers, "%s and %s", a, b)
	}
}

// An interval answers what all values in it answer.
func TestNarrowingAnIntervalNeverTurnsAnAnswer(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	units := []string{"mg", "10*-3.g", "ug"}
	comparators := []string{"", "<", "<=", ">", ">="}
	type operand struct {
		comparator string
		n          int
	}
	inside := func(o operand) int {
		step := r.IntN(4)
		switch o.comparator {
		case "<":
			return o.n - 1 - step
		case "<=":
			return o.n - step
		case ">":
			return o.n + 1 + step
		case ">=":
			return o.n + step
		}
		return o.n
	}
	write := func(comparator string, n int, unit string) measure.Quantity {
		return parse(t, fmt.Sprintf("%s%d %s", comparator, n, unit))
	}
	operations := map[string]func(a, b measure.Quantity) (measure.Quantity, error){
		"+": measure.Add, "-": measure.Sub, "*": measure.Mul, "/": measure.Div,
	}
	for range 5_000 {
		a := operand{comparators[r.IntN(5)], r.IntN(7) - 3}
		b := operand{comparators[r.IntN(5)], r.IntN(7) - 3}
		unit, other := units[r.IntN(2)], units[r.IntN(2)]
		wideA, wideB := write(a.comparator, a.n, unit), write(b.comparator, b.n, other)
		narrowA, narrowB := write("", inside(a), unit), write("", inside(b), other)
		for name, compare := range map[string]func(a, b measure.Quantity) (kleene.Truth, error){
			"<": measure.Less, "<=": measure.LessEqual, "==": measure.Equal,
		} {
			wide, err := compare(wideA, wideB)
			require.NoError(t, err)
			narrow, err := compare(narrowA, narrowB)
			require.NoError(t, err)
			if wide != unknown {
				require.Equal(t, wide, narrow, "%s %s %s, narrowed to %s and %s", wideA, name, wideB, narrowA, narrowB)
			}
		}
		for name, operate := range operations {
			narrow, err := operate(narrowA, narrowB)
			if err != nil {
				continue // division by zero
			}
			wide, err := operate(wideA, wideB)
			require.NoError(t, err)
			outside, err := measure.Less(wide, narrow)
			require.NoError(t, err)
			reverse, err := measure.Less(narrow, wide)
			require.NoError(t, err)
			require.NotEqual(t, yes, kleene.Or(outside, reverse), "%s %s %s = %s, narrowed to %s and %s = %s",
				wideA, name, wideB, wide, narrowA, narrowB, narrow)
		}
	}
}
