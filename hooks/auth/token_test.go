package auth

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	compact, err := os.ReadFile("testdata/spec.jwt")
	require.NoError(t, err)
	parsed, refused := parse("Bearer " + strings.TrimSpace(string(compact)))
	require.Nil(t, refused)
	es384, _ := algorithmByName("ES384")
	require.Len(t, parsed.signature, 96)
	parsed.signature = nil
	require.Equal(t, &token{
		alg: es384, algName: "ES384", kid: "example-kid", jku: "https://fhir-ehr.example.com/jwk_uri",
		iss: "https://fhir-ehr.example.com/", aud: []string{"https://cds.example.org/cds-services/some-service"},
		exp: time.Unix(1422568860, 0), iat: time.Unix(1311280970, 0),
		jti: "ee22b021-e1b7-4611-ba5b-8eec6a33ac1e", tenant: "2ddd6c3a-8e9a-44c6-a305-52111ad302a2",
		signed: string(compact[:strings.LastIndexByte(string(compact), '.')]),
	}, parsed)
}

// What is read of a token is what golang-jwt reads of it, and what is refused here only has a reason that is known.
func FuzzParse(f *testing.F) {
	for _, wrong := range wrongTokens() {
		if len(wrong.authorization) < 4<<10 {
			f.Add(wrong.authorization)
		}
	}
	f.Add(es256().bearer("1"))
	f.Add(es384().bearer(`"\u0000`))
	f.Fuzz(func(t *testing.T, authorization string) {
		parsed, refused := parse(authorization)
		if refused != nil {
			require.NotEmpty(t, refused.Reason)
			require.Nil(t, parsed)
			return
		}
		compact := authorization[len("Bearer "):]
		var claims jwt.RegisteredClaims
		other, _, err := jwt.NewParser(jwt.WithStrictDecoding()).ParseUnverified(compact, &claims)
		require.NoError(t, err)
		require.Equal(t, other.Header["alg"], parsed.algName)
		require.Equal(t, other.Header["kid"], parsed.kid)
		require.Equal(t, other.Method, parsed.alg.method)
		require.Equal(t, other.Signature, parsed.signature)
		sameClaims(t, parsed, claims, compact)
	})
}

// sameClaims compares what encoding/json reads under a name in whatever case only where there is one such name.
func sameClaims(t *testing.T, parsed *token, claims jwt.RegisteredClaims, compact string) {
	body, _ := segment(segments(compact)[1])
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(body, &members))
	for name := range members {
		for other := range members {
			if name != other && strings.EqualFold(name, other) {
				return
			}
		}
	}
	require.Equal(t, claims.Issuer, parsed.iss)
	require.Equal(t, claims.ID, parsed.jti)
	require.Equal(t, []string(claims.Audience), parsed.aud)
	require.WithinDuration(t, claims.ExpiresAt.Time, parsed.exp, time.Second)
	require.WithinDuration(t, claims.IssuedAt.Time, parsed.iat, time.Second)
}
