package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

func testMetrics() *metrics { return newMetrics(newQueue(Limits{Deciding: 1})) }

func text(line string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(line), nil }
}

func read(t *testing.T, name string) string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func TestJournalIsReopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "decisions.log")
	m := testMetrics()
	j, err := openJournal("decisions", path, m, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	j.add(text("first"))
	for testutil.ToFloat64(m.written.WithLabelValues("decisions")) < 1 {
	}
	require.NoError(t, os.Rename(path, path+".1"))
	require.NoError(t, j.reopen())
	j.add(text("second"))
	j.close()
	j.close()
	require.Equal(t, "first\n", read(t, path+".1"))
	require.Equal(t, "second\n", read(t, path))
	require.NoError(t, j.reopen())
}

// A line that was cut off by a crash does not spoil the next one.
func TestJournalAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "decisions.log")
	require.NoError(t, os.WriteFile(path, []byte("whole\ncut of"), 0o600))
	j, err := openJournal("decisions", path, testMetrics(), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	j.add(text("next"))
	j.add(text("last"))
	j.close()
	require.Equal(t, "whole\ncut of\nnext\nlast\n", read(t, path))
}

// A full disk is told once, counted each time, and holds up nobody.
func TestJournalOnAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	var told strings.Builder
	m := testMetrics()
	j, err := openJournal("decisions", "/dev/full", m, slog.New(slog.NewTextHandler(&told, nil)))
	require.NoError(t, err)
	for range 3 {
		j.add(text("lost"))
	}
	j.add(func() ([]byte, error) { return nil, errors.New("no line") })
	j.close()
	require.Equal(t, 1, strings.Count(told.String(), "what is logged is being lost"), told.String())
	require.Contains(t, told.String(), "no space left on device")
	require.EqualValues(t, 3, testutil.ToFloat64(m.lost.WithLabelValues("decisions", "write")))
	require.EqualValues(t, 1, testutil.ToFloat64(m.lost.WithLabelValues("decisions", "encode")))
}

func TestJournalOfASlowDisk(t *testing.T) {
	m := testMetrics()
	j, err := openJournal("decisions", filepath.Join(t.TempDir(), "decisions.log"), m, slog.New(slog.NewTextHandler(io.Discard, nil)))
	require.NoError(t, err)
	hold := make(chan bool)
	for n := range backlog + 10 {
		j.add(func() ([]byte, error) { <-hold; return []byte(fmt.Sprint(n)), nil })
	}
	close(hold)
	j.close()
	require.GreaterOrEqual(t, testutil.ToFloat64(m.lost.WithLabelValues("decisions", "backlog")), 9.0)
}

func TestNoJournal(t *testing.T) {
	var none *journal
	none.add(text("kept by nobody"))
	require.NoError(t, none.reopen())
	none.close()
	_, err := openJournal("decisions", filepath.Join(t.TempDir(), "none", "decisions.log"), testMetrics(), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}
