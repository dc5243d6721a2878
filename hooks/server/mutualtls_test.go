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
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/primum-cds/primum/hooks/server"
	"github.com/stretchr/testify/require"
)

// An authority signs certificates of clients.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T, name string) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{t, cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// signs returns the certificate of a client, which ends some time from now, for one use.
func (a *authority) signs(ends time.Duration, use x509.ExtKeyUsage) []tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "ehr"}, ExtKeyUsage: []x509.ExtKeyUsage{use},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(ends),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(a.t, err)
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
}

// Who cannot show a certificate of an authority of the list is not talked to. The list is reloaded like the
// certificate.
func TestS6MutualTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile, list := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "clients.pem")
	certificate(t, "server", certFile, keyFile)
	ours, another := newAuthority(t, "ours"), newAuthority(t, "another")
	write(t, list, ours.pem)
	config := trial(folder(t, "1"))
	var log lines
	config.Log = log.logger()
	var err error
	config.Certificate, err = server.OpenCertificate(certFile, keyFile, list)
	require.NoError(t, err)
	r := run(t, config)
	served := func(shown []tls.Certificate) bool {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: shown}, DisableKeepAlives: true}
		response, err := (&http.Client{Transport: transport}).Get(r.url + "/cds-services")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		return true
	}
	// refused is what a client is told that has connected and sent nothing yet.
	refused := func(version uint16, shown []tls.Certificate) string {
		config := &tls.Config{InsecureSkipVerify: true, MaxVersion: version, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if shown == nil {
				return new(tls.Certificate), nil
			}
			return &shown[0], nil // also one that was not asked for
		}}
		conn, err := tls.Dial("tcp", r.url[len("https://"):], config)
		if err == nil {
			defer conn.Close()
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
			_, err = conn.Read(make([]byte, 1))
		}
		require.Error(t, err)
		return err.Error()
	}
	const certificateRequired, handshakeFailure = "certificate required", "handshake failure"
	const unknownAuthority, expired, bad = "unknown certificate authority", "expired certificate", "bad certificate"
	right := ours.signs(time.Hour, x509.ExtKeyUsageClientAuth)
	require.True(t, served(right))
	require.True(t, served(right), "and again")
	for _, test := range []struct {
		name         string
		shown        []tls.Certificate
		tls13, tls12 string
	}{
		{"no certificate", nil, certificateRequired, handshakeFailure},
		{"another authority's", another.signs(time.Hour, x509.ExtKeyUsageClientAuth), unknownAuthority, unknownAuthority},
		{"one that has ended", ours.signs(-time.Hour, x509.ExtKeyUsageClientAuth), expired, expired},
		{"a server's", ours.signs(time.Hour, x509.ExtKeyUsageServerAuth), bad, bad},
	} {
		require.Equal(t, "remote error: tls: "+test.tls13, refused(tls.VersionTLS13, test.shown), test.name)
		require.Equal(t, "remote error: tls: "+test.tls12, refused(tls.VersionTLS12, test.shown), test.name)
	}

	// A list that is broken leaves the last good one in force.
	for _, broken := range []string{ours.pem[:200], ours.pem + another.pem[:200], "", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"} {
		write(t, list, broken)
		require.Error(t, r.Reload(t.Context()))
		require.True(t, served(right))
	}
	require.Contains(t, log.String(), "clients.pem: expected certificates, PEM: 2 begin, 1 are whole")
	write(t, list, another.pem)
	r.soon(func() bool { return served(another.signs(time.Hour, x509.ExtKeyUsageClientAuth)) }, "the new list is in force")
	require.False(t, served(right))

	_, err = server.OpenCertificate(certFile, keyFile, filepath.Join(dir, "none"))
	require.Error(t, err)
}
