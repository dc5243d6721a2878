package rules

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

// Each threshold has tests at it, just under and just over: with another value in its place, a tenth or one lower
// or higher, or a hair off, some test of the pack comes out otherwise. Thresholds are the params that a condition
// or let reads, the numbers that it compares with, and the numeric columns that it reads, all rows together.
func TestEachThresholdIsTested(t *testing.T) {
	files, err := LoadTests("packs")
	require.NoError(t, err)
	var found []string
	for _, pack := range packsOnDisk(t) {
		tests := pose(t, pack, files)
		for _, th := range thresholdsOf(pack) {
			for _, gap := range th.untested(t, tests) {
				found = append(found, fmt.Sprintf("%s: %s: %s", pack.Name, th.name, gap))
			}
		}
	}
	requireGaps(t, "thresholds", found)
}

// A threshold is a number on which conditions depend.
type threshold struct {
	name string
	pack cds.Pack // with the rules that depend on it alone
	// with is the pack with another number: what change makes of each one that is written.
	with  func(change func(string) string) cds.Pack
	whole bool // it can only be a whole number
}

func thresholdsOf(pack cds.Pack) []threshold {
	var out []threshold
	for i, param := range pack.Params {
		of := dependOn(pack, "params."+param.Name)
		_, whole := param.Value.(int64)
		_, broken := param.Value.(float64)
		if len(of.Rules) == 0 || !whole && !broken {
			continue
		}
		out = append(out, threshold{name: "params." + param.Name, pack: of, whole: whole && param.Unit.Empty(), with: func(change func(string) string) cds.Pack {
			other := of
			other.Params = slices.Clone(of.Params)
			other.Params[i] = changedParam(param, change)
			return other
		}})
	}
	for i := range pack.Rules {
		out = append(out, literalsOf(pack, i)...)
		out = append(out, columnsOf(pack, i)...)
	}
	return out
}

// dependOn is a pack with the rules whose condition or lets read a name.
func dependOn(pack cds.Pack, name string) cds.Pack {
	rules := slices.Clone(pack.Rules)
	pack.Rules = slices.DeleteFunc(rules, func(r cds.Rule) bool { return r.Status == cds.Retired || !wordsOf(&r)[name] })
	return pack
}

func changedParam(param cds.Param, change func(string) string) cds.Param {
	written := param.Exact
	if written == "" {
		written = fmt.Sprint(param.Value)
	}
	param.Exact = change(written)
	if number, err := strconv.ParseInt(param.Exact, 10, 64); err == nil && param.Unit.Empty() {
		param.Value = number
	} else if number, err := strconv.ParseFloat(param.Exact, 64); err == nil {
		param.Value = number
	}
	return param
}

// compared finds a number on the right of a comparison: bare, of a span or of a quantity.
var compared = regexp.MustCompile(`[<>]=?\s*(?:(years|months|weeks|days|hours)\(\s*|quantity\(\s*)?([0-9]+(?:\.[0-9]+)?)`)

func literalsOf(pack cds.Pack, rule int) []threshold {
	r := pack.Rules[rule]
	if r.Status == cds.Retired {
		return nil
	}
	var out []threshold
	for n, text := range textsOf(&r) {
		for _, at := range compared.FindAllStringSubmatchIndex(text.Value, -1) {
			number := text.Value[at[4]:at[5]]
			if number == "0" {
				continue
			}
			of := pack
			of.Rules = []cds.Rule{r}
			whole := !strings.HasPrefix(strings.TrimLeft(text.Value[at[0]:at[1]], "<>= "), "quantity")
			out = append(out, threshold{name: r.ID + ": " + strings.NewReplacer(" ", "", "\n", "", "(", " ").Replace(text.Value[at[0]:at[1]]), pack: of, whole: whole && !strings.Contains(number, "."),
				with: func(change func(string) string) cds.Pack {
					other, changed := of, r
					value := cds.Text{Value: text.Value[:at[4]] + change(number) + text.Value[at[5]:]}
					if n == 0 {
						changed.When = value
					} else {
						changed.Let = slices.Clone(r.Let)
						changed.Let[n-1].Expr = value
					}
					other.Rules = []cds.Rule{changed}
					return other
				}})
		}
	}
	return out
}

func columnsOf(pack cds.Pack, rule int) []threshold {
	r := pack.Rules[rule]
	words := wordsOf(&r)
	var out []threshold
	for i, table := range pack.Tables {
		for c, column := range table.Columns {
			if table.Name != r.Each.Of || r.Status == cds.Retired || !words[r.Each.Name+"."+column.Name] || !slices.Contains([]string{"quantity", "int", "double"}, column.Type) {
				continue
			}
			of := pack
			of.Rules = []cds.Rule{r}
			out = append(out, threshold{name: r.ID + ": " + r.Each.Name + "." + column.Name, pack: of, whole: column.Type == "int", with: func(change func(string) string) cds.Pack {
				other, changed := of, table
				changed.Rows = slices.Clone(table.Rows)
				for n, row := range table.Rows {
					cells := slices.Clone(row.Cells)
					cells[c] = leading.ReplaceAllStringFunc(cells[c], change)
					changed.Rows[n].Cells = cells
				}
				other.Tables = slices.Clone(of.Tables)
				other.Tables[i] = changed
				return other
			}})
		}
	}
	return out
}

var leading = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?`)

// A posed test is one with its patient written.
type posed struct {
	*Test
	inputs []cds.Input
}

// pose writes the patients of the tests of a pack. Tests with params of their own are asked without them: they say
// nothing of the values that ship.
func pose(t *testing.T, pack cds.Pack, files []TestFile) []posed {
	var out []posed
	for _, file := range files {
		for i := range file.Tests {
			if test := &file.Tests[i]; file.Pack.Name == pack.Name {
				inputs, err := test.inputs(pack)
				require.NoError(t, err)
				out = append(out, posed{test, inputs})
			}
		}
	}
	return out
}

// untested says near which values no test of the pack depends on a threshold.
func (th threshold) untested(t *testing.T, tests []posed) []string {
	want := outcomes(t, th.pack, tests, nil)
	told := func(change func(float64) float64) bool {
		other := th.with(func(s string) string {
			number, err := strconv.ParseFloat(s, 64)
			require.NoError(t, err)
			return strconv.FormatFloat(change(number), 'f', -1, 64)
		})
		return !slices.Equal(want, outcomes(t, other, tests, want))
	}
	lower, higher := func(x float64) float64 { return x * 0.9 }, func(x float64) float64 { return x * 1.1 }
	if th.whole {
		lower, higher = func(x float64) float64 { return max(x-1, 0) }, func(x float64) float64 { return x + 1 }
	}
	var gaps []string
	if !told(lower) {
		gaps = append(gaps, "no test just under it")
	}
	if !told(higher) {
		gaps = append(gaps, "no test just over it")
	}
	if !th.whole && !told(func(x float64) float64 { return x * (1 + 1e-6) }) && !told(func(x float64) float64 { return x * (1 - 1e-6) }) {
		gaps = append(gaps, "no test at it")
	}
	return gaps
}

// outcomes are what the tests come to, in a line each, up to the first that is not as wanted.
func outcomes(t *testing.T, pack cds.Pack, tests []posed, want []string) []string {
	engine, err := (&runner{opts: []cds.Option{cds.WithDrafts()}}).engine(pack, nil)
	require.NoError(t, err)
	var out []string
	for _, test := range tests {
		out = append(out, outcome(t, engine, test))
		if last := len(out) - 1; want != nil && want[last] != out[last] {
			break
		}
	}
	return out
}

func outcome(t *testing.T, engine *cds.Engine, test posed) string {
	rec, err := engine.Read(test.inputs...)
	require.NoError(t, err, test.Name)
	defer rec.Close()
	report, err := engine.Evaluate(context.Background(), rec, test.review(rec))
	require.NoError(t, err, test.Name)
	var b strings.Builder
	for _, f := range report.Findings {
		fmt.Fprint(&b, f.Rule, f.Focus, f.Indicator, ";")
	}
	for _, u := range report.Undecided {
		fmt.Fprint(&b, "?", u.Rule, u.Rows, u.Focus, ";")
	}
	for _, f := range report.Failures {
		fmt.Fprint(&b, "!", f.Rule, f.Focus, ";")
	}
	return b.String()
}
