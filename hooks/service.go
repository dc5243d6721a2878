package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/primum-cds/primum/cds"
)

// Version is that of CDS Hooks which services say they speak. What 3.0 adds is sent so that a client of 2.0
// can pass it over.
const Version = "3.0.0"

// A Service is what a client can call at one hook.
type Service struct {
	ID    string // of its URL; unique, but for services at different hooks
	Hook  string
	Title string // "" names the hook
	// Description says what it does; "" says which hook's rules are asked.
	Description       string
	UsageRequirements string
	Extension         map[string]json.RawMessage // by reverse domain name, each an object
	// Engine holds its rules; nil: the Handler's.
	Engine *cds.Engine

	prefetch []Template
	declared cds.Hook
}

var serviceID = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// offer puts together which services there are, and the answer to discovery.
func (h *Handler) offer(engine *cds.Engine) error {
	services := slices.Clone(h.config.Services)
	if h.config.Services == nil {
		for _, hook := range engine.Hooks() {
			services = append(services, Service{ID: "primum-" + hook, Hook: hook})
		}
	}
	var wrong []error
	for _, s := range services {
		if s.Engine == nil {
			s.Engine = engine
		}
		if s.Title == "" {
			s.Title = "Primum, " + s.Hook
		}
		if s.Description == "" {
			s.Description = "Asks the clinical rules that are for " + s.Hook + "."
		}
		if h.config.Prefetch != nil {
			var err error
			if s.prefetch, err = h.config.Prefetch(s); err != nil {
				wrong = append(wrong, fmt.Errorf("service %q: %w", s.ID, err))
			}
		}
		s.declared, _ = s.Engine.Hook(s.Hook)
		wrong = append(wrong, s.check(h.byID[s.ID])...)
		h.services = append(h.services, s)
		h.byID[s.ID] = append(h.byID[s.ID], s)
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	listed, err := discovery(h.services)
	h.listed = listed
	return err
}

// check says what is wrong with a service.
func (s *Service) check(same []Service) (wrong []error) {
	fail := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("service %q: "+format, append([]any{s.ID}, args...)...))
	}
	if !serviceID.MatchString(s.ID) {
		fail("its id is part of a URL: expected letters, digits, '-', '.', '_' and '~'")
	}
	if !cds.ValidHook(s.Hook) {
		fail("there is no hook %q", s.Hook)
	}
	if slices.ContainsFunc(same, func(other Service) bool { return other.Hook == s.Hook }) {
		fail("there are two at %s", s.Hook)
	}
	for name, value := range s.Extension {
		if !json.Valid(value) || value[0] != '{' {
			fail("the extension %q is not a JSON object", name)
		}
	}
	keys := map[string]bool{}
	for _, t := range s.prefetch {
		if keys[t.Key] || t.Key == "" || t.Query == "" {
			fail("the prefetch templates need keys and queries, and each key once: %q", t.Key)
		}
		keys[t.Key] = true
	}
	if len(keys) < len(s.prefetch) {
		return wrong
	}
	for _, p := range Lint(s.prefetch, s.declared, TemplateVersion3) {
		if !p.Warning {
			fail("%w", p)
		}
	}
	return wrong
}

// A described is a service as discovery lists it.
type described struct {
	Hook              string                     `json:"hook"`
	HookVersion       string                     `json:"hookVersion,omitempty"`
	Title             string                     `json:"title"`
	Description       string                     `json:"description"`
	ID                string                     `json:"id"`
	Version           string                     `json:"version"`
	UsageRequirements string                     `json:"usageRequirements,omitempty"`
	Prefetch          ordered                    `json:"prefetch,omitempty"`
	Extension         map[string]json.RawMessage `json:"extension,omitempty"`
}

func discovery(services []Service) ([]byte, error) {
	list := struct {
		Services []described `json:"services"`
	}{[]described{}}
	for _, s := range services {
		list.Services = append(list.Services, described{
			Hook: s.Hook, HookVersion: s.declared.Version, Title: s.Title, Description: s.Description, ID: s.ID, Version: Version,
			UsageRequirements: s.UsageRequirements, Prefetch: s.prefetch, Extension: s.Extension,
		})
	}
	return encode(list)
}

// encode writes JSON as it stands, without escapes for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (c *call) discover() error {
	c.write(http.StatusOK, c.listed)
	return nil
}

func (c *call) noService() error {
	return &problem{status: http.StatusNotFound, code: "not-found", message: "there is no such service: those that there are are listed at " + root}
}
