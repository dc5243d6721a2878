package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func TestValueSet(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []terminology.Code
	}{
		{"sorted, each once", expansionOf(`"total":3,`, "5640", "1191", "5640"), rx("1191", "5640")},
		{"without a total", expansionOf("", "5640"), rx("5640")},
		{"more than the total", expansionOf(`"total":1,`, "5640", "1191"), rx("1191", "5640")},
		{"nested, abstract and only grouping", `{"resourceType":"ValueSet","expansion":{"total":4,"contains":[
			{"display":"pain","contains":[
				{"system":"http://snomed.info/sct","code":"22253000","abstract":true,"contains":[{"system":"http://snomed.info/sct","code":"29857009"}]}]},
			{"system":"urn:oid:2.16.840.1.113883.6.96","code":"57676002","inactive":true}]}}`,
			[]terminology.Code{{System: terminology.SNOMED, Code: "29857009"}, {System: terminology.SNOMED, Code: "57676002"}}},
		{"marked as not costly", expansionOf(`"extension":[{"url":"`+tooCostly+`","valueBoolean":false}],`, "5640"), rx("5640")},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, fhir(test.body))
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.NoError(t, err)
			require.Equal(t, test.want, codes)
		})
	}
}

func TestExpansionsThatAreNotWhole(t *testing.T) {
	for _, test := range []struct{ name, body, message string }{
		{"fewer than the total", expansionOf(`"total":3,`, "5640", "1191"), "the expansion is truncated: 2 of 3 codes came"},
		{"too costly", expansionOf(`"extension":[{"url":"`+tooCostly+`","valueBoolean":true}],`, "5640"), "the expansion is truncated: the server finds it too costly"},
		{"not closed", expansionOf(`"extension":[{"url":"`+unclosed+`"}],`, "5640"), "the value set is not closed: no expansion of it is complete"},
		{"limited", expansionOf(`"parameter":[{"name":"limitedExpansion","valueBoolean":true}],`, "5640"), "the expansion is truncated: the server limited it"},
		{"empty", expansionOf(`"total":0,`), "the expansion is empty"},
		{"empty without a total", expansionOf(""), "the expansion is empty"},
		{"only groups", `{"resourceType":"ValueSet","expansion":{"contains":[{"display":"pain"}]}}`, "the expansion is empty"},
		{"full page, then the same", expansionOf(`"parameter":[{"name":"count","valueInteger":2}],`, "5640", "1191"), "the expansion may be truncated: there is no total, and what should follow the first 2 codes repeats them"},
		{"a code without a system", `{"resourceType":"ValueSet","expansion":{"contains":[{"code":"5640"}]}}`, `the code "5640" in the expansion has no system`},
		{"bad total", expansionOf(`"total":-1,`, "5640"), "the total of the expansion is no number"},
		{"text as total", expansionOf(`"total":"1",`, "5640"), "the total of the expansion is no number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, fhir(test.body))
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.Nil(t, codes)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.message, e.Reason)
		})
	}
}

func TestPages(t *testing.T) {
	for _, test := range []struct {
		name     string
		handler  http.HandlerFunc
		codes    int
		requests int64
	}{
		{"one page", pages(999, 1000), 999, 1},
		{"exactly one page", pages(1000, 1000), 1000, 1},
		{"100 pages", pages(100_000, 1000), 100_000, 100},
		{"a server with smaller pages", pages(1050, 100), 1050, 11},
		{"without a total, with an offset", func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Query().Get("offset") {
			case "0":
				fhir(expansionOf(`"offset":0,`, "1", "2"))(w, r)
			case "2":
				fhir(expansionOf(`"offset":2,`, "3"))(w, r)
			default:
				fhir(expansionOf(`"offset":3,`))(w, r)
			}
		}, 3, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, test.handler)
			codes, err := f.client(t).ValueSet(t.Context(), valueSetURL)
			require.NoError(t, err)
			require.Len(t, codes, test.codes)
			require.Equal(t, test.requests, f.requests.Load())
		})
	}
}

func TestPagesThatDoNotFit(t *testing.T) {
	f := newFake(t, nil)
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		n := f.requests.Load()
		fhir(expansionOf(fmt.Sprintf(`"total":%d,`, 10+n), fmt.Sprint(n)))(w, r)
	})
	_, err := f.client(t).ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "the value set changed while it was read: of 11 codes it became 12")

	f = newFake(t, nil)
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		fhir(expansionOf(`"total":100000,`, fmt.Sprint(f.requests.Load())))(w, r)
	})
	_, err = f.client(t).ValueSet(t.Context(), valueSetURL)
	require.ErrorContains(t, err, "the expansion is longer than 2000 pages or 1000000 codes")
	require.EqualValues(t, maxPages, f.requests.Load())
}

func TestValueSetWithVersion(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, valueSetURL, r.URL.Query().Get("url"))
		require.Equal(t, "2.1", r.URL.Query().Get("valueSetVersion"))
		require.Equal(t, "application/fhir+json", r.Header.Get("Accept"))
		fhir(expansionOf("", "5640"))(w, r)
	})
	_, err := f.client(t).ValueSet(t.Context(), valueSetURL+"|2.1")
	require.NoError(t, err)
}

func TestDescendants(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, http.MethodPost, r.Method)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.JSONEq(t, `{"resourceType":"Parameters","parameter":[
			{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[
				{"system":"http://www.whocc.no/atc","filter":[{"property":"concept","op":"descendent-of","value":"M01\"A"}]}]}}},
			{"name":"count","valueInteger":1000},{"name":"offset","valueInteger":0},{"name":"excludeNested","valueBoolean":true}]}`, string(body))
		fhir(expansionOf("", "5640"))(w, r)
	})
	codes, err := f.client(t).Descendants(t.Context(), terminology.Code{System: "https://www.whocc.no/atc/", Code: `M01"A`})
	require.NoError(t, err)
	require.Equal(t, rx("5640"), codes)
}

func TestDescendantsArePaged(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Parameter []struct {
				Name         string
				ValueInteger int
			}
		}
		require.NoError(t, json.NewDecoder(r.Body).Decode(&sent))
		code := fmt.Sprint(100 + sent.Parameter[2].ValueInteger)
		fhir(expansionOf(`"total":3,`, code))(w, r)
	})
	codes, err := f.client(t).Descendants(t.Context(), terminology.Code{System: terminology.ATC, Code: "M01A"})
	require.NoError(t, err)
	require.Equal(t, rx("100", "101", "102"), codes)
}

func TestDescendantsInSNOMED(t *testing.T) {
	sct := func(codes ...string) string {
		return strings.ReplaceAll(expansionOf("", codes...), terminology.RxNorm, terminology.SNOMED)
	}
	for _, test := range []struct {
		name, expansion, lookup string
		want                    []terminology.Code
		message                 string
	}{
		{"some", sct("73211009", "44054006"), "", []terminology.Code{{System: terminology.SNOMED, Code: "44054006"}}, ""},
		{"a leaf", sct("73211009"), "", []terminology.Code{}, ""},
		{"a leaf that is not in its own expansion", sct(), `{"resourceType":"Parameters","parameter":[{"name":"display","valueString":"Diabetes"}]}`, []terminology.Code{}, ""},
		{"unknown", sct(), fmt.Sprintf(opOutcome, "not-found", "no such code"), nil, "the server refused: no such code (not-found)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "$lookup") {
					fhir(test.lookup)(w, r)
					return
				}
				require.Equal(t, "http://snomed.info/sct?fhir_vs=isa/73211009", r.URL.Query().Get("url"))
				fhir(test.expansion)(w, r)
			})
			codes, err := f.client(t).Descendants(t.Context(), terminology.Code{System: terminology.SNOMED, Code: "73211009"})
			if test.message != "" {
				require.ErrorContains(t, err, test.message)
				return
			}
			require.NoError(t, err)
			require.ElementsMatch(t, test.want, codes)
		})
	}
}
