package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// paged serves pages: the search is the first, ?page=2 the second.
func paged(pages ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := 1
		fmt.Sscanf(r.URL.RawQuery, "page=%d", &n)
		if n > len(pages) || pages[n-1] == "" {
			http.NotFound(w, r)
			return
		}
		fhir(pages[n-1])(w, r)
	}
}

func TestPages(t *testing.T) {
	for _, test := range []struct {
		name    string
		pages   []string
		want    string
		missing Reason
		count   int
	}{
		{"one", []string{bundle("", "1")}, bundle("", "1"), "", 1},
		{"three", []string{bundle("?page=2", "1", "2"), bundle("MedicationRequest?page=3", "3"), bundle("", "4")}, bundle("", "1", "2", "3", "4"), "", 3},
		{"an empty one between", []string{bundle("?page=2", "1"), bundle("?page=3"), bundle("", "4")}, bundle("", "1", "4"), "", 3},
		{"an entry that moved", []string{bundle("?page=2", "1", "2"), bundle("", "2", "3")}, bundle("", "1", "2", "3"), "", 2},
		{"one is not there", []string{bundle("?page=2", "1"), bundle("?page=3", "2"), ""}, bundle("?page=3", "1", "2"), NotFound, 2},
		{"the second is not there", []string{bundle("?page=2", "1"), ""}, bundle("?page=2", "1"), NotFound, 1},
		{"one is an OperationOutcome", []string{bundle("?page=2", "1"), outcome("expired")}, bundle("?page=2", "1"), Outcome, 1},
		{"one is truncated", []string{bundle("?page=2", "1"), bundle("", "2")[:90]}, bundle("?page=2", "1"), Truncated, 1},
		{"one is no Bundle", []string{bundle("?page=2", "1"), `{"resourceType":"MedicationRequest","id":"2"}`}, bundle("?page=2", "1"), Unexpected, 1},
		{"a circle", []string{bundle("?page=2", "1"), bundle("?page=2", "2")}, bundle("?page=2", "1", "2"), TooManyPages, 2},
		{"to another origin", []string{bundle("https://evil.example.org/fhir?page=2", "1")}, bundle("https://evil.example.org/fhir?page=2", "1"), Refused, 1},
		{"to another origin, without a scheme", []string{bundle("//evil.example.org/fhir?page=2", "1")}, bundle("//evil.example.org/fhir?page=2", "1"), Refused, 1},
		{"above the base", []string{bundle("/admin?page=2", "1")}, bundle("/admin?page=2", "1"), Refused, 1},
		{"above the base, with dots", []string{bundle("../admin?page=2", "1")}, bundle("../admin?page=2", "1"), Refused, 1},
		{"to another origin, on the second", []string{bundle("?page=2", "1"), bundle("ftp://evil.example.org/", "2")}, bundle("ftp://evil.example.org/", "1", "2"), Refused, 2},
		{"nowhere", []string{`{"resourceType":"Bundle","link":{"relation":"next"}}`}, `{"resourceType":"Bundle","link":{"relation":"next"}}`, Unexpected, 1},
		{"in two directions", []string{`{"resourceType":"Bundle","link":[{"relation":"next","url":"?page=2"},{"relation":"next","url":"?page=3"}]}`},
			`{"resourceType":"Bundle","link":[{"relation":"next","url":"?page=2"},{"relation":"next","url":"?page=3"}]}`, Unexpected, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newFake(t, paged(test.pages...)).get(t, search)
			require.Empty(t, got.Absent)
			require.JSONEq(t, test.want, string(got.JSON))
			require.Equal(t, test.missing, got.PageMissing)
			require.Equal(t, test.count, got.Pages)
		})
	}
}

// Some servers keep pages at the base itself, and say so with its whole URL.
func TestPageAtTheBase(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fhir" && r.URL.RawQuery == "_getpages=x%7Cy" {
			fhir(bundle("", "2"))(w, r)
			return
		}
		fhir(bundle(strings.ToUpper(f.URL[:4])+f.URL[4:]+"/fhir?_getpages=x|y#2", "1"))(w, r)
	})
	got := f.get(t, search)
	require.Empty(t, got.PageMissing)
	require.JSONEq(t, bundle("", "1", "2"), string(got.JSON))
}

func TestEndlessPaging(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		n := 1
		fmt.Sscanf(r.URL.RawQuery, "page=%d", &n)
		fhir(bundle(fmt.Sprint("?page=", n+1), fmt.Sprint(n)))(w, r)
	}
	f := newFake(t, endless)
	got := f.get(t, search, func(c *Config) { c.MaxPages = 3 })
	require.Equal(t, TooManyPages, got.PageMissing)
	require.JSONEq(t, bundle("?page=4", "1", "2", "3"), string(got.JSON))
	require.EqualValues(t, 3, f.requests.Load())

	got = newFake(t, endless).get(t, search, func(c *Config) { c.MaxBytes = int64(2*len(bundle("?page=2", "1")) + 10) })
	require.Equal(t, TooLarge, got.PageMissing)
	require.Equal(t, 2, got.Pages)
}
