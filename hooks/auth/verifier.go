// Package auth decides who may call a CDS Hooks service. A client sends a JWT that it signed with each call,
// to the discovery, service and feedback endpoints alike; the token names its issuer, the endpoint that it is
// for, and a key of the issuer.
//
//	verifier, err := auth.New(auth.Config{
//		BaseURL: "https://cds.example.org",
//		Issuers: []auth.Issuer{{Issuer: "https://ehr.example.org", JWKSURL: "https://ehr.example.org/jwks"}},
//	})
//	caller, err := verifier.Verify(ctx, request.Header.Get("Authorization"), request.URL.EscapedPath())
//
// What costs nothing is checked first: form and header of the token, issuer, audience and times; only then is
// a key looked up, only then the signature verified, and only then is the token's jti used up, so that nobody
// without the key can use up another's. A call with a key that is not known may have to wait until keys are
// fetched, as long as its context permits.
//
// Keys are fetched when a call needs them and again after an hour; a key that was withdrawn may be accepted
// for that long where keys are fetched, but not where they are in a file. While they cannot be fetched, or what
// is fetched is no key set, the last good ones hold without end; each attempt is logged. A key set that holds
// a private key is no longer trusted at all, and neither are those before it.
//
// The jti that were used are remembered by one Verifier, in memory: a process needs one Verifier as long as it
// lives, and of several replicas each accepts a token once.
package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Caller is who made a call, as its verified token says.
type Caller struct {
	Issuer  string // an issuer of the configuration
	Subject string // sub, which some clients send; else ""
	Tenant  string // "" if the token names none
	JTI     string
	KeyID   string
}

// A Verifier verifies calls. It is safe for concurrent use.
type Verifier struct {
	base    string
	leeway  time.Duration
	now     func() time.Time
	issuers map[string]*issuer
}

// New returns a Verifier. Files of keys are read, nothing is fetched. The error says all that is wrong with the
// configuration, or which file of keys cannot be used.
func New(c Config) (*Verifier, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	v := &Verifier{base: c.BaseURL, leeway: c.Leeway, now: c.Now, issuers: map[string]*issuer{}}
	for _, i := range c.Issuers {
		if v.issuers[i.Issuer] != nil {
			return nil, fmt.Errorf("auth: issuer %q stands twice", i.Issuer)
		}
		if v.issuers[i.Issuer], err = newIssuer(c, i); err != nil {
			return nil, fmt.Errorf("auth: issuer %q: %w", i.Issuer, err)
		}
	}
	return v, nil
}

// Fetch brings the keys of all issuers, for a service that wants to have them, or to know that it cannot,
// before it takes calls. It is not bound to the interval between fetches. What cannot be had, and why, is in
// the error; the Verifier works all the same, and keeps trying.
func (v *Verifier) Fetch(ctx context.Context) error {
	var wait sync.WaitGroup
	var lock sync.Mutex
	var failed []error
	for name, i := range v.issuers {
		for _, s := range i.sources {
			wait.Go(func() {
				if err := s.fetch(ctx); err != nil {
					lock.Lock()
					defer lock.Unlock()
					failed = append(failed, fmt.Errorf("auth: issuer %q: %w", name, err))
				}
			})
		}
	}
	wait.Wait()
	slices.SortFunc(failed, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(failed...)
}

// Verify returns who made a call, from its Authorization header and the escaped path below the base URL at
// which it was received, "/cds-services/order-check". Each token is accepted once. The error is an *Error.
func (v *Verifier) Verify(ctx context.Context, authorization, path string) (Caller, error) {
	caller, refused := v.verify(ctx, authorization, path)
	if refused != nil {
		return Caller{}, refused
	}
	return caller, nil
}

func (v *Verifier) verify(ctx context.Context, authorization, path string) (Caller, *Error) {
	t, refused := parse(authorization)
	if refused != nil {
		return Caller{}, refused
	}
	i := v.issuers[t.iss]
	if i == nil {
		return Caller{}, refuse(ReasonIss, "iss is not in the list of issuers")
	}
	if refused = v.admit(ctx, i, t, v.base+path); refused != nil {
		refused.Issuer = t.iss
		return Caller{}, refused
	}
	return Caller{Issuer: t.iss, Subject: t.sub, Tenant: t.tenant, JTI: t.jti, KeyID: t.kid}, nil
}

// admit makes the checks that need to know the issuer.
func (v *Verifier) admit(ctx context.Context, i *issuer, t *token, endpoint string) *Error {
	if refused := i.checkClaims(t, endpoint, v.now(), v.leeway); refused != nil {
		return refused
	}
	keys, refused := i.source(t)
	if refused != nil {
		return refused
	}
	key, refused := keys.find(ctx, t.kid)
	if refused != nil {
		return refused
	}
	if refused := key.verify(t); refused != nil {
		return refused
	}
	return i.replays.use(t.jti, t.exp.Add(v.leeway), v.now())
}
