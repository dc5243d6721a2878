package rules

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what is found to the .want files")

// Each file or folder in testdata/bad is wrong; beside it, NAME.want holds all that is said about it.
func TestEveryMistakeIsNamedAtItsPlace(t *testing.T) {
	requireWanted(t, "testdata/bad", func(path string) error {
		_, err := Check([]string{path})
		return err
	})
}

// A site file is wrong by itself, or beside the pack in testdata/site/pack.
func TestEveryMistakeInASiteFileIsNamedAtItsPlace(t *testing.T) {
	packs, err := Load("testdata/site/pack")
	require.NoError(t, err)
	requireWanted(t, "testdata/badsite", func(path string) error {
		site, err := LoadSite(path)
		if err != nil {
			return err
		}
		_, err = cds.New(packs, cds.WithSite(site))
		return err
	})
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	packs, err := Load("testdata/good")
	require.NoError(t, err)
	require.Len(t, packs, 2)
	renal := packs[1]
	require.Equal(t, "renal-dosing", renal.Name)
	require.Equal(t, []string{"metformin", "egfr", "ckd", "nsaids"}, names(renal.Codes))
	require.Equal(t, "http://snomed.info/sct", renal.Codes[2].Groups[0].System)
	require.True(t, renal.Codes[2].Groups[0].Descendants)
	require.Equal(t, "http://example.org/ValueSet/nsaids", renal.Codes[3].Groups[0].ValueSet.Value)
	require.Equal(t, "testdata/good/renal/renal.yaml:4:23", renal.Codes[1].Groups[0].Codes[0].Position().String())

	floor := renal.Params[0]
	require.Equal(t, int64(30), floor.Value)
	require.Equal(t, "30", floor.Exact)
	require.Equal(t, "mL/min/{1.73_m2}", floor.Unit.Value)

	rule := renal.Rules[0]
	require.Equal(t, "metformin-low-egfr", rule.ID)
	require.Equal(t, "testdata/good/renal/renal.yaml:10", rule.Position.At())
	require.Equal(t, cds.Active, rule.Status)
	require.Equal(t, []string{"order-select", "order-sign", "patient-view"}, rule.Hooks)
	require.Equal(t, "order", rule.For.Name)
	require.Equal(t, "MedicationRequest", rule.For.Of)
	require.Equal(t, "testdata/good/renal/renal.yaml:14:18", rule.For.OfAt.String())
	require.Equal(t, "patient.value(egfr, months(12))", rule.Let[0].Expr.Value)
	require.Equal(t, "order.drug in metformin && gfr < params.metformin_floor", rule.When.Value)
	require.Equal(t, "testdata/good/renal/renal.yaml:17:39", rule.When.At(28).String())
	require.Equal(t, "eGFR was {{ gfr }} on {{ patient.latest(egfr).effective }}.\n", rule.Card.Detail.Value)
	require.Equal(t, "testdata/good/renal/renal.yaml:22:9", rule.Card.Detail.Position().String())
	require.Equal(t, cds.StandardOverride(), rule.Card.Override)
	require.Equal(t, "delete", rule.Card.Suggestions[0].Actions[0].Kind)
	require.True(t, rule.Card.Suggestions[0].Recommended)
	require.Equal(t, "warning", rule.Undecided.Indicator.Value)
	require.Equal(t, cds.Citation{Citation: "KDIGO 2024", Strength: "strong", Reviewed: "2026-10-01"}, rule.Evidence)
}

func names(codes []cds.Codes) []string {
	var all []string
	for _, c := range codes {
		all = append(all, c.Name)
	}
	return all
}

func TestFilesOfAPackShareWhatTheyName(t *testing.T) {
	packs, err := Load("testdata/good/interactions")
	require.NoError(t, err)
	require.Len(t, packs, 1)
	pack := packs[0]
	require.Equal(t, "1.10", pack.Version)
	require.Equal(t, "2026-02-01", pack.Reviewed)

	mixed := pack.Codes[1].Groups
	require.Equal(t, "0123", mixed[1].Codes[0].Value)
	require.Equal(t, "1e3", mixed[2].Codes[0].Value)
	require.Equal(t, "http://example.org/drugs", mixed[2].System)
	require.Equal(t, "testdata/good/interactions/codes.yaml:3:83", mixed[2].Codes[0].Position().String())

	table := pack.Tables[0]
	require.Equal(t, []cds.Row{
		{Cells: []string{"warfarin-nsaid", "warfarin", "nsaids", `serious, "bleeding"`}, Lines: []int32{2, 2, 2, 2}, Places: []int32{1, 23, 16, 33}},
		{Cells: []string{"añb", "warfarin", "nsaids;\r\nsnomed|1", "x"}, Lines: []int32{4, 5, 4, 5}, Places: []int32{1, 11, 6, 20}},
	}, table.Rows)
	require.Equal(t, "(order.drug in row.a && patient.takes(row.b)) ||   // the order is a\n(order.drug in row.b && patient.takes(row.a))\n", pack.Rules[0].When.Value)
}

// A path to a file is a pack of that file, or of its folder if that has a pack.yaml.
func TestAFileStandsForItsPack(t *testing.T) {
	packs, err := Load("testdata/good/interactions/pairs.yaml", "testdata/good/renal/renal.yaml")
	require.NoError(t, err)
	require.Equal(t, "interactions", packs[0].Name)
	require.Len(t, packs[0].Codes, 3)
	require.Equal(t, "renal-dosing", packs[1].Name)

	again, err := LoadFS(os.DirFS("testdata"), "good/renal")
	require.NoError(t, err)
	require.Equal(t, "good/renal/renal.yaml:10", again[0].Rules[0].Position.At())
}

func TestRulesThatNameNoHooksHaveThoseOfTheirPack(t *testing.T) {
	rule := "\n  - {id: %s, when: 'true', card: {indicator: info, summary: one}%s}"
	packs, err := LoadFS(fstest.MapFS{
		"p/pack.yaml": {Data: []byte("name: p\nhooks: [order-sign, patient-view]\n")},
		"p/a.yaml":    {Data: []byte("rules:" + fmt.Sprintf(rule, "one", "") + fmt.Sprintf(rule, "two", ", hooks: [order-select]"))},
	}, "p")
	require.NoError(t, err)
	require.Equal(t, []string{"order-sign", "patient-view"}, packs[0].Rules[0].Hooks)
	require.Equal(t, []string{"order-select"}, packs[0].Rules[1].Hooks)
}

// What can be read is returned beside the mistakes.
func TestMistakesDoNotHideTheRest(t *testing.T) {
	packs, err := Load("testdata/bad/status.yaml")
	require.Error(t, err)
	require.Equal(t, "true", packs[0].Rules[0].When.Value)
}

func TestAPackIsReadOnce(t *testing.T) {
	_, err := Load("testdata/good/renal", "testdata/good/renal/renal.yaml")
	require.EqualError(t, err, `testdata/good/renal/renal.yaml:1:7: the pack "renal-dosing" is already read from testdata/good/renal/renal.yaml:1:7
    pack: renal-dosing
          ^`)
}

func TestWhatCannotBeReadIsNoMistake(t *testing.T) {
	packs, err := Load("testdata/nowhere")
	require.Nil(t, packs)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestALargeFileIsRefused(t *testing.T) {
	files := fstest.MapFS{"p/rules.yaml": {Data: []byte(strings.Repeat("# large\n", 2<<20))}}
	_, err := LoadFS(files, "p")
	require.EqualError(t, err, "p/rules.yaml: the file has more than 10 MB")
}

func TestEmbeddedPacksAreSound(t *testing.T) {
	_, err := Embedded()
	require.NoError(t, err)
}

// requireWanted checks each file and folder in dir against the message beside it.
func requireWanted(t *testing.T, dir string, check func(path string) error) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".yaml")
		if strings.HasSuffix(name, ".want") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			err := check(filepath.Join(dir, e.Name()))
			var mistakes cds.Errors
			require.True(t, errors.As(err, &mistakes), "%v", err)
			got, want := err.Error()+"\n", filepath.Join(dir, name+".want")
			if *update {
				require.NoError(t, os.WriteFile(want, []byte(got), 0o644))
			}
			wanted, err := os.ReadFile(want)
			require.NoError(t, err)
			require.Equal(t, string(wanted), got)
		})
	}
}
