package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// text renders everything that a record says, without its JSON.
func (r *Record) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "patient %s\n", r.PatientID)
	for _, res := range inOrder(r) {
		b.WriteString(res.Ref())
		if res.Draft {
			b.WriteString(" draft")
		}
		if len(res.Date()) > 0 {
			b.WriteString(" " + string(res.Date()))
		}
		for _, c := range res.Contained {
			b.WriteString(" " + c.Ref())
		}
		b.WriteString("\n")
	}
	for _, name := range sortedKeys(r.Skipped) {
		fmt.Fprintf(&b, "skipped %s %d\n", name, r.Skipped[name])
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "! %s | %s | %s\n", w.Resource, w.Path, w.Message)
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func read(t *testing.T, opt Options, inputs ...Input) *Record {
	t.Helper()
	r, err := Read(inputs, opt)
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

const patient1 = `{"resourceType":"Patient","id":"1","birthDate":"1950-02-03"}`

func TestReadShapes(t *testing.T) {
	condition := `{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"onsetDateTime":"2020"}`
	both := lines("patient 1", "Condition/c 2020", "Patient/1")
	for _, test := range []struct{ name, json, want string }{
		{"a single resource", patient1, lines("patient 1", "Patient/1")},
		{"a byte order mark", "\xEF\xBB\xBF" + patient1, lines("patient 1", "Patient/1")},
		{"an array", "[" + patient1 + "," + condition + "]", both},
		{"NDJSON", patient1 + "\n\n" + condition + "\r\n", both},
		{"an array of Bundles", `[{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + patient1 + `}]},` + condition + "]", both},
		{"a collection", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + condition + `},{"resource":` + patient1 + `}]}`, both},
		{"a transaction-response", `{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201"}},{"resource":` + condition + `},{"resource":` + patient1 + `}]}`, both},
		{"a Bundle without a type", `{"resourceType":"Bundle","entry":[{"resource":` + condition + `},{"resource":` + patient1 + `}]}`, both},
		{"an empty Bundle", `{"resourceType":"Bundle","type":"searchset"}`, lines("patient ")},
		{"searchsets in a batch-response", `{"resourceType":"Bundle","type":"batch-response","entry":[
			{"resource":{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + condition + `}]}},{"resource":` + patient1 + `}]}`, both},
		{"Parameters", `{"resourceType":"Parameters","parameter":[{"name":"a","resource":` + patient1 + `},{"name":"b","part":[{"name":"c","resource":` + condition + `}]}]}`, both},
		{"a bad line of NDJSON", patient1 + "\n{\"resourceType\": \n" + condition, both +
			"! in | | line 2 could not be read: byte 16: the JSON ends where a value was expected\n"},
		{"a line of NDJSON that is no object", patient1 + "\noops\n" + condition, both +
			"! in | | line 2 could not be read: byte 0: a value was expected\n"},
		{"a line of NDJSON that is too deep", patient1 + "\n" + strings.Repeat("[", 10_000), lines("patient 1", "Patient/1") +
			"! in | | line 2 could not be read: byte 200: nested more than 200 deep\n"},
		{"invalid UTF-8", strings.Replace(patient1, "1950", "\xff\xfe", 1), lines("patient 1", "Patient/1") +
			"! in | | bytes that are no UTF-8 were read as U+FFFD\n"},
		{"an entry that is a single object", `{"resourceType":"Bundle","type":"collection","entry":{"resource":` + patient1 + `}}`, lines("patient 1", "Patient/1") +
			"! in | | Bundle.entry is a single object, read as a list of one\n"},
		{"two lists of entries", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + patient1 + `}],"entry":[{"resource":` + condition + `}]}`, both +
			"! in | | Bundle.entry is given twice\n"},
		{"something without a type, and with a strange one", `[` + patient1 + `,{"a":1},{"resourceType":"MedicationOrder"},{"resourceType":"Resource"}]`, lines("patient 1", "Patient/1") +
			"! in | | MedicationOrder is not a resource type of FHIR R4: left out\n" +
			"! in | | Resource is not a resource type of FHIR R4: left out\n" +
			"! in | | something without a resourceType was left out\n"},
		{"an OperationOutcome", `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout","diagnostics":"too slow"}]}`,
			lines("patient ", "! in |  | it holds an OperationOutcome: too slow")},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, Options{}, Input{Name: "in", JSON: []byte(test.json)})
			require.Equal(t, strings.ReplaceAll(test.want, "| |", "|  |"), r.text())
		})
	}
}

func TestReadErrors(t *testing.T) {
	deep := strings.Repeat("[", 10_000)
	for _, test := range []struct {
		name, json string
		want       ReadError
	}{
		{"nothing", " \n", ReadError{"in", -1, 0, "it is empty"}},
		{"not JSON", "<xml/>", ReadError{"in", 0, 1, "a value was expected"}},
		{"truncated", "{\"resourceType\":\n\"Patient\"", ReadError{"in", 26, 2, "the JSON ends where ',' or '}' was expected"}},
		{"an open string", `{"resourceType":"Pat`, ReadError{"in", 16, 1, "a string that does not end"}},
		{"no name", `{resourceType:1}`, ReadError{"in", 1, 1, "a member's name in quotes was expected"}},
		{"no colon", `{"resourceType" 1}`, ReadError{"in", 16, 1, "':' was expected"}},
		{"a comma too many", `[1,]`, ReadError{"in", 3, 1, "a value was expected"}},
		{"after a byte order mark", "\xEF\xBB\xBF{]", ReadError{"in", 4, 1, "a member's name in quotes was expected"}},
		{"trailing data", patient1 + " x", ReadError{"in", len(patient1) + 1, 1, "data after the end of the JSON value"}},
		{"a truncated Bundle with a resource a line", "{\"resourceType\":\"Bundle\",\"entry\":[\n\"a\",\n" + patient1 + "\n", ReadError{"in", 101, 4, "the JSON ends where ',' or ']' was expected"}},
		{"too deep", deep, ReadError{"in", 200, 1, "nested more than 200 deep"}},
		{"no resource", `{"hello":"world"}`, ReadError{"in", -1, 0, "there is no FHIR resource in it"}},
		{"an empty array", `[]`, ReadError{"in", -1, 0, "there is no FHIR resource in it"}},
		{"two types", `{"resourceType":"Patient","resourceType":"Condition"}`, ReadError{"in", -1, 0, "there is no FHIR resource in it"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read([]Input{{Name: "in", JSON: []byte(test.json)}}, Options{})
			var got *ReadError
			require.ErrorAs(t, err, &got)
			require.Equal(t, test.want, *got)
		})
	}
	_, err := Read([]Input{{Name: "in", JSON: []byte(patient1)}}, Options{MaxBytes: 10})
	require.EqualError(t, err, "in: 60 bytes are more than the limit of 10")
	_, err = Read([]Input{{Name: "in", JSON: []byte("\n{")}}, Options{})
	require.EqualError(t, err, "in: line 2, byte 2: the JSON ends where a member's name in quotes was expected")
}

func TestReadDuplicates(t *testing.T) {
	version := func(id, updated, text string) string {
		return `{"resourceType":"Condition","id":"c","meta":{"versionId":"` + id + `","lastUpdated":"` + updated + `"},"code":{"text":"` + text + `"}}`
	}
	chosen := "! Condition/c |  | given 2 times with different content and no way to tell the newest: one of them was chosen\n"
	for _, test := range []struct{ name, a, b, want, warning string }{
		{"the highest number", version("10", "2020-01-01T00:00:00Z", "new"), version("9", "2021-01-01T00:00:00Z", "old"), "new", ""},
		{"the last update", version("x", "2021-01-01T00:00:00+01:00", "old"), version("y", "2020-12-31T23:30:00Z", "new"), "new", ""},
		{"equal content in another order", `{"resourceType":"Condition","id":"c","code":{"text":"a"}}`, `{"code":{"text":"a"},"id":"c","resourceType":"Condition"}`, "a", ""},
		{"different content", `{"resourceType":"Condition","id":"c","code":{"text":"a"}}`, `{"resourceType":"Condition","id":"c","code":{"text":"b"}}`, "a", chosen},
		{"one without a version", version("10", "", "b"), `{"resourceType":"Condition","id":"c","code":{"text":"a"}}`, "a", chosen},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, order := range []string{test.a + "," + test.b, test.b + "," + test.a} {
				r := read(t, Options{}, Input{Name: "in", JSON: []byte("[" + order + "]")})
				require.Equal(t, lines("patient ", "Condition/c")+test.warning, r.text())
				require.Equal(t, test.want, r.Resources[0].JSON.Text("code", "text"))
			}
		})
	}
}

func TestReadDraftReplaces(t *testing.T) {
	record := Input{Name: "record", JSON: []byte(`[` + patient1 + `,{"resourceType":"ServiceRequest","id":"o","status":"active","intent":"order","meta":{"versionId":"7"}}]`)}
	drafts := Input{Name: "drafts", Draft: true, JSON: []byte(`{"resourceType":"Bundle","entry":[
		{"resource":{"resourceType":"ServiceRequest","id":"o","status":"draft","intent":"order","authoredOn":"2026-01-01"}},
		{"resource":{"resourceType":"ServiceRequest","status":"draft","intent":"order"}},
		{"resource":{"resourceType":"ServiceRequest","status":"draft","intent":"order"}}]}`)}
	want := lines("patient 1", "Patient/1", "ServiceRequest/o draft 2026-01-01", "ServiceRequest/~21f61d5b draft", "ServiceRequest/~21f61d5b-2 draft")
	require.Equal(t, want, read(t, Options{}, record, drafts).text())
	require.Equal(t, want, read(t, Options{}, drafts, record).text())
}

func TestReadHistory(t *testing.T) {
	r := read(t, Options{}, Input{JSON: []byte(`{"resourceType":"Bundle","type":"history","entry":[
		{"request":{"method":"DELETE","url":"Condition/gone"},"response":{"lastModified":"2021-01-01T00:00:00Z"}},
		{"request":{"method":"DELETE","url":"Condition/back"},"response":{"lastModified":"2021-01-01T00:00:00Z"}},
		{"resource":{"resourceType":"Condition","id":"gone","meta":{"lastUpdated":"2020-01-01T00:00:00Z"}}},
		{"resource":{"resourceType":"Condition","id":"back","meta":{"lastUpdated":"2022-01-01T00:00:00Z"}}}]}`)})
	require.Equal(t, lines("patient ", "Condition/back"), r.text())
}

func TestReadKeepsWhatIsWanted(t *testing.T) {
	r := read(t, Options{Keep: func(name string) bool { return name == "Observation" }}, Input{JSON: []byte(`[` + patient1 + `,
		{"resourceType":"Claim","id":"1","status":7},{"resourceType":"Claim","id":"1"},{"resourceType":"Observation","id":"1","status":"final","issued":"2020-01-01T00:00:00Z"},
		{"resourceType":"AllergyIntolerance","id":"1"},{"resourceType":"MedicationStatement","id":"1","status":"active"}]`)})
	require.Equal(t, lines("patient 1", "AllergyIntolerance/1", "MedicationStatement/1", "Observation/1 2020-01-01T00:00:00Z", "Patient/1", "skipped Claim 2"), r.text())
	require.Len(t, ofType(r, "Observation"), 1)
	require.Empty(t, ofType(r, "Claim"))
}

// inOrder returns the resources by type, then id.
func inOrder(r *Record) []*Resource { return slices.SortedFunc(slices.Values(r.Resources), byRef) }

func ofType(r *Record, name string) []*Resource {
	return slices.DeleteFunc(inOrder(r), func(res *Resource) bool { return res.Type != name })
}
