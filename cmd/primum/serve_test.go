package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A process is the command, serving.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	url     string
	admin   string
	said    string
	log     lines
	decides string // its decision log
}

type lines struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}

// serve starts the command as an operator does.
func serve(t *testing.T, config string, args ...string) *process {
	return serveIn(t, t.TempDir(), config, args...)
}

func serveIn(t *testing.T, dir, config string, args ...string) *process {
	file := filepath.Join(dir, "server.yaml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	p := &process{t: t, decides: filepath.Join(dir, "decisions.log")}
	p.cmd = exec.Command("primum", append([]string{"serve", "--config", file}, args...)...)
	p.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "xdg"))
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	first := make([]byte, 64<<10)
	n, err := out.Read(first)
	require.NoError(t, err, p.log.String())
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p.said = string(first[:n])
	found := regexp.MustCompile(`Services +(\S+)/cds-services`).FindStringSubmatch(p.said)
	require.NotNil(t, found, p.said)
	p.url = found[1]
	p.admin = regexp.MustCompile(`Operators +(\S+)/readyz`).FindStringSubmatch(p.said)[1]
	return p
}

func (p *process) end() {
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(p.t, p.cmd.Wait(), p.log.String())
}

// The curl line that is printed at the start gets a card.
func TestTheLineThatIsPrinted(t *testing.T) {
	p := serve(t, "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n")
	line := regexp.MustCompile(`curl (\S+) --data '([^']+)'`).FindStringSubmatch(p.said)
	require.NotNil(t, line, p.said)
	response, err := http.Post(line[1], "application/json", strings.NewReader(line[2]))
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(body))
	require.Contains(t, string(body), `"indicator":"warning"`)
	p.end()
}

// SIGTERM under load: every call that was taken is answered, and is in the decision log.
func TestTerminatedUnderLoad(t *testing.T) {
	p := serve(t, "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ndecisions: decisions.log\nlimits: {wait: 5s}\n")
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var answered atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for {
				response, err := client.Post(p.url+"/cds-services/primum-order-sign", "application/json", bytes.NewReader(firstCall))
				var op *net.OpError
				if errors.As(err, &op) && (op.Op == "dial" || errors.Is(err, syscall.ECONNRESET)) {
					return // it takes no more: nothing of it is in the log
				}
				if err != nil {
					t.Errorf("a call was dropped: %v", err)
					return
				}
				body, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"cards":[{`)) {
					t.Errorf("a call was dropped: %d %s %v", response.StatusCode, body, err)
					return
				}
				answered.Add(1)
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	p.end()
	require.Less(t, time.Since(began), 10*time.Second)
	callers.Wait()
	decisions, err := os.ReadFile(p.decides)
	require.NoError(t, err)
	require.Positive(t, answered.Load())
	require.EqualValues(t, answered.Load(), bytes.Count(decisions, []byte("\n")))
}

// SIGHUP loads rules, and goes on in a new decision log where the old one was moved away.
func TestHangUp(t *testing.T) {
	dir := t.TempDir()
	rule := func(summary string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "trial.yaml"), []byte(`pack: trial
rules:
  - {id: says, hooks: [order-sign], for: {o: MedicationRequest}, when: "true", card: {indicator: info, summary: `+summary+`}}
`), 0o600))
	}
	rule("before")
	p := serve(t, "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ndecisions: decisions.log\n", "--rules", dir)
	says := func() string {
		response, err := http.Post(p.url+"/cds-services/primum-order-sign", "application/json", bytes.NewReader(firstCall))
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return regexp.MustCompile(`"summary":"([^"]*)"`).FindStringSubmatch(string(body))[1]
	}
	require.Equal(t, "before", says())
	require.Eventually(t, func() bool { info, err := os.Stat(p.decides); return err == nil && info.Size() > 0 }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, os.Rename(p.decides, p.decides+".1"))
	rule("after")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return says() == "after" }, 10*time.Second, 20*time.Millisecond)
	p.end()
	old, err := os.ReadFile(p.decides + ".1")
	require.NoError(t, err)
	require.Contains(t, string(old), `"rule":"says"`)
	require.FileExists(t, p.decides)
	require.Contains(t, p.log.String(), `"msg":"rules are in force"`)
}

// A port that is taken is passed over, unless it was asked for.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	next, err := listen("", port)
	require.NoError(t, err)
	defer next.Close()
	require.Greater(t, next.Addr().(*net.TCPAddr).Port, port)
	_, err = listen(taken.Addr().String(), 0)
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestOnlyThisMachineIsServedWithoutTokens(t *testing.T) {
	for addr, refused := range map[string]bool{"127.0.0.1:1": false, "[::1]:1": false, "0.0.0.0:1": true, "[::]:1": true, "10.0.0.1:1": true} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		require.Equal(t, refused, (&serving{}).guarded(tcp) != nil, addr)
		require.NoError(t, (&serving{serverFile: serverFile{Insecure: true}}).guarded(tcp))
		require.NoError(t, (&serving{serverFile: serverFile{Issuers: []issuerFile{{}}}}).guarded(tcp))
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	require.Equal(t, fine, run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, nil, &out, &errs), errs.String())
}

// The example of a server file is one, and each of its services answers.
func TestTheExampleOfAServerFile(t *testing.T) {
	text, err := os.ReadFile("../../examples/server.yaml")
	require.NoError(t, err)
	for _, test := range []struct{ from, to string }{
		{"listen: 127.0.0.1:8443 ", "listen: 127.0.0.1:0 "},
		{"admin: 127.0.0.1:9080 ", "admin: 127.0.0.1:0 "},
	} {
		require.Contains(t, string(text), test.from)
		text = bytes.Replace(text, []byte(test.from), []byte(test.to), 1)
	}
	dir := t.TempDir()
	for _, folder := range []string{"site-pack", "own-hook"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, folder), os.DirFS("../../examples/"+folder)))
	}
	p := serveIn(t, dir, string(text))
	for service, call := range map[string]struct{ file, rule string }{
		"primum-patient-view": {"requests/patient-view", "warfarin-nsaid"}, "primum-order-select": {"requests/order-select", "warfarin-nsaid"},
		"primum-order-sign": {"requests/order-sign", "warfarin-nsaid"}, "interactions": {"requests/order-sign", "warfarin-nsaid"},
		"discharge": {"own-hook/request", "warfarin-without-booked-inr"},
	} {
		body, err := os.ReadFile("../../examples/" + call.file + ".json")
		require.NoError(t, err)
		response, err := http.Post(p.url+"/cds-services/"+service, "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode, string(answer))
		require.Contains(t, string(answer), call.rule, service)
	}
	p.end()

	// Without the comments before settings it is read, too.
	all := regexp.MustCompile(`(?m)^# ?( *(- \{|[a-zA-Z]+:( |$)).*)$`).ReplaceAll(text, []byte("$1"))
	require.Contains(t, string(all), "\nissuers:")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.yaml"), all, 0o600))
	f, err := readServerFile(filepath.Join(dir, "all.yaml"))
	require.NoError(t, err)
	require.Len(t, f.Issuers, 1)
	require.Equal(t, filepath.Join(dir, "archive"), f.Archive)
}
