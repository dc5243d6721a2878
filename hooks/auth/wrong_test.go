package auth

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// canary stands in every part of a wrong token that its sender is free to write.
const canary = "CANARY"

// forged returns a token with a header of its own and a signature by a method and key of its own.
func forged(header jsonObject, method jwt.SigningMethod, key any) string {
	signed := part(header) + "." + part(claims(canary))
	signature, err := method.Sign(signed, key)
	if err != nil {
		panic(err)
	}
	return "Bearer " + signed + "." + b64(signature)
}

type wrongToken struct{ name, authorization, want string }

// wrongTokens are grouped by the lines of the checklist.
func wrongTokens() []wrongToken {
	s, weak := es384(), weakSigner()
	header := func(pairs ...any) string { return "Bearer " + s.sign(with(s.header(), pairs...), claims(canary)) }
	claim := func(pairs ...any) string { return "Bearer " + s.sign(s.header(), with(claims(canary), pairs...)) }
	right := segments(strings.TrimPrefix(s.bearer(canary), "Bearer "))
	joined := func(parts ...string) string { return "Bearer " + strings.Join(parts, ".") }
	public, _ := x509.MarshalPKIXPublicKey(s.private.Public())
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	now := morning.Unix()
	const (
		scheme   = "auth: scheme: Bearer, one space and a token were expected"
		three    = "auth: format: a token of three parts was expected"
		noHeader = "auth: format: the header is no base64url of a JSON object in which each name stands once"
		noClaims = "auth: format: the claims are no base64url of a JSON object in which each name stands once"
		noAlg    = "auth: alg: alg is no algorithm that can be permitted"
		noKid    = "auth: kid: there is no kid, or it is too long"
		noTyp    = "auth: typ: typ is not JWT"
		noIss    = "auth: iss: iss is not in the list of issuers"
		noAud    = "auth: aud: there is no aud"
		otherAud = "auth: aud: aud is not https://cds.example.org/cds-services/order-check"
		noExp    = "auth: exp: there is no exp that is a time"
		noIat    = "auth: iat: there is no iat that is a time"
		noJti    = "auth: jti: there is no jti, or it is too long"
		noJku    = "auth: jku: the issuer has to name its keys by a jku of the list"
		badSig   = "auth: signature: the signature is not that of the key"
	)
	return []wrongToken{
		{"S1 nothing", "", "auth: missing: there is no Authorization header"},
		{"S1 Basic", "Basic Q0FOQVJZOkNBTkFSWQ==", scheme},
		{"S1 no scheme", strings.Join(right, "."), scheme},
		{"S1 only the scheme", "Bearer", scheme},
		{"S1 no token", "Bearer ", scheme},
		{"S1 two spaces", "Bearer  " + strings.Join(right, "."), scheme},
		{"S1 a space at the end", joined(right...) + " ", scheme},
		{"S1 a tab", "Bearer\t" + strings.Join(right, "."), scheme},
		{"S1 two tokens in one header", joined(right...) + ", " + joined(right...), scheme},
		{"S1 1 MB", "Bearer " + strings.Repeat("A", 1<<20), "auth: size: the Authorization header is too long"},
		{"S1 a byte too long", "Bearer " + strings.Repeat("A", MaxHeader-6), "auth: size: the Authorization header is too long"},
		{"S1 one part", joined(right[0]), three},
		{"S1 two parts", joined(right[:2]...), three},
		{"S1 four parts", joined(append(right, right[2])...), three},
		{"S1 an encrypted token", joined(right[0], "", right[0], right[1], right[2]), three},
		{"S1 nothing but dots", joined("", "", ""), noHeader},

		{"S2 no base64", joined("CANARY!", right[1], right[2]), noHeader},
		{"S2 base64 with padding", joined(pad(right[0]), right[1], right[2]), noHeader},
		{"S2 bits left over", joined(leftOver(right[0]), right[1], right[2]), noHeader},
		{"S2 a line break in base64", joined(right[0][:4]+"\n"+right[0][4:], right[1], right[2]), noHeader},
		{"S2 a header that is no JSON", "Bearer " + s.sign("CANARY", claims(canary)), noHeader},
		{"S2 a header that is an array", "Bearer " + s.sign([]string{canary}, claims(canary)), noHeader},
		{"S2 a header that ends early", "Bearer " + s.sign(`{"alg":"ES384","kid":"CANARY"`, claims(canary)), noHeader},
		{"S2 a header with something behind it", "Bearer " + s.sign(`{"alg":"ES384","typ":"JWT","kid":"es384"}{}`, claims(canary)), noHeader},
		{"S2 a name twice", "Bearer " + s.sign(`{"alg":"ES384","typ":"JWT","kid":"CANARY","kid":"es384"}`, claims(canary)), noHeader},
		{"S2 no UTF-8", "Bearer " + s.sign("{\"alg\":\"ES384\",\"typ\":\"JWT\",\"kid\":\"es384\",\"x\":\"\xff\"}", claims(canary)), noHeader},
		{"S2 alg none", joined(part(with(s.header(), "alg", "none")), right[1], ""), noAlg},
		{"S2 alg None", joined(part(with(s.header(), "alg", "None")), right[1], right[2]), noAlg},
		{"S2 alg in lower case", header("alg", "es384"), noAlg},
		{"S2 alg under another case of its name", "Bearer " + s.sign(`{"ALG":"ES384","typ":"JWT","kid":"es384"}`, claims(canary)), noAlg},
		{"S2 no alg", header("alg", nil), noAlg},
		{"S2 alg a number", header("alg", 384), noAlg},
		{"S2 HS256 with the public key", forged(with(s.header(), "alg", "HS256"), jwt.SigningMethodHS256, publicPEM), noAlg},
		{"S2 HS384 with the public key", forged(with(s.header(), "alg", "HS384"), jwt.SigningMethodHS384, public), noAlg},
		{"S2 PS384", forged(jsonObject{"alg": "PS384", "typ": "JWT", "kid": "rs384"}, jwt.SigningMethodPS384, r2k()), noAlg},
		{"S2 RS256, which nobody permitted", "Bearer " + signer{"rs384", "RS256", r2k()}.sign(jsonObject{"alg": "RS256", "typ": "JWT", "kid": "rs384"}, claims(canary)), "auth: alg: the issuer may not use RS256"},
		{"S2 no typ", header("typ", nil), noTyp},
		{"S2 another typ", header("typ", "at+jwt"), noTyp},
		{"S2 no kid", header("kid", nil), noKid},
		{"S2 an empty kid", header("kid", ""), noKid},
		{"S2 a kid that is a number", header("kid", 1), noKid},
		{"S2 a long kid", header("kid", strings.Repeat("CANARY", 50)), noKid},
		{"S2 crit", header("crit", []string{"exp"}), "auth: crit: the header has a crit"},
		{"S2 an embedded jwk", header("jwk", signer{"x", "ES384", p384()}.jwk()), "auth: embedded_key: the header has a jwk"},
		{"S2 x5c", header("x5c", []string{canary}), "auth: embedded_key: the header has a x5c"},
		{"S2 x5u", header("x5u", "https://CANARY.example.org"), "auth: embedded_key: the header has a x5u"},
		{"S2 a jku that is null", "Bearer " + s.sign(`{"alg":"ES384","typ":"JWT","kid":"es384","jku":null}`, claims(canary)), "auth: jku: jku is no text"},

		{"S3 claims that are no JSON", "Bearer " + s.sign(s.header(), "CANARY"), noClaims},
		{"S3 claims that are empty", joined(right[0], "", right[2]), noClaims},
		{"S3 claims with padding", joined(right[0], right[1]+"=", right[2]), noClaims},
		{"S3 a claim twice", "Bearer " + s.sign(s.header(), `{"iss":"CANARY","iss":"https://ehr.example.org"}`), noClaims},
		{"S3 no iss", claim("iss", nil), "auth: iss: there is no iss"},
		{"S3 iss under another case of its name", claim("iss", nil, "ISS", iss), "auth: iss: there is no iss"},
		{"S3 no aud", claim("aud", nil), noAud},
		{"S3 aud null in an array", claim("aud", []any{endpoint, nil}), noAud},
		{"S3 aud an empty array", claim("aud", []string{}), noAud},
		{"S3 another aud", claim("aud", "https://CANARY.example.org"), otherAud},
		{"S3 an aud of another service", claim("aud", endpoint+"-CANARY"), otherAud},
		{"S3 an aud that is only the base", claim("aud", []string{base, base + "/"}), otherAud},
		{"S3 an aud with two slashes", claim("aud", endpoint+"//"), otherAud},
		{"S3 no exp", claim("exp", nil), noExp},
		{"S3 exp a text", claim("exp", "1772352300"), noExp},
		{"S3 exp null", "Bearer " + s.sign(s.header(), `{"iss":"https://ehr.example.org","aud":"a","exp":null}`), noExp},
		{"S3 exp after the year 9999", claim("exp", 1e300), noExp},
		{"S3 exp before 1970", claim("exp", -1), noExp},
		{"S3 no iat", claim("iat", nil), noIat},
		{"S3 nbf a text", claim("nbf", canary), "auth: nbf: nbf is no time"},
		{"S3 expired", claim("iat", now-360, "exp", now-60), "auth: expired: exp was 1m0s ago"},
		{"S3 an iat to come", claim("iat", now+61, "exp", now+120), "auth: future: iat is in 1m1s"},
		{"S3 an nbf to come", claim("nbf", now+120), "auth: future: nbf is in 2m0s"},
		{"S3 too long a life", claim("exp", now+301), "auth: lifetime: exp is 5m1s after iat, more than 5m0s"},
		{"S3 far too long a life", claim("exp", 253402300799), "auth: lifetime: exp is 2562047h47m16.854775807s after iat, more than 5m0s"},
		{"S3 an exp before iat", claim("iat", now+10, "exp", now+10), "auth: lifetime: exp is not after iat"},
		{"S3 no jti", claim("jti", nil), noJti},
		{"S3 an empty jti", claim("jti", ""), noJti},
		{"S3 a long jti", claim("jti", strings.Repeat("CANARY", 50)), noJti},
		{"S3 sub a number", claim("sub", 1), "auth: sub: sub is no text"},
		{"S3 a tenant that is an object", claim("tenant", jsonObject{"a": canary}), "auth: tenant: tenant is no text"},
		{"S3 another tenant", claim("iss", "https://tenants.example.org", "tenant", canary), "auth: tenant: tenant is not in the issuer's list"},
		{"S3 no tenant", claim("iss", "https://tenants.example.org"), "auth: tenant: tenant is not in the issuer's list"},

		{"S4 another issuer", claim("iss", "https://CANARY.example.org"), noIss},
		{"S4 an issuer with a slash", claim("iss", iss+"/"), noIss},
		{"S4 an empty issuer", claim("iss", ""), noIss},
		{"S4 no jku", claim("iss", "https://jku.example.org"), noJku},
		{"S4 a jku that is not in the list", "Bearer " + s.sign(with(s.header(), "jku", "https://CANARY.example.org/keys"), with(claims(canary), "iss", "https://jku.example.org")), noJku},
		{"S4 a jku that begins like one of the list", "Bearer " + s.sign(with(s.header(), "jku", "https://jku.example.org/keys?CANARY"), with(claims(canary), "iss", "https://jku.example.org")), noJku},

		{"S5 an unknown kid", header("kid", canary), "auth: unknown_kid: the issuer has no key with this kid"},
		{"S5 no signature", joined(right[0], right[1], ""), "auth: format: the signature is no base64url"},
		{"S5 a signature of zeros", joined(right[0], right[1], b64(make([]byte, 96))), badSig},
		{"S5 a signature that is too short", joined(right[0], right[1], right[2][:124]), badSig},
		{"S5 a signature that is too long", joined(right[0], right[1], right[2]+"AAAA"), badSig},
		{"S5 a signature of other claims", joined(right[0], part(with(claims(canary), "sub", "admin")), right[2]), badSig},
		{"S5 a signature of another header", joined(part(with(s.header(), "x", 1)), right[1], right[2]), badSig},
		{"S5 another's signature under this kid", "Bearer " + signer{"es384", "ES384", ellipticSigner(elliptic.P384())}.sign(s.header(), claims(canary)), badSig},
		{"S5 an ES256 signature with an ES384 header", "Bearer " + es256().sign(s.header(), claims(canary)), badSig},
		{"S5 an ES256 key for ES384", forged(with(s.header(), "kid", "es256"), jwt.SigningMethodES384, p384()), "auth: key: the key is not one for ES384"},
		{"S5 an RSA key for ES384", forged(with(s.header(), "kid", "rs384"), jwt.SigningMethodES384, p384()), "auth: key: the key is not one for ES384"},
		{"S5 a weak key", weak.bearer(canary), "auth: key: an RSA key of less than 2048 bits"},
		{"S5 a key for encryption", "Bearer " + s.sign(with(s.header(), "kid", "enc"), claims(canary)), "auth: key: use is not sig"},
		{"S5 a jti that was used", s.bearer("used"), "auth: replayed: the jti was used before"},
	}
}

// weakSigner signs for the weak key in the key set, which Go would not sign with.
func weakSigner() signer { return signer{"weak", "RS384", r2k()} }

func pad(s string) string {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	for len(b)%3 != 1 {
		b = append(b, ' ')
	}
	return base64.URLEncoding.EncodeToString(b)
}

// leftOver is the same header to a decoder that does not look at the bits after the last byte.
func leftOver(s string) string {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	for len(b)%3 != 1 {
		b = append(b, ' ')
	}
	s = b64(b)
	return s[:len(s)-1] + string(s[len(s)-1]+1)
}

func wrongTokenVerifier(t testing.TB) *Verifier {
	weakKey := with(rs384().jwk(), "kid", "weak", "n", b64(append(bytes.Repeat([]byte{0x80}, 127), 1)))
	keys := jwks(es384().jwk(), es256().jwk(), rs384().jwk(), weakKey, with(es384().jwk(), "kid", "enc", "use", "enc"))
	v, _ := verifier(t, keys, func(c *Config) {
		file := c.Issuers[0].JWKSFile
		c.Issuers = append(c.Issuers,
			Issuer{Issuer: "https://tenants.example.org", JWKSFile: file, Tenants: []string{"north"}},
			Issuer{Issuer: "https://jku.example.org", JKUs: []string{"https://jku.example.org/keys"}})
	})
	require.Equal(t, Reason(""), reason(v, es384().bearer("used")))
	return v
}

func TestWrongTokens(t *testing.T) {
	v := wrongTokenVerifier(t)
	for _, test := range wrongTokens() {
		t.Run(test.name, func(t *testing.T) {
			caller, err := v.Verify(context.Background(), test.authorization, path)
			require.EqualError(t, err, test.want)
			require.Zero(t, caller)
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.True(t, strings.HasPrefix(test.want, "auth: "+string(refused.Reason)+": "))
			require.NotContains(t, strings.ToUpper(err.Error()+refused.Issuer), canary)
		})
	}
	// None of them has used up the jti that they bear.
	require.Equal(t, Reason(""), reason(v, es384().bearer(canary)))
}
