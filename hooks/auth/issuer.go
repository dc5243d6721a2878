package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An issuer is one of the list, with its keys and the jti that it used.
type issuer struct {
	Issuer
	sources map[string]*source // by jku, or one under ""
	replays *replays
}

func newIssuer(c Config, i Issuer) (*issuer, error) {
	made := &issuer{Issuer: i, sources: map[string]*source{}, replays: newReplays(c.Replays)}
	if i.JWKSFile != "" {
		s := newSource(c, i, &file{path: i.JWKSFile})
		made.sources[""] = s
		return made, s.open()
	}
	if i.JWKSURL != "" {
		made.sources[""] = newSource(c, i, newAddress(c, i.JWKSURL))
	}
	for _, jku := range i.JKUs {
		made.sources[jku] = newSource(c, i, newAddress(c, jku))
	}
	return made, nil
}

// source returns where the key of a token is to be found. The jku of a token is only ever used to choose
// among those of the list.
func (i *issuer) source(t *token) (*source, *Error) {
	if len(i.JKUs) == 0 {
		return i.sources[""], nil
	}
	if s := i.sources[t.jku]; s != nil {
		return s, nil
	}
	return nil, refuse(ReasonJku, "the issuer has to name its keys by a jku of the list")
}

// checkClaims checks what a token says against what the issuer may say, before anything of it is verified.
func (i *issuer) checkClaims(t *token, endpoint string, now time.Time, leeway time.Duration) *Error {
	if !slices.Contains(i.Algorithms, t.algName) {
		return refuse(ReasonAlg, "the issuer may not use "+t.algName)
	}
	if !i.isAudience(t.aud, endpoint) {
		return refuse(ReasonAud, "aud is not "+endpoint)
	}
	if refused := i.checkTimes(t, now, leeway); refused != nil {
		return refused
	}
	if len(i.Tenants) > 0 && !slices.Contains(i.Tenants, t.tenant) {
		return refuse(ReasonTenant, "tenant is not in the issuer's list")
	}
	return nil
}

// isAudience compares to the letter, but for a slash at the end.
func (i *issuer) isAudience(aud []string, endpoint string) bool {
	endpoint = strings.TrimSuffix(endpoint, "/")
	return slices.ContainsFunc(aud, func(a string) bool {
		return strings.TrimSuffix(a, "/") == endpoint || slices.Contains(i.Audiences, a)
	})
}

// checkTimes permits any nbf that is past: Epic's is five minutes before iat. An iat that is long past needs no
// check of its own, because exp and the maximum lifetime bound it.
func (i *issuer) checkTimes(t *token, now time.Time, leeway time.Duration) *Error {
	late, early := now.Add(-leeway), now.Add(leeway)
	lifetime := t.exp.Sub(t.iat)
	switch {
	case !t.exp.After(late):
		return refuse(ReasonExpired, fmt.Sprintf("exp was %v ago", now.Sub(t.exp).Round(time.Second)))
	case t.iat.After(early):
		return refuse(ReasonFuture, fmt.Sprintf("iat is in %v", t.iat.Sub(now).Round(time.Second)))
	case t.nbf.After(early):
		return refuse(ReasonFuture, fmt.Sprintf("nbf is in %v", t.nbf.Sub(now).Round(time.Second)))
	case lifetime <= 0:
		return refuse(ReasonLifetime, "exp is not after iat")
	case lifetime > i.MaxLifetime:
		return refuse(ReasonLifetime, fmt.Sprintf("exp is %v after iat, more than %v", lifetime.Round(time.Second), i.MaxLifetime))
	default:
		return nil
	}
}
