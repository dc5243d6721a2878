package fetch

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"testing"
)

// BenchmarkGet fetches five queries of 50 prescriptions each, 11 KB, from a server on this machine.
func BenchmarkGet(b *testing.B) {
	ids := make([]string, 50)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	body := []byte(bundle("", ids...))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(body)
	z.Close()
	urls := []string{"MedicationRequest?patient=1", "Condition?patient=1", "AllergyIntolerance?patient=1", "Observation?patient=1", "Procedure?patient=1"}
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"plain", func(w http.ResponseWriter, r *http.Request) { w.Write(body) }},
		{"gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped.Bytes())
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			f := newFake(b, test.handler)
			c := f.client(b)
			r := f.request(urls...)
			b.SetBytes(int64(len(urls) * len(body)))
			b.ReportAllocs()
			for b.Loop() {
				for _, result := range c.Get(b.Context(), r) {
					if result.Absent != "" {
						b.Fatal(result.Absent)
					}
				}
			}
		})
	}
}

// BenchmarkMerged makes one Bundle of five pages of 50 prescriptions.
func BenchmarkMerged(b *testing.B) {
	var bodies [][]byte
	size := 0
	for page := range 5 {
		ids := make([]string, 50)
		for i := range ids {
			ids[i] = fmt.Sprint(page*50 + i)
		}
		bodies = append(bodies, []byte(bundle("?page", ids...)))
		size += len(bodies[page])
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		merged(bodies, false)
	}
}
