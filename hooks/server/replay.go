package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
)

// A Replayer asks rules once more what a Server was asked. It is safe for concurrent use.
type Replayer struct {
	config Config
	rules  *RuleSet
}

// NewReplayer loads the rules of a Server. Of the configuration it uses Rules, and of Hooks the services, clients,
// prefetch and key.
func NewReplayer(ctx context.Context, config Config) (*Replayer, error) {
	rules, err := config.Rules.read(ctx, config.Rules.Paths)
	if err != nil {
		return nil, err
	}
	if rules.Services != nil {
		config.Hooks.Services = rules.Services
	}
	return &Replayer{config, rules}, nil
}

// Digest returns that of the rules, as it is in each Decision.
func (r *Replayer) Digest() string { return r.rules.Digest }

// Close gives back what the rules hold.
func (r *Replayer) Close() { r.rules.release() }

// A Difference is a result that is only in one of two answers: as JSON, as in the decision log, without what is
// another one each time.
type Difference struct {
	Then, Now string // one of them is ""
}

// Replay asks again, as of the instant of a line of the decision log, and returns in what the results differ. Cards
// that were left out because they had been shown before are compared as if they had not been. Where the key is
// not that of the line, it is not compared which resources were meant. What there was no time for is not compared.
func (r *Replayer) Replay(ctx context.Context, line *Decision, request *Archived) ([]Difference, error) {
	var now *Decision
	config := r.config.Hooks
	config.Authenticator, config.Feedback = replayed{line}, nil
	if config.Fetcher != nil || len(request.Fetched) > 0 {
		config.Fetcher = remembered(request.Fetched)
	}
	config.Now = func() time.Time { return line.Time }
	config.Deadlines = map[string]time.Duration{"": time.Minute}
	config.Observe = func(_ context.Context, o *hooks.Outcome) { now = decision(o, r.rules.Digest, config.HashKey) }
	handler, err := hooks.New(r.rules.Engine, config)
	if err != nil {
		return nil, err
	}
	call := httptest.NewRequestWithContext(ctx, http.MethodPost, "/cds-services/"+line.Service, bytes.NewReader(request.Request))
	handler.ServeHTTP(httptest.NewRecorder(), call)
	return differences(line, now)
}

// replayed says that it is the caller of a line who calls.
type replayed struct{ line *Decision }

func (r replayed) Verify(context.Context, string, string) (auth.Caller, error) {
	return auth.Caller{Issuer: r.line.Issuer, Tenant: r.line.Tenant}, nil
}

func differences(then, now *Decision) ([]Difference, error) {
	resources := then.Key == now.Key
	late := unasked(then, resources)
	before, err := compared(then, resources, late)
	if err != nil {
		return nil, err
	}
	after, err := compared(now, resources, late)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, line := range before {
		if i := slices.Index(after, line); i >= 0 {
			after = slices.Delete(after, i, i+1)
		} else {
			out = append(out, Difference{Then: line})
		}
	}
	for _, line := range after {
		out = append(out, Difference{Now: line})
	}
	return out, nil
}

// A subject is a rule, with all rows of its table, and what it was asked about.
type subject struct{ rule, focus string }

func (r *Result) subject(resources bool) subject {
	s := subject{focus: r.Focus}
	if s.rule, _, _ = strings.Cut(r.Rule, "["); !resources {
		s.focus = ""
	}
	return s
}

// unasked is what there was no time for: now there is, which is no difference.
func unasked(d *Decision, resources bool) map[subject]bool {
	late := map[subject]bool{}
	for i := range d.Results {
		if r := &d.Results[i]; r.Result == hooks.Late {
			late[r.subject(resources)] = true
		}
	}
	return late
}

// compared returns the status and the results, each as JSON, without what may differ.
func compared(d *Decision, resources bool, late map[subject]bool) ([]string, error) {
	status, err := json.Marshal(map[string]any{"status": d.Status})
	if err != nil {
		return nil, err
	}
	out := []string{string(status)}
	for _, r := range d.Results {
		if late[r.subject(resources)] {
			continue
		}
		r.Card = ""
		if r.Hidden == hooks.ShownAtSelect || r.Hidden == hooks.FeedbackGiven {
			r.Hidden = ""
		}
		if !resources {
			r.Focus, r.Evidence = "", nil
		}
		text, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		out = append(out, string(text))
	}
	return out, nil
}
