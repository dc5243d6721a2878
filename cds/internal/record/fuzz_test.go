package record

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
)

// TestOrderChangesNothing shuffles the entries of a Bundle and the inputs: the record stays the same.
func TestOrderChangesNothing(t *testing.T) {
	entries := []string{
		`{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"1"}}`,
		`{"resource":{"resourceType":"Patient","id":"2"}}`,
		`{"resource":{"resourceType":"Condition","id":"a","clinicalStatus":"active","subject":{"reference":"urn:uuid:p"}}}`,
		`{"resource":{"resourceType":"Condition","id":"a","clinicalStatus":"resolved","subject":{"reference":"Patient/1"}}}`,
		`{"resource":{"resourceType":"Condition","id":"b","code":"x","subject":{"reference":"Patient/2"}}}`,
		`{"resource":{"resourceType":"Condition","code":{"text":"one"}}}`,
		`{"resource":{"resourceType":"Condition","code":{"text":"one"}}}`,
		`{"resource":{"resourceType":"Condition","code":{"text":"two"},"x":1,"x":2}}`,
		`{"fullUrl":"urn:uuid:m","resource":{"resourceType":"Medication","id":"m","meta":{"versionId":"1"}}}`,
		`{"fullUrl":"urn:uuid:n","resource":{"resourceType":"Medication","id":"m","meta":{"versionId":"2"},"code":[{"text":"a"}]}}`,
		`{"fullUrl":"urn:uuid:m","resource":{"resourceType":"Observation","id":"m","status":"final","issued":7}}`,
		`{"resource":{"resourceType":"MedicationOrder"}}`,
		`{"resource":{"resourceType":"Claim","id":"1"}}`,
		`{"resource":{"what":"ever"}}`,
	}
	drafts := []string{
		`{"resource":{"resourceType":"MedicationRequest","status":"draft"}}`,
		`{"resource":{"resourceType":"MedicationRequest","status":"draft"}}`,
		`{"resource":{"resourceType":"Condition","code":{"text":"one"}}}`,
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	bundle := func(entries []string) []byte {
		return []byte(`{"resourceType":"Bundle","type":"searchset","entry":[` + strings.Join(entries, ",") + `]}`)
	}
	say := func(inputs []Input) string {
		r, err := Read(inputs, Options{Keep: func(name string) bool { return name != "Claim" }})
		require.NoError(t, err)
		defer r.Close()
		var b strings.Builder
		b.WriteString(r.text())
		for _, res := range inOrder(r) {
			fmt.Fprintf(&b, "%s\n", res.JSON.Canonical())
		}
		for _, reference := range []string{"urn:uuid:m", "urn:uuid:n", "urn:uuid:p", "Condition/a"} {
			res, _ := r.Resolve(nil, reference)
			b.WriteString(reference + " → " + res.Ref() + "\n")
		}
		for _, kind := range []string{"Condition", "Medication", "MedicationRequest", "Encounter"} {
			b.WriteString(kind + ": " + answer(r, Ask{Type: kind}) + "\n")
		}
		return b.String()
	}
	inputs := []Input{
		{Name: "a", JSON: bundle(entries[:7])}, {Name: "b", JSON: bundle(entries[7:])},
		{Name: "drafts", JSON: bundle(drafts), Draft: true},
		{Name: "c", Absent: "no", Query: "Encounter?patient=1"}, {Name: "d", Absent: "never", Query: "Encounter?patient=1"},
	}
	want := say(inputs)
	for range 200 {
		for _, part := range [][]string{entries[:7], entries[7:], drafts} {
			random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		}
		inputs := []Input{
			{Name: "a", JSON: bundle(entries[:7])}, {Name: "b", JSON: bundle(entries[7:])},
			{Name: "drafts", JSON: bundle(drafts), Draft: true}, inputs[3], inputs[4],
		}
		random.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
		require.Equal(t, want, say(inputs))
	}
}

// FuzzRead: any input is a *ReadError or a record, and the resources of a record, read again, are the
// same resources.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		patient1, "[" + patient1 + `,{"resourceType":"Condition","code":"x","subject":"Patient/1"}]`,
		patient1 + "\n" + patient1, `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","link":{"relation":"self","url":"Condition?code=1"}}}]}`,
		`{"resourceType":"MedicationRequest","dosageInstruction":{"doseQuantity":{"value":1e9}},"contained":[{"resourceType":"Medication"}],"_status":[null]}`,
		`{"resourceType":"Patient","name":[{"given":[null,"",1]}],"id":null,"id":7,"extension":{"url":1,"valueCode":NaN}}`,
		`{"resourceType":"OperationOutcome"}`, `{"resourceType":"Parameters","parameter":{"part":{"resource":[]}}}`, "null", "[[[", "{\"a\\\":1", "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read([]Input{{Name: "in", JSON: data}}, Options{})
		if err != nil {
			var wrong *ReadError
			require.ErrorAs(t, err, &wrong)
			require.LessOrEqual(t, wrong.Offset, len(data))
			return
		}
		defer r.Close()
		out := []byte("[")
		for i, res := range inOrder(r) {
			if i > 0 {
				out = append(out, ',')
			}
			out = res.JSON.AppendJSON(out)
		}
		out = append(out, ']')
		if len(r.Resources) == 0 {
			return
		}
		require.NoError(t, fastjson.ValidateBytes(out), "%s", out)
		again, err := Read([]Input{{Name: "in", JSON: out}}, Options{MaxDepth: mostDepth, PatientID: r.PatientID})
		require.NoError(t, err)
		defer again.Close()
		require.Len(t, again.Resources, len(r.Resources), "%s\n%s", r.text(), again.text())
		for i, res := range inOrder(r) {
			require.Equal(t, res.Ref(), inOrder(again)[i].Ref())
			require.Equal(t, string(res.JSON.AppendJSON(nil)), string(inOrder(again)[i].JSON.AppendJSON(nil)))
		}
	})
}

// FuzzScan: what the scanner lets pass, the parser takes, and the other way round.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,true,null,"\\\""],"b":{}}`, "[]", "nan", "-inf", "+", "nul", `{"a\"":1}`, "1 2", "[1,]", "{,}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		end, wrong := scan(data, 0, parserDepth-1)
		ok := wrong == nil && len(strings.Trim(string(data[end:]), " \n\r\t")) == 0
		_, err := new(fastjson.Parser).ParseBytes(data)
		require.Equal(t, err == nil, ok, "%v | %v", err, wrong)
	})
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{30, 300, 3000} {
		var s strings.Builder
		s.WriteString(`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1","resource":` + patient1 + `}`)
		for i := range n {
			fmt.Fprintf(&s, `,{"fullUrl":"urn:uuid:o%d","resource":{"resourceType":"Observation","id":"o%d","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Observation"]},"status":"final",`+
				`"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"laboratory"}]}],`+
				`"code":{"coding":[{"system":"http://loinc.org","code":"2160-0","display":"Creatinine [Mass/volume] in Serum or Plasma"}],"text":"Creatinine"},`+
				`"subject":{"reference":"urn:uuid:1"},"encounter":{"reference":"urn:uuid:e%d"},"effectiveDateTime":"2019-04-02T05:28:14-04:00","issued":"2019-04-02T05:28:14.123-04:00",`+
				`"valueQuantity":{"value":%d.25,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}}}`, i, i, i, i)
		}
		s.WriteString("]}")
		inputs := []Input{{JSON: []byte(s.String())}}
		b.Run(fmt.Sprintf("resources=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(s.Len()))
			for b.Loop() {
				r, err := Read(inputs, Options{})
				if err != nil {
					b.Fatal(err)
				}
				r.Close()
			}
		})
	}
}
