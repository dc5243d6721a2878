package server

import (
	"crypto/tls"
	"os"
	"sync/atomic"
	"time"
)

// A Certificate is read from files, again when they have changed. While they are broken, the last good one is
// presented.
type Certificate struct {
	certFile, keyFile string
	current           atomic.Pointer[tls.Certificate]
	seen              [2]os.FileInfo
}

// OpenCertificate reads a certificate, with its chain, and its key, both PEM.
func OpenCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	c.seen = c.look()
	return c, c.load()
}

// Config presents the certificate over TLS 1.2 and later.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

func (c *Certificate) load() error {
	read, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err == nil {
		c.current.Store(&read)
	}
	return err
}

func (c *Certificate) look() (seen [2]os.FileInfo) {
	for i, name := range []string{c.certFile, c.keyFile} {
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
	if leaf := c.current.Load().Leaf; leaf != nil {
		return leaf.NotAfter
	}
	return time.Time{}
}
