package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// A Certificate is read from files, again when they have changed. While they are broken, the last good one is
// presented, and the last good authorities are asked.
type Certificate struct {
	files   []string // certificate, key and, if clients need a certificate, who signs theirs
	current atomic.Pointer[presented]
	seen    []os.FileInfo
}

// presented is what was read from the files at one time.
type presented struct {
	own     tls.Certificate
	clients *x509.CertPool // who signs certificates of clients; nil: clients need none
}

// OpenCertificate reads a certificate, with its chain, and its key. clientCA holds the certificates of those who sign
// certificates of clients: without one of theirs, nobody can connect; "": clients need none. All files are PEM.
func OpenCertificate(certFile, keyFile, clientCA string) (*Certificate, error) {
	c := &Certificate{files: []string{certFile, keyFile}}
	if clientCA != "" {
		c.files = append(c.files, clientCA)
	}
	c.seen = c.look()
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// Config presents the certificate over TLS 1.2 and later.
func (c *Certificate) Config() *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &c.current.Load().own, nil },
	}
	if c.current.Load().clients == nil {
		return config
	}
	// Each connection shows its certificate: a session that is resumed would be one of the authorities of then.
	config.SessionTicketsDisabled = true
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		one := config.Clone()
		one.GetConfigForClient = nil
		one.ClientAuth, one.ClientCAs = tls.RequireAndVerifyClientCert, c.current.Load().clients
		return one, nil
	}
	return config
}

func (c *Certificate) load() (err error) {
	read := new(presented)
	if read.own, err = tls.LoadX509KeyPair(c.files[0], c.files[1]); err != nil {
		return err
	}
	if len(c.files) > 2 {
		if read.clients, err = readAuthorities(c.files[2]); err != nil {
			return err
		}
	}
	c.current.Store(read)
	return nil
}

// readAuthorities reads those who sign certificates of clients. What is no certificate is not passed over: half of a
// file would lock out clients.
func readAuthorities(name string) (*x509.CertPool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	pool, read := x509.NewCertPool(), 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%s: expected nothing but certificates, PEM", name)
		}
		pool.AddCert(one)
		read++
	}
	if begun := bytes.Count(text, []byte("-----BEGIN ")); read == 0 || read != begun {
		return nil, fmt.Errorf("%s: expected certificates, PEM: %d begin, %d are whole", name, begun, read)
	}
	return pool, nil
}

func (c *Certificate) look() []os.FileInfo {
	seen := make([]os.FileInfo, len(c.files))
	for i, name := range c.files {
		seen[i], _ = os.Stat(name) // nil: it is not there
	}
	return seen
}

// changed reports whether a file is another than when it was last asked.
func (c *Certificate) changed() bool {
	now, before := c.look(), c.seen
	c.seen = now
	for i := range now {
		if (now[i] == nil) != (before[i] == nil) {
			return true
		}
		if now[i] != nil && (!os.SameFile(now[i], before[i]) || now[i].Size() != before[i].Size() || !now[i].ModTime().Equal(before[i].ModTime())) {
			return true
		}
	}
	return false
}

// expires is when the certificate that is presented ends.
func (c *Certificate) expires() time.Time {
	if leaf := c.current.Load().own.Leaf; leaf != nil {
		return leaf.NotAfter
	}
	return time.Time{}
}
