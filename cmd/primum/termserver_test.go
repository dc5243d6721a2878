package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A value set that no file holds is expanded by the server that --terminology names.
func TestTerminologyOfAServer(t *testing.T) {
	fhir := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/fhir+json")
		if !strings.HasSuffix(r.URL.Path, "/ValueSet/$expand") || r.URL.Query().Get("url") != "http://hospital.example/ValueSet/heart" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"no such value set"}]}`)
			return
		}
		fmt.Fprint(w, `{"resourceType":"ValueSet","url":"http://hospital.example/ValueSet/heart","status":"active","expansion":{"timestamp":"2026-01-01T00:00:00Z",
			"total":1,"contains":[{"system":"http://snomed.info/sct","code":"84114007","display":"Heart failure"}]}}`)
	}))
	defer fhir.Close()
	check := func(valueset string) (code int, printed string) {
		rules := filepath.Join(t.TempDir(), "heart.yaml")
		require.NoError(t, os.WriteFile(rules, []byte("pack: heart\ncodes:\n  heart: {valueset: \""+valueset+"\"}\nrules:\n"+
			"  - {id: r, when: patient.has(heart), card: {indicator: info, summary: It holds}}\n"), 0o600))
		var out, errs bytes.Buffer
		code = run(context.Background(), []string{"check", "--terminology", fhir.URL, rules}, strings.NewReader(""), &out, &errs)
		return code, out.String() + errs.String()
	}
	code, printed := check("http://hospital.example/ValueSet/heart")
	require.Equal(t, "1 pack, 1 rule, 0 table rows: no mistakes\n", printed)
	require.Equal(t, fine, code)
	code, printed = check("http://hospital.example/ValueSet/lungs")
	require.Equal(t, mistakes, code, printed)
	require.Contains(t, printed, "no such value set")
}
