package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

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

	templates map[TemplateVersion][]Template
	prefetch  []Template // of its templates, those that the client which is served was given
	declared  cds.Hook
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
	versions := h.config.templateVersions()
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
		s.declared, _ = s.Engine.Hook(s.Hook)
		wrong = append(wrong, s.derive(h.config.Prefetch, versions)...)
		wrong = append(wrong, s.check(h.byID[s.ID])...)
		h.services = append(h.services, s)
		h.byID[s.ID] = append(h.byID[s.ID], s)
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for _, version := range versions {
		listed, err := discovery(h.services, version)
		if err != nil {
			return err
		}
		h.listed[version] = listed
	}
	return nil
}

// derive makes the templates of a service in each version that some client understands. What is wrong in several
// is told of the first.
func (s *Service) derive(prefetch func(Service, TemplateVersion) ([]Template, error), versions []TemplateVersion) (wrong []error) {
	s.templates = map[TemplateVersion][]Template{}
	if prefetch == nil {
		return nil
	}
	for _, version := range versions {
		templates, err := prefetch(*s, version)
		if err != nil {
			return []error{fmt.Errorf("service %q: %w", s.ID, err)}
		}
		if wrong = s.examine(templates, version); wrong != nil {
			return wrong
		}
		s.templates[version] = templates
	}
	return nil
}

// examine says what is wrong with the templates that are to be published to clients of a version.
func (s *Service) examine(templates []Template, version TemplateVersion) (wrong []error) {
	for _, p := range Lint(templates, s.declared, version) {
		if !p.Warning {
			wrong = append(wrong, fmt.Errorf("service %q: %w", s.ID, p))
		}
	}
	return wrong
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

// discovery is the answer to clients that understand templates of a version.
func discovery(services []Service, version TemplateVersion) ([]byte, error) {
	list := struct {
		Services []described `json:"services"`
	}{[]described{}}
	for _, s := range services {
		list.Services = append(list.Services, described{
			Hook: s.Hook, HookVersion: s.declared.Version, Title: s.Title, Description: s.Description, ID: s.ID, Version: Version,
			UsageRequirements: s.UsageRequirements, Prefetch: s.templates[version], Extension: s.Extension,
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
	c.write(http.StatusOK, c.listed[c.Handler.client(c.outcome.Caller).templates()])
	return nil
}

// noService refuses a call of a service that there is not, and says which there are.
func (c *call) noService() error {
	var ids []string
	for _, s := range c.Handler.services {
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	message := "there is no such service; there are: " + strings.Join(ids, ", ")
	switch {
	case len(ids) == 0:
		message = "there is no such service, for there are none"
	case len(ids) > maxSaid:
		message = "there is no such service: those that there are are listed at " + root
	}
	return &problem{status: http.StatusNotFound, code: "not-found", message: message}
}
