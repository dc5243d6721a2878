package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// working is a configuration in which deciding takes some time, one call after the other.
func working(t *testing.T, takes time.Duration) server.Config {
	dir := filepath.Join(t.TempDir(), "rules")
	write(t, filepath.Join(dir, "trial.yaml"), ruleFile("1")+
		"  - {id: works, hooks: [order-sign], for: {o: MedicationRequest}, when: works(o.drug), card: {indicator: info, summary: worked}}\n")
	config := trial(dir)
	config.Rules.Load = load(cds.WithFunction("works", func(cds.Concept) bool { time.Sleep(takes); return true }))
	config.Limits.Deciding = 1
	return config
}

// Far more calls than can be answered or wait: each is answered or refused, and none is left behind.
func TestThreeTimesOverload(t *testing.T) {
	config := working(t, 20*time.Millisecond)
	config.Limits.Waiting, config.Limits.Wait = 4, time.Second
	config.Hooks.Origins = []string{"*"}
	r := run(t, config)
	r.client.Transport = &http.Transport{MaxIdleConnsPerHost: 100}
	require.Equal(t, "version 1; worked", r.says())
	const capacity, times = 40, 3 // calls
	statuses := make(chan int, capacity*times)
	var callers sync.WaitGroup
	for range capacity * times {
		callers.Go(func() {
			status, _, err := r.post(orderSign)
			if err != nil {
				t.Error(err)
			}
			statuses <- status
		})
	}
	callers.Wait()
	close(statuses)
	came := map[int]int{}
	for status := range statuses {
		came[status]++
	}
	accepted, refused := came[http.StatusOK], came[http.StatusServiceUnavailable]
	require.Equal(t, capacity*times, accepted+refused, came)
	require.Positive(t, accepted)
	require.Greater(t, refused, capacity/2)
	require.NotEmpty(t, r.metric(`primum_overload_refusals_total{reason="waiting"}`))
	require.Equal(t, "0", r.metric("primum_calls_open"))
	require.Equal(t, "0", r.metric("primum_queue_waiting"))
}

func TestARefusalSaysWhenToComeAgain(t *testing.T) {
	hold := make(chan bool)
	config := working(t, 0)
	config.Rules.Load = load(cds.WithFunction("works", func(cds.Concept) bool { <-hold; return true }))
	config.Limits.Waiting, config.Limits.Wait = 1, time.Minute
	config.Hooks.Origins = []string{"https://sandbox.example.org"}
	config.Hooks.Deadlines = map[string]time.Duration{"": time.Minute}
	r := run(t, config)
	var callers sync.WaitGroup
	for range 2 {
		callers.Go(func() {
			status, _, err := r.post(orderSign)
			if err != nil || status != http.StatusOK {
				t.Error(status, err)
			}
		})
	}
	r.soon(func() bool { return r.metric("primum_queue_waiting") == "1" }, "one call is decided, one waits")
	request, err := http.NewRequest(http.MethodPost, r.url+"/cds-services/primum-order-sign", strings.NewReader(orderSign))
	require.NoError(t, err)
	request.Header.Set("Origin", "https://sandbox.example.org")
	response, err := r.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "1", response.Header.Get("Retry-After"))
	require.Equal(t, "https://sandbox.example.org", response.Header.Get("Access-Control-Allow-Origin"))
	require.JSONEq(t, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"throttled","diagnostics":"there are too many calls: try again"}]}`, string(body))
	discovered, err := r.client.Get(r.url + "/cds-services")
	require.NoError(t, err)
	require.NoError(t, discovered.Body.Close())
	require.Equal(t, http.StatusOK, discovered.StatusCode, "discovery waits for nobody")
	close(hold)
	callers.Wait()
}

// A refusal comes before the body does, and its connection can be used again.
func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	config := trial(folder(t, "1"))
	config.Limits.Open = 1
	r := run(t, config)
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		return conn
	}
	begin := func(conn net.Conn) {
		_, err := io.WriteString(conn, "POST /cds-services/primum-order-sign HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
		require.NoError(t, err)
	}
	begin(dial())
	r.soon(func() bool { return r.metric("primum_calls_open") == "1" }, "the only call that may be open is")
	conn := dial()
	in := bufio.NewReader(conn)
	for range 3 {
		begin(conn)
		response, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		_, err = io.WriteString(conn, strings.Repeat(" ", 99_999))
		require.NoError(t, err)
	}
	require.Equal(t, "3", r.metric(`primum_overload_refusals_total{reason="open"}`))
}

// A client that sends its body slowly takes nobody's turn.
func TestSlowBodiesHoldUpNobody(t *testing.T) {
	config := trial(folder(t, "1"))
	config.Limits.Deciding, config.Limits.Open = 1, 10
	r := run(t, config)
	for range 9 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST /cds-services/primum-order-sign HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
		require.NoError(t, err)
	}
	r.soon(func() bool { return r.metric("primum_calls_open") == "9" }, "all are open")
	require.Equal(t, "version 1", r.says())
}

func TestLimitsOfRequests(t *testing.T) {
	config := trial(folder(t, "1"))
	config.Hooks.MaxBody = 2000
	config.Limits.Header = 4 << 10
	config.Limits.Read = 200 * time.Millisecond
	r := run(t, config)
	require.Equal(t, "version 1", r.says())
	for _, body := range []string{strings.Repeat(" ", 1990) + orderSign, strings.Repeat(" ", 100_000)} {
		status, answer, err := r.post(body)
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestEntityTooLarge, status)
		require.Contains(t, answer, "a body of at most 2000 bytes was expected")
	}
	request, err := http.NewRequest(http.MethodGet, r.url+"/cds-services", nil)
	require.NoError(t, err)
	request.Header.Set("X-Long", strings.Repeat("x", 20_000))
	response, err := r.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)

	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /cds-services/primum-order-sign HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	answer, err := io.ReadAll(conn)
	require.NoError(t, err, "the connection is closed")
	require.Contains(t, string(answer), "HTTP/1.1 400 Bad Request")
}

// A rule whose function panics fails alone.
func TestAPanicInOneRule(t *testing.T) {
	var log lines
	config := working(t, 0)
	config.Log = log.logger()
	config.Rules.Load = load(cds.WithFunction("works", func(cds.Concept) bool { panic("Mrs Canary") }))
	r := run(t, config)
	status, body, err := r.post(orderSign)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "version 1", summaries(t, body))
	require.Contains(t, body, `"failed":["works"]`)
	require.NotContains(t, body, "Canary")
	require.Equal(t, "1", r.metric(`primum_rule_results_total{result="failed",rule="works"}`))
	r.soon(func() bool { return log.contains(`"level":"WARN","msg":"call"`) }, "it is told")
	require.NotContains(t, log.String(), "Canary")
}

// What was taken on is answered when a server ends, and what is not taken on cannot connect.
func TestEndingUnderLoad(t *testing.T) {
	config := working(t, 5*time.Millisecond)
	config.Limits.Deciding, config.Limits.Wait = 4, 5*time.Second
	config.Hooks.Deadlines = map[string]time.Duration{"": time.Minute} // a busy machine may take longer than usual
	r := run(t, config)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				status, _, err := r.post(orderSign)
				if err != nil && notTaken(err) {
					return
				}
				if err != nil || status != http.StatusOK {
					t.Errorf("a call was dropped: %d %v", status, err)
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	r.stop()
	require.Less(t, time.Since(began), 5*time.Second)
	callers.Wait()
}
