package server

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQueueAdmits(t *testing.T) {
	for _, test := range []struct {
		name         string
		open, inside int64
		pace         time.Duration
		want         refusal
	}{
		{"nobody is there", 0, 0, 0, ""},
		{"the last that may wait", 5, 5, 0, ""},
		{"as many wait as may", 6, 6, 0, tooManyWaiting},
		{"some wait for a client's server", 9, 5, 0, ""},
		{"too many are open", 10, 0, 0, tooManyOpen},
		{"it is its turn, however long others took", 1, 1, time.Minute, ""},
		{"two before it, in time", 3, 3, 25 * time.Millisecond, ""},
		{"two before it, too slow", 3, 3, 26 * time.Millisecond, tooSlow},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := newQueue(Limits{Deciding: 2, Waiting: 4, Wait: 100 * time.Millisecond, Open: 10})
			q.open.Store(test.open)
			q.inside.Store(test.inside)
			q.pace.mean = test.pace
			require.Equal(t, test.want, q.admit())
			taken := int64(0)
			if test.want == "" {
				taken = 1
			}
			require.Equal(t, []int64{test.open + taken, test.inside + taken}, []int64{q.open.Load(), q.inside.Load()})
		})
	}
}

// Only what passes while somebody waits is the pace.
func TestPace(t *testing.T) {
	var p pace
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	step := func(after time.Duration, awaited bool) time.Duration {
		now = now.Add(after)
		p.step(now, awaited)
		return p.of()
	}
	require.Zero(t, step(time.Hour, false))
	require.Zero(t, step(time.Hour, true))
	require.Equal(t, time.Millisecond, step(16*time.Millisecond, true))
	require.Equal(t, 1500*time.Microsecond, step(9*time.Millisecond, false))
	require.Equal(t, 1500*time.Microsecond, step(time.Hour, false))
	for range 200 {
		step(4*time.Millisecond, true)
	}
	require.InDelta(t, 4*time.Millisecond, p.of(), float64(time.Microsecond))
}

// A turn that was given while a call waits for a client's server takes its place with it, and brings it back.
func TestQueueCountsWhoIsInside(t *testing.T) {
	q := newQueue(Limits{Deciding: 1, Waiting: 1, Wait: time.Minute, Open: 10})
	v := &visit{server: &Server{queue: q}}
	require.Empty(t, q.admit())
	require.Empty(t, q.take(t.Context()))
	v.turn = true
	require.Equal(t, int64(1), q.inside.Load())
	v.rest()
	require.Equal(t, int64(0), q.inside.Load())
	v.rest()
	require.Equal(t, int64(0), q.inside.Load())
	v.resume()
	require.Equal(t, int64(1), q.inside.Load())
	v.rest()
	q.leave()
	require.Equal(t, []int64{0, 0}, []int64{q.open.Load(), q.inside.Load()})
}
