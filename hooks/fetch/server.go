package fetch

import (
	"net"
	"net/http"
	"time"
)

// An allowance lets the requests of an issuer use a server.
type allowance struct {
	issuer string
	base   base
}

// A server is what is below one base URL, whoever may use it.
type server struct {
	base      base
	transport *http.Transport // follows no redirect and keeps no cookie: it is used without a client
	slots     chan struct{}   // one for each request under way
}

const (
	dialTimeout      = 3 * time.Second // a dial outlives its request, for the next one to use
	handshakeTimeout = 3 * time.Second
	idleTimeout      = time.Minute
	maxHeaderBytes   = 64 << 10
)

func newServer(b base, config *Config, resolver *net.Resolver) *server {
	transport := &http.Transport{
		TLSClientConfig:        config.TLS.Clone(),
		TLSHandshakeTimeout:    handshakeTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    config.ServerConcurrency,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
	}
	dialed := b.host
	if config.Proxy != nil {
		transport.Proxy = http.ProxyURL(config.Proxy)
		dialed = config.Proxy.Hostname()
	}
	dialer := net.Dialer{
		Timeout:        dialTimeout,
		Resolver:       resolver,
		ControlContext: guard{loopback: isLoopback(dialed)}.control,
	}
	transport.DialContext = dialer.DialContext
	return &server{base: b, transport: transport, slots: make(chan struct{}, config.ServerConcurrency)}
}
