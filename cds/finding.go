package cds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// maxEvidence bounds the evidence of one finding: a record can hold thousands of what a rule asks about.
const maxEvidence = 100

// A finding is a Finding with what its order and its cap depend on.
type finding struct {
	Finding
	provisional bool
	resources   string // those it rests on, once they are asked for, or if the evidence does not tell them all
	rule        *rule
	instance    *instance
	again       bool // the instance holds for another focus, too
}

func (q *question) hold() {
	reads, row := q.eval.Reads(), q.rule.rowID(q.instance)
	f := q.anotherFinding()
	*f = finding{rule: q.rule, instance: q.instance}
	f.Finding = Finding{
		Rule: q.rule.idWith(row), Pack: q.rule.pack.def.Name, Version: q.rule.pack.def.Version, Row: row,
		Focus: q.focusRef(), At: q.rule.def.At, Citation: q.rule.def.Citation, Evidence: evidence(reads),
	}
	for _, read := range reads {
		f.provisional = f.provisional || read.Entry != nil && read.Entry.Current().Provisional
	}
	if len(reads) > maxEvidence {
		f.resources = restsOn(f.Focus, reads, func(r *expr.Read) string { return r.Res })
	}
	f.Degraded = q.trouble()
	q.render(f)
	if first := q.held[q.instance]; first == nil {
		q.held[q.instance] = f
	} else {
		first.again, f.again = true, true
	}
	q.findings = append(q.findings, f)
}

// evidence is what was read, up to a bound.
func evidence(reads []expr.Read) []Evidence {
	out := make([]Evidence, 0, min(len(reads), maxEvidence+1))
	for n, read := range reads {
		if n == maxEvidence {
			return append(out, Evidence{Value: fmt.Sprintf("and %d more", len(reads)-n)})
		}
		out = append(out, Evidence{Resource: read.Res, Path: read.Path, Value: read.Value, Date: read.Date})
	}
	return out
}

// anotherFinding returns one of an earlier evaluation, to be overwritten, if there is one.
func (e *evaluation) anotherFinding() *finding {
	if n := len(e.findings); n < cap(e.findings) && e.findings[:n+1][n] != nil {
		return e.findings[:n+1][n]
	}
	return &finding{}
}

// restsOn names the resources of a finding, the same for all that rest on the same.
func restsOn[T any](focus string, reads []T, resource func(*T) string) string {
	resources := make([]string, 1, len(reads)+1)
	resources[0] = focus
	for i := range reads {
		if name := resource(&reads[i]); name != "" {
			resources = append(resources, name)
		}
	}
	slices.Sort(resources)
	return strings.Join(slices.Compact(resources), " ")
}

// restsOn names the resources that the finding rests on.
func (f *finding) restsOn() string {
	if f.resources == "" {
		f.resources = restsOn(f.Focus, f.Evidence, func(e *Evidence) string { return e.Resource })
	}
	return f.resources
}

func (q *question) render(f *finding) {
	r := q.rendering()
	f.Card = r.card(q.rule.card)
	q.text = r.memory
	if f.provisional {
		f.Card.Indicator = lower(f.Card.Indicator, Warning)
	}
	f.Card.Indicator = lower(f.Card.Indicator, q.instance.cap())
	f.Indicator, f.Summary, f.Source = f.Card.Indicator, f.Card.Summary, f.Card.SourceLabel
	if len(r.problems) > 0 {
		f.Degraded = strings.Join(append(nonEmpty(f.Degraded), r.problems...), "; ")
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (q *question) rendering() rendering {
	q.vars.Tell()
	return rendering{vars: q.vars, memory: q.text}
}

// reportFindings sorts findings by indicator, pack, rule and focus, makes symmetric pairs one, and moves
// what is in shadow, and what another one covers, aside.
func (e *evaluation) reportFindings(out *Report) {
	slices.SortFunc(e.findings, func(a, b *finding) int {
		return cmp.Or(cmp.Compare(rank(a.Indicator), rank(b.Indicator)), cmp.Compare(a.Pack, b.Pack),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Focus, b.Focus))
	})
	if len(e.findings) == 0 {
		return
	}
	out.Findings = make([]Finding, 0, len(e.findings))
	type key struct {
		instance  *instance
		resources string
	}
	seen := map[key]bool{}
	covered := covering(e.findings)
	for _, f := range e.findings {
		if f.again {
			k := key{f.instance, f.restsOn()}
			if seen[k] {
				continue
			}
			seen[k] = true
		}
		if f.instance.shadow {
			out.Suppressed = append(out.Suppressed, Suppressed{Rule: f.Rule, Focus: f.Focus, Reason: "shadow"})
			continue
		}
		if by := covered[f]; by != nil {
			if by.instance != f.instance { // else it tells of another focus what this one tells
				out.Suppressed = append(out.Suppressed, Suppressed{Rule: f.Rule, Focus: f.Focus, Reason: "covered", By: by.Rule})
			}
			continue
		}
		out.Findings = append(out.Findings, f.Finding)
	}
}
