package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/server"
)

// A service listens on loopback.
type service struct {
	addr, path string
	end        []func()
}

func (s *service) close() {
	for _, end := range s.end {
		end()
	}
}

const path = "/cds-services/primum-order-sign"

func newService(l net.Listener) *service { return &service{addr: l.Addr().String(), path: path} }

// serveBaseline answers with no cards when it has parsed the body.
func serveBaseline() (*service, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
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
	s := newService(l)
	s.end = append(s.end, func() { _ = h.Close() })
	return s, nil
}

// servePrimum is the service as it runs in production, with tokens and metrics.
func servePrimum(keys *signer) (*service, error) {
	verifier, err := auth.New(auth.Config{BaseURL: base, Issuers: []auth.Issuer{{Issuer: issuer, JWKSFile: keys.jwks}}})
	if err != nil {
		return nil, err
	}
	load := func(context.Context, server.Paths) (*server.RuleSet, error) {
		e, packs, err := engine()
		return &server.RuleSet{Engine: e, Packs: packs}, err
	}
	s, err := server.New(context.Background(), server.Config{
		Rules: server.Rules{Load: load}, Hooks: hooks.Config{Authenticator: verifier, Prefetch: hooks.RuleTemplates},
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l, nil) }()
	out := newService(l)
	out.end = append(out.end, func() { cancel(); <-ended })
	return out, nil
}

// check makes sure that there are cards to be had.
func (s *service) check(body []byte, keys *signer) error {
	r, err := http.NewRequest(http.MethodPost, "http://"+s.addr+s.path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+keys.sign(s.path, 1)[0])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	var response struct{ Cards []struct{ Summary string } }
	if err != nil || json.Unmarshal(text, &response) != nil || answer.StatusCode != http.StatusOK || len(response.Cards) < 2 {
		return fmt.Errorf("cards were expected: %d %s %v", answer.StatusCode, text, err)
	}
	fmt.Printf("%d cards in %d bytes: %s, …\n\n", len(response.Cards), len(text), response.Cards[0].Summary)
	return nil
}
