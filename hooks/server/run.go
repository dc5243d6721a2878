package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Run serves on the listeners, and reloads what has changed, until ctx is done. Then it takes no more calls, ends
// those under way and closes its logs: a Server runs once. admin may be nil.
func (s *Server) Run(ctx context.Context, service, admin net.Listener) error {
	door := &gate{Listener: service}
	service = door
	if s.config.Certificate != nil {
		service = tls.NewListener(service, s.config.Certificate.Config())
	}
	running, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(running) })
	watching.Go(func() { s.expire(running) })
	failed := make(chan error, 2)
	main, open := s.httpServer(s), newConnections()
	main.ConnState = open.track
	go func() { failed <- main.Serve(service) }()
	side := s.httpServer(s.Admin())
	if admin != nil {
		go func() { failed <- side.Serve(admin) }()
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.log.Info("ending")
	stop()
	err = errors.Join(err, s.drain(main, door, open))
	err = errors.Join(err, side.Close())
	watching.Wait()
	s.close()
	s.log.Info("ended")
	return err
}

func (s *Server) httpServer(h http.Handler) *http.Server {
	l := s.config.Limits
	return &http.Server{
		Handler: h, MaxHeaderBytes: l.Header, ReadHeaderTimeout: l.Read, ReadTimeout: l.Read, WriteTimeout: l.Write, IdleTimeout: l.Idle,
		ErrorLog: log.New(s.strangers, "", 0),
	}
}

// notice is how long it takes until nobody uses a connection any more that is to be closed: clients learn it from
// the answer to their next call.
const notice = 500 * time.Millisecond

// drain ends a server so that no call is dropped that it has taken. First each answer says that the connection
// ends, while new ones are still accepted; then none are, and those that were are served to their end.
func (s *Server) drain(server *http.Server, door *gate, open *connections) error {
	s.ending.Store(true)
	deadline := time.Now().Add(s.config.Limits.Drain)
	time.Sleep(min(notice, s.config.Limits.Drain/4))
	door.shut()
	time.Sleep(2 * forAll) // until those who have connected are accepted
	for !open.quiet(notice) && time.Now().Before(deadline) {
		time.Sleep(forAnother)
	}
	if !open.quiet(notice) {
		s.log.Error("calls are cut off: they took too long to end", "within", s.config.Limits.Drain.String())
	}
	return server.Close()
}

// close gives back what the Server holds.
func (s *Server) close() {
	s.store.end()
	s.decisions.close()
	s.audits.close()
	s.archive.close()
	s.tracer.close(exportTimeout)
	s.strangers.end()
	if in := s.current.Load(); in != nil {
		in.leave()
	}
}
