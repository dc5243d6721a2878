package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// The bits that the modulus of an RSA key may have. More would be a way to make verifying dear.
const minRSA, maxRSA = 2048, 8192

// A key is a public key of an issuer.
type key struct {
	public   any            // *ecdsa.PublicKey or *rsa.PublicKey
	curve    elliptic.Curve // nil: RSA
	alg      string         // the one algorithm that it is for; "" for any that fits
	unusable string         // why it cannot be used, else ""
}

// verify verifies the signature of a token. The key decides what it is good for, not the token.
func (k key) verify(t *token) *Error {
	switch {
	case k.unusable != "":
		return refuse(ReasonKey, k.unusable)
	case k.curve != t.alg.curve, k.alg != "" && k.alg != t.algName:
		return refuse(ReasonKey, "the key is not one for "+t.algName)
	case t.alg.method.Verify(t.signed, t.signature, k.public) != nil:
		return refuse(ReasonSignature, "the signature is not that of the key")
	default:
		return nil
	}
}

// parseKey reads a JWK as RFC 7517 and 7518 have it.
func parseKey(jwk map[string]json.RawMessage) key {
	if why := purpose(jwk); why != "" {
		return key{unusable: why}
	}
	k := key{}
	switch kty, _ := text(jwk["kty"]); kty {
	case "EC":
		k = ellipticKey(jwk)
	case "RSA":
		k = rsaKey(jwk)
	default:
		k.unusable = "kty is neither EC nor RSA"
	}
	if alg, given := jwk["alg"]; given && k.unusable == "" {
		k.alg, _ = text(alg)
		if a, ok := algorithmByName(k.alg); !ok || a.curve != k.curve {
			return key{unusable: "alg is none that can be permitted, or none for this key"}
		}
	}
	return k
}

// purpose returns why a key is not meant to verify signatures, "" if it may be.
func purpose(jwk map[string]json.RawMessage) string {
	if use, given := jwk["use"]; given {
		if s, _ := text(use); s != "sig" {
			return "use is not sig"
		}
	}
	if operations, given := jwk["key_ops"]; given {
		if list, _ := texts(operations); !slices.Contains(list, "verify") {
			return "key_ops is without verify"
		}
	}
	return ""
}

func ellipticKey(jwk map[string]json.RawMessage) key {
	var curve elliptic.Curve
	switch crv, _ := text(jwk["crv"]); crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return key{unusable: "crv is none of P-256, P-384 and P-521"}
	}
	x, y := number(jwk["x"]), number(jwk["y"])
	size := (curve.Params().BitSize + 7) / 8
	if x == nil || y == nil || len(x.Bytes()) > size || len(y.Bytes()) > size {
		return key{unusable: "x or y is no coordinate"}
	}
	point := append([]byte{4}, x.FillBytes(make([]byte, size))...)
	public, err := ecdsa.ParseUncompressedPublicKey(curve, append(point, y.FillBytes(make([]byte, size))...))
	if err != nil {
		return key{unusable: "x and y are no point of the curve"}
	}
	return key{public: public, curve: curve}
}

func rsaKey(jwk map[string]json.RawMessage) key {
	n, e := number(jwk["n"]), number(jwk["e"])
	switch {
	case n == nil || e == nil:
		return key{unusable: "n or e is no number"}
	case n.BitLen() < minRSA:
		return key{unusable: "an RSA key of less than 2048 bits"}
	case n.BitLen() > maxRSA:
		return key{unusable: "an RSA key of more than 8192 bits"}
	case n.Bit(0) == 0 || e.Bit(0) == 0 || e.BitLen() < 2 || e.BitLen() > 31:
		return key{unusable: "no modulus or exponent of RSA"}
	default:
		return key{public: &rsa.PublicKey{N: n, E: int(e.Int64())}}
	}
}

// number reads base64url of a number, nil if it is none. Some publishers pad it, others leave out or add zeros
// in front: it is the same number.
func number(value json.RawMessage) *big.Int {
	s, _ := text(value)
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if b = bytes.TrimLeft(b, "\x00"); err != nil || len(b) == 0 || len(b) > maxRSA/8+1 {
		return nil
	}
	return new(big.Int).SetBytes(b)
}
