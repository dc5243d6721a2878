package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/server"
)

const path = "/cds-services/primum-order-sign"

// serveUntilTold is the process of a service. It prints its address; then each line of standard input is the beginning
// or the end of a measurement, and the end is answered with what was counted, as a line of JSON.
func serveUntilTold(name, jwks string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	watch := newStopwatch()
	end, err := map[string]func(net.Listener, string) (func(), error){
		"baseline": serveBaseline, "primum": servePrimum, "full": serveFull,
	}[name](watch.listener(l), jwks)
	if err != nil {
		return err
	}
	defer end()
	fmt.Println(l.Addr())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		runtime.GC()
		watch.begin()
		fmt.Println("measuring")
		if !lines.Scan() {
			break
		}
		if err := json.NewEncoder(os.Stdout).Encode(watch.end()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// serveBaseline answers with no cards when it has parsed the body.
func serveBaseline(l net.Listener, _ string) (end func(), err error) {
	h := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var all map[string]any
		if err != nil || json.Unmarshal(body, &all) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"cards":[]}`)
	})}
	go func() { _ = h.Serve(l) }()
	return func() { _ = h.Close() }, nil
}

// servePrimum is the service as it runs in production, with tokens and metrics.
func servePrimum(l net.Listener, jwks string) (end func(), err error) {
	return serveLimited(l, jwks, server.Limits{})
}

// serveFull is the service when it has taken on as much as it may: one call that does not end.
func serveFull(l net.Listener, jwks string) (end func(), err error) {
	return serveLimited(l, jwks, server.Limits{Open: 1, Read: time.Hour})
}

func serveLimited(l net.Listener, jwks string, limits server.Limits) (end func(), err error) {
	verifier, err := auth.New(auth.Config{BaseURL: base, Issuers: []auth.Issuer{{Issuer: issuer, JWKSFile: jwks}}})
	if err != nil {
		return nil, err
	}
	load := func(context.Context, server.Paths) (*server.RuleSet, error) {
		e, packs, err := engine()
		return &server.RuleSet{Engine: e, Packs: packs}, err
	}
	s, err := server.New(context.Background(), server.Config{
		Rules: server.Rules{Load: load}, Limits: limits, Hooks: hooks.Config{Authenticator: verifier, Prefetch: hooks.RuleTemplates},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l, nil) }()
	return func() { cancel(); <-ended }, nil
}
