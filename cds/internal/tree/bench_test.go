package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
)

// observations is a Bundle of n results as an EHR exports them.
func observations(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"resourceType":"Bundle","type":"collection","entry":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"fullUrl":"https://ehr.example.org/fhir/Observation/obs-%d","resource":{"resourceType":"Observation","id":"obs-%d","meta":{"versionId":"1","lastUpdated":"2026-01-%02dT08:30:00.000Z","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},"identifier":[{"system":"https://ehr.example.org/ids/observation","value":"%08d"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}],"text":"Laboratory"}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3","display":"Potassium [Moles/volume] in Serum or Plasma"}],"text":"Potassium"},"subject":{"reference":"Patient/p1","display":"Doe, Jane"},"encounter":{"reference":"Encounter/enc-%d"},"effectiveDateTime":"2026-01-%02dT07:10:00-05:00","issued":"2026-01-%02dT08:30:00.000Z","performer":[{"reference":"Organization/lab","display":"Central Laboratory"}],"valueQuantity":{"value":%d.%d,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},"referenceRange":[{"low":{"value":3.5,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},"high":{"value":5.1,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},"text":"3.5-5.1"}]}}`,
			i, i, 1+i%28, i, i/4, 1+i%28, 1+i%28, 3+i%3, i%10)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

func BenchmarkRead(b *testing.B) {
	data := observations(300)
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		r := &Reader{MaxDepth: 200}
		t := &Tree{}
		for b.Loop() {
			if err := r.Read(t, data); err != nil {
				b.Fatal(err)
			}
		}
		require.True(b, t.Root().Get("entry", "0", "resource").Clean())
	})
	b.Run("skip", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		r := &Reader{MaxDepth: 200, Wanted: func(string) bool { return false }}
		t := &Tree{}
		for b.Loop() {
			if err := r.Read(t, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fastjson", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		var p fastjson.Parser
		for b.Loop() {
			if _, err := p.ParseBytes(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
