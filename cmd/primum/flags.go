package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds"
)

// flags returns the FlagSet of a subcommand; args is how its arguments are called, about what it does.
func (c *command) flags(name, args, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {
		fmt.Fprintf(c.out, "primum %s %s\n\n%s\n", name, args, about)
		f.VisitAll(func(each *flag.Flag) {
			value, text := flag.UnquoteUsage(each)
			fmt.Fprintf(c.out, "  %s\n        %s\n", joined(" ", "--"+each.Name, value), text)
		})
	}
	return f
}

// parse sets the flags in args, which may stand before, between and after the other arguments, and
// returns these.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, usageError{flagProblem(err), f.Name()}
		}
		left := f.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if used := len(args) - len(left); used > 0 && args[used-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// flagProblem says in our words what the flag package says in its own.
func flagProblem(err error) string {
	text := err.Error()
	for its, ours := range map[string]string{
		"flag provided but not defined: -": "there is no flag --",
		"flag needs an argument: -":        "a value is missing after --",
	} {
		if rest, found := strings.CutPrefix(text, its); found {
			return ours + rest
		}
	}
	if rest, found := strings.CutPrefix(text, "invalid value "); found {
		if value, rest, found := strings.Cut(rest, " for flag -"); found {
			name, why, _ := strings.Cut(rest, ": ")
			return fmt.Sprintf("--%s %s: %s", name, value, why)
		}
	}
	return text
}

// A question holds the flags that eval and explain share.
type question struct {
	rules   []string
	params  string
	hook    string
	now     time.Time // zero: the present
	library library
}

func (q *question) define(f *flag.FlagSet) {
	f.Func("rules", "rules in `DIR` or file, in place of the embedded packs, which are named \"embedded\"; may be repeated", func(s string) error {
		q.rules = append(q.rules, s)
		return nil
	})
	f.StringVar(&q.params, "params", "", "what your site changes: `FILE` with params and rules")
	q.library.define(f)
	f.Func("hook", "ask the rules of `HOOK`, such as patient-view; without it, a request is asked those of its own hook and a Bundle every active rule", func(s string) error {
		if !cds.ValidHook(s) {
			return fmt.Errorf("expected one of %s, or one of your own such as org.example.my-hook", strings.Join(cds.HookNames(), ", "))
		}
		q.hook = s
		return nil
	})
	f.Func("now", "review as of `TIME`, 2026-03-01T09:00:00Z or 2026-03-01 (its end, UTC); without it, of the present", func(s string) (err error) {
		q.now, err = instant(s)
		return err
	})
}

// instant reads a point in time. A day stands for its last second, so that all of its data is seen.
func instant(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Second), nil
	}
	return time.Time{}, errors.New("expected a time such as 2026-03-01T09:00:00Z or a day such as 2026-03-01")
}

// at is the instant that is asked about.
func (q *question) at() time.Time {
	if q.now.IsZero() {
		return time.Now().Truncate(time.Second)
	}
	return q.now
}
