package hooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// inPart reports whether a report that was ended by the deadline of the call is of use all the same: there is
// something to show. Where nothing is, the call has no answer, and the client knows it.
func inPart(report *cds.Report, err error) bool {
	if report == nil || !errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return len(report.Findings) > 0 || slices.ContainsFunc(report.Undecided, func(u cds.Undecided) bool { return len(u.Cards) > 0 })
}

// late makes the card that says which checks were not made before the deadline; nil if all were. No limit of the client
// leaves it out: the cards beside it would be taken for all that there is to say.
func (a *answer) late() []*told {
	var names []string
	for _, f := range a.report.Failures {
		if f.Late {
			id, _, _ := strings.Cut(f.Rule, "[")
			names = append(names, id)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return nil
	}
	summary, list := fmt.Sprintf("%d checks could not be made in time", len(names)), names
	if len(names) == 1 {
		summary = "One check could not be made in time"
	}
	if n := len(names) - maxSaid; n > 0 {
		list = append(slices.Clone(names[:maxSaid]), fmt.Sprintf("and %d more", n))
	}
	t := &told{several: true}
	t.card.Indicator, t.card.Summary, t.card.SourceLabel = cds.Warning, summary, a.service.Title
	t.card.Detail = "The other cards are not all that there may be to say. Not checked: " + cds.Markdown(strings.Join(list, ", "))
	return []*told{t}
}
