package fetch

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// drugs serves Medications, and what else is read.
func drugs(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/fhir/"), "/")
	switch {
	case len(parts) < 2:
		fhir(bundle("", "1"))(w, r)
	case parts[1] == "large":
		fhir(`{"resourceType":"Medication","id":"large","x":"`+strings.Repeat("x", maxMedicationBytes)+`"}`)(w, r)
	case parts[1] == "none":
		says(404, fhirJSON, outcome("not-found"))(w, r)
	default:
		fhir(`{"resourceType":"`+parts[0]+`","id":"`+parts[1]+`"}`)(w, r)
	}
}

func TestMedicationsAreRemembered(t *testing.T) {
	var passed atomic.Int64
	clock := func() time.Time { return time.Unix(passed.Load(), 0) }
	f, other := newFake(t, drugs), newFake(t, drugs)
	c, err := newClient(Config{Timeout: generous, MedicationTTL: time.Minute, Servers: []Server{
		{Issuer: "issuer", Base: f.URL + "/fhir"}, {Issuer: "another", Base: f.URL + "/fhir"}, {Issuer: "issuer", Base: other.URL + "/fhir"},
	}}, seams{now: clock, random: func() float64 { return 0 }})
	require.NoError(t, err)
	defer c.Close()
	for _, test := range []struct {
		name, url, issuer string
		server            *fake
		cached            bool
	}{
		{"first", "Medication/55", "issuer", f, false},
		{"again", "Medication/55", "issuer", f, true},
		{"again by its whole URL", f.URL + "/fhir/Medication/55", "issuer", f, true},
		{"another one", "Medication/56", "issuer", f, false},
		{"a version", "Medication/55/_history/1", "issuer", f, false},
		{"another issuer", "Medication/55", "another", f, false},
		{"another issuer, again", "Medication/55", "another", f, true},
		{"another server", "Medication/55", "issuer", other, false},
		{"another server, again", "Medication/55", "issuer", other, true},
		{"another server's URL", f.URL + "/fhir/Medication/55", "issuer", f, true},
		{"with a parameter", "Medication/55?_summary=true", "issuer", f, false},
		{"with a parameter, again", "Medication/55?_summary=true", "issuer", f, false},
		{"a patient", "Patient/1", "issuer", f, false},
		{"a patient, again", "Patient/1", "issuer", f, false},
		{"a search", search, "issuer", f, false},
		{"a search, again", search, "issuer", f, false},
		{"what is not there", "Medication/none", "issuer", f, false},
		{"what is not there, again", "Medication/none", "issuer", f, false},
		{"a large one", "Medication/large", "issuer", f, false},
		{"a large one, again", "Medication/large", "issuer", f, false},
	} {
		before := test.server.requests.Load()
		r := Request{Server: test.server.URL + "/fhir", Issuer: test.issuer, Queries: []Query{{URL: test.url}}}
		got := c.Get(t.Context(), r)[0]
		require.Equal(t, test.cached, got.Cached, test.name)
		require.Equal(t, test.cached, test.server.requests.Load() == before, test.name)
		require.Equal(t, strings.Contains(test.url, "none"), got.JSON == nil, test.name)
	}
	r := Request{Server: f.URL + "/fhir", Issuer: "issuer", Queries: []Query{{URL: "Medication/55"}}}
	passed.Store(59)
	require.True(t, c.Get(t.Context(), r)[0].Cached)
	passed.Store(60)
	require.False(t, c.Get(t.Context(), r)[0].Cached)
}

func TestMedicationsThatAreRememberedAreBounded(t *testing.T) {
	m := newMedications(time.Hour, time.Now)
	for i := range maxMedications + 100 {
		m.add(medicationKey{path: strings.Repeat("x", i)}, []byte("{}"))
	}
	require.Equal(t, maxMedications, m.known.Len())
}

func TestMedicationReferences(t *testing.T) {
	order := func(reference string) string {
		return `{"resourceType":"MedicationRequest","id":"1","medicationReference":{"reference":"` + reference + `"}}`
	}
	of := func(entries ...string) string {
		return `{"resourceType":"Bundle","entry":[{"resource":` + strings.Join(entries, `},{"resource":`) + `}]}`
	}
	for _, test := range []struct {
		name      string
		documents []string
		want      []string
	}{
		{"none", []string{of(`{"resourceType":"MedicationRequest","medicationCodeableConcept":{}}`)}, nil},
		{"one", []string{order("Medication/55")}, []string{"Medication/55"}},
		{"in the order in which they come, once", []string{of(order("Medication/2"), order("Medication/1"), order("Medication/2")), order("Medication/3")},
			[]string{"Medication/2", "Medication/1", "Medication/3"}},
		{"whole URLs and versions", []string{order("https://ehr.example.org/fhir/Medication/1"), order("Medication/2/_history/3")},
			[]string{"https://ehr.example.org/fhir/Medication/1", "Medication/2/_history/3"}},
		{"ingredients", []string{`{"resourceType":"Medication","id":"1","ingredient":[{"itemReference":{"reference":"Medication/2"}},{"itemReference":{"reference":"Substance/3"}}]}`},
			[]string{"Medication/2"}},
		{"it is there", []string{of(order("Medication/55"), `{"resourceType":"Medication","id":"55"}`)}, nil},
		{"it is there in another document", []string{order("https://ehr.example.org/fhir/Medication/55/_history/2"), `{"resourceType":"Medication","id":"55"}`}, nil},
		{"it is there in a list", []string{`[` + order("Medication/55") + `,{"resourceType":"Medication","id":"55"}]`}, nil},
		{"it is contained", []string{order("#55")}, nil},
		{"it has another name", []string{order("urn:uuid:1"), order(""), `{"medicationReference":{"identifier":{"value":"1"}}}`, `{"medicationReference":"Medication/1"}`}, nil},
		{"it is no JSON", []string{"<html>", "", `{"medicationReference":`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var documents [][]byte
			for _, d := range test.documents {
				documents = append(documents, []byte(d))
			}
			require.Equal(t, test.want, MedicationReferences(documents...))
		})
	}
}
