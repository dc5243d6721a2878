package bolt

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/internal/storetest"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) feedback.Store { return open(t, file(t)) })
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "feedback.db") }

func open(t testing.TB, path string) *Store {
	s, err := Open(context.Background(), path)
	require.NoError(t, err)
	return s
}

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func overridden(card string) feedback.Feedback {
	return feedback.Feedback{
		Card: card, Outcome: feedback.Overridden, OutcomeTimestamp: nine,
		OverrideReason: &feedback.OverrideReason{Reason: &feedback.Coding{Code: "tolerated", System: "https://example.org/reasons"}},
	}
}

func record(ctx context.Context, s *Store, cards ...string) error {
	items := make([]feedback.Feedback, len(cards))
	for i, card := range cards {
		items[i] = overridden(card)
	}
	return s.Record(ctx, feedback.Origin{Service: "orders", Client: "https://ehr.example.org", Received: nine}, items)
}

// recorded returns how many reports there are about each card.
func recorded(t *testing.T, s *Store) map[string]int {
	counts := map[string]int{}
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("the file is broken: %v", err)
		}
		return tx.Bucket(reportBucket).ForEach(func(_, value []byte) error {
			r, err := decode(value)
			counts[r.Card]++
			return err
		})
	}))
	return counts
}

func TestOpenErrors(t *testing.T) {
	path := file(t)
	s := open(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode(), "comments may name people")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Open(ctx, path)
	require.Equal(t, &InUseError{path}, err)
	require.EqualError(t, err, path+" is in use by another process")

	require.NoError(t, s.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(schemaBucket).Put([]byte("version"), []byte("7"))
	}))
	require.NoError(t, s.Close())
	for _, open := range []func(context.Context, string) (*Store, error){Open, OpenReadOnly} {
		_, err = open(t.Context(), path)
		require.EqualError(t, err, path+" has version 7, 1 is the newest that is known here: it was made by a newer version of this program")
	}

	other := file(t)
	db, err := bbolt.Open(other, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("x")); return err }))
	require.NoError(t, db.Close())
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, make([]byte, 100_000), 0o600))
	for _, path := range []string{other, text} {
		for _, open := range []func(context.Context, string) (*Store, error){Open, OpenReadOnly} {
			_, err = open(t.Context(), path)
			require.EqualError(t, err, path+" is not a store of feedback")
		}
	}

	_, err = OpenReadOnly(t.Context(), filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStoreIsThereAfterClose(t *testing.T) {
	path := file(t)
	s := open(t, path)
	require.NoError(t, record(t.Context(), s, "a", "b"))
	require.NoError(t, s.Close())
	require.EqualError(t, record(t.Context(), s, "c"), "the store cannot be written: database not open")
	s = open(t, path)
	require.Equal(t, map[string]int{"a": 1, "b": 1}, recorded(t, s))
	require.NoError(t, s.Close())
}

// While a server writes, summaries can be read, and each is of one point in time.
func TestOpenReadOnlyBesideAServer(t *testing.T) {
	path := file(t)
	t.Setenv("TMPDIR", t.TempDir())
	server := open(t, path)
	require.NoError(t, record(t.Context(), server, "first"))
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
			if err := record(t.Context(), server, fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)); err != nil {
				t.Error(err)
			}
		}
	})
	last := 1
	for range 20 {
		reader, err := OpenReadOnly(t.Context(), path)
		require.NoError(t, err)
		counts := recorded(t, reader)
		require.GreaterOrEqual(t, len(counts), last)
		require.Equal(t, 1, len(counts)%2, "half of a transaction")
		last = len(counts)
		require.Error(t, record(t.Context(), reader, "x"))
		time.Sleep(3 * time.Millisecond)
		require.NoError(t, reader.Close())
	}
	close(done)
	wait.Wait()
	require.Greater(t, last, 1, "nothing was written meanwhile")
	require.NoError(t, server.Close())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestDeleteBeforeOfMuch(t *testing.T) {
	s := open(t, file(t))
	defer s.Close()
	const n = 3 * deleted
	var cards []feedback.Card
	var reported []string
	for i := range n {
		cards = append(cards, feedback.Card{UUID: fmt.Sprintf("c%d", i), Shown: nine.Add(time.Duration(i)), Keys: []string{"key"}})
		reported = append(reported, fmt.Sprintf("c%d", i), fmt.Sprintf("unknown%d", i))
	}
	require.NoError(t, s.Shown(t.Context(), cards))
	require.NoError(t, record(t.Context(), s, reported...))
	got, err := s.DeleteBefore(t.Context(), nine.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 3*n, got)
	require.NoError(t, s.db.View(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{cardBucket, shownBucket, keyBucket, reportBucket, receivedBucket} {
			require.Zero(t, tx.Bucket(bucket).Stats().KeyN, "%s", bucket)
		}
		return nil
	}))
}

// A write that cannot be stored does not take those with it that share its transaction.
func TestCommitApart(t *testing.T) {
	s := open(t, file(t))
	defer s.Close()
	put := func(key string) *write {
		return &write{func(tx *bbolt.Tx) error { return tx.Bucket(schemaBucket).Put([]byte(key), nil) }, make(chan error, 1)}
	}
	broken := &write{func(*bbolt.Tx) error { panic("page 7") }, make(chan error, 1)}
	group := []*write{put("a"), put(""), put("b"), broken}
	s.commit(group)
	require.NoError(t, <-group[0].done)
	require.EqualError(t, <-group[1].done, "key required")
	require.NoError(t, <-group[2].done)
	require.EqualError(t, <-broken.done, "the store cannot be written: page 7")
	require.NoError(t, record(t.Context(), s, "and goes on"))
}

func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1, 10} {
		b.Run(fmt.Sprintf("reports=%d", n), func(b *testing.B) {
			s := open(b, file(b))
			defer s.Close()
			cards := make([]string, n)
			i := 0
			for b.Loop() {
				for j := range cards {
					cards[j] = fmt.Sprintf("%08x-3283-4575-ab82-%d", i*2654435761, j)
				}
				i++
				require.NoError(b, record(b.Context(), s, cards...))
			}
		})
	}
}

// Many clients at once share transactions.
func BenchmarkRecordParallel(b *testing.B) {
	s := open(b, file(b))
	defer s.Close()
	b.SetParallelism(32)
	var mu sync.Mutex
	i := 0
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			i++
			card := fmt.Sprintf("%08x-3283-4575-ab82", i*2654435761)
			mu.Unlock()
			if err := record(b.Context(), s, card); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkSummary(b *testing.B) {
	s := open(b, file(b))
	defer s.Close()
	const n = 10_000
	cards, reported := make([]feedback.Card, n), make([]string, n/2)
	for i := range cards {
		rule := feedback.Rule{Pack: "core", ID: fmt.Sprintf("rule-%d", i%200)}
		cards[i] = feedback.Card{UUID: fmt.Sprintf("c%d", i), Shown: nine, Rules: []feedback.Rule{rule}}
		if i < len(reported) {
			reported[i] = cards[i].UUID
		}
	}
	require.NoError(b, s.Shown(b.Context(), cards))
	require.NoError(b, record(b.Context(), s, reported...))
	for b.Loop() {
		_, err := s.Summary(b.Context(), feedback.Query{})
		require.NoError(b, err)
	}
	b.ReportMetric(n, "cards/op")
}
