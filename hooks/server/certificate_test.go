package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// certificate writes one for 127.0.0.1 with its key, both PEM.
func certificate(t *testing.T, name, certFile, keyFile string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	write(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

func TestCertificatesAreReloaded(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certificate(t, "first", certFile, keyFile)
	config := trial(folder(t, "1"))
	var err error
	config.Certificate, err = server.OpenCertificate(certFile, keyFile, "")
	require.NoError(t, err)
	var log lines
	config.Log = log.logger()
	r := run(t, config)
	presented := func() string {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
		response, err := (&http.Client{Transport: transport}).Get(r.url + "/cds-services")
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		return response.TLS.PeerCertificates[0].Subject.CommonName
	}
	require.Equal(t, "first", presented())

	write(t, certFile, "-----BEGIN CERT") // half-written
	r.soon(func() bool {
		return log.contains("the new certificate is broken: the last good one is still presented")
	}, "it is told")
	require.Equal(t, "first", presented())
	certificate(t, "second", certFile, keyFile)
	r.soon(func() bool { return presented() == "second" }, "the second is presented")

	old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	_, err = tls.Dial("tcp", r.url[len("https://"):], old)
	require.ErrorContains(t, err, "protocol version")

	_, err = server.OpenCertificate(filepath.Join(dir, "none"), keyFile, "")
	require.Error(t, err)
}
