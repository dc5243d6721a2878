package bolt_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := bolt.Open(ctx, filepath.Join(dir, "feedback.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	warfarin := feedback.Rule{Pack: "core", ID: "drug-drug-interaction[warfarin-nsaid]", Version: "1.0.0"}
	err = store.Shown(ctx, []feedback.Card{
		{UUID: "card-1", Shown: now, Service: "orders", Hook: "order-sign", Indicator: "warning", Rules: []feedback.Rule{warfarin}, Keys: []string{"k1"}},
		{UUID: "card-2", Shown: now, Service: "orders", Hook: "order-sign", Indicator: "warning", Rules: []feedback.Rule{warfarin}, Keys: []string{"k2"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	items := []feedback.Feedback{{Card: "card-1", Outcome: feedback.Overridden, OutcomeTimestamp: now}}
	if err := store.Record(ctx, feedback.Origin{Service: "orders", Received: now}, items); err != nil {
		fmt.Println(err)
		return
	}
	seen, err := store.Seen(ctx, now.Add(-time.Hour), []string{"k1", "k2", "k3"})
	fmt.Println(seen, err)
	rows, err := store.Summary(ctx, feedback.Query{By: feedback.ByRule})
	for _, row := range rows {
		fmt.Println(row.Name, row.Shown, row.Accepted, row.Overridden, row.Ignored)
	}
	fmt.Println(err)
	// Output:
	// map[k1:overridden k2:] <nil>
	// drug-drug-interaction[warfarin-nsaid] 2 0 1 1
	// <nil>
}
