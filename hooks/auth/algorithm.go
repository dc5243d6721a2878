package auth

import (
	"crypto/elliptic"

	"github.com/golang-jwt/jwt/v5"
)

// An algorithm of JOSE signs with a private key; there is none here that shares a secret.
type algorithm struct {
	method jwt.SigningMethod
	curve  elliptic.Curve // nil: RSA
}

// algorithmByName knows what can be permitted. RSASSA-PSS and EdDSA are not among it: no client of CDS Hooks
// is known to use them.
func algorithmByName(name string) (algorithm, bool) {
	switch name {
	case "ES256":
		return algorithm{jwt.SigningMethodES256, elliptic.P256()}, true
	case "ES384":
		return algorithm{jwt.SigningMethodES384, elliptic.P384()}, true
	case "ES512":
		return algorithm{jwt.SigningMethodES512, elliptic.P521()}, true
	case "RS256":
		return algorithm{jwt.SigningMethodRS256, nil}, true
	case "RS384":
		return algorithm{jwt.SigningMethodRS384, nil}, true
	case "RS512":
		return algorithm{jwt.SigningMethodRS512, nil}, true
	default:
		return algorithm{}, false
	}
}

// defaultAlgorithms are those that the specification recommends, and ES256, which many signers are limited to.
func defaultAlgorithms() []string { return []string{"ES384", "ES256", "RS384"} }
