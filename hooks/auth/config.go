package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// What holds where a Config or an Issuer leaves a field zero.
const (
	DefaultLeeway      = time.Minute
	DefaultMaxLifetime = 5 * time.Minute
	DefaultTimeout     = 5 * time.Second
	DefaultRefetch     = time.Minute
	DefaultReplays     = 1 << 20
)

// A Config says who may call.
type Config struct {
	// BaseURL is the service's address as clients know it, "https://cds.example.org/primum", to which a path
	// such as /cds-services is added. It is told and not taken from a request: behind a proxy a request does
	// not know it, and its Host header says what the caller wants.
	BaseURL string
	Issuers []Issuer
	// Leeway is how far the clocks may differ.
	Leeway time.Duration
	// Timeout bounds one fetch of keys.
	Timeout time.Duration
	// Refetch is the least time between two fetches of keys that calls bring about, from each place.
	Refetch time.Duration
	// Replays is how many jti of an issuer are remembered at most, each until its token has expired: a
	// million, which take some 100 MB, last for 2,900 calls a second at the default lifetime and leeway.
	// When so many are remembered the issuer's next call is refused, because to forget one would permit
	// it to be replayed.
	Replays int
	// Transport fetches keys. Without one there is a transport like http.DefaultTransport.
	Transport http.RoundTripper
	// Logger is told when keys are fetched, and when they cannot be. Without one nothing is.
	Logger *slog.Logger
	// Now is the clock, time.Now where it is nil.
	Now func() time.Time
}

// An Issuer is a client of the service, such as an EHR, whose calls are accepted. Its keys come from exactly
// one of JWKSFile, JWKSURL and JKUs.
type Issuer struct {
	// Issuer is what its tokens have as iss, to the letter.
	Issuer string
	// JWKSFile is a file with the keys. It is read again when it has changed.
	JWKSFile string
	// JWKSURL is where the keys are published. A jku in a token is then passed over, as it is with JWKSFile.
	JWKSURL string
	// JKUs are the addresses, to the letter, that a token may name in its jku; it has to name one.
	JKUs []string
	// InsecureHTTP permits addresses of keys that are not https. Those on loopback always may be http.
	InsecureHTTP bool
	// Algorithms that it may sign with: of ES256, ES384, ES512, RS256, RS384, RS512. Without any it may use
	// ES384, ES256 and RS384.
	Algorithms []string
	// Audiences are accepted at every endpoint besides the endpoint's own URL. Only for a client that cannot be
	// brought to send that.
	Audiences []string
	// Tenants that it may call for. Without any, tokens may name what tenant they like, or none.
	Tenants []string
	// MaxLifetime is the most that may lie between iat and exp.
	MaxLifetime time.Duration
}

// complete returns the configuration with its defaults, or everything that is wrong with it.
func (c Config) complete() (Config, error) {
	var wrong []error
	base, err := parseBase(c.BaseURL)
	wrong = append(wrong, err)
	c.BaseURL = base
	if len(c.Issuers) == 0 {
		wrong = append(wrong, errors.New("no issuers"))
	}
	if c.Leeway < 0 || c.Timeout < 0 || c.Refetch < 0 || c.Replays < 0 {
		wrong = append(wrong, errors.New("leeway, timeout, refetch and replays must not be negative"))
	}
	c.Leeway = orDefault(c.Leeway, DefaultLeeway)
	c.Timeout = orDefault(c.Timeout, DefaultTimeout)
	c.Refetch = orDefault(c.Refetch, DefaultRefetch)
	c.Replays = orDefault(c.Replays, DefaultReplays)
	if c.Transport == nil {
		c.Transport = newTransport()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	issuers := make([]Issuer, len(c.Issuers))
	for i, issuer := range c.Issuers {
		if issuers[i], err = issuer.complete(); err != nil {
			wrong = append(wrong, fmt.Errorf("issuer %q: %w", issuer.Issuer, err))
		}
	}
	c.Issuers = issuers
	return c, errors.Join(wrong...)
}

func (i Issuer) complete() (Issuer, error) {
	var wrong []error
	if i.Issuer == "" {
		wrong = append(wrong, errors.New("no name"))
	}
	sources := 0
	for _, given := range []bool{i.JWKSFile != "", i.JWKSURL != "", len(i.JKUs) > 0} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		wrong = append(wrong, errors.New("its keys must come from exactly one of a JWKS file, a JWKS URL and a list of jku"))
	}
	if i.JWKSURL != "" {
		wrong = append(wrong, checkKeyURL(i.JWKSURL, i.InsecureHTTP))
	}
	for _, jku := range i.JKUs {
		wrong = append(wrong, checkKeyURL(jku, i.InsecureHTTP))
	}
	if len(i.Algorithms) == 0 {
		i.Algorithms = defaultAlgorithms()
	}
	for _, name := range i.Algorithms {
		if _, ok := algorithmByName(name); !ok {
			wrong = append(wrong, fmt.Errorf("algorithm %q: one of ES256, ES384, ES512, RS256, RS384 and RS512 was expected", name))
		}
	}
	if i.MaxLifetime < 0 {
		wrong = append(wrong, errors.New("the maximum lifetime must not be negative"))
	}
	i.MaxLifetime = orDefault(i.MaxLifetime, DefaultMaxLifetime)
	return i, errors.Join(wrong...)
}

func orDefault[T time.Duration | int](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

// parseBase and checkKeyURL do not repeat the URL in their errors: it may hold what is secret.
func parseBase(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", errors.New("the base URL must be an absolute http or https URL")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", errors.New("the base URL must have no credentials, query or fragment")
	}
	return strings.TrimRight(base, "/"), nil
}

func checkKeyURL(address string, insecure bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("the address of keys must be an absolute https URL")
	case u.User != nil || u.Fragment != "":
		return errors.New("the address of keys must have no credentials and no fragment")
	case u.Scheme == "http" && !insecure && !loopback(u.Hostname()):
		return errors.New("the address of keys must be https, unless insecure http is permitted to the issuer")
	default:
		return nil
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
