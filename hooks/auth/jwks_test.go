package auth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeySet(t *testing.T) {
	ec, rsa := es384().jwk(), rs384().jwk()
	for _, test := range []struct {
		name string
		jwk  jsonObject
		want string // why the key cannot be used
	}{
		{"EC", ec, ""},
		{"RSA", rsa, ""},
		{"without use and alg", with(ec, "use", nil, "alg", nil), ""},
		{"to verify", with(ec, "key_ops", []string{"verify"}), ""},
		{"padded", with(rsa, "e", "AQAB===", "x5c", []string{"x"}), ""},
		{"zeros in front", with(rsa, "e", "AAEAAQ"), ""},
		{"for encryption", with(ec, "use", "enc"), "use is not sig"},
		{"use a number", with(ec, "use", 1), "use is not sig"},
		{"to sign", with(ec, "key_ops", []string{"sign"}), "key_ops is without verify"},
		{"another kind", with(ec, "kty", "OKP"), "kty is neither EC nor RSA"},
		{"no kind", with(ec, "kty", nil), "kty is neither EC nor RSA"},
		{"another curve", with(ec, "crv", "secp256k1"), "crv is none of P-256, P-384 and P-521"},
		{"another curve than its point", with(ec, "crv", "P-256", "alg", "ES256"), "x or y is no coordinate"},
		{"a point elsewhere", with(ec, "crv", "P-521", "alg", "ES512"), "x and y are no point of the curve"},
		{"no y", with(ec, "y", nil), "x or y is no coordinate"},
		{"x and y swapped", with(ec, "x", ec["y"], "y", ec["x"]), "x and y are no point of the curve"},
		{"HS256", with(ec, "alg", "HS256"), "alg is none that can be permitted, or none for this key"},
		{"alg of another curve", with(ec, "alg", "ES256"), "alg is none that can be permitted, or none for this key"},
		{"alg of another kind", with(rsa, "alg", "ES384"), "alg is none that can be permitted, or none for this key"},
		{"no e", with(rsa, "e", nil), "n or e is no number"},
		{"n no base64", with(rsa, "n", "+/"), "n or e is no number"},
		{"short", with(rsa, "n", b64([]byte(strings.Repeat("\xff", 255)))), "an RSA key of less than 2048 bits"},
		{"long", with(rsa, "n", b64([]byte(strings.Repeat("\xff", 1025)))), "an RSA key of more than 8192 bits"},
		{"far too long", with(rsa, "n", b64([]byte(strings.Repeat("\xff", 100_000)))), "n or e is no number"},
		{"an even modulus", with(rsa, "n", b64([]byte(strings.Repeat("\xfe", 256)))), "no modulus or exponent of RSA"},
		{"e of 1", with(rsa, "e", "AQ"), "no modulus or exponent of RSA"},
		{"e of 2^31 and more", with(rsa, "e", "gAAAAQ"), "no modulus or exponent of RSA"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := parseKeySet(jwks(with(test.jwk, "kid", "k"), with(ec, "kid", "good")))
			require.NoError(t, err)
			require.Equal(t, test.want, set.keys["k"].unusable)
			require.Equal(t, "", set.keys["good"].unusable)
			var problems []string
			if test.want != "" {
				problems = []string{`key "k": ` + test.want}
			}
			require.Equal(t, problems, set.problems)
		})
	}
}

func TestKeySetWithAKidTwice(t *testing.T) {
	set, err := parseKeySet(jwks(es384().jwk(), with(es256().jwk(), "kid", "es384"), with(rs384().jwk(), "kid", "es384")))
	require.NoError(t, err)
	require.Equal(t, keySet{
		keys: map[string]key{"es384": {unusable: "the kid stands more than once in the key set"}},
		problems: []string{`key "es384": the kid stands more than once in the key set`,
			`key "es384": the kid stands more than once in the key set`},
	}, set)
}

func TestKeySetWithASecret(t *testing.T) {
	for _, jwk := range []jsonObject{
		with(es384().jwk(), "d", "x"), with(es384().jwk(), "d", nil, "d", ""), with(rs384().jwk(), "p", "x"), with(rs384().jwk(), "oth", []int{}),
		{"kty": "oct", "k": "x", "kid": "x"}, {"d": "x"},
	} {
		_, err := parseKeySet(jwks(es384().jwk(), jwk))
		require.Equal(t, errPrivateKey, err)
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add(jwksOf(es384(), es256(), rs384()))
	f.Add([]byte(`{"keys":[]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB"},{"kty":"EC","kid":"b","crv":"P-256","x":"","y":"AA"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := parseKeySet(data)
		if err != nil {
			require.Zero(t, set)
			return
		}
		forged := token{signed: "a.b", signature: make([]byte, 96), algName: "ES384"}
		forged.alg, _ = algorithmByName("ES384")
		for _, k := range set.keys {
			require.Equal(t, k.unusable == "", k.public != nil)
			require.NotNil(t, k.verify(&forged))
		}
	})
}
