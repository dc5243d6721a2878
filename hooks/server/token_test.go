package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/stretchr/testify/require"
)

// An ehr signs tokens.
type ehr struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	jwks string // a file
	kid  string
}

const issuer = "https://ehr.example.org"

func newEHR(t *testing.T) *ehr {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	x, y := public[1:33], public[33:]
	e := &ehr{t, key, filepath.Join(t.TempDir(), "jwks.json"), "k"}
	write(t, e.jwks, fmt.Sprintf(`{"keys":[{"kty":"EC","kid":"k","alg":"ES256","use":"sig","crv":"P-256","x":%q,"y":%q}]}`,
		base64.RawURLEncoding.EncodeToString(x), base64.RawURLEncoding.EncodeToString(y)))
	return e
}

// verifier accepts its tokens.
func (e *ehr) verifier() *auth.Verifier {
	v, err := auth.New(auth.Config{BaseURL: "https://cds.example.org", Issuers: []auth.Issuer{{Issuer: issuer, JWKSFile: e.jwks}}})
	require.NoError(e.t, err)
	return v
}

// token signs one for a path. What claims say goes before what a token usually says.
func (e *ehr) token(path, jti string, claims jwt.MapClaims) string {
	all := jwt.MapClaims{
		"iss": issuer, "aud": "https://cds.example.org" + path, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "jti": jti,
	}
	for name, value := range claims {
		all[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, all)
	token.Header["kid"] = e.kid
	signed, err := token.SignedString(e.key)
	require.NoError(e.t, err)
	return signed
}
