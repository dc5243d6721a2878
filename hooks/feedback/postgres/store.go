// Package postgres keeps feedback in a PostgreSQL database, version 13 or later, for any number of servers.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/primum-cds/primum/hooks/feedback"
)

var _ feedback.Store = (*Store)(nil)

// A Store is a feedback.Store in a database. It may be used by any number of goroutines.
type Store struct{ pool *pgxpool.Pool }

// connectWait is how long a connection may take where the URL does not say.
const connectWait = 5 * time.Second

// Open connects to a database, by a URL such as postgres://user@host/database or in key=value form; what is
// not in it comes from PostgreSQL's usual environment variables. The tables, named primum_…, are in the first
// schema of the search path; what is missing of them is made, by one server of those that start together.
// Open returns a *feedback.VersionError if they are newer than this version knows. No error tells the
// password.
func Open(ctx context.Context, url string) (*Store, error) {
	pool, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool}, nil
}

// OpenReadOnly connects to a database as Open does, for Seen and Summary, and makes no tables: it returns a
// *feedback.VersionError if they are not those of this version.
func OpenReadOnly(ctx context.Context, url string) (*Store, error) {
	pool, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	found, err := version(ctx, pool)
	if err == nil && found != newest {
		err = &feedback.VersionError{Store: "the database", Found: found, Newest: newest}
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool}, nil
}

func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil { // it may hold parts of the URL
		return nil, errors.New("a PostgreSQL URL such as postgres://user@host:5432/database was expected")
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectWait
	}
	config.AfterConnect = durable
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("PostgreSQL cannot be reached: %w", err)
	}
	return pool, nil
}

// durable sees to it that what was committed is on disk, also where that is switched off for the database.
func durable(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// Close closes the connections, after the calls that are under way.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}
