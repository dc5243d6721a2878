package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/primum-cds/primum/hooks/auth"
)

// The example of the specification: its token has a life of three and a half years, which has to be permitted.
func specification(now time.Time) auth.Config {
	return auth.Config{
		BaseURL: "https://cds.example.org",
		Issuers: []auth.Issuer{{
			Issuer:      "https://fhir-ehr.example.com/",
			JWKSFile:    "testdata/spec.jwks.json",
			MaxLifetime: 4 * 365 * 24 * time.Hour,
		}},
		Now: func() time.Time { return now },
	}
}

func request() *http.Request {
	token, _ := os.ReadFile("testdata/spec.jwt")
	r, _ := http.NewRequest(http.MethodPost, "/cds-services/some-service", nil)
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	return r
}

func ExampleVerifier_Verify() {
	verifier, err := auth.New(specification(time.Date(2015, 1, 29, 20, 0, 0, 0, time.UTC)))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := request()
	caller, err := verifier.Verify(r.Context(), r.Header.Get("Authorization"), r.URL.EscapedPath())
	fmt.Println(caller.Issuer, caller.KeyID, caller.Tenant, err)
	_, err = verifier.Verify(r.Context(), r.Header.Get("Authorization"), r.URL.EscapedPath())
	fmt.Println(err)
	// Output:
	// https://fhir-ehr.example.com/ example-kid 2ddd6c3a-8e9a-44c6-a305-52111ad302a2 <nil>
	// auth: replayed: the jti was used before
}

func ExampleError() {
	verifier, err := auth.New(specification(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)))
	if err != nil {
		fmt.Println(err)
		return
	}
	r := request()
	_, err = verifier.Verify(r.Context(), r.Header.Get("Authorization"), r.URL.EscapedPath())
	var refused *auth.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Reason, refused.Issuer)
		fmt.Println(refused)
	}
	// Output:
	// expired https://fhir-ehr.example.com/
	// auth: expired: exp was 97161h59m0s ago
}

func ExampleNew() {
	_, err := auth.New(auth.Config{
		BaseURL: "https://cds.example.org",
		Issuers: []auth.Issuer{{Issuer: "https://ehr.example.org", JWKSURL: "http://ehr.example.org/jwks", Algorithms: []string{"HS256"}}},
	})
	fmt.Println(err)
	// Output:
	// auth: issuer "https://ehr.example.org": the address of keys must be https, unless insecure http is permitted to the issuer
	// algorithm "HS256": one of ES256, ES384, ES512, RS256, RS384 and RS512 was expected
}

func ExampleVerifier_Fetch() {
	verifier, err := auth.New(auth.Config{
		BaseURL: "https://cds.example.org",
		Issuers: []auth.Issuer{{Issuer: "https://fhir-ehr.example.com/", JWKSFile: "testdata/spec.jwks.json"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verifier.Fetch(context.Background()))
	// Output: <nil>
}
