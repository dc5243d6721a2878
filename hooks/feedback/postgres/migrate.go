package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/primum-cds/primum/hooks/feedback"
)

// The statements that lead from one version of the tables to the next: schema/1.sql makes version 1.
//
//go:embed schema/*.sql
var migrations embed.FS

// newest is the version of the tables that this package works with.
const newest = 1

// migrationLock is the advisory lock under which tables are made.
const migrationLock = 0x7072696d756d // "primum"

// migrate brings the tables to the newest version. It needs no right to make tables where they are there.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	found, err := version(ctx, pool)
	if err != nil || found == newest {
		return err
	}
	options := pgx.TxOptions{IsoLevel: pgx.ReadCommitted} // to see what was done before the lock was given
	return pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return err
		}
		found, err := version(ctx, tx) // another server may have been faster
		if err != nil {
			return err
		}
		for v := found + 1; v <= newest; v++ {
			if err := step(ctx, tx, v); err != nil {
				return fmt.Errorf("making version %d of the tables: %w", v, err)
			}
		}
		return nil
	})
}

// step makes one version of the tables out of the one before.
func step(ctx context.Context, tx pgx.Tx, version int) error {
	statements, err := migrations.ReadFile(fmt.Sprintf("schema/%d.sql", version))
	if err != nil {
		return err
	}
	if version == 1 {
		if _, err := tx.Exec(ctx, `CREATE TABLE primum_schema (version int NOT NULL)`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO primum_schema VALUES (0)`); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, string(statements)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE primum_schema SET version = $1`, version)
	return err
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// version returns that of the tables, 0 if there are none.
func version(ctx context.Context, q querier) (int, error) {
	var exists bool
	// Not to_regclass: what it once did not find it does not look for again in the same transaction.
	const find = `SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'primum_schema' AND pg_table_is_visible(oid))`
	if err := q.QueryRow(ctx, find).Scan(&exists); err != nil || !exists {
		return 0, err
	}
	var found int
	err := q.QueryRow(ctx, `SELECT version FROM primum_schema`).Scan(&found)
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused):
		return 0, fmt.Errorf("the table primum_schema cannot be read: %w", err)
	case err != nil:
		return 0, err
	case found > newest:
		return 0, &feedback.VersionError{Store: "the table primum_schema", Found: found, Newest: newest}
	}
	return found, nil
}
