package auth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConfigErrors(t *testing.T) {
	const (
		name      = `auth: issuer "https://ehr.example.org": `
		one       = "its keys must come from exactly one of a JWKS file, a JWKS URL and a list of jku"
		keyURL    = "the address of keys must be an absolute https URL"
		noSecret  = "the address of keys must have no credentials and no fragment"
		https     = "the address of keys must be https, unless insecure http is permitted to the issuer"
		algorithm = ": one of ES256, ES384, ES512, RS256, RS384 and RS512 was expected"
	)
	of := func(i Issuer) Config { return Config{BaseURL: base, Issuers: []Issuer{i}} }
	from := func(url string) Config { return of(Issuer{Issuer: iss, JWKSURL: url}) }
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"everything", Config{Leeway: -1, Issuers: []Issuer{{Algorithms: []string{"none", "HS256"}, MaxLifetime: -1}}},
			"auth: the base URL must be an absolute http or https URL\n" +
				"leeway, timeout, refetch and replays must not be negative\n" +
				`issuer "": no name` + "\n" + one + "\n" + `algorithm "none"` + algorithm + "\n" + `algorithm "HS256"` + algorithm + "\n" +
				"the maximum lifetime must not be negative"},
		{"nobody", Config{BaseURL: base}, "auth: no issuers"},
		{"a path as base", Config{BaseURL: "/cds", Issuers: []Issuer{{Issuer: iss, JWKSURL: "https://example.org"}}}, "auth: the base URL must be an absolute http or https URL"},
		{"a base with a password", Config{BaseURL: "https://a:CANARY@example.org", Issuers: []Issuer{{Issuer: iss, JWKSURL: "https://example.org"}}},
			"auth: the base URL must have no credentials, query or fragment"},
		{"no keys", of(Issuer{Issuer: iss}), name + one},
		{"keys from two places", of(Issuer{Issuer: iss, JWKSFile: "x", JWKSURL: "https://example.org"}), name + one},
		{"an issuer twice", Config{BaseURL: base, Issuers: []Issuer{{Issuer: iss, JWKSURL: "https://example.org"}, {Issuer: iss, JWKSURL: "https://example.org"}}},
			`auth: issuer "https://ehr.example.org" stands twice`},
		{"http", from("http://ehr.example.org/keys"), name + https},
		{"http to what looks like loopback", from("http://127.0.0.1.example.org"), name + https},
		{"a jku on http", of(Issuer{Issuer: iss, JKUs: []string{"https://example.org", "http://example.org"}}), name + https},
		{"a file", from("file:///keys.json"), name + keyURL},
		{"no host", from("https:///keys.json"), name + keyURL},
		{"a password", from("https://a:CANARY@example.org"), name + noSecret},
		{"a fragment", from("https://example.org/#a"), name + noSecret},
		{"http on loopback", from("http://127.0.0.1:8080/keys"), ""},
		{"http on IPv6 loopback", from("http://[::1]:8080/keys"), ""},
		{"http on localhost", from("http://localhost/keys"), ""},
		{"http that is permitted", of(Issuer{Issuer: iss, JWKSURL: "http://10.0.0.1/keys", InsecureHTTP: true}), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := New(test.config)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
			require.Nil(t, v)
		})
	}
}

func TestConfigDefaults(t *testing.T) {
	c, err := Config{BaseURL: base + "//", Issuers: []Issuer{{Issuer: iss, JWKSURL: "https://example.org"}}}.complete()
	require.NoError(t, err)
	require.NotNil(t, c.Transport)
	require.NotNil(t, c.Logger)
	require.WithinDuration(t, time.Now(), c.Now(), time.Minute)
	c.Transport, c.Logger, c.Now = nil, nil, nil
	require.Equal(t, Config{
		BaseURL: base, Leeway: time.Minute, Timeout: 5 * time.Second, Refetch: time.Minute, Replays: 1 << 20,
		Issuers: []Issuer{{Issuer: iss, JWKSURL: "https://example.org", MaxLifetime: 5 * time.Minute, Algorithms: []string{"ES384", "ES256", "RS384"}}},
	}, c)
}
