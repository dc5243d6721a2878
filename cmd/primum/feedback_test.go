package main

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// keep is the command of sessions that makes a store:
//
//	keep FILE CARDS FEEDBACK
//
// puts into FILE the cards that were shown, in JSON, and the body of a call that brings feedback.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: keep FILE CARDS FEEDBACK")
	}
	var cards []feedback.Card
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &cards))
	items, err := feedback.Decode([]byte(ts.ReadFile(args[2])))
	ts.Check(err)
	ctx := context.Background()
	store, err := bolt.Open(ctx, ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(store.Shown(ctx, cards))
	ts.Check(store.Record(ctx, feedback.Origin{Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, items))
	ts.Check(store.Close())
}

// A server need not stop for its feedback to be read.
func TestFeedbackOfARunningServer(t *testing.T) {
	path := t.TempDir() + "/feedback.db"
	server, err := bolt.Open(t.Context(), path)
	require.NoError(t, err)
	defer server.Close()
	now := time.Now()
	require.NoError(t, server.Shown(t.Context(), []feedback.Card{
		{UUID: "c1", Shown: now.Add(-time.Minute), Hook: "order-sign"},
		{UUID: "c2", Shown: now.AddDate(0, 0, -2), Hook: "order-sign"},
	}))
	for since, want := range map[string]string{"1h": `"shown":1`, "3d": `"shown":2`} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"feedback", "--store", path, "--by", "hook", "--format", "json", "--since", since}, nil, &out, &errs)
		require.Equal(t, fine, code, errs.String())
		require.Contains(t, out.String(), want)
	}
}
