package hooks

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// precondition is the refusal of a request for which nothing was obtained and nothing decided; nil otherwise. It
// tells of each key of the prefetch why it is lacking.
func (c *call) precondition(report *cds.Report) error {
	if len(report.Findings)+len(report.Failures) > 0 || len(report.Undecided) == 0 || slices.ContainsFunc(c.request.Prefetch, obtained) {
		return nil
	}
	p := &problem{
		status: http.StatusPreconditionFailed, code: "processing", field: "prefetch",
		message: "nothing can be decided: nothing of what the rules read was obtained",
	}
	tell := func(field, reason string) {
		p.more = append(p.more, issue{Severity: "error", Code: "processing", Diagnostics: field + ": " + reason, Expression: []string{field}})
	}
	for i := range c.request.Prefetch {
		if lacking := &c.request.Prefetch[i]; !lacking.medication() {
			tell("prefetch."+lacking.Key, c.lacks(lacking))
		}
	}
	if len(p.more) == 0 {
		tell("prefetch", fmt.Sprintf("the rules read %s", strings.Join(typesOf(report.Undecided), ", ")))
	}
	return p
}

// obtained reports whether anything is known of a prefetch. That of which a part is missing is known in part; what a
// Medication is of says nothing of the patient.
func obtained(p Prefetch) bool {
	return !p.medication() && slices.Contains([]PrefetchState{PrefetchSatisfied, PrefetchEmpty, PrefetchPartial, PrefetchFetched}, p.state)
}

// lacks says why a prefetch is not there.
func (c *call) lacks(p *Prefetch) string {
	reason := cmp.Or(p.Absent, "its search still held {{ and found nothing")
	switch {
	case p.state != PrefetchAbsent || p.tried:
		return reason
	case c.config.Fetcher == nil:
		return reason + ", and this service fetches nothing"
	case c.request.FHIRServer == "":
		return reason + ", and the request names no FHIR server"
	}
	return reason
}

// typesOf names the types that undecided rules missed.
func typesOf(all []cds.Undecided) []string {
	var types []string
	for _, u := range all {
		for _, m := range u.Missing {
			if kind := kindOf(m.Resource); kind != "" {
				types = append(types, kind)
			}
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
