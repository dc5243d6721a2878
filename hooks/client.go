package hooks

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks/auth"
)

// A Client is what one client is sent. The zero value sends all cards and nothing that only some clients
// understand.
type Client struct {
	// Minimum is the lowest indicator of the cards that are sent; "": all are.
	Minimum cds.Indicator
	// MaxCards is how many cards are sent at most; 0: all. Critical ones are sent however many they are.
	MaxCards int
	// ShowsOrderSelect says that the client shows the cards of order-select: what was shown there is not
	// shown again at order-sign.
	ShowsOrderSelect bool
	// SystemActions says where the client looks for system actions; "": it is sent none.
	SystemActions Place
	// DetectedIssues makes a FHIR DetectedIssue of each finding in which several resources are implicated:
	// as a system action where these are on, else in the card's extension.
	DetectedIssues bool
	// Templates is the newest version of CDS Hooks whose prefetch templates the client is known to understand;
	// 0: 2.0. Discovery gives it those, and its calls are understood by them.
	Templates TemplateVersion
}

func (c Client) templates() TemplateVersion { return cmp.Or(c.Templates, TemplateVersion2) }

// templateVersions are those in which some client is given templates, in order.
func (c *Config) templateVersions() []TemplateVersion {
	versions := []TemplateVersion{c.Clients[""].templates()}
	for _, client := range c.Clients {
		versions = append(versions, client.templates())
	}
	slices.Sort(versions)
	return slices.Compact(versions)
}

// check says which settings mean nothing, and would only be noticed by calls that go wrong.
func (c *Config) check() error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(c.Clients)) {
		if n := c.Clients[name].MaxCards; n < 0 {
			wrong = append(wrong, fmt.Errorf("client %q: 0 cards or more were expected, not %d", name, n))
		}
	}
	for _, origin := range c.Origins {
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Host == "" || origin != strings.ToLower(u.Scheme+"://"+u.Host)) {
			wrong = append(wrong, fmt.Errorf("origin %q: one as browsers send it was expected, such as https://ehr.example.org", origin))
		}
	}
	return errors.Join(wrong...)
}

// A Place is where in a response a client looks for something.
type Place string

const (
	InResponse  Place = "response"  // where CDS Hooks 2.0 has it
	InExtension Place = "extension" // where clients from before 2.0 look for it
)

// client returns how a caller is served.
func (h *Handler) client(caller auth.Caller) Client {
	if client, ok := h.config.Clients[caller.Issuer]; ok {
		return client
	}
	return h.config.Clients[""]
}
