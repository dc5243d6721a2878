package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// compare says where a report differs from what the test expects, in the order of the report and then
// of the test. Nil means that the test passed.
func (t *Test) compare(report *cds.Report) cds.Errors {
	c := &comparison{test: t, report: report}
	c.findings()
	c.undecided()
	c.failures()
	c.unscreened()
	return c.differences
}

// A comparison collects the differences between a report and a test.
type comparison struct {
	test        *Test
	report      *cds.Report
	differences cds.Errors
}

// missing reports something that the test names and that did not come, or came otherwise.
func (c *comparison) missing(e Expected, format string, args ...any) {
	c.differences = append(c.differences, &cds.Error{Position: e.Position, Rule: e.name(), Message: fmt.Sprintf(format, args...)})
}

// unexpected reports something that the test does not name.
func (c *comparison) unexpected(rule, format string, args ...any) {
	c.differences = append(c.differences, &cds.Error{Position: c.test.Position, Rule: rule, Message: fmt.Sprintf(format, args...)})
}

func (c *comparison) findings() {
	rest := slices.Clone(c.report.Findings)
	var open []Expected
	for _, e := range c.test.Want {
		if i := slices.IndexFunc(rest, e.finds); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			open = append(open, e)
		}
	}
	for _, e := range open {
		i := slices.IndexFunc(rest, func(f cds.Finding) bool { return e.rules(f.Rule, f.Row) })
		if i < 0 {
			c.missing(e, "expected a finding%s, and %s", e.particulars(), c.instead(e))
			continue
		}
		c.missing(e, "expected a finding%s, got %s", e.particulars(), describeFinding(rest[i]))
		rest = slices.Delete(rest, i, i+1)
	}
	for _, f := range rest {
		c.unexpected(f.Rule, "expected no such finding, got %s", describeFinding(f))
	}
}

func describeFinding(f cds.Finding) string {
	s := "one that is " + string(f.Indicator)
	if f.Focus != "" {
		s += " for " + f.Focus
	}
	return s + fmt.Sprintf(", %q", f.Summary)
}

// instead says what became of a rule that was expected to hold.
func (c *comparison) instead(e Expected) string {
	for _, u := range c.report.Undecided {
		if e.rules(u.Rule, "") || e.base() == u.Rule && slices.Contains(u.Rows, e.row()) {
			return "it is undecided: " + describeMissing(u)
		}
	}
	for _, f := range c.report.Failures {
		if e.rules(f.Rule, "") {
			return "it failed: " + f.Error
		}
	}
	for _, s := range c.report.Suppressed {
		if e.rules(s.Rule, "") {
			return strings.TrimSuffix("it is suppressed: "+s.Reason+" by "+s.By, " by ")
		}
	}
	return "there is none"
}

func (c *comparison) undecided() {
	rest := slices.Clone(c.report.Undecided)
	for _, e := range c.test.Undecided {
		i := slices.IndexFunc(rest, e.undecides)
		if i < 0 {
			i = slices.IndexFunc(rest, func(u cds.Undecided) bool { return e.base() == u.Rule })
			if i < 0 {
				c.missing(e, "expected it to be undecided, and it is not")
				continue
			}
			c.missing(e, "expected it to be undecided%s, got %s", e.particulars(), describeMissing(rest[i]))
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, u := range rest {
		c.unexpected(u.Rule, "expected it to be decided, and it is undecided: %s", describeMissing(u))
	}
}

// describeMissing says for what an undecided rule is undecided and what it lacks.
func describeMissing(u cds.Undecided) string {
	var parts []string
	for _, m := range u.Missing {
		parts = append(parts, strings.TrimSpace(strings.Trim(m.Resource+"."+m.Path, ".")+" "+m.Reason))
	}
	s := strings.Join(parts, ", ")
	if u.Focus != "" {
		s = "for " + u.Focus + ", " + s
	}
	if len(u.Rows) > 0 {
		s += ", rows " + strings.Join(u.Rows, ", ")
	}
	if u.Error != "" {
		s += ", " + u.Error
	}
	return s
}

func (c *comparison) failures() {
	rest := slices.Clone(c.report.Failures)
	for _, e := range c.test.Failures {
		i := slices.IndexFunc(rest, func(f cds.Failure) bool {
			return e.rules(f.Rule, "") && e.focuses(f.Focus) && strings.Contains(f.Error, e.Error)
		})
		if i < 0 {
			c.missing(e, "expected it to fail%s, and it did not", e.particulars())
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, f := range rest {
		c.unexpected(f.Rule, "expected no failure, got %s: %s", f.At, f.Error)
	}
}

func (c *comparison) unscreened() {
	if c.test.Unscreened == nil {
		return
	}
	rest := slices.Clone(c.report.Unscreened)
	for _, e := range c.test.Unscreened {
		i := slices.IndexFunc(rest, func(u cds.Unscreened) bool { return sameResource(e.Resource, u.Resource) })
		if i < 0 {
			c.missing(e, "expected %s to be unscreened, and it is not", e.Resource)
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, u := range rest {
		c.unexpected("", "expected %s to be screened, and it is unscreened: %s", u.Resource, u.Reason)
	}
}
