package main

import (
	"errors"
	"flag"
	"fmt"
	"time"
)

func (c *command) eval(args []string) error {
	f := c.flags("eval", "[flags] FILE…", `Reviews each FILE, a FHIR Bundle or a CDS Hooks request, and prints what the rules say of it.
"-" is standard input.`)
	q := &question{}
	defer q.library.close()
	q.define(f)
	format := formatFlag(f, "one object a file, one a line")
	files, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usageError{`expected a FILE: a Bundle or a CDS Hooks request ("-" is standard input)`, "eval"}
	}
	k, err := q.load()
	if err != nil {
		return err
	}
	now, failed := q.at(), error(nil)
	for _, name := range files {
		if err := c.evalFile(k, q, name, now, *format); err != nil {
			c.report(err)
			failed = errReported
		}
		if err := errors.Join(c.out.Flush(), c.ctx.Err()); err != nil {
			return err
		}
	}
	return failed
}

// formatFlag defines --format; json says how that is laid out.
func formatFlag(f *flag.FlagSet, json string) *string {
	format := "text"
	f.Func("format", "print `text` for people, or json: "+json+" (default text)", func(s string) error {
		if s != "text" && s != "json" {
			return errors.New("expected text or json")
		}
		format = s
		return nil
	})
	return &format
}

// evalFile reviews one file. What cannot be read does not keep the next file from being reviewed.
func (c *command) evalFile(k *knowledge, q *question, name string, now time.Time, format string) error {
	p, err := c.patient(k, q, name, now)
	if err != nil {
		return err
	}
	defer p.record.Close()
	report, err := k.engine.Evaluate(c.ctx, p.record, p.review)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if len(p.notices) > 0 {
		report.Warnings = append(p.notices, report.Warnings...)
	}
	c.hints(k, q, p)
	if format == "json" {
		return c.json(report)
	}
	if c.printed {
		c.out.WriteString("\n")
	}
	c.printed = true
	sheet{report, p, asked(k.packs, p.review.Hook), &paper{w: c.out}}.write()
	return nil
}

// hints tells on standard error what a caller may not have meant to ask.
func (c *command) hints(k *knowledge, q *question, p *patient) {
	newest := p.record.Newest()
	if q.now.IsZero() && newest != "" && newest < p.review.Now.AddDate(-1, 0, 0).Format(time.DateOnly) {
		fmt.Fprintf(c.errors, "primum: %s: the newest data is of %s; to review it as of then, use --now %s\n", p.name, newest, lastDay(newest))
	}
	if hook, _ := k.engine.Hook(p.review.Hook); hook.Orders && !p.isRequest {
		fmt.Fprintf(c.errors, "primum: %s: %s is about new orders, and a Bundle brings none: give a CDS Hooks request, or leave --hook out\n", p.name, hook.Name)
	}
}

// lastDay returns the last day of a date that may be partial.
func lastDay(date string) string {
	if year, err := time.Parse("2006", date); err == nil {
		return year.AddDate(1, 0, -1).Format(time.DateOnly)
	}
	if month, err := time.Parse("2006-01", date); err == nil {
		return month.AddDate(0, 1, -1).Format(time.DateOnly)
	}
	return date
}
