package postgres

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/stretchr/testify/require"
)

func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1, 10} {
		b.Run(fmt.Sprintf("reports=%d", n), func(b *testing.B) {
			s := open(b, database(b))
			defer s.Close()
			from := feedback.Origin{Service: "orders", Received: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
			items := make([]feedback.Feedback, n)
			i := 0
			for b.Loop() {
				for j := range items {
					items[j] = feedback.Feedback{Card: fmt.Sprintf("%08x-3283-4575-ab82-%d", i*2654435761, j), Outcome: feedback.Overridden, OutcomeTimestamp: from.Received}
				}
				i++
				require.NoError(b, s.Record(context.Background(), from, items))
			}
		})
	}
}
