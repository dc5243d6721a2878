package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/primum-cds/primum/hooks/server"
)

// A serverFile is what --config names: YAML, strict. Paths in it are relative to its folder.
type serverFile struct {
	Listen   string `yaml:"listen"`
	Admin    string `yaml:"admin"`
	BaseURL  string `yaml:"baseUrl"` // as clients know it
	Insecure bool   `yaml:"insecureNoAuth"`

	Rules       []string      `yaml:"rules"`
	Params      string        `yaml:"params"`
	Terminology []string      `yaml:"terminology"`
	Services    []serviceFile `yaml:"services"`
	State       string        `yaml:"state"`

	TLS     *tlsFile              `yaml:"tls"`
	Issuers []issuerFile          `yaml:"issuers"`
	FHIR    []fhirFile            `yaml:"fhir"`
	Clients map[string]clientFile `yaml:"clients"` // by issuer; "default" is for all others
	CORS    []string              `yaml:"cors"`

	Feedback  string                   `yaml:"feedback"`
	KeyFile   string                   `yaml:"keyFile"`
	Decisions string                   `yaml:"decisions"`
	Audit     string                   `yaml:"audit"`
	Archive   string                   `yaml:"archive"`
	Retention retentionFile            `yaml:"retention"`
	Traces    tracesFile               `yaml:"traces"`
	Deadlines map[string]time.Duration `yaml:"deadlines"` // by hook; "default" is for all others
	Limits    limitsFile               `yaml:"limits"`
	LogLevel  string                   `yaml:"logLevel"`
}

type serviceFile struct {
	ID                string   `yaml:"id"`
	Hook              string   `yaml:"hook"`
	Title             string   `yaml:"title"`
	Description       string   `yaml:"description"`
	UsageRequirements string   `yaml:"usageRequirements"`
	Packs             []string `yaml:"packs"` // whose rules it asks; none: all
}

type tlsFile struct {
	Cert     string `yaml:"cert"`
	Key      string `yaml:"key"`
	ClientCA string `yaml:"clientCA"` // who signs the certificates that clients need; none: they need no certificate
}

type issuerFile struct {
	Issuer       string        `yaml:"issuer"`
	JWKSFile     string        `yaml:"jwksFile"`
	JWKSURL      string        `yaml:"jwksUrl"`
	JKUs         []string      `yaml:"jkus"`
	InsecureHTTP bool          `yaml:"insecureHttp"`
	Algorithms   []string      `yaml:"algorithms"`
	Audiences    []string      `yaml:"audiences"`
	Tenants      []string      `yaml:"tenants"`
	MaxLifetime  time.Duration `yaml:"maxLifetime"`
}

type fhirFile struct {
	Issuer    string `yaml:"issuer"`
	Base      string `yaml:"base"`
	PlainHTTP bool   `yaml:"plainHttp"`
}

type clientFile struct {
	Minimum          string `yaml:"minimum"`
	MaxCards         int    `yaml:"maxCards"`
	ShowsOrderSelect bool   `yaml:"showsOrderSelect"`
	SystemActions    string `yaml:"systemActions"`
	DetectedIssues   bool   `yaml:"detectedIssues"`
	Templates        string `yaml:"templates"` // the version of CDS Hooks: 2.0 or 3.0
}

// A retentionFile says how long is kept what is: 400d, or forever.
type retentionFile struct {
	Feedback string `yaml:"feedback"`
	Archive  string `yaml:"archive"`
}

type tracesFile struct {
	Endpoint string            `yaml:"endpoint"`
	Headers  map[string]string `yaml:"headers"`
	Ratio    float64           `yaml:"ratio"`
}

type limitsFile struct {
	Deciding int           `yaml:"deciding"`
	Waiting  int           `yaml:"waiting"`
	Wait     time.Duration `yaml:"wait"`
	Open     int           `yaml:"open"`
	Body     int64         `yaml:"body"` // bytes
	Read     time.Duration `yaml:"read"`
	Write    time.Duration `yaml:"write"`
	Idle     time.Duration `yaml:"idle"`
	Drain    time.Duration `yaml:"drain"`
}

// readServerFile reads a server file. The error is a cds.Errors with all that is wrong in it.
func readServerFile(name string) (*serverFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	out := &serverFile{}
	y := &strictYAML{file: &cds.File{Name: name, Text: string(text)}}
	y.read(out)
	if len(y.errors) > 0 {
		return nil, y.errors.Sorted()
	}
	out.resolve(filepath.Dir(name))
	return out, nil
}

// resolve makes paths relative to the folder of the file.
func (f *serverFile) resolve(folder string) {
	at := func(paths ...*string) {
		for _, p := range paths {
			if *p != "" && *p != embedded && !isURL(*p) && !filepath.IsAbs(*p) {
				*p = filepath.Join(folder, *p)
			}
		}
	}
	if f.Feedback != noStore {
		at(&f.Feedback)
	}
	at(&f.Params, &f.State, &f.KeyFile, &f.Decisions, &f.Audit, &f.Archive)
	for i := range f.Rules {
		at(&f.Rules[i])
	}
	for i := range f.Terminology {
		at(&f.Terminology[i])
	}
	for i := range f.Issuers {
		at(&f.Issuers[i].JWKSFile)
	}
	if f.TLS != nil {
		at(&f.TLS.Cert, &f.TLS.Key, &f.TLS.ClientCA)
	}
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && strings.Contains(s, "://")
}

// issuers are those that may call.
func (f *serverFile) issuers() []auth.Issuer {
	var out []auth.Issuer
	for _, i := range f.Issuers {
		out = append(out, auth.Issuer{
			Issuer: i.Issuer, JWKSFile: i.JWKSFile, JWKSURL: i.JWKSURL, JKUs: i.JKUs, InsecureHTTP: i.InsecureHTTP,
			Algorithms: i.Algorithms, Audiences: i.Audiences, Tenants: i.Tenants, MaxLifetime: i.MaxLifetime,
		})
	}
	return out
}

func (f *serverFile) fhirServers() []fetch.Server {
	var out []fetch.Server
	for _, s := range f.FHIR {
		out = append(out, fetch.Server{Issuer: s.Issuer, Base: s.Base, PlainHTTP: s.PlainHTTP})
	}
	return out
}

// others is the name under which a setting is for all that have none of their own.
const others = "default"

// templateVersions are the versions of CDS Hooks by the names that a server file has for them.
var templateVersions = map[string]hooks.TemplateVersion{"2.0": hooks.TemplateVersion2, "3.0": hooks.TemplateVersion3}

func (f *serverFile) clients() map[string]hooks.Client {
	out := map[string]hooks.Client{}
	for name, c := range f.Clients {
		if name == others {
			name = ""
		}
		out[name] = hooks.Client{
			Minimum: cds.Indicator(c.Minimum), MaxCards: c.MaxCards, ShowsOrderSelect: c.ShowsOrderSelect,
			SystemActions: hooks.Place(c.SystemActions), DetectedIssues: c.DetectedIssues, Templates: templateVersions[c.Templates],
		}
	}
	return out
}

func (f *serverFile) deadlines() map[string]time.Duration {
	out := map[string]time.Duration{}
	for hook, d := range f.Deadlines {
		if hook == others {
			hook = ""
		}
		out[hook] = d
	}
	return out
}

func (f *serverFile) limits() server.Limits {
	l := f.Limits
	return server.Limits{
		Deciding: l.Deciding, Waiting: l.Waiting, Wait: l.Wait, Open: l.Open, Read: l.Read, Write: l.Write, Idle: l.Idle, Drain: l.Drain,
	}
}
