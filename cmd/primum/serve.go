package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/server"
)

const serveAbout = `Serves CDS Hooks until it is told to end. Without flags it listens on this machine only, with the embedded packs;
a server file says the rest. SIGHUP reloads rules and reopens logs; SIGTERM ends it when the calls under way are answered.`

// A serving holds the flags of serve. They go before what the server file says.
type serving struct {
	serverFile
	config                string
	listen, admin, params string
	rules                 []string
	insecure              bool

	feedback string // where it is kept, or that it is not, and why
}

func (c *command) serve(args []string) error {
	f := c.flags("serve", "[flags]", serveAbout)
	var s serving
	f.StringVar(&s.config, "config", "", "a server file: `FILE` with issuers, FHIR servers, services, TLS, logs and limits")
	f.StringVar(&s.listen, "addr", "", "listen on `ADDR`, such as :8443 (default 127.0.0.1:8080, or the next port that is free)")
	f.StringVar(&s.admin, "admin", "", "listen on `ADDR` for health and metrics (default 127.0.0.1:9080, or the next port that is free)")
	f.Func("rules", "rules in `DIR` or file, in place of the embedded packs, which are named \"embedded\"; may be repeated", func(path string) error {
		s.rules = append(s.rules, path)
		return nil
	})
	f.StringVar(&s.params, "params", "", "what your site changes: `FILE` with params and rules")
	f.BoolVar(&s.insecure, "insecure-no-auth", false, "listen beyond this machine although nobody has to prove who they are")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{fmt.Sprintf("serve takes no arguments but flags, found %q", rest[0]), "serve"}
	}
	if err := s.readConfig(); err != nil {
		return err
	}
	return c.run(&s)
}

// readConfig reads the server file, if there is one, and puts what flags say in the place of what it says.
func (s *serving) readConfig() error {
	if s.config != "" {
		file, err := readServerFile(s.config)
		if err != nil {
			return wrongServerFile(err)
		}
		s.serverFile = *file
	}
	for flag, setting := range map[*string]*string{&s.listen: &s.Listen, &s.admin: &s.Admin, &s.params: &s.Params} {
		if *flag != "" {
			*setting = *flag
		}
	}
	if s.rules != nil {
		s.Rules = s.rules
	}
	s.Insecure = s.Insecure || s.insecure
	return nil
}

// run serves until the command is told to end.
func (c *command) run(f *serving) error {
	ctx, stop := signal.NotifyContext(c.ctx, syscall.SIGTERM)
	defer stop()
	service, err := listen(f.Listen, 8080)
	if err != nil {
		return err
	}
	defer service.Close()
	if err := f.guarded(service.Addr()); err != nil {
		return err
	}
	admin, err := listen(f.Admin, 9080)
	if err != nil {
		return err
	}
	defer admin.Close()
	config, store, err := f.configure(ctx, service.Addr(), c.errors)
	if err != nil {
		return err
	}
	if store != nil {
		defer store.Close() // what was acknowledged is on disk
	}
	s, err := server.New(ctx, *config)
	if err != nil {
		return err
	}
	c.welcome(f, s, service.Addr(), admin.Addr())
	go onHangUp(ctx, s)
	return s.Run(ctx, service, admin)
}

// onHangUp reloads and reopens at each SIGHUP. The Server tells what is wrong.
func onHangUp(ctx context.Context, s *server.Server) {
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangUp:
			_ = s.Reopen()
			_ = s.Reload(ctx)
		}
	}
}

// listen listens on an address; if none is given, on the first port of this machine that is free.
func listen(addr string, port int) (net.Listener, error) {
	if addr != "" {
		return net.Listen("tcp", addr)
	}
	const tried = 20
	var err error
	for n := range tried {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+n)); err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, err
}

// guarded refuses to serve other machines if nobody has to prove who they are.
func (f *serving) guarded(addr net.Addr) error {
	tcp, ok := addr.(*net.TCPAddr)
	if len(f.Issuers) > 0 || f.Insecure || ok && tcp.IP.IsLoopback() {
		return nil
	}
	return fmt.Errorf(`%s can be reached from other machines, and nobody would have to prove who they are.
Name the issuers whose tokens are accepted in a server file (--config), or listen on this machine only
(--addr 127.0.0.1:8080). If something before it decides who may call, say --insecure-no-auth`, addr)
}

//go:embed first-call.json
var firstCall []byte

// welcome says where the services are, and how to get a card.
func (c *command) welcome(f *serving, s *server.Server, addr, admin net.Addr) {
	scheme := "http"
	if f.TLS != nil {
		scheme = "https"
	}
	services := s.Services()
	fmt.Fprintf(c.out, "Services   %s://%s/cds-services (%s)\n", scheme, addr, count(len(services), "service"))
	fmt.Fprintf(c.out, "Operators  http://%s/readyz and /metrics\n", admin)
	fmt.Fprintf(c.out, "Feedback   %s\n", f.feedback)
	var request bytes.Buffer
	hasSign := slices.ContainsFunc(services, func(s hooks.Service) bool { return s.ID == "primum-order-sign" })
	switch {
	case len(f.Issuers) > 0:
		fmt.Fprintf(c.out, "Calls need a token of %s\n", strings.Join(issuerNames(f.Issuers), ", "))
	case hasSign && json.Compact(&request, firstCall) == nil:
		fmt.Fprintf(c.out, "\nFor a card:\n\ncurl %s://%s/cds-services/primum-order-sign --data '%s'\n\n", scheme, addr, request.Bytes())
	}
	_ = c.out.Flush() // who cannot read it can do without
}

func issuerNames(issuers []issuerFile) (names []string) {
	for _, i := range issuers {
		names = append(names, i.Issuer)
	}
	return names
}

// logger writes JSON.
func (f *serving) logger(to interface{ Write([]byte) (int, error) }) (*slog.Logger, error) {
	level := slog.LevelInfo
	if f.LogLevel != "" {
		if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
			return nil, fmt.Errorf("logLevel: expected debug, info, warn or error, found %q", f.LogLevel)
		}
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})), nil
}
