package auth

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// What it costs to refuse a token before its signature is looked at.
func BenchmarkRefuse(b *testing.B) {
	v := wrongTokenVerifier(b)
	for _, wrong := range wrongTokens() {
		switch wrong.name {
		case "S1 1 MB", "S2 alg none", "S2 HS256 with the public key", "S3 another aud", "S3 expired", "S4 another issuer", "S5 an unknown kid":
			b.Run(strings.ReplaceAll(wrong.name[3:], " ", "-"), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := v.Verify(context.Background(), wrong.authorization, path); err == nil {
						b.Fatal("accepted")
					}
				}
			})
		}
	}
}

// What it costs to refuse a token because of its signature: somebody can make us do that who has no key.
func BenchmarkRefuseSignature(b *testing.B) {
	for _, s := range []signer{es384(), es256(), rs384()} {
		b.Run(s.alg, func(b *testing.B) {
			v, _ := verifier(b, jwksOf(s))
			parts := segments(s.bearer("1"))
			authorization := parts[0] + "." + part(claims("2")) + "." + parts[2]
			b.ReportAllocs()
			for b.Loop() {
				if got := reason(v, authorization); got != ReasonSignature {
					b.Fatal(got)
				}
			}
		})
	}
}

// What it costs to accept a token.
func BenchmarkVerify(b *testing.B) {
	for _, s := range []signer{es384(), es256(), rs384()} {
		b.Run(s.alg, func(b *testing.B) {
			v, _ := verifier(b, jwksOf(s))
			tokens := make([]string, 256)
			for i := range tokens {
				tokens[i] = s.bearer(fmt.Sprint(i))
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%len(tokens) == 0 {
					v.issuers[iss].replays = newReplays(DefaultReplays)
				}
				if got := reason(v, tokens[i%len(tokens)]); got != "" {
					b.Fatal(got)
				}
			}
		})
	}
}

func BenchmarkReplays(b *testing.B) {
	r := newReplays(DefaultReplays)
	for i := range DefaultReplays - 1 {
		r.use(fmt.Sprint(i), morning.Add(1), morning)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.use("1", morning.Add(1), morning)
	}
}
