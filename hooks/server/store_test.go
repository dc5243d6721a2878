package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// memory is a store that answers as it is told to.
type memory struct {
	asked int
	does  func(context.Context) error
}

func (m *memory) Shown(ctx context.Context, _ []feedback.Card) error { return m.does(ctx) }
func (m *memory) Record(ctx context.Context, _ feedback.Origin, _ []feedback.Feedback) error {
	return m.does(ctx)
}
func (m *memory) Seen(ctx context.Context, _ time.Time, keys []string) (map[string]feedback.Outcome, error) {
	m.asked++
	seen := map[string]feedback.Outcome{}
	for _, key := range keys {
		seen[key] = feedback.Overridden
	}
	return seen, m.does(ctx)
}

func hangs(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
func works(context.Context) error     { return nil }

func storeOf(m hooks.Feedback) (*store, *bytes.Buffer) {
	var told bytes.Buffer
	return newStore(m, testMetrics(), slog.New(slog.NewTextHandler(&told, nil))), &told
}

// A store that does not say in time what was shown holds up one call, and then none for a second.
func TestSeenInAStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{does: works}
		s, told := storeOf(m)
		seen := func(ctx context.Context) map[string]feedback.Outcome {
			got, err := s.Seen(ctx, time.Time{}, []string{"key"})
			require.NoError(t, err)
			return got
		}
		overridden := map[string]feedback.Outcome{"key": feedback.Overridden}
		require.Equal(t, overridden, seen(t.Context()))
		m.does = hangs
		begin := time.Now()
		require.Nil(t, seen(t.Context()))
		require.Equal(t, askedWithin, time.Since(begin))
		for range 3 {
			require.Nil(t, seen(t.Context()))
		}
		require.Equal(t, askedWithin, time.Since(begin))
		require.Equal(t, 2, m.asked)
		time.Sleep(silentFor)
		require.Nil(t, seen(t.Context()))
		require.Equal(t, 3, m.asked)
		m.does = works
		time.Sleep(silentFor)
		require.Equal(t, overridden, seen(t.Context()))
		require.Equal(t, 1, strings.Count(told.String(), `msg="what was shown before is not known: nothing is left out" error="there was no answer in time"`), told.String())
		require.Equal(t, 1, strings.Count(told.String(), "\n"))

		// A call that is late is no reason not to ask for the next one.
		late, cancel := context.WithCancel(t.Context())
		cancel()
		m.does = hangs
		require.Nil(t, seen(late))
		m.does = works
		require.Equal(t, overridden, seen(t.Context()))
	})
}

// What cannot be kept of cards is counted, and told once a minute; feedback that cannot be kept is refused each time.
func TestAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := &os.PathError{Op: "write", Path: "feedback.db", Err: syscall.ENOSPC}
		s, told := storeOf(&memory{does: func(context.Context) error { return full }})
		for range 3 {
			require.NoError(t, s.Shown(t.Context(), make([]feedback.Card, 2)))
			require.Equal(t, full, s.Record(t.Context(), feedback.Origin{}, nil))
		}
		synctest.Wait()
		require.EqualValues(t, 6, testutil.ToFloat64(s.metrics.forgotten))
		require.Equal(t, 2, strings.Count(told.String(), "\n"), told.String())
		require.Contains(t, told.String(), `msg="what was shown cannot be kept: it may be shown again" error="no space left on device"`)
		require.Contains(t, told.String(), `msg="feedback cannot be kept, and is refused" error="no space left on device"`)
		time.Sleep(time.Minute)
		require.NoError(t, s.Shown(t.Context(), nil))
		s.end()
		require.Equal(t, 3, strings.Count(told.String(), "\n"), told.String())
		require.NoError(t, s.Shown(t.Context(), make([]feedback.Card, 1)))
		require.EqualValues(t, 7, testutil.ToFloat64(s.metrics.forgotten), "the server has ended")
	})
}

// A store that hangs has so much wait for it, and no more; at the end it is waited for what does.
func TestShownInAStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := storeOf(&memory{does: hangs})
		begin := time.Now()
		for range writers + 10 {
			require.NoError(t, s.Shown(t.Context(), make([]feedback.Card, 1)))
		}
		require.Zero(t, time.Since(begin), "no call waits")
		require.EqualValues(t, 10, testutil.ToFloat64(s.metrics.forgotten))
		s.end()
		require.Equal(t, keptWithin, time.Since(begin))
		require.EqualValues(t, writers+10, testutil.ToFloat64(s.metrics.forgotten))
	})
}

// Databases tell in their errors what was to be stored.
func TestCauseTellsNothingOfData(t *testing.T) {
	for want, err := range map[string]error{
		"*errors.errorString":                   errors.New("Key (card)=(Mrs Canary) already exists"),
		"the store cannot be written: no space": &feedback.WriteError{Err: errors.New("no space")},
		"no space left on device":               &os.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC},
		"there was no answer in time":           context.DeadlineExceeded,
		"too much waits for it":                 errBusy,
	} {
		require.Equal(t, want, cause(err))
	}
	require.Equal(t, "SQLSTATE 53100", cause(fmt.Errorf("storing: %w", diskFull{})))
}

// diskFull is an error as drivers of databases have them.
type diskFull struct{}

func (diskFull) Error() string    { return "Mrs Canary has no room" }
func (diskFull) SQLState() string { return "53100" }
