package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/stretchr/testify/require"
)

func TestServerFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "server.yaml")
	require.NoError(t, os.WriteFile(name, []byte(`
listen: 0.0.0.0:8443
baseUrl: https://cds.example.org
tls: {cert: server.crt, key: /etc/primum/server.key, clientCA: clients.pem}
rules: [embedded, packs]
terminology: [terms, "https://terms.example.org/fhir"]
issuers:
  - {issuer: "https://ehr.example.org", jwksFile: ehr.json, maxLifetime: 10m}
fhir:
  - {issuer: "https://ehr.example.org", base: "https://ehr.example.org/fhir"}
clients:
  default: {minimum: warning, maxCards: 5}
  "https://ehr.example.org": {showsOrderSelect: true, systemActions: extension, templates: 3.0}
deadlines: {default: 400ms, order-sign: 2s}
feedback: postgres://primum@db/primum
limits: {body: 1000000, wait: 50ms}
`), 0o600))
	f, err := readServerFile(name)
	require.NoError(t, err)
	require.Equal(t, []string{"embedded", filepath.Join(dir, "packs")}, f.Rules)
	require.Equal(t, []string{filepath.Join(dir, "terms"), "https://terms.example.org/fhir"}, f.Terminology)
	require.Equal(t, &tlsFile{filepath.Join(dir, "server.crt"), "/etc/primum/server.key", filepath.Join(dir, "clients.pem")}, f.TLS)
	require.Equal(t, "postgres://primum@db/primum", f.Feedback)
	require.Equal(t, filepath.Join(dir, "ehr.json"), f.issuers()[0].JWKSFile)
	require.Equal(t, 10*time.Minute, f.issuers()[0].MaxLifetime)
	require.Equal(t, []fetch.Server{{Issuer: "https://ehr.example.org", Base: "https://ehr.example.org/fhir"}}, f.fhirServers())
	require.Equal(t, map[string]hooks.Client{
		"": {Minimum: cds.Warning, MaxCards: 5}, "https://ehr.example.org": {ShowsOrderSelect: true, SystemActions: hooks.InExtension, Templates: hooks.TemplateVersion3},
	}, f.clients())
	require.Equal(t, map[string]time.Duration{"": 400 * time.Millisecond, "order-sign": 2 * time.Second}, f.deadlines())
	require.Equal(t, 50*time.Millisecond, f.limits().Wait)
}

func TestServerFilesThatAreWrong(t *testing.T) {
	for text, message := range map[string]string{
		"listn: :80":                          `1:1: unknown key "listn" (did you mean "listen"?)`,
		"completely: different":               `1:1: unknown key "completely"`,
		"issuers: [{jwks_url: x}]":            `1:12: unknown key "jwks_url" (did you mean "jwksUrl"?)`,
		"issuers: {}":                         "1:10: expected a list, written as [a, b] or with a dash before each",
		"tls: yes":                            "1:6: expected settings, written as key: value",
		"limits: {wait: 5}":                   "1:16: expected a time such as 450ms or 10s",
		"limits: {open: many}":                "1:16: expected a number, 0 or more",
		"limits: {body: -1}":                  "1:16: expected a number, 0 or more",
		"clients: {default: {maxCards: -3}}":  "1:31: expected a number, 0 or more",
		"traces: {ratio: -0.1}":               "1:17: expected a number, 0 or more",
		"insecureNoAuth: maybe":               "1:17: expected true or false",
		"listen: [a]":                         "1:9: expected a text",
		"listen:":                             `1:1: "listen" has no value: fill it in, or leave the key out`,
		"admin: a\nadmin: b":                  `2:1: the key "admin" is given twice`,
		"rules: &a [x]":                       "1:8: anchors and aliases are not read: write it out",
		"admin: a\n---\nadmin: b":             "2:1: expected one document: take away what follows ---",
		"listen: [":                           "line 1: did not find expected node content",
		"deadlines: {order-sign: [1], x: 1s}": "1:25: expected a time such as 450ms or 10s",
	} {
		name := filepath.Join(t.TempDir(), "server.yaml")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		_, err := readServerFile(name)
		require.Error(t, err, text)
		require.Contains(t, err.Error(), message, text)
	}
}

func TestSettingsThatMeanNothing(t *testing.T) {
	s := &serving{serverFile: serverFile{
		Issuers: []issuerFile{{Issuer: "ehr"}},
		Clients: map[string]clientFile{"ehr": {Minimum: "low", SystemActions: "here", Templates: "4"}, "her": {}, "default": {}},
		Deadlines: map[string]time.Duration{
			"order-sgin": time.Second, "order-sign": 5 * time.Second, "order-select": 5001 * time.Millisecond, "patient-view": 0,
			"org.example.own": time.Second, "default": time.Second,
		},
		FHIR: []fhirFile{{Base: "https://a"}, {Base: "https://b", Issuer: "ehr"}, {Base: "https://c", Issuer: "her"}},
		TLS:  &tlsFile{},
	}}
	require.EqualError(t, s.check(), `clients: ehr: minimum: expected info, warning or critical, found "low"
clients: ehr: systemActions: expected response or extension, found "here"
clients: ehr: templates: expected 2.0 or 3.0, a version of CDS Hooks, found "4"
clients: her: it is not among the issuers
deadlines: order-select: expected more than 0s and at most 5s, found 5.001s
deadlines: there is no hook "order-sgin"
deadlines: patient-view: expected more than 0s and at most 5s, found 0s
fhir: https://a: expected an issuer: without one it is for calls without a token
fhir: https://c: "her" is not among the issuers
tls: expected cert and key, two files`)
	s = &serving{serverFile: serverFile{
		Clients: map[string]clientFile{"ehr": {}}, FHIR: []fhirFile{{Base: "https://a"}, {Base: "https://b", Issuer: "ehr"}}, Deadlines: map[string]time.Duration{"order-sign": time.Nanosecond},
	}}
	require.NoError(t, s.check())
}

func FuzzServerFile(f *testing.F) {
	f.Add("listen: a\nissuers: [{issuer: b}]\n")
	f.Add("limits: {wait: 5s}\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		y := &strictYAML{file: &cds.File{Name: "server.yaml", Text: text}}
		y.read(&serverFile{})
		_ = y.errors.Sorted().Error()
	})
}

func TestTheKeyIsKept(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	s := &serving{serverFile: serverFile{State: state}}
	first, err := s.key()
	require.NoError(t, err)
	require.Len(t, first, keySize)
	second, err := s.key()
	require.NoError(t, err)
	require.Equal(t, first, second)
	short := filepath.Join(state, "short")
	require.NoError(t, os.WriteFile(short, []byte("short"), 0o600))
	_, err = (&serving{serverFile: serverFile{KeyFile: short}}).key()
	require.EqualError(t, err, short+": expected a key of at least 32 bytes")

	// Where nothing is set it is in the user's folder, or another one for each run.
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	first, err = (&serving{}).key()
	require.NoError(t, err)
	require.Len(t, first, keySize)
	second, err = (&serving{}).key()
	require.NoError(t, err)
	require.Equal(t, first, second)
	t.Setenv("XDG_STATE_HOME", filepath.Join(short, "no folder"))
	none, err := (&serving{}).key()
	require.NoError(t, err)
	require.Nil(t, none)
}
