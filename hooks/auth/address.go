package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// An address is a JWKS on a web server. There is no way to know that it has changed but to fetch it.
type address struct {
	url    string
	client *http.Client
}

func newAddress(c Config, url string) *address {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &address{url: url, client: &http.Client{Transport: c.Transport, CheckRedirect: stay}}
}

func (a *address) changed() bool { return false }

// load fetches. Redirects are not followed: what they lead to is in no list.
func (a *address) load(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
	if err != nil {
		return nil, errors.New("the address cannot be read")
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status 200 was expected, not %d", response.StatusCode)
	}
	return limited(response.Body)
}

// withoutURL takes the address out of an error: its query may hold what is secret.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           10,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
