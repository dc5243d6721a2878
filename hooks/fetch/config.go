package fetch

import (
	"cmp"
	"crypto/tls"
	"net/url"
	"time"
)

// A Config says where data may be fetched from, and how much of it. A limit that is 0 has the value that
// is said beside it.
type Config struct {
	Servers []Server // nothing is fetched from any other

	Timeout           time.Duration // of a call, where its context allows more; 5 s
	Concurrency       int           // requests of one call that are under way at once; 8
	ServerConcurrency int           // requests to one server, of all calls; 64
	MaxPages          int           // of a query; 20
	MaxBytes          int64         // of a query's answer with all its pages, after inflating; 8 MiB
	MaxCallBytes      int64         // of all that a call reads, also what turns out to be of no use; 32 MiB
	MedicationTTL     time.Duration // how long a Medication that was read is remembered; 10 minutes

	UserAgent string // "primum"
	// TLS holds a site's own roots and client certificates; nil: the system's roots. Versions below 1.2
	// are not spoken whatever it says.
	TLS *tls.Config
	// Proxy is what every server is reached through; nil: none, also where the environment names one. It
	// resolves the servers' names, so that it is up to the proxy to refuse their addresses.
	Proxy *url.URL
}

// A Server is a FHIR server that data may be fetched from.
type Server struct {
	// Issuer is whose requests may name it, as in the iss of their tokens; "": those without one.
	Issuer string
	// Base is the exact base URL, "https://ehr.example.org/fhir". The case of its host, a default port
	// and a slash at its end make no difference. A loopback address is reached only where Base names it.
	Base string
	// PlainHTTP allows Base to be http. A loopback Base may always be.
	PlainHTTP bool
}

// A ConfigError is returned when a Config makes no sense. It holds no credentials.
type ConfigError struct {
	Setting string // "Servers[2].Base"
	Message string // "must be https"
}

// Error returns "fetch: Servers[2].Base must be https".
func (e *ConfigError) Error() string { return "fetch: " + e.Setting + " " + e.Message }

// complete puts in what is not said, and checks all but the servers.
func (c *Config) complete() error {
	for _, limit := range []struct {
		name  string
		value *int
		other int
	}{
		{"Concurrency", &c.Concurrency, 8},
		{"ServerConcurrency", &c.ServerConcurrency, 64},
		{"MaxPages", &c.MaxPages, 20},
	} {
		if *limit.value = cmp.Or(*limit.value, limit.other); *limit.value < 0 {
			return &ConfigError{limit.name, "must not be negative"}
		}
	}
	for _, limit := range []struct {
		name  string
		value *int64
		other int64
	}{
		{"MaxBytes", &c.MaxBytes, 8 << 20},
		{"MaxCallBytes", &c.MaxCallBytes, 32 << 20},
		{"Timeout", (*int64)(&c.Timeout), int64(5 * time.Second)},
		{"MedicationTTL", (*int64)(&c.MedicationTTL), int64(10 * time.Minute)},
	} {
		if *limit.value = cmp.Or(*limit.value, limit.other); *limit.value < 0 {
			return &ConfigError{limit.name, "must not be negative"}
		}
	}
	c.UserAgent = cmp.Or(c.UserAgent, "primum")
	return c.secure()
}

// secure sees to it that servers are who they say they are.
func (c *Config) secure() error {
	if c.TLS == nil {
		c.TLS = &tls.Config{}
	}
	if c.TLS.InsecureSkipVerify {
		return &ConfigError{"TLS", "must not skip verification"}
	}
	c.TLS = c.TLS.Clone()
	c.TLS.MinVersion = max(c.TLS.MinVersion, tls.VersionTLS12)
	return nil
}

// check returns the base URL of a server.
func (s Server) check() (base, string) {
	b, ok := parseBase(s.Base)
	switch {
	case !ok:
		return base{}, "must be an absolute http or https URL without credentials, query, fragment or dot segments"
	case b.forbidden():
		return base{}, "must not be a link-local, multicast, unspecified or metadata address"
	case b.scheme != "https" && !b.loopback() && !s.PlainHTTP:
		return base{}, "must be https"
	}
	return b, ""
}
