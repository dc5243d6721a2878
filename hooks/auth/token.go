package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

const (
	// MaxHeader is how many bytes an Authorization header may have.
	MaxHeader = 16 << 10
	// maxName is how many bytes a kid or a jti may have.
	maxName = 256
)

// A token is a JWT as it was sent: what it says is believed only when its signature was verified.
type token struct {
	alg algorithm
	kid string
	jku string // "" if there is none

	iss, sub, tenant, jti string
	aud                   []string
	exp, iat, nbf         time.Time // nbf is zero if there is none

	algName   string
	signed    string // what the signature is of
	signature []byte
}

// parse reads an Authorization header: form, header and the form of the claims, in this order.
func parse(authorization string) (*token, *Error) {
	compact, refused := bearer(authorization)
	if refused != nil {
		return nil, refused
	}
	if strings.Count(compact, ".") != 2 {
		return nil, refuse(ReasonFormat, "a token of three parts was expected")
	}
	last := strings.LastIndexByte(compact, '.')
	header, claims, _ := strings.Cut(compact[:last], ".")
	t := &token{signed: compact[:last]}
	members, ok := segmentObject(header)
	if !ok {
		return nil, refuse(ReasonFormat, "the header is no base64url of a JSON object in which each name stands once")
	}
	if refused := t.readHeader(members); refused != nil {
		return nil, refused
	}
	if members, ok = segmentObject(claims); !ok {
		return nil, refuse(ReasonFormat, "the claims are no base64url of a JSON object in which each name stands once")
	}
	if refused := t.readClaims(members); refused != nil {
		return nil, refused
	}
	if t.signature, ok = segment(compact[last+1:]); !ok {
		return nil, refuse(ReasonFormat, "the signature is no base64url")
	}
	return t, nil
}

// bearer returns the token in an Authorization header. The name of the scheme is read in any case, as
// RFC 9110 has it.
func bearer(authorization string) (string, *Error) {
	if authorization == "" {
		return "", refuse(ReasonMissing, "there is no Authorization header")
	}
	if len(authorization) > MaxHeader {
		return "", refuse(ReasonSize, "the Authorization header is too long")
	}
	scheme, compact, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || compact == "" || strings.ContainsAny(compact, " \t") {
		return "", refuse(ReasonScheme, "Bearer, one space and a token were expected")
	}
	return compact, nil
}

func (t *token) readHeader(h map[string]json.RawMessage) *Error {
	if _, ok := h["crit"]; ok {
		return refuse(ReasonCrit, "the header has a crit")
	}
	for _, name := range []string{"jwk", "x5c", "x5u"} {
		if _, ok := h[name]; ok {
			return refuse(ReasonEmbeddedKey, "the header has a "+name)
		}
	}
	if typ, ok := text(h["typ"]); !ok || !strings.EqualFold(typ, "JWT") {
		return refuse(ReasonTyp, "typ is not JWT")
	}
	name, _ := text(h["alg"])
	alg, ok := algorithmByName(name)
	if !ok {
		return refuse(ReasonAlg, "alg is no algorithm that can be permitted")
	}
	t.alg, t.algName = alg, name
	if t.kid, ok = text(h["kid"]); !ok || t.kid == "" || len(t.kid) > maxName {
		return refuse(ReasonKid, "there is no kid, or it is too long")
	}
	if jku, given := h["jku"]; given {
		if t.jku, ok = text(jku); !ok || t.jku == "" {
			return refuse(ReasonJku, "jku is no text")
		}
	}
	return nil
}

func (t *token) readClaims(c map[string]json.RawMessage) *Error {
	var ok bool
	if t.iss, ok = text(c["iss"]); !ok {
		return refuse(ReasonIss, "there is no iss")
	}
	if t.aud, ok = texts(c["aud"]); !ok {
		return refuse(ReasonAud, "there is no aud")
	}
	if t.exp, ok = numericDate(c["exp"]); !ok {
		return refuse(ReasonExp, "there is no exp that is a time")
	}
	if t.iat, ok = numericDate(c["iat"]); !ok {
		return refuse(ReasonIat, "there is no iat that is a time")
	}
	if nbf, given := c["nbf"]; given {
		if t.nbf, ok = numericDate(nbf); !ok {
			return refuse(ReasonNbf, "nbf is no time")
		}
	}
	if t.jti, ok = text(c["jti"]); !ok || t.jti == "" || len(t.jti) > maxName {
		return refuse(ReasonJti, "there is no jti, or it is too long")
	}
	if sub, given := c["sub"]; given {
		if t.sub, ok = text(sub); !ok {
			return refuse(ReasonSub, "sub is no text")
		}
	}
	if tenant, given := c["tenant"]; given {
		if t.tenant, ok = text(tenant); !ok {
			return refuse(ReasonTenant, "tenant is no text")
		}
	}
	return nil
}

// segment decodes base64url without padding. Line breaks, which the decoder would pass over, are none of it.
func segment(s string) ([]byte, bool) {
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}

func segmentObject(s string) (map[string]json.RawMessage, bool) {
	b, ok := segment(s)
	if !ok {
		return nil, false
	}
	return object(b)
}
