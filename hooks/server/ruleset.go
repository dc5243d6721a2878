package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
)

// Rules say where rules come from.
type Rules struct {
	Paths Paths
	// Load reads and compiles the rules at paths, which are Paths or copies of them. Nothing that is wrong may
	// be passed over: with an error the rules stay in force that are.
	Load func(ctx context.Context, paths Paths) (*RuleSet, error)
	// State is a folder for a copy of the last good files, which are served after a restart when those at Paths
	// are broken; "": no copy is made. The folder is made if it is not there.
	State string
	// Poll is how often it is looked whether files have changed; 0: every second. What has changed is loaded
	// when it was found the same twice.
	Poll time.Duration
}

// Paths are the files that rules are made of.
type Paths struct {
	Packs  []string // rule files, and folders of them
	Params string   // the file with what a site changes; "" if it changes nothing
	// Terminology is watched like the others, but not copied: such files are big, and change rarely.
	Terminology []string
}

// A RuleSet is a set of compiled rules.
type RuleSet struct {
	Engine *cds.Engine
	Packs  []cds.Pack // that the Engine was made of
	// Services are those that are offered; nil: those of Config.Hooks.
	Services []hooks.Service
	// Origin is what it was made of beside files, such as the version of embedded packs.
	Origin string
	// Release gives back what the Engine reads from, when no call uses it any more; nil: nothing.
	Release func()

	// Digest is set by a Server: SHA-256, in hex, of Origin and of what is in the files, wherever they lie.
	Digest string
}

func (r *RuleSet) release() {
	if r.Release != nil {
		r.Release()
	}
}

// names returns the rules, "pack/rule", sorted.
func (r *RuleSet) names() []string {
	var out []string
	for _, p := range r.Packs {
		for i := range p.Rules {
			out = append(out, p.Name+"/"+p.Rules[i].ID)
		}
	}
	slices.Sort(out)
	return out
}

// errMoving is returned when files changed while they were read, each time they were.
var errMoving = errors.New("the rule files changed while they were read")

// attempts is how often files are read that change meanwhile.
const attempts = 3

// read loads the rules at paths. What is loaded is what the digest is of.
func (r *Rules) read(ctx context.Context, paths Paths) (*RuleSet, error) {
	for range attempts {
		before, err := paths.digest()
		if err != nil {
			return nil, err
		}
		rules, err := r.Load(ctx, paths)
		if err != nil {
			return nil, err
		}
		after, err := paths.digest()
		if err == nil && before == after {
			rules.Digest = digestOf(rules.Origin, after)
			return rules, nil
		}
		rules.release()
	}
	return nil, fmt.Errorf("%w, %d times", errMoving, attempts)
}
