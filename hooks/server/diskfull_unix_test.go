//go:build unix

package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/stretchr/testify/require"
)

const storeOfAChild = "PRIMUM_TEST_STORE"

// With no room on the disk feedback is refused, and nothing that was acknowledged is lost; calls get their cards; and
// all goes on when there is room again. The disk of a process of its own is full: in place of it stands the limit on
// the size of its files.
func TestStoreOnAFullDisk(t *testing.T) {
	if path := os.Getenv(storeOfAChild); path != "" {
		fillUp(t, path)
		return
	}
	program, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "feedback.db")
	child := exec.CommandContext(t.Context(), program, "-test.run=^TestStoreOnAFullDisk$", "-test.v")
	child.Env = append(os.Environ(), storeOfAChild+"="+path)
	said, err := child.CombinedOutput()
	require.NoError(t, err, string(said))
	acknowledged, shown := 0, -1
	for lines := bufio.NewScanner(bytes.NewReader(said)); lines.Scan(); {
		kind, value, _ := strings.Cut(lines.Text(), " ")
		switch kind {
		case "acknowledged":
			acknowledged++
		case "shown":
			shown, err = strconv.Atoi(value)
			require.NoError(t, err)
		}
	}
	require.Greater(t, acknowledged, 20, string(said))

	store, err := bolt.Open(t.Context(), path)
	require.NoError(t, err)
	defer store.Close()
	rows, err := store.Summary(t.Context(), feedback.Query{})
	require.NoError(t, err)
	require.Equal(t, []feedback.Row{
		{Pack: "trial", Name: "says", Shown: shown, Ignored: shown},
		{Name: feedback.UnknownCard, Overridden: acknowledged},
	}, rows)
}

// fillUp serves with a store that has no room, twice, and prints each report that was acknowledged, and how many
// cards are known to have been shown.
func fillUp(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	store, err := bolt.Open(t.Context(), path)
	require.NoError(t, err)
	var log lines
	config := trial(folder(t, "1"))
	config.Log = log.logger()
	config.Hooks.Feedback = store
	r := run(t, config)
	calls := 0
	gets := func() {
		calls++
		require.Equal(t, "version 1", r.says())
	}
	forgotten := func() int {
		w := httptest.NewRecorder()
		r.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		_, value, _ := strings.Cut(w.Body.String(), "\nprimum_cards_forgotten_total ")
		value, _, _ = strings.Cut(value, "\n")
		n, err := strconv.Atoi(value)
		require.NoError(t, err)
		return n
	}
	report := func(card string) (status int, answer string) {
		body := `{"feedback":[{"card":"` + card + `","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}]}`
		response, err := r.client.Post(r.url+"/cds-services/primum-order-sign/feedback", "application/json", strings.NewReader(body))
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
	}
	taken := func(card string) {
		status, answer := report(card)
		require.Equal(t, http.StatusOK, status, answer)
		fmt.Println("acknowledged", card)
	}
	gets()
	taken("first")
	for full := range 2 {
		setLimit(t, path, 32<<10)
		before := forgotten()
		for i := 0; forgotten() == before; i++ { // until there is no room for cards, either
			require.Less(t, i, 10_000, "the limit has no effect")
			card := fmt.Sprintf("%d-%d", full, i)
			status, answer := report(card)
			if status == http.StatusOK {
				fmt.Println("acknowledged", card)
				continue
			}
			require.Equal(t, http.StatusInternalServerError, status)
			require.Equal(t, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"the service failed: its log says why"}]}`, answer)
			gets()
		}
		setLimit(t, path, -1)
		taken(fmt.Sprint("after-", full))
		gets()
	}
	r.stop() // all is written
	fmt.Println("shown", calls-forgotten())
	require.NoError(t, store.Close())
	for _, message := range []string{"feedback cannot be kept, and is refused", "what was shown cannot be kept: it may be shown again"} {
		told := `"level":"ERROR","msg":"` + message + `","error":"the store cannot be written: file resize error: truncate ` + path + `: file too large"`
		require.Contains(t, log.String(), told)
	}
}

// setLimit lets files grow to so much more than one has; -1: to any size.
func setLimit(t *testing.T, path string, more int64) {
	var l syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l))
	l.Cur = l.Max
	if more >= 0 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		l.Cur = min(uint64(info.Size()+more), l.Max)
	}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l))
}
