package postgres_test

import (
	"context"
	"fmt"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/postgres"
)

func ExampleOpen() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	store, err := postgres.Open(ctx, "postgres://primum@db.example.org/primum")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	rows, err := store.Summary(ctx, feedback.Query{Since: time.Now().AddDate(0, 0, -30), By: feedback.ByRule})
	fmt.Println(rows, err)
}
