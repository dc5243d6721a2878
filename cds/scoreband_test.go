package cds_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

// asking compiles one rule whose card shows an expression.
func asking(t *testing.T, when, shown string) *cds.Engine {
	text := fmt.Sprintf("pack: test\nrules:\n  - id: r\n    when: %q\n    card: {indicator: info, summary: %q, detail: %q}\n", when, "{{ "+shown+" }}", "{{ "+shown+" }}")
	packs, err := rules.LoadFS(fstest.MapFS{"r.yaml": {Data: []byte(text)}}, ".")
	require.NoError(t, err)
	engine, err := cds.New(packs)
	require.NoError(t, err)
	return engine
}

func reported(t *testing.T, engine *cds.Engine, input cds.Input) *cds.Report {
	record, err := engine.Read(input)
	require.NoError(t, err)
	defer record.Close()
	report, err := engine.Evaluate(context.Background(), record, cds.Review{Now: calculatorNow})
	require.NoError(t, err)
	require.Empty(t, report.Failures)
	return report
}

// The points of each band of each score: the last value that has them, and the first, as the scores' charts say.
func TestPointsOnBothSidesOfEachLimit(t *testing.T) {
	for _, c := range []struct{ score, item, result, unit, points string }{
		{"patient.news2()", "respiratory rate", "respiratory rate", "/min", "4:3 8:3 9:1 11:1 12:0 20:0 21:2 24:2 25:3 40:3"},
		{"patient.news2()", "oxygen saturation", "oxygen saturation", "%", "80:3 91:3 92:2 93:2 94:1 95:1 96:0 100:0"},
		{"patient.news2('scale-1')", "oxygen saturation", "oxygen saturation", "%", "91:3 92:2"},
		{"patient.news2('scale-2')", "oxygen saturation", "oxygen saturation", "%", "80:3 83:3 84:2 85:2 86:1 87:1 88:0 92:0"},
		{"patient.news2()", "oxygen", "inhaled oxygen flow", "L/min", "0:0 1:2"},
		{"patient.news2()", "oxygen", "inhaled oxygen concentration", "%", "21:0 24:2"},
		{"patient.news2()", "systolic pressure", "systolic", "mm[Hg]", "60:3 90:3 91:2 100:2 101:1 110:1 111:0 219:0 220:3"},
		{"patient.news2()", "heart rate", "heart rate", "/min", "30:3 40:3 41:1 50:1 51:0 90:0 91:1 110:1 111:2 130:2 131:3"},
		{"patient.news2()", "consciousness", "glasgow coma score", "{score}", "3:3 14:3 15:0"},
		{"patient.news2()", "temperature", "temperature", "Cel", "34:3 35.0:3 35.1:1 36.0:1 36.1:0 38.0:0 38.1:1 39.0:1 39.1:2 41:2"},
		{"patient.qsofa()", "respiratory rate", "respiratory rate", "/min", "21:0 22:1"},
		{"patient.qsofa()", "systolic pressure", "systolic", "mm[Hg]", "100:1 101:0"},
		{"patient.qsofa()", "consciousness", "glasgow coma score", "{score}", "14:1 15:0"},
		{"patient.sofa()", "coagulation", "platelets", "10*9/L", "19:4 20:3 49:3 50:2 99:2 100:1 149:1 150:0"},
		{"patient.sofa()", "liver", "bilirubin", "mg/dL", "1.1:0 1.2:1 1.9:1 2.0:2 5.9:2 6.0:3 11.9:3 12.0:4"},
		{"patient.sofa()", "consciousness", "glasgow coma score", "{score}", "5:4 6:3 9:3 10:2 12:2 13:1 14:1 15:0"},
		{"patient.sofa()", "circulation", "mean pressure", "mm[Hg]", "69:1_to_4 70:0_to_4"},
		{"patient.sofa()", "kidneys", "creatinine", "mg/dL", "1.1:0_to_4 1.2:1_to_4 1.9:1_to_4 2.0:2_to_4 3.4:2_to_4 3.5:3_to_4 4.9:3_to_4 5.0:4"},
		{"patient.curb65()", "urea", "urea nitrogen", "mmol/L", "7:0 7.1:1"},
		{"patient.curb65()", "urea", "urea nitrogen", "mg/dL", "19:0 20:1"},
		{"patient.curb65()", "respiratory rate", "respiratory rate", "/min", "29:0 30:1"},
		{"patient.curb65()", "blood pressure", "systolic", "mm[Hg]", "89:1 90:0_to_1"},
		{"patient.curb65()", "blood pressure", "diastolic", "mm[Hg]", "60:1 61:0_to_1"},
		{"patient.hasBled()", "uncontrolled hypertension", "systolic", "mm[Hg]", "160:0 161:1"},
		{"patient.hasBled()", "kidney", "creatinine", "mg/dL", "2.26:0 2.27:1"},
		{"patient.wellsPE()", "heart rate", "heart rate", "/min", "100:0 101:1.5"},
		{"patient.centor()", "fever", "temperature", "Cel", "38.0:0 38.1:1"},
		{"patient.childPugh()", "bilirubin", "bilirubin", "mg/dL", "1.9:1 2.0:2 3.0:2 3.1:3"},
		{"patient.childPugh()", "albumin", "albumin", "g/dL", "2.7:3 2.8:2 3.5:2 3.6:1"},
		{"patient.childPugh()", "INR", "inr", "1", "1.6:1 1.7:2 2.3:2 2.4:3"},
	} {
		t.Run(c.score+" "+c.item+" by "+c.result+" in "+c.unit, func(t *testing.T) {
			engine := asking(t, "true", c.score+".items()")
			for _, pair := range strings.Fields(c.points) {
				value, want, _ := strings.Cut(strings.ReplaceAll(pair, "_", " "), ":")
				patient := calculated{age: 40, gender: "male", results: []string{c.result + ": " + value + " " + c.unit}}
				told := reported(t, engine, patient.bundle("")).Findings[0].Card.Detail
				require.Equal(t, want, pointsOf(told, c.item), "%s of %s: %s", c.item, value, told)
			}
		})
	}
}

// pointsOf reads the points of one item; those without any are not told.
func pointsOf(told, item string) string {
	for _, part := range strings.Split(strings.ToLower(told), ", ") { // a card begins with a capital
		if points, ok := strings.CutPrefix(part, strings.ToLower(item)+" "); ok && points[0] >= '0' && points[0] <= '9' {
			return points
		}
	}
	return "0"
}

func TestPointsByAge(t *testing.T) {
	for _, c := range []struct{ score, item, points string }{
		{"patient.cha2ds2vasc()", "age", "64:0 65:1 74:1 75:2"},
		{"patient.curb65()", "age", "64:0 65:1"},
		{"patient.hasBled()", "age", "65:0 66:1"},
		{"patient.centor('mcisaac')", "age", "3:1 14:1 15:0 44:0 45:-1"},
	} {
		engine := asking(t, "true", c.score+".items()")
		for _, pair := range strings.Fields(c.points) {
			age, want, _ := strings.Cut(pair, ":")
			years, err := strconv.Atoi(age)
			require.NoError(t, err)
			told := reported(t, engine, (&calculated{age: years, gender: "male"}).bundle("")).Findings[0].Card.Detail
			got := "0"
			if points := regexp.MustCompile(`(?i)(?:^|, )` + c.item + ` (-?\d+)(?:,|$)`).FindStringSubmatch(told); points != nil {
				got = points[1]
			}
			require.Equal(t, want, got, "%s at %s: %s", c.score, age, told)
		}
	}
}

// What is missing makes a score wider, never another one: it is neither above nor below what it is with all of it.
func TestMissingInputsOnlyMakeScoresWider(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, c := range workedExamples {
		shown := reported(t, asking(t, "known("+c.expression+")", c.expression), c.bundle("")).Findings[0].Summary
		value := decimal(shownNumber.FindStringSubmatch(shown)[1])
		if strings.Contains(shown, " ") || strings.Contains(shown, "/") {
			continue // a Quantity is unknown without an input
		}
		other := asking(t, fmt.Sprintf("%[1]s > %[2]s || %[1]s < %[2]s", c.expression, value), c.expression)
		for range 20 {
			part := c
			part.results = nil
			for _, result := range c.results {
				if random.IntN(2) == 0 {
					part.results = append(part.results, result)
				}
			}
			without := []string{"", "", "birthDate", "gender", "Condition", "Procedure"}[random.IntN(6)]
			report := reported(t, other, part.bundle(without))
			require.Empty(t, report.Findings, "%s: %v without %q", c.name, part.results, without)
		}
	}
}

// The check digits of the codes that the vocabulary and the panels name.
func TestCodesOfTheVocabularyAreWellFormed(t *testing.T) {
	systems := map[string][]cds.Text{}
	for file, columns := range map[string][]int{"internal/expr/vocabulary.csv": {1, 2}, "panels.csv": {0, 1, 2}} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		require.NoError(t, err)
		for _, row := range rows[1:] {
			for _, column := range columns[1:] {
				systems[row[columns[0]]] = append(systems[row[columns[0]]], cds.Text{Value: row[column]})
			}
		}
	}
	codes := cds.Codes{Name: "all"}
	for system, values := range systems {
		codes.Groups = append(codes.Groups, cds.CodeGroup{System: system, Codes: values})
	}
	_, err := cds.New(packOf(codes, "patient.has(all)"))
	require.NoError(t, err)
}
