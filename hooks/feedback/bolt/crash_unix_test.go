//go:build unix

package bolt

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is also the process that is killed, or that has no room on its disk.
func TestMain(m *testing.M) {
	run := map[string]func(path, name string) error{"write": writeForEver, "full": fillUp}[os.Getenv("PRIMUM_TEST_CHILD")]
	if run == nil {
		os.Exit(m.Run())
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child returns the test binary as a process that writes to path, each report under a name of its own.
func child(t *testing.T, what, path, name string) *exec.Cmd {
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, path, name)
	cmd.Env = append(os.Environ(), "PRIMUM_TEST_CHILD="+what)
	return cmd
}

// writeForEver records feedback in four goroutines, and prints the card of each that was acknowledged.
func writeForEver(path, name string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				cards := []string{fmt.Sprintf("%s-%d-%d-a", name, w, i), fmt.Sprintf("%s-%d-%d-b", name, w, i)}
				// A client that was not answered reports again.
				for range 2 {
					if err := record(ctx, s, cards...); err != nil {
						failed <- err
						return
					}
				}
				os.Stdout.WriteString(strings.Join(cards, "\n") + "\n") // in one write: a pipe takes it whole
			}
		}()
	}
	return <-failed
}

// Killed at 200 random points, the store has every report that was acknowledged, once.
func TestKilledWhileWriting(t *testing.T) {
	const files, points = 10, 20 // several files: the first moments of one count, too
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for n := range uint64(files) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, n))
			path := file(t)
			acknowledged := map[string]int{}
			for i := range points {
				for _, card := range killed(t, path, fmt.Sprint(i), time.Duration(random.Int64N(int64(25*time.Millisecond)))) {
					acknowledged[card] = 1
				}
			}
			requireRecorded(t, path, acknowledged, seed)
		})
	}
}

// killed starts a process, kills it some time after its first acknowledgement, or at an odd point before it, and
// returns what it had acknowledged.
func killed(t *testing.T, path, name string, after time.Duration) []string {
	cmd := child(t, "write", path, name)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	var cards []string
	early := after%5 == 0
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	if !early {
		timer.Stop()
	}
	for lines.Scan() {
		if len(cards) == 0 && !early {
			timer.Reset(after)
		}
		cards = append(cards, lines.Text())
	}
	cmd.Wait()
	timer.Stop()
	require.Empty(t, errs.String())
	return cards
}

// requireRecorded holds a store against what was acknowledged. It may have more: what was written and not
// told any more, a whole call or nothing.
func requireRecorded(t *testing.T, path string, acknowledged map[string]int, seed uint64) {
	s := open(t, path)
	defer s.Close()
	counts := recorded(t, s)
	for card := range acknowledged {
		require.Equal(t, 1, counts[card], "seed %d, card %s", seed, card)
	}
	for card, n := range counts {
		require.Equal(t, 1, n, "seed %d, card %s", seed, card)
		require.Contains(t, counts, card[:len(card)-1]+"a", "seed %d: half of a call", seed)
		require.Contains(t, counts, card[:len(card)-1]+"b", "seed %d: half of a call", seed)
	}
	t.Logf("%d acknowledged, %d there", len(acknowledged), len(counts))
}

// With no room on the disk nothing is acknowledged, nothing that was is lost, and all goes on when there is
// room again.
func TestDiskFull(t *testing.T) {
	path := file(t)
	cmd := child(t, "full", path, "full")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, errs.String())
	acknowledged := map[string]int{}
	for line := range strings.Lines(string(out)) {
		acknowledged[strings.TrimSpace(line)] = 1
	}
	require.Contains(t, acknowledged, "full-after-2")
	s := open(t, path)
	defer s.Close()
	counts := recorded(t, s)
	require.Equal(t, slices.Sorted(maps.Keys(acknowledged)), slices.Sorted(maps.Keys(counts)))
}
