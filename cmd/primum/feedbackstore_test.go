package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const anyAddress = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n"

func (p *process) post(path, body string) (status int, answer string) {
	response, err := http.Post(p.url+"/cds-services/primum-order-sign"+path, "application/json", strings.NewReader(body))
	require.NoError(p.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return response.StatusCode, string(text)
}

// report sends feedback about a card.
func (p *process) report(card string) (status int, answer string) {
	return p.post("/feedback", `{"feedback":[{"card":"`+card+`","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}]}`)
}

// says is the line about feedback that is printed at the start.
func (p *process) says() string {
	return regexp.MustCompile(`(?m)^Feedback   (.*)$`).FindStringSubmatch(p.said)[1]
}

// counted is what the command says of a store of feedback.
func counted(t *testing.T, args ...string) string {
	var out, errs bytes.Buffer
	require.Equal(t, fine, run(t.Context(), append([]string{"feedback", "--by", "service", "--format", "json"}, args...), nil, &out, &errs), errs.String())
	return regexp.MustCompile(`"rows":(.*)\}`).FindStringSubmatch(out.String())[1]
}

// Feedback is kept without a word in a server file. After a restart what it was given about is not said again: the
// key of hashes is kept, too.
func TestFeedbackIsKept(t *testing.T) {
	for name, test := range map[string]struct{ config, file string }{
		"where nothing is said":     {"", "xdg/primum/feedback.db"},
		"in the folder of state":    {"state: state\n", "state/feedback.db"},
		"in a file that is set":     {"state: state\nfeedback: own/f.db\n", "own/f.db"},
		"for as long as it is said": {"retention: {feedback: forever}\n", "xdg/primum/feedback.db"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, filepath.FromSlash(test.file))
			runs, want := 1, `[{"name":"primum-order-sign","shown":2,"accepted":0,"overridden":1,"ignored":1}]`
			if test.config == "" {
				runs, want = 2, `[{"name":"primum-order-sign","shown":3,"accepted":0,"overridden":2,"ignored":1}]`
			}
			for range runs {
				p := serveIn(t, dir, anyAddress+test.config)
				require.Equal(t, file, p.says())
				status, answer := p.post("", string(firstCall))
				require.Equal(t, http.StatusOK, status)
				status, answer = p.report(regexp.MustCompile(`"uuid":"([^"]+)"`).FindStringSubmatch(answer)[1])
				require.Equal(t, http.StatusOK, status)
				require.Empty(t, answer)
				p.end()
			}
			require.Equal(t, want, counted(t, "--store", file))
			if strings.HasPrefix(test.file, "xdg") {
				t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "xdg"))
				require.Equal(t, want, counted(t))
			}
		})
	}
}

// A server starts where nothing can be written, says so in one line, and takes no feedback.
func TestFeedbackThatIsNotKept(t *testing.T) {
	readOnly := func(dir string) { require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg"), nil, 0o600)) }
	for name, test := range map[string]struct {
		before       func(dir string)
		config, says string
	}{
		"nothing can be written": {readOnly, "", "is not kept: mkdir DIR/xdg: not a directory"},
		"it is not wanted":       {func(string) {}, "feedback: none\nstate: state\n", "is not kept"},
		"the file is another's": {func(dir string) {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "xdg/primum"), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg/primum/feedback.db"), make([]byte, 100_000), 0o600))
		}, "", "is not kept: DIR/xdg/primum/feedback.db is not a store of feedback"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test.before(dir)
			p := serveIn(t, dir, anyAddress+test.config)
			require.Equal(t, strings.ReplaceAll(test.says, "DIR", dir), p.says())
			status, answer := p.post("", string(firstCall))
			require.Equal(t, http.StatusOK, status)
			require.Contains(t, answer, `"indicator":"warning"`)
			status, answer = p.report("1")
			require.Equal(t, http.StatusNotFound, status)
			require.Equal(t, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-supported","diagnostics":"this service takes no feedback"}]}`, answer)
			p.end()
		})
	}
}

// A server that is killed while feedback comes has all that it acknowledged; what it did not is sent again. Single
// points of the store are in its own test: here it is the whole service that is killed.
func TestKilledWhileFeedbackComes(t *testing.T) {
	const kills, clients = 5, 4
	dir := t.TempDir()
	var sent atomic.Int64
	var again sync.Map // not acknowledged
	for kill := range kills {
		p := serveIn(t, dir, anyAddress)
		again.Range(func(card, _ any) bool {
			status, _ := p.report(card.(string))
			require.Equal(t, http.StatusOK, status)
			return true
		})
		again.Clear()
		var wait sync.WaitGroup
		for client := range clients {
			wait.Go(func() {
				for n := 0; ; n++ {
					card := fmt.Sprintf("%d-%d-%d", kill, client, n)
					sent.Add(1)
					body := `{"feedback":[{"card":"` + card + `","outcome":"overridden","outcomeTimestamp":"2026-03-01T09:00:00Z"}]}`
					response, err := http.Post(p.url+"/cds-services/primum-order-sign/feedback", "application/json", strings.NewReader(body))
					if err != nil {
						again.Store(card, true)
						return
					}
					_ = response.Body.Close()
					if response.StatusCode != http.StatusOK {
						t.Errorf("feedback is refused: %d", response.StatusCode)
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
		require.NoError(t, p.cmd.Process.Kill())
		require.Error(t, p.cmd.Wait())
		wait.Wait()
	}
	unanswered := int64(0)
	again.Range(func(any, any) bool { unanswered++; return true })
	counted := regexp.MustCompile(`"overridden":(\d+)`).FindStringSubmatch(counted(t, "--store", filepath.Join(dir, "xdg/primum/feedback.db")))
	require.NotNil(t, counted)
	n, err := strconv.ParseInt(counted[1], 10, 64)
	require.NoError(t, err)
	require.Greater(t, sent.Load(), int64(kills*clients))
	require.GreaterOrEqual(t, n, sent.Load()-unanswered, "what was acknowledged")
	require.LessOrEqual(t, n, sent.Load(), "and nothing that was not sent")
}

// Of two servers of one user the second one does without.
func TestFeedbackOfASecondServer(t *testing.T) {
	dir := t.TempDir()
	first := serveIn(t, dir, anyAddress)
	second := serveIn(t, dir, anyAddress)
	require.Equal(t, "is not kept: "+filepath.Join(dir, "xdg/primum/feedback.db")+" is in use by another process", second.says())
	second.end()
	first.end()
}

// What was asked for is had, or nothing is served.
func TestFeedbackThatWasAskedFor(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for setting, message := range map[string]string{
		"feedback: file/feedback.db\n":    "primum: DIR/file: not a directory\n",
		"retention: {feedback: 0d}\n":     `primum: retention: feedback: expected a span of a day or more, such as 400d, or forever, found "0d"` + "\n",
		"retention: {archive: 2 years}\n": `primum: retention: archive: expected a span of a day or more, such as 400d, or forever, found "2 years"` + "\n",
	} {
		config := filepath.Join(dir, "server.yaml")
		require.NoError(t, os.WriteFile(config, []byte(anyAddress+setting), 0o600))
		var out, errs bytes.Buffer
		require.Equal(t, stopped, run(t.Context(), []string{"serve", "--config", config}, nil, &out, &errs))
		require.Equal(t, strings.ReplaceAll(message, "DIR", dir), errs.String())
	}
}

func TestRetention(t *testing.T) {
	for _, test := range []struct {
		set               retentionFile
		feedback, archive time.Duration
	}{
		{retentionFile{}, 400 * 24 * time.Hour, 0},
		{retentionFile{Feedback: forever, Archive: "30d"}, 0, 30 * 24 * time.Hour},
		{retentionFile{Feedback: "36h", Archive: forever}, 36 * time.Hour, 0},
	} {
		feedback, archive, err := (&serving{serverFile: serverFile{Retention: test.set}}).retention()
		require.NoError(t, err)
		require.Equal(t, []time.Duration{test.feedback, test.archive}, []time.Duration{feedback, archive})
	}
}
