package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/hooks/server"
)

// configure makes what a Server needs of the settings. The store of feedback, which may be nil, is for the caller to
// close.
func (f *serving) configure(ctx context.Context, addr net.Addr, errs io.Writer) (*server.Config, feedback.Store, error) {
	log, err := f.logger(errs)
	if err != nil {
		return nil, nil, err
	}
	config := &server.Config{
		Rules: f.ruleSource(), Limits: f.limits(), Decisions: f.Decisions, Audit: f.Audit, Archive: f.Archive, Log: log,
		Traces: server.Traces{Endpoint: f.Traces.Endpoint, Headers: f.Traces.Headers, Ratio: f.Traces.Ratio},
		Hooks:  f.hooks(),
	}
	r := &config.Retention
	r.Feedback, r.Archive, err = f.retention()
	if err := errors.Join(err, f.check(), f.secure(config, addr), f.reach(config)); err != nil {
		return nil, nil, err
	}
	store, err := f.keepFeedback(ctx)
	if store != nil {
		config.Hooks.Feedback = store
	}
	return config, store, err
}

// secure sets the key of hashes, the certificate, and who may call.
func (f *serving) secure(config *server.Config, addr net.Addr) (err error) {
	if config.Hooks.HashKey, err = f.key(); err != nil {
		return err
	}
	if f.TLS != nil {
		if config.Certificate, err = server.OpenCertificate(f.TLS.Cert, f.TLS.Key, f.TLS.ClientCA); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	if len(f.Issuers) == 0 {
		return nil
	}
	verifier, err := auth.New(auth.Config{BaseURL: f.base(addr), Issuers: f.issuers(), Logger: config.Log})
	if err == nil {
		config.Hooks.Authenticator = verifier
	}
	return err
}

// reach sets the FHIR servers that data may be fetched from.
func (f *serving) reach(config *server.Config) error {
	if len(f.FHIR) == 0 {
		return nil
	}
	client, err := fetch.New(fetch.Config{Servers: f.fhirServers()})
	if err == nil {
		config.Hooks.Fetcher = client
	}
	return err
}

// hooks configures the Handler.
func (f *serving) hooks() hooks.Config {
	return hooks.Config{Prefetch: hooks.RuleTemplates, Clients: f.clients(), Origins: f.CORS, Deadlines: f.deadlines(), MaxBody: f.Limits.Body}
}

// base is the address that tokens have to be meant for.
func (f *serving) base(addr net.Addr) string {
	switch {
	case f.BaseURL != "":
		return f.BaseURL
	case f.TLS != nil:
		return "https://" + addr.String()
	}
	return "http://" + addr.String()
}

// keySize is how many bytes a key has that is made.
const keySize = 32

// key is what patients are hashed with: that of a file, or one that is kept in the folder of state. Where neither is
// set it is kept in the user's own folder; if that cannot be, it is nil: another one for each run.
func (f *serving) key() ([]byte, error) {
	switch {
	case f.KeyFile != "":
		return readKey(f.KeyFile)
	case f.State != "":
		return keptKey(f.State)
	}
	if folder, err := usersState(); err == nil {
		if key, err := keptKey(folder); err == nil {
			return key, nil
		}
	}
	return nil, nil
}

func readKey(name string) ([]byte, error) {
	key, err := os.ReadFile(name)
	if err == nil && len(key) < keySize {
		err = fmt.Errorf("%s: expected a key of at least %d bytes", name, keySize)
	}
	return key, err
}

// keptKey returns the key that is kept in a folder of state, and makes it if there is none.
func keptKey(folder string) ([]byte, error) {
	name := filepath.Join(folder, "key")
	if err := makeKey(name); err != nil {
		return nil, err
	}
	return readKey(name)
}

// makeKey writes a random key, unless there is one.
func makeKey(name string) error {
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	return os.WriteFile(name, key, 0o600)
}

func wrongServerFile(err error) error {
	var wrong cds.Errors
	if errors.As(err, &wrong) {
		return fmt.Errorf("nothing is served: the server file has %s\n%w", count(len(wrong), "mistake"), err)
	}
	return err
}
