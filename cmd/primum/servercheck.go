package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

// check says which settings have values that mean nothing. What would never apply is a mistake: nobody would notice.
func (f *serving) check() error {
	errs := append(f.checkClients(), f.checkDeadlines()...)
	for _, s := range f.FHIR {
		switch {
		case s.Issuer == "" && len(f.Issuers) > 0:
			errs = append(errs, fmt.Errorf("fhir: %s: expected an issuer: without one it is for calls without a token", s.Base))
		case !f.knows(s.Issuer):
			errs = append(errs, fmt.Errorf("fhir: %s: %q is not among the issuers", s.Base, s.Issuer))
		}
	}
	if f.TLS != nil && (f.TLS.Cert == "" || f.TLS.Key == "") {
		errs = append(errs, errors.New("tls: expected cert and key, two files"))
	}
	return errors.Join(errs...)
}

// knows reports whether calls of an issuer may come. Where nobody has to prove who they are, the settings of issuers
// wait until they do.
func (f *serving) knows(issuer string) bool {
	return len(f.Issuers) == 0 || slices.Contains(issuerNames(f.Issuers), issuer)
}

func (f *serving) checkClients() (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(f.Clients)) {
		c := f.Clients[name]
		if name != others && !f.knows(name) {
			errs = append(errs, fmt.Errorf("clients: %s: it is not among the issuers", name))
		}
		if c.Minimum != "" && !slices.Contains([]cds.Indicator{cds.Info, cds.Warning, cds.Critical}, cds.Indicator(c.Minimum)) {
			errs = append(errs, fmt.Errorf("clients: %s: minimum: expected info, warning or critical, found %q", name, c.Minimum))
		}
		if c.SystemActions != "" && !slices.Contains([]hooks.Place{hooks.InResponse, hooks.InExtension}, hooks.Place(c.SystemActions)) {
			errs = append(errs, fmt.Errorf("clients: %s: systemActions: expected response or extension, found %q", name, c.SystemActions))
		}
		if c.Templates != "" && templateVersions[c.Templates] == 0 {
			errs = append(errs, fmt.Errorf("clients: %s: templates: expected 2.0 or 3.0, a version of CDS Hooks, found %q", name, c.Templates))
		}
	}
	return errs
}

// patience is how long somebody waits for cards at most, who signs an order.
const patience = 5 * time.Second

func (f *serving) checkDeadlines() (errs []error) {
	for _, hook := range slices.Sorted(maps.Keys(f.Deadlines)) {
		if hook != others && !cds.ValidHook(hook) {
			errs = append(errs, fmt.Errorf("deadlines: there is no hook %q", hook))
		}
		if d := f.Deadlines[hook]; d == 0 || d > patience {
			errs = append(errs, fmt.Errorf("deadlines: %s: expected more than 0s and at most %s, found %s", hook, patience, d))
		}
	}
	return errs
}
