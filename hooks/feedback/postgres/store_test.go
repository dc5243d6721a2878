package postgres

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/internal/storetest"
	"github.com/stretchr/testify/require"
)

const leftOut = "left out: the tests of the PostgreSQL store need a server. Run them with .ci/run, which starts one, or with " +
	"PRIMUM_TEST_POSTGRES=postgres://user:password@127.0.0.1:5432/database go test ./hooks/feedback/postgres"

// Without -v nothing is heard of a test that is skipped. Without a server no test is run then, for go test
// to say so: "ok … [no tests to run]".
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("PRIMUM_TEST_POSTGRES") == "" && !testing.Verbose() {
		fmt.Println(leftOut)
		if err := flag.Set("test.run", "^$"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) feedback.Store { return open(t, database(t)) })
}

func open(t testing.TB, url string) *Store {
	s, err := Open(context.Background(), url)
	require.NoError(t, err)
	return s
}

// database returns the URL of a schema of its own on the server that the tests are given.
func database(t testing.TB) string {
	server := os.Getenv("PRIMUM_TEST_POSTGRES")
	if server == "" {
		t.Skip(leftOut)
	}
	u, err := url.Parse(server)
	require.NoError(t, err)
	schema := fmt.Sprintf("primum_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { admin(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

func admin(t testing.TB, url, statement string) {
	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(context.Background(), statement)
	require.NoError(t, err)
}

// Servers that start together make the tables once.
func TestOpenTogether(t *testing.T) {
	url := database(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			s, err := Open(context.Background(), url)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wait.Wait()
	s := open(t, url)
	defer s.Close()
	var versions []int
	rows, err := s.pool.Query(t.Context(), "SELECT version FROM primum_schema")
	require.NoError(t, err)
	versions, err = pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(t, err)
	require.Equal(t, []int{newest}, versions)
}

// What one server was told, another one knows.
func TestSeveralServers(t *testing.T) {
	url := database(t)
	one, other := open(t, url), open(t, url)
	defer one.Close()
	defer other.Close()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	require.NoError(t, one.Shown(t.Context(), []feedback.Card{{UUID: "c", Shown: now, Hook: "order-sign"}}))
	report := []feedback.Feedback{{Card: "c", Outcome: feedback.Overridden, OutcomeTimestamp: now}}
	require.NoError(t, one.Record(t.Context(), feedback.Origin{Received: now}, report))
	require.NoError(t, other.Record(t.Context(), feedback.Origin{Received: now.Add(time.Second)}, report))
	rows, err := other.Summary(t.Context(), feedback.Query{By: feedback.ByHook})
	require.NoError(t, err)
	require.Equal(t, []feedback.Row{{Name: "order-sign", Shown: 1, Overridden: 1}}, rows)
}

func TestOpenNewerTables(t *testing.T) {
	url := database(t)
	_, err := OpenReadOnly(t.Context(), url)
	require.EqualError(t, err, "the database is not a store of feedback")
	open(t, url).Close()
	s, err := OpenReadOnly(t.Context(), url)
	require.NoError(t, err)
	s.Close()
	admin(t, url, "UPDATE primum_schema SET version = 7")
	_, err = Open(t.Context(), url)
	require.EqualError(t, err, "the table primum_schema has version 7, 1 is the newest that is known here: it was made by a newer version of this program")
}

// Also where an administrator has switched it off, what was acknowledged is on disk.
func TestCommitsAreDurable(t *testing.T) {
	url := database(t) + "&synchronous_commit=off"
	s := open(t, url)
	defer s.Close()
	var setting string
	require.NoError(t, s.pool.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&setting))
	require.Equal(t, "on", setting)
}

// When the server ends a connection, the next call uses another one.
func TestConnectionsEnd(t *testing.T) {
	url := database(t)
	s := open(t, url)
	defer s.Close()
	admin(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%primum_schema%'")
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	require.Eventually(t, func() bool {
		return s.Shown(t.Context(), []feedback.Card{{UUID: "c", Shown: now, Hook: "order-sign"}}) == nil
	}, 5*time.Second, 10*time.Millisecond)
	rows, err := s.Summary(t.Context(), feedback.Query{By: feedback.ByHook})
	require.NoError(t, err)
	require.Equal(t, []feedback.Row{{Name: "order-sign", Shown: 1, Ignored: 1}}, rows)
}

func TestOpenErrors(t *testing.T) {
	_, err := Open(t.Context(), "postgres://user:secret@host:not-a-port/db")
	require.EqualError(t, err, "a PostgreSQL URL such as postgres://user@host:5432/database was expected")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err = Open(ctx, "postgres://user:secret@127.0.0.1:1/db?sslmode=disable")
	require.ErrorContains(t, err, "PostgreSQL cannot be reached: ")
	require.False(t, strings.Contains(err.Error(), "secret"), err)
}
