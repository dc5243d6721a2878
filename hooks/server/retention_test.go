package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// A told is what was logged, by another goroutine.
type told struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *told) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(p)
}

// taken returns what was logged since it was last asked.
func (l *told) taken() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	defer l.text.Reset()
	return l.text.String()
}

// keeping is a Server that has only what deletes, and what it logs.
func keeping(t *testing.T, config Config) (*Server, *told) {
	log := &told{}
	config.Log = slog.New(slog.NewJSONHandler(log, nil))
	config.defaults()
	s := &Server{config: config, log: config.Log, metrics: testMetrics()}
	var err error
	s.expires, err = s.expiries()
	require.NoError(t, err)
	return s, log
}

// deletions are the lines of a log about what was deleted: kind, since when, how many.
func deletions(t *testing.T, told *told) (all []string) {
	for line := range strings.Lines(told.taken()) {
		var l struct {
			Level, Msg, Kind, Before, Error string
			Deleted                         json.Number
		}
		require.NoError(t, json.Unmarshal([]byte(line), &l))
		all = append(all, strings.TrimSpace(strings.Join([]string{l.Level, l.Msg, l.Kind, l.Before, l.Deleted.String(), l.Error}, " ")))
	}
	return all
}

// What is too old is deleted at the start, and each day.
func TestRetention(t *testing.T) {
	path, archive := filepath.Join(t.TempDir(), "feedback.db"), t.TempDir()
	synctest.Test(t, func(t *testing.T) { // the clock begins at 2000-01-01
		store, err := bolt.Open(t.Context(), path)
		require.NoError(t, err)
		begin := time.Now().UTC()
		shown := func(days int) feedback.Card {
			return feedback.Card{UUID: begin.AddDate(0, 0, days).Format(time.DateOnly), Shown: begin.AddDate(0, 0, days), Hook: "order-sign"}
		}
		require.NoError(t, store.Shown(t.Context(), []feedback.Card{shown(-40), shown(-31), shown(-30), shown(-29), shown(-28)}))
		for _, name := range []string{"1999-12-20/a.request.json", "1999-12-20/a.fetched.json", "1999-12-24/b.request.json", "1999-12-25/c.request.json", "notes/d", "1999-01-01"} {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(archive, name)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(archive, name), nil, 0o600))
		}
		s, told := keeping(t, Config{Hooks: hooks.Config{Feedback: store}, Archive: archive, Retention: Retention{Feedback: 30 * day, Archive: 7 * day}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan bool)
		go func() { s.expire(ctx); close(ended) }()
		left := func() (cards int, days []string) {
			rows, err := store.Summary(t.Context(), feedback.Query{By: feedback.ByHook})
			require.NoError(t, err)
			for _, r := range rows {
				cards += r.Shown
			}
			entries, err := os.ReadDir(archive)
			require.NoError(t, err)
			for _, e := range entries {
				days = append(days, e.Name())
			}
			return cards, days
		}
		synctest.Wait()
		cards, days := left()
		require.Equal(t, 3, cards)
		require.Equal(t, []string{"1999-01-01", "1999-12-25", "notes"}, days, "a day is deleted when all of it is too old; what is not ours stays")
		require.Equal(t, []string{
			"INFO what was too old is deleted feedback 1999-12-02T00:00:00Z 2",
			"INFO what was too old is deleted archive 1999-12-25T00:00:00Z 3",
		}, deletions(t, told))
		time.Sleep(day)
		synctest.Wait()
		cards, days = left()
		require.Equal(t, 2, cards)
		require.Equal(t, []string{"1999-01-01", "notes"}, days)
		require.Equal(t, []string{
			"INFO what was too old is deleted feedback 1999-12-03T00:00:00Z 1",
			"INFO what was too old is deleted archive 1999-12-26T00:00:00Z 1",
		}, deletions(t, told))
		time.Sleep(day - time.Second)
		synctest.Wait()
		require.Empty(t, told.taken())
		require.EqualValues(t, 3, testutil.ToFloat64(s.metrics.deleted.WithLabelValues("feedback")))
		require.EqualValues(t, 4, testutil.ToFloat64(s.metrics.deleted.WithLabelValues("archive")))

		// What cannot be deleted is told, and tried again.
		require.NoError(t, store.Close())
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []string{
			"ERROR what is too old could not be deleted feedback 1999-12-04T00:00:00Z 0 the store cannot be written: database not open",
			"INFO what was too old is deleted archive 1999-12-27T00:00:00Z 0",
		}, deletions(t, told))
		cancel()
		<-ended
	})
}

// A server that ends meanwhile tells of no error.
func TestRetentionOfAServerThatEnds(t *testing.T) {
	s, told := keeping(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.deleteOld(ctx, expiry{"feedback", day, func(ctx context.Context, _ time.Time) (int, error) { return 0, ctx.Err() }})
	require.Empty(t, told.taken())
}

// notebook is a store that cannot delete.
type notebook struct{ hooks.Feedback }

func TestRetentionThatCannotBeKept(t *testing.T) {
	config := Config{Hooks: hooks.Config{Feedback: notebook{}}, Retention: Retention{Feedback: day}}
	config.Rules.Load = func(context.Context, Paths) (*RuleSet, error) { return nil, errors.New("not reached") }
	_, err := New(t.Context(), config)
	require.EqualError(t, err, "server: a retention of feedback is set, but its store cannot delete")
}
