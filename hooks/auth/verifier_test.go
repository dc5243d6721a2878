package auth

import (
	"context"
	"crypto/elliptic"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The specification's own token and key.
func TestS9SpecificationsToken(t *testing.T) {
	compact, err := os.ReadFile("testdata/spec.jwt")
	require.NoError(t, err)
	authorization := "Bearer " + strings.TrimSpace(string(compact))
	now := time.Date(2015, 1, 29, 22, 0, 0, 0, time.UTC)
	lifetime := 1422568860*time.Second - 1311280970*time.Second
	config := Config{BaseURL: "https://cds.example.org/", Now: func() time.Time { return now }, Issuers: []Issuer{
		{Issuer: "https://fhir-ehr.example.com/", JWKSFile: "testdata/spec.jwks.json", MaxLifetime: lifetime}}}
	v, err := New(config)
	require.NoError(t, err)
	caller, err := v.Verify(context.Background(), authorization, "/cds-services/some-service")
	require.NoError(t, err)
	require.Equal(t, Caller{Issuer: "https://fhir-ehr.example.com/", Tenant: "2ddd6c3a-8e9a-44c6-a305-52111ad302a2",
		JTI: "ee22b021-e1b7-4611-ba5b-8eec6a33ac1e", KeyID: "example-kid"}, caller)

	now = time.Now()
	v, err = New(config)
	require.NoError(t, err)
	_, err = v.Verify(context.Background(), authorization, "/cds-services/some-service")
	require.Equal(t, ReasonExpired, err.(*Error).Reason)

	now = time.Unix(1422568800, 0)
	config.Issuers[0].MaxLifetime = 0
	v, err = New(config)
	require.NoError(t, err)
	_, err = v.Verify(context.Background(), authorization, "/cds-services/some-service")
	require.EqualError(t, err, "auth: lifetime: exp is 30913h18m10s after iat, more than 5m0s")
}

// Discovery (D7), invocation and feedback (F6) each need a token of their own.
func TestS1EveryEndpoint(t *testing.T) {
	v, _ := verifier(t, jwksOf(es384()))
	paths := []string{"/cds-services", path, path + "/feedback"}
	for i, sentTo := range paths {
		for j, meantFor := range paths {
			token := es384().sign(es384().header(), with(claims(fmt.Sprint(i, j)), "aud", base+meantFor))
			_, err := v.Verify(context.Background(), "Bearer "+token, sentTo)
			if i == j {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, "auth: aud: aud is not "+base+sentTo)
			}
		}
		_, err := v.Verify(context.Background(), "", sentTo)
		require.EqualError(t, err, "auth: missing: there is no Authorization header")
	}
}

func TestS5EachAlgorithm(t *testing.T) {
	all := []signer{es384(), es256(), rs384(), {"es512", "ES512", p521()}, {"rs256", "RS256", r2k()}, {"rs512", "RS512", r2k()}}
	byDefault, _ := verifier(t, jwksOf(all...))
	configured, _ := verifier(t, jwksOf(all...), func(c *Config) {
		c.Issuers[0].Algorithms = []string{"ES256", "ES384", "ES512", "RS256", "RS384", "RS512"}
	})
	for i, s := range all {
		caller, err := configured.Verify(context.Background(), s.bearer(s.kid), path)
		require.NoError(t, err)
		require.Equal(t, Caller{Issuer: iss, JTI: s.kid, KeyID: s.kid}, caller)
		_, err = byDefault.Verify(context.Background(), s.bearer(s.kid), path)
		if i < 3 {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, "auth: alg: the issuer may not use "+s.alg)
		}
	}
}

// What may differ from token to token.
func TestRightTokens(t *testing.T) {
	s := es384()
	for _, test := range []struct {
		name           string
		header, claims jsonObject
		want           Caller
	}{
		{"a slash at the end of aud", nil, jsonObject{"aud": endpoint + "/"}, Caller{}},
		{"an aud of several", nil, jsonObject{"aud": []string{"https://other.example.org", endpoint}}, Caller{}},
		{"an aud that is configured", nil, jsonObject{"aud": "primum"}, Caller{}},
		{"typ in lower case", jsonObject{"typ": "jwt"}, nil, Caller{}},
		{"a jku where keys are in a file", jsonObject{"jku": "https://192.0.2.1/keys"}, nil, Caller{}},
		{"members that nobody knows", jsonObject{"x5t": "x", "cty": 1}, jsonObject{"azp": []int{1}}, Caller{}},
		{"Epic's sub, and its nbf of five minutes ago", nil, jsonObject{"nbf": morning.Unix() - 300, "sub": "client"}, Caller{Subject: "client"}},
		{"a tenant", nil, jsonObject{"tenant": "north"}, Caller{Tenant: "north"}},
		{"an issuer whose clock is a minute ahead", nil, jsonObject{"iat": morning.Unix() + 60, "nbf": morning.Unix() + 60, "exp": morning.Unix() + 360}, Caller{}},
		{"expired within the leeway", nil, jsonObject{"iat": morning.Unix() - 300, "exp": morning.Unix() - 59}, Caller{}},
		{"fractions of seconds", nil, jsonObject{"iat": float64(morning.Unix()) + 0.25, "exp": float64(morning.Unix()) + 300.25}, Caller{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, _ := verifier(t, jwksOf(s), func(c *Config) { c.Issuers[0].Audiences = []string{"primum"} })
			header, body := s.header(), claims("1")
			for name, value := range test.header {
				header[name] = value
			}
			for name, value := range test.claims {
				body[name] = value
			}
			caller, err := v.Verify(context.Background(), "bearer "+s.sign(header, body), path)
			require.NoError(t, err)
			test.want.Issuer, test.want.JTI, test.want.KeyID = iss, "1", s.kid
			require.Equal(t, test.want, caller)
		})
	}
}

// A key, a configured audience and a used jti belong to one issuer.
func TestIssuersShareNothing(t *testing.T) {
	const other = "https://other.example.org"
	theirs := signer{es384().kid, "ES384", ellipticSigner(elliptic.P384())}
	v, _ := verifier(t, jwksOf(es384()), func(c *Config) {
		c.Issuers[0].Audiences = []string{"primum"}
		c.Issuers = append(c.Issuers, Issuer{Issuer: other, JWKSFile: writeFile(t, "other.json", jwksOf(theirs))})
	})
	ask := func(s signer, pairs ...any) Reason {
		return reason(v, "Bearer "+s.sign(s.header(), with(claims("1"), pairs...)))
	}
	require.Equal(t, ReasonSignature, ask(es384(), "iss", other))
	require.Equal(t, ReasonSignature, ask(theirs))
	require.Equal(t, ReasonAud, ask(theirs, "iss", other, "aud", "primum"))
	require.Equal(t, Reason(""), ask(es384()))
	require.Equal(t, Reason(""), ask(theirs, "iss", other))
}

func TestReplayed(t *testing.T) {
	s := es384()
	v, c := verifier(t, jwksOf(s))
	authorization := s.bearer("1")

	// Nobody without the key uses up a jti.
	parts := segments(authorization)
	require.Equal(t, ReasonSignature, reason(v, strings.Join([]string{parts[0], parts[1], b64(make([]byte, 96))}, ".")))
	require.Equal(t, Reason(""), reason(v, authorization))
	require.Equal(t, ReasonReplayed, reason(v, authorization))
	require.Equal(t, ReasonReplayed, reason(v, s.bearer("1")), "another token with the same jti")
	require.Equal(t, Reason(""), reason(v, s.bearer("2")))

	// Within the leeway after exp a token is still accepted, and so still remembered.
	c.pass(5*time.Minute + 59*time.Second)
	require.Equal(t, ReasonReplayed, reason(v, authorization))
	c.pass(time.Second)
	require.Equal(t, ReasonExpired, reason(v, authorization))
}

func TestConcurrentReplaysOneWins(t *testing.T) {
	v, _ := verifier(t, jwksOf(rs384()))
	for round := range 20 {
		authorization := rs384().bearer(fmt.Sprint(round))
		var accepted, replayed atomic.Int32
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				switch reason(v, authorization) {
				case "":
					accepted.Add(1)
				case ReasonReplayed:
					replayed.Add(1)
				}
			})
		}
		wait.Wait()
		require.Equal(t, [2]int32{1, 15}, [2]int32{accepted.Load(), replayed.Load()})
	}
}
