package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

func (c *command) explain(args []string) error {
	f := c.flags("explain", "--rule ID [flags] FILE", `Says clause by clause why a rule held, did not hold, or could not be decided. FILE is a FHIR Bundle
or a CDS Hooks request; "-" is standard input.`)
	q := &question{}
	defer q.library.close()
	q.define(f)
	rule := f.String("rule", "", "explain the rule `ID`, or one row of its table: \"ID[row]\"")
	files, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case *rule == "":
		return usageError{"expected --rule ID, the rule to explain", "explain"}
	case len(files) != 1:
		return usageError{fmt.Sprintf("expected one FILE, found %d", len(files)), "explain"}
	}
	k, err := q.load(cds.WithDrafts()) // who writes a rule wants to know, too
	if err != nil {
		return err
	}
	p, err := c.patient(k, q, files[0], q.at())
	if err != nil {
		return err
	}
	defer p.record.Close()
	all, err := k.engine.Explain(c.ctx, p.record, p.review, *rule)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	c.hints(k, q, p)
	explanation{all, &paper{w: c.out}}.write(*rule, p)
	return nil
}

// An explanation is what is known of why a rule spoke or did not.
type explanation struct {
	all []cds.Explanation
	*paper
}

func (e explanation) write(rule string, p *patient) {
	if len(e.all) == 0 {
		e.para("", fmt.Sprintf("%s: nothing to explain. What it is about is not under review, or no row of its table comes near holding, as of %s.",
			rule, p.review.Now.Format(time.RFC3339)))
	}
	for i := range e.all {
		if i > 0 {
			e.line("")
		}
		e.one(&e.all[i])
	}
}

func (e explanation) one(x *cds.Explanation) {
	e.line("%s: %s", joined(" for ", x.Rule, x.Focus), x.Outcome)
	if x.Assumed {
		e.line("  since codes that nobody can map were read as \"not in\"; their resources are not screened")
	}
	e.labelled("at", x.At)
	if x.NotAsked != "" {
		e.labelled("note", "would not be asked: "+x.NotAsked)
	}
	e.labelled("error", x.Error)
	label := "missing"
	for _, m := range x.Missing {
		e.labelled(label, joined(": ", joined(" ", m.Resource, m.Path), m.Reason))
		label = ""
	}
	e.evidence("read", x.Evidence)
	e.line("")
	for _, clause := range x.Clauses {
		e.clause(clause)
	}
}

// clause writes a part of the condition; what is longer than a line has its value on the next.
func (e explanation) clause(clause cds.Clause) {
	indent := strings.Repeat("  ", clause.Depth+1)
	if len(indent)+len(clause.Text)+len(clause.Value)+4 <= width {
		e.line("%s%s  → %s", indent, clause.Text, clause.Value)
		return
	}
	e.para(indent, clause.Text)
	e.para(indent+"  → ", clause.Value)
}
