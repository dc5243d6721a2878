package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

// expect answers a question of that path and query.
func expect(t *testing.T, path string, query url.Values, parameters string) *fake {
	return newFake(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/r4/"+path, r.URL.Path)
		require.Equal(t, query, r.URL.Query())
		fhir(`{"resourceType":"Parameters","parameter":[`+parameters+`]}`)(w, r)
	})
}

var aspirin = terminology.Code{System: terminology.RxNorm, Code: "1191"}

func TestValidateCode(t *testing.T) {
	inSet := url.Values{"url": {valueSetURL}, "system": {terminology.RxNorm}, "code": {"1191"}}
	inSystem := url.Values{"url": {terminology.RxNorm}, "code": {"1191"}}
	for _, test := range []struct {
		name, valueSet, path string
		query                url.Values
		answer               string
		want                 Validation
		message              string
	}{
		{"valid", valueSetURL, "ValueSet/$validate-code", inSet, `{"name":"result","valueBoolean":true},{"name":"display","valueString":"aspirin"}`, Validation{Valid: true, Display: "aspirin"}, ""},
		{"not valid", valueSetURL, "ValueSet/$validate-code", inSet, `{"name":"result","valueBoolean":false},{"name":"message","valueString":"not in it"}`, Validation{Message: "not in it"}, ""},
		{"of a version", valueSetURL + "|3", "ValueSet/$validate-code", url.Values{"url": {valueSetURL}, "valueSetVersion": {"3"}, "system": {terminology.RxNorm}, "code": {"1191"}},
			`{"name":"result","valueBoolean":true}`, Validation{Valid: true}, ""},
		{"in the system", "", "CodeSystem/$validate-code", inSystem, `{"name":"result","valueBoolean":true}`, Validation{Valid: true}, ""},
		{"system not known", valueSetURL, "ValueSet/$validate-code", inSet, `{"name":"result","valueBoolean":false},{"name":"x-caused-by-unknown-system","valueCanonical":"http://x"}`, Validation{}, "the server does not know the system http://x"},
		{"no result", "", "CodeSystem/$validate-code", inSystem, `{"name":"result","valueString":"true"}`, Validation{}, "the answer has no result"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := expect(t, test.path, test.query, test.answer).client(t).ValidateCode(t.Context(), test.valueSet, aspirin)
			require.Equal(t, test.want, got)
			requireReason(t, err, test.message)
		})
	}
}

func requireReason(t *testing.T, err error, reason string) {
	t.Helper()
	if reason == "" {
		require.NoError(t, err)
		return
	}
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, reason, e.Reason)
}

func TestSubsumes(t *testing.T) {
	query := url.Values{"system": {terminology.SNOMED}, "codeA": {"73211009"}, "codeB": {"44054006"}}
	a, b := terminology.Code{System: terminology.SNOMED, Code: "73211009"}, terminology.Code{System: "https://snomed.info/sct", Code: "44054006"}
	for _, want := range []Relation{Equivalent, Broader, Narrower, NotSubsumed} {
		f := expect(t, "CodeSystem/$subsumes", query, `{"name":"outcome","valueCode":"`+string(want)+`"}`)
		got, err := f.client(t).Subsumes(t.Context(), a, b)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	f := expect(t, "CodeSystem/$subsumes", query, `{"name":"outcome","valueCode":"maybe"}`)
	_, err := f.client(t).Subsumes(t.Context(), a, b)
	requireReason(t, err, "the answer has no known outcome")
	_, err = f.client(t).Subsumes(t.Context(), a, aspirin)
	require.ErrorContains(t, err, ": not asked: the codes are of two systems")
	require.EqualValues(t, 1, f.requests.Load())
}

func TestTranslate(t *testing.T) {
	query := url.Values{"system": {terminology.RxNorm}, "code": {"1191"}, "url": {"http://example.org/map"}, "targetsystem": {terminology.ATC}}
	match := func(equivalence, code string) string {
		return `{"name":"match","part":[{"name":"equivalence","valueCode":"` + equivalence + `"},
			{"name":"concept","valueCoding":{"system":"http://www.whocc.no/atc","code":"` + code + `","display":"aspirin"}},
			{"name":"source","valueUri":"http://example.org/map"}]}`
	}
	for _, test := range []struct {
		name, answer string
		want         []Match
		message      string
	}{
		{"some", `{"name":"result","valueBoolean":true},` + match("wider", "N02BA01") + "," + match("unmatched", "X"),
			[]Match{{terminology.Code{System: terminology.ATC, Code: "N02BA01"}, "aspirin", "wider", "http://example.org/map"}}, ""},
		{"as in R5", `{"name":"result","valueBoolean":true},{"name":"match","part":[{"name":"relationship","valueCode":"equivalent"},{"name":"concept","valueCoding":{"system":"http://www.whocc.no/atc","code":"B01AC06"}}]}`,
			[]Match{{terminology.Code{System: terminology.ATC, Code: "B01AC06"}, "", "equivalent", ""}}, ""},
		{"none", `{"name":"result","valueBoolean":false},{"name":"message","valueString":"no match"}`, nil, ""},
		{"contradiction", `{"name":"result","valueBoolean":true}`, nil, "the answer says that there are matches, but holds none"},
		{"no result", match("equal", "N02BA01"), nil, "the answer has no result"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := expect(t, "ConceptMap/$translate", query, test.answer)
			got, err := f.client(t).Translate(t.Context(), aspirin, "http://example.org/map", "https://www.whocc.no/atc")
			require.Equal(t, test.want, got)
			requireReason(t, err, test.message)
		})
	}
	f := expect(t, "ConceptMap/$translate", url.Values{"system": {terminology.RxNorm}, "code": {"1191"}}, `{"name":"result","valueBoolean":false}`)
	_, err := f.client(t).Translate(t.Context(), aspirin, "", "")
	require.NoError(t, err)
}

func TestLookup(t *testing.T) {
	query := url.Values{"system": {terminology.SNOMED}, "code": {"44054006"}}
	f := expect(t, "CodeSystem/$lookup", query, `
		{"name":"name","valueString":"SNOMED CT"},{"name":"version","valueString":"20260301"},{"name":"display","valueString":"Type 2 diabetes"},
		{"name":"designation","part":[{"name":"language","valueCode":"en"},{"name":"use","valueCoding":{"code":"900000000000013009"}},{"name":"value","valueString":"T2DM"}]},
		{"name":"property","part":[{"name":"code","valueCode":"parent"},{"name":"value","valueCode":"73211009"}]},
		{"name":"property","part":[{"name":"code","valueCode":"inactive"},{"name":"value","valueBoolean":false}]},
		{"name":"property","part":[{"name":"code","valueCode":"strength"},{"name":"value","valueDecimal":2.50}]},
		{"name":"property","part":[{"name":"code","valueCode":"site"},{"name":"value","valueCoding":{"code":"x"}}]}`)
	got, err := f.client(t).Lookup(t.Context(), terminology.Code{System: terminology.SNOMED, Code: "44054006"})
	require.NoError(t, err)
	require.Equal(t, Concept{
		Display: "Type 2 diabetes", System: "SNOMED CT", Version: "20260301",
		Designations: []Designation{{"en", "900000000000013009", "T2DM"}},
		Properties:   []Property{{"parent", "73211009"}, {"inactive", "false"}, {"strength", "2.50"}, {"site", "x"}},
	}, got)
	require.Equal(t, []string{"73211009"}, got.Property("parent"))

	f = expect(t, "CodeSystem/$lookup", query, "")
	_, err = f.client(t).Lookup(t.Context(), terminology.Code{System: terminology.SNOMED, Code: "44054006"})
	requireReason(t, err, "the answer has neither name nor display")
}

func TestIssue(t *testing.T) {
	for _, test := range []struct {
		issue Issue
		want  string
	}{
		{Issue{Code: "not-found", Diagnostics: "unknown"}, "unknown (not-found)"},
		{Issue{Code: "not-found"}, "not-found"},
		{Issue{Diagnostics: "two\n lines"}, "two lines"},
		{Issue{Diagnostics: strings.Repeat("a", 400)}, strings.Repeat("a", 300) + "…"},
	} {
		require.Equal(t, test.want, test.issue.String())
	}
	e := &Error{Op: "$lookup", URL: "http://x", Outcome: []Issue{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "d"}}}
	require.EqualError(t, e, "$lookup http://x: a: b: c")
}
