package auth

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReplaysAtTheirLimit(t *testing.T) {
	const other = "https://other.example.org"
	s := es256()
	v, c := verifier(t, jwksOf(s), func(c *Config) {
		c.Replays = 3
		c.Issuers = append(c.Issuers, Issuer{Issuer: other, JWKSFile: c.Issuers[0].JWKSFile})
	})
	for i := range 3 {
		require.Equal(t, Reason(""), reason(v, s.bearer(fmt.Sprint(i))))
	}
	// What does not fit is refused, and what was remembered is not forgotten for it.
	require.Equal(t, ReasonReplayFull, reason(v, s.bearer("3")))
	for i := range 3 {
		require.Equal(t, ReasonReplayed, reason(v, s.bearer(fmt.Sprint(i))))
	}
	require.Equal(t, Reason(""), reason(v, "Bearer "+s.sign(s.header(), with(claims("0"), "iss", other))), "another issuer")
	c.pass(6 * time.Minute)
	now := c.now().Unix()
	require.Equal(t, Reason(""), reason(v, "Bearer "+s.sign(s.header(), with(claims("3"), "iat", now, "exp", now+300))))
	require.Len(t, v.issuers[iss].replays.seen, 1)
}

// A call that waited for keys until its token expired does not use a jti that has just been forgotten.
func TestReplayOfWhatWasForgotten(t *testing.T) {
	r := newReplays(10)
	require.Nil(t, r.use("1", morning.Add(time.Second), morning))
	require.Nil(t, r.use("2", morning.Add(time.Minute), morning.Add(time.Second)))
	require.Equal(t, refuse(ReasonExpired, "exp passed while the call was verified"), r.use("1", morning.Add(time.Second), morning))
}

// The memory of jti is held against one that never forgets.
func TestReplaysAgainstAListOfAll(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r, all := newReplays(1000), map[string]bool{}
	now := morning
	for range 20_000 {
		now = now.Add(time.Duration(random.IntN(300)) * time.Millisecond)
		made := now.Unix() - random.Int64N(10) // a jti lives for ten seconds from the one it is made in
		id := fmt.Sprint(made, "-", random.IntN(5))
		expires := time.Unix(made+10, int64(len(id)))
		switch got := r.use(id, expires, now); {
		case !expires.After(now):
			require.Equal(t, ReasonExpired, got.Reason)
		case all[id]:
			require.Equal(t, ReasonReplayed, got.Reason)
		default:
			require.Nil(t, got)
			all[id] = true
		}
		require.LessOrEqual(t, len(r.seen), 60)
		require.Len(t, r.expiry, len(r.seen))
	}
}
