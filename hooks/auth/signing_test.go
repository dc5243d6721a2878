package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

const (
	iss      = "https://ehr.example.org"
	base     = "https://cds.example.org"
	path     = "/cds-services/order-check"
	endpoint = base + path
)

// morning is when the tests take place.
var morning = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// A clock goes when it is told to.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time        { return morning.Add(time.Duration(c.seconds.Load()) * time.Second) }
func (c *clock) pass(by time.Duration) { c.seconds.Add(int64(by / time.Second)) }

// A signer is a key of an issuer, with its private half.
type signer struct {
	kid, alg string
	private  crypto.Signer
}

var (
	p256 = sync.OnceValue(func() crypto.Signer { return ellipticSigner(elliptic.P256()) })
	p384 = sync.OnceValue(func() crypto.Signer { return ellipticSigner(elliptic.P384()) })
	p521 = sync.OnceValue(func() crypto.Signer { return ellipticSigner(elliptic.P521()) })
	r2k  = sync.OnceValue(func() crypto.Signer { return rsaSigner(2048) })
)

func ellipticSigner(c elliptic.Curve) crypto.Signer {
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func rsaSigner(bits int) crypto.Signer {
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return k
}

func es384() signer { return signer{"es384", "ES384", p384()} }
func es256() signer { return signer{"es256", "ES256", p256()} }
func rs384() signer { return signer{"rs384", "RS384", r2k()} }

type jsonObject = map[string]any

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (s signer) jwk() jsonObject {
	switch public := s.private.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			panic(err)
		}
		half := len(point) / 2
		return jsonObject{"kty": "EC", "use": "sig", "kid": s.kid, "alg": s.alg, "crv": public.Params().Name,
			"x": b64(point[1 : half+1]), "y": b64(point[half+1:])}
	case *rsa.PublicKey:
		return jsonObject{"kty": "RSA", "use": "sig", "kid": s.kid, "alg": s.alg, "n": b64(public.N.Bytes()),
			"e": b64(big.NewInt(int64(public.E)).Bytes())}
	default:
		panic("no such key")
	}
}

func jwks(keys ...jsonObject) []byte {
	b, err := json.Marshal(jsonObject{"keys": keys})
	if err != nil {
		panic(err)
	}
	return b
}

func jwksOf(signers ...signer) []byte {
	var keys []jsonObject
	for _, s := range signers {
		keys = append(keys, s.jwk())
	}
	return jwks(keys...)
}

// header and claims are those of a token that is accepted in the morning.
func (s signer) header() jsonObject { return jsonObject{"alg": s.alg, "typ": "JWT", "kid": s.kid} }

func claims(id string) jsonObject {
	return jsonObject{"iss": iss, "aud": endpoint, "iat": morning.Unix(), "exp": morning.Add(5 * time.Minute).Unix(), "jti": id}
}

// with returns an object with other members: nil takes one out.
func with(o jsonObject, pairs ...any) jsonObject {
	out := jsonObject{}
	for name, value := range o {
		out[name] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		if out[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
			delete(out, pairs[i].(string))
		}
	}
	return out
}

// sign returns a compact token of anything that can be JSON, or that is a text already.
func (s signer) sign(header, claims any) string {
	signed := part(header) + "." + part(claims)
	signature, err := jwt.GetSigningMethod(s.alg).Sign(signed, s.private)
	if err != nil {
		panic(err)
	}
	return signed + "." + b64(signature)
}

func part(v any) string {
	if s, ok := v.(string); ok {
		return b64([]byte(s))
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b64(b)
}

func (s signer) bearer(id string) string { return "Bearer " + s.sign(s.header(), claims(id)) }

func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.TempDir(), name)
	}
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

// verifier knows one issuer with keys in a file, at a clock of its own.
func verifier(t testing.TB, keys []byte, edit ...func(*Config)) (*Verifier, *clock) {
	t.Helper()
	c := &clock{}
	config := Config{BaseURL: base, Now: c.now, Issuers: []Issuer{{Issuer: iss, JWKSFile: writeFile(t, "keys.json", keys)}}}
	for _, e := range edit {
		e(&config)
	}
	v, err := New(config)
	require.NoError(t, err)
	return v, c
}

// reason returns the word for which a call is refused, "" if it is not.
func reason(v *Verifier, authorization string) Reason {
	_, err := v.Verify(context.Background(), authorization, path)
	if err == nil {
		return ""
	}
	return err.(*Error).Reason
}

func segments(compact string) []string { return strings.Split(compact, ".") }
