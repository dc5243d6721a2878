package server_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// load of calls that never ends, until stop is called: it returns how many there were. Each must get a card.
func (r *running) underLoad() (stop func() int64) {
	ctx, cancel := context.WithCancel(context.Background())
	var callers sync.WaitGroup
	var calls atomic.Int64
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				status, body, err := r.post(orderSign)
				if err != nil || status != http.StatusOK || len(body) < 100 {
					r.t.Errorf("a call failed: %d %s %v", status, body, err)
					return
				}
				calls.Add(1)
			}
		})
	}
	return func() int64 {
		cancel()
		callers.Wait()
		return calls.Load()
	}
}

func TestRulesChangeUnderLoad(t *testing.T) {
	dir := folder(t, "1")
	file := filepath.Join(dir, "trial.yaml")
	r := run(t, trial(dir))
	stop := r.underLoad()
	becomes := func(version string) {
		t.Helper()
		r.soon(func() bool { return r.says() == "version "+version }, "version "+version+" is in force")
	}
	broken := func(word string) {
		t.Helper()
		r.soon(func() bool { return r.metric("primum_rules_broken") == "1" }, word+" is told")
		status, body := r.get("/readyz")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `"detail":"the configured rules are broken: the last good ones are served"`)
	}

	write(t, file, ruleFile("2"))
	becomes("2")

	write(t, file, ruleFile("3")[:120]) // half-written
	broken("a half-written file")
	require.Equal(t, "version 2", r.says())
	write(t, file, ruleFile("3"))
	becomes("3")
	r.soon(func() bool { return r.metric("primum_rules_broken") == "0" }, "it is good again")

	require.NoError(t, os.Remove(file))
	broken("a deleted file")
	require.Equal(t, "version 3", r.says())

	write(t, file+"~", ruleFile("4")) // as editors do
	require.NoError(t, os.Rename(file+"~", file))
	becomes("4")

	require.NoError(t, os.RemoveAll(dir))
	broken("a deleted folder")
	require.Equal(t, "version 4", r.says())
	write(t, file, ruleFile("5"))
	becomes("5")
	require.Greater(t, stop(), int64(20))
}

// As Kubernetes mounts a ConfigMap: the file is a link through a folder that is a link, which is swapped.
func TestASymbolicLinkIsSwapped(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "rules")
	stamp := time.Now().Add(-time.Hour)
	for _, version := range []string{"1", "2"} { // of the same size and time
		file := filepath.Join(dir, "..version"+version, "trial.yaml")
		write(t, file, ruleFile(version))
		require.NoError(t, os.Chtimes(file, stamp, stamp))
	}
	swap := func(to string) {
		require.NoError(t, os.Symlink("..version"+to, filepath.Join(dir, "..new")))
		require.NoError(t, os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
	}
	swap("1")
	require.NoError(t, os.Symlink("..data/trial.yaml", filepath.Join(dir, "trial.yaml")))
	outside := filepath.Join(base, "link")
	require.NoError(t, os.Symlink(dir, outside))
	for _, path := range []string{dir, outside, filepath.Join(outside, "trial.yaml")} {
		r := run(t, trial(path))
		stop := r.underLoad()
		require.Equal(t, "version 1", r.says())
		swap("2")
		r.soon(func() bool { return r.says() == "version 2" }, "the link is followed")
		swap("1")
		r.soon(func() bool { return r.says() == "version 1" }, "the link is followed back")
		stop()
		r.stop()
	}
}

func TestTheLastGoodRulesOutliveARestart(t *testing.T) {
	dir := folder(t, "1")
	site := filepath.Join(t.TempDir(), "site.yaml")
	write(t, site, "rules:\n  says: {indicator: info}\n")
	config := trial(dir)
	config.Rules.Paths.Params = site
	config.Rules.State = filepath.Join(t.TempDir(), "state")
	r := run(t, config)
	_, before := r.get("/readyz")
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("2"))
	r.soon(func() bool { return r.says() == "version 2" }, "version 2 is in force")
	r.stop()

	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("3")[:120])
	var log lines
	config.Log = log.logger()
	r = run(t, config)
	require.Equal(t, "version 2", r.says())
	require.Equal(t, "1", r.metric("primum_rules_saved"))
	require.Equal(t, "1", r.metric("primum_rules_broken"))
	_, ready := r.get("/readyz")
	require.Contains(t, ready, `"detail":"the configured rules are broken: the copy of the last good ones is served"`)
	require.NotEqual(t, before, ready)
	require.Contains(t, log.String(), `"level":"ERROR","msg":"THE CONFIGURED RULES ARE BROKEN: the copy of the last good ones is served"`)

	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("4"))
	r.soon(func() bool { return r.says() == "version 4" }, "version 4 is in force")
	require.Equal(t, "0", r.metric("primum_rules_saved"))
	r.stop()

	copies, err := filepath.Glob(filepath.Join(config.Rules.State, "rules", "copy-*"))
	require.NoError(t, err)
	require.Len(t, copies, 1, "old copies are deleted")

	write(t, filepath.Join(copies[0], "packs", "0", "trial.yaml"), "pack: [") // and somebody breaks the copy
	require.NoError(t, os.Remove(filepath.Join(dir, "trial.yaml")))
	_, err = server.New(context.Background(), config)
	require.ErrorContains(t, err, "and the copy of the last good rules cannot be served")
}

func TestReloadAtOnce(t *testing.T) {
	dir := folder(t, "1")
	config := trial(dir)
	config.Rules.Poll = time.Hour
	r := run(t, config)
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("2"))
	require.NoError(t, r.Reload(context.Background()))
	require.Equal(t, "version 2", r.says())
	write(t, filepath.Join(dir, "trial.yaml"), "pack: [")
	require.Error(t, r.Reload(context.Background()))
	require.Equal(t, "version 2", r.says())
}

func TestRulesThatAreGoneAreTold(t *testing.T) {
	dir := folder(t, "1")
	write(t, filepath.Join(dir, "more.yaml"), `pack: trial
rules:
  - {id: second, hooks: [order-sign], when: "false", card: {indicator: info, summary: no}}
`)
	var log lines
	config := trial(dir)
	config.Log = log.logger()
	r := run(t, config)
	require.NoError(t, os.Remove(filepath.Join(dir, "more.yaml")))
	r.soon(func() bool { return log.contains(`"msg":"rules are gone","count":1,"first":["trial/second"]`) }, "it is told")
}

// Rules are released when the last call with them has ended, and not before.
func TestRulesAreReleasedOnce(t *testing.T) {
	dir := folder(t, "1")
	hold, release := make(chan bool), make(chan string, 10)
	slow := cds.WithFunction("waits", func(cds.Concept) bool { <-hold; return true })
	config := trial(dir)
	config.Rules.Load = func(ctx context.Context, paths server.Paths) (*server.RuleSet, error) {
		set, err := load(slow)(ctx, paths)
		if err == nil {
			set.Release = func() { release <- set.Digest }
		}
		return set, err
	}
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("1")+"  - {id: waits, hooks: [order-sign], for: {o: MedicationRequest}, when: waits(o.drug), card: {indicator: info, summary: waited}}\n")
	config.Limits.Deciding = 4
	config.Hooks.Deadlines = map[string]time.Duration{"": time.Minute}
	r := run(t, config)
	answered := make(chan string)
	go func() { answered <- r.says() }()
	r.soon(func() bool { return r.metric("primum_calls_open") == "1" }, "the call is under way")
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("2"))
	r.soon(func() bool { return r.metric(`primum_reloads_total{result="success"}`) == "2" }, "version 2 is in force")
	require.Equal(t, "version 2", r.says())
	require.Empty(t, release)
	close(hold)
	require.Equal(t, "version 1; waited", <-answered)
	r.soon(func() bool { return len(release) == 1 }, "the first rules are released")
	r.stop()
	require.Len(t, release, 2)
}
