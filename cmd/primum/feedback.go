package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/primum-cds/primum/hooks/feedback/postgres"
)

const feedbackAbout = `Counts the cards that were shown and what clients reported of them: the most overridden rules first. A card counts
once, by the last report about it; the override rate is of all cards shown. STORE may be in use by a server.`

func (c *command) feedback(args []string) error {
	f := c.flags("feedback", "[--store STORE] [flags]", feedbackAbout)
	store := f.String("store", "", "the `STORE` of a server: its file, or postgres://user@host/database, with the password in PGPASSWORD or ~/.pgpass (default that of a server that is told of none)")
	by := byFlag(f)
	since := sinceFlag(f)
	format := formatFlag(f, "one object")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{fmt.Sprintf("feedback takes no arguments but flags, found %q", rest[0]), "feedback"}
	case *store == "":
		if *store, err = usersStore(); err != nil {
			return usageError{"expected --store STORE: a file, or a URL such as postgres://user@host/database", "feedback"}
		}
	}
	found := summary{By: *by, Since: since(time.Now())}
	if found.Rows, err = c.summarize(*store, feedback.Query{By: found.By, Since: found.Since}); err != nil {
		return err
	}
	if *format == "json" {
		return found.json(c)
	}
	found.text(&paper{w: c.out})
	return nil
}

func byFlag(f *flag.FlagSet) *feedback.By {
	by := feedback.ByRule
	f.Func("by", "a line for each `rule`, service or hook (default rule)", func(s string) error {
		switch by = feedback.By(s); by {
		case feedback.ByRule, feedback.ByService, feedback.ByHook:
			return nil
		}
		return errors.New("expected rule, service or hook")
	})
	return &by
}

// sinceFlag returns what tells from when on cards are counted.
func sinceFlag(f *flag.FlagSet) func(now time.Time) time.Time {
	since := func(now time.Time) time.Time { return now.UTC().Truncate(time.Second).AddDate(0, 0, -30) }
	f.Func("since", "cards shown since `TIME`: 30d, 12h, a day such as 2026-03-01 (UTC) or 2026-03-01T09:00:00Z (default 30d)", func(s string) error {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t, err = time.Parse(time.DateOnly, s)
		}
		if err == nil {
			since = func(time.Time) time.Time { return t }
			return nil
		}
		ago, err := span(s)
		since = func(now time.Time) time.Time { return now.UTC().Truncate(time.Second).Add(-ago) }
		return err
	})
	return func(now time.Time) time.Time { return since(now) }
}

// span reads a number of days or hours, 30d or 12h.
func span(s string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour} {
		number, found := strings.CutSuffix(s, suffix)
		if n, err := strconv.ParseUint(number, 10, 16); found && err == nil {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, errors.New("expected a span such as 30d or 12h, a day such as 2026-03-01 or a time such as 2026-03-01T09:00:00Z")
}

// summarize asks a store that is named by its file or URL.
func (c *command) summarize(name string, query feedback.Query) ([]feedback.Row, error) {
	store, err := openStore(c.ctx, name)
	if err != nil {
		return nil, err
	}
	rows, err := store.Summary(c.ctx, query)
	return rows, errors.Join(err, store.Close())
}

func openStore(ctx context.Context, name string) (feedback.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	if isPostgres(name) {
		return postgres.OpenReadOnly(ctx, name)
	}
	return bolt.OpenReadOnly(ctx, name)
}

// A summary is what is printed.
type summary struct {
	By    feedback.By    `json:"by"`
	Since time.Time      `json:"since"`
	Rows  []feedback.Row `json:"rows"`
}

func (s summary) json(c *command) error {
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = c.out.Write(append(line, '\n'))
	return err
}

func (s summary) text(p *paper) {
	p.line("Cards shown since %s, by %s", s.Since.Format(time.RFC3339), s.By)
	if len(s.Rows) == 0 {
		p.line("\nNone was shown, and no feedback was received.")
		return
	}
	table := [][]string{{string(s.By), "shown", "accepted", "overridden", "ignored", "override rate", "reasons"}}
	for _, row := range s.Rows {
		name := joined(" of ", row.Name, row.Pack)
		shown, ignored, rate := strconv.Itoa(row.Shown), strconv.Itoa(row.Ignored), "-"
		if row.Name == feedback.UnknownCard {
			shown, ignored = "-", "-"
		}
		if row.Shown > 0 {
			rate = fmt.Sprintf("%.0f %%", 100*float64(row.Overridden)/float64(row.Shown))
		}
		table = append(table, []string{name, shown, strconv.Itoa(row.Accepted), strconv.Itoa(row.Overridden), ignored, rate, reasons(row)})
	}
	p.line("")
	p.table(table)
}

// reasons lists the most frequent reasons of a row.
func reasons(row feedback.Row) string {
	const most = 3
	without := row.Overridden
	var parts []string
	for _, r := range row.Reasons {
		without -= r.Count
		name := r.Display
		if name == "" {
			name = r.Code
		}
		parts = append(parts, fmt.Sprintf("%s (%d)", name, r.Count))
	}
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], fmt.Sprintf("%d more", more))
	}
	if without > 0 {
		parts = append(parts, fmt.Sprintf("none given (%d)", without))
	}
	return strings.Join(parts, ", ")
}
