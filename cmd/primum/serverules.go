package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/server"
	"github.com/primum-cds/primum/rules"
)

// ruleSource says where the rules of a server come from.
func (f *serving) ruleSource() server.Rules {
	source := server.Rules{State: f.State, Paths: server.Paths{Params: f.Params}}
	loader := ruleLoader{embedded: len(f.Rules) == 0 || slices.Contains(f.Rules, embedded), services: f.Services}
	for _, path := range f.Rules {
		if path != embedded {
			source.Paths.Packs = append(source.Paths.Packs, path)
		}
	}
	for _, path := range f.Terminology {
		if isServer(path) {
			loader.servers = append(loader.servers, path)
		} else {
			source.Paths.Terminology = append(source.Paths.Terminology, path)
		}
	}
	source.Load = loader.load
	return source
}

// A ruleLoader reads and compiles what is served.
type ruleLoader struct {
	embedded bool
	servers  []string // terminology servers
	services []serviceFile
}

func (l *ruleLoader) load(_ context.Context, paths server.Paths) (*server.RuleSet, error) {
	packs, err := rules.Load(paths.Packs...)
	if err != nil {
		return nil, brokenRules(err)
	}
	origin := "primum " + moduleVersion()
	if l.embedded {
		shipped, err := rules.Embedded()
		if err != nil {
			return nil, err
		}
		packs, origin = append(shipped, packs...), origin+" with embedded packs "+textDigest(shipped)
	}
	var site cds.Site
	if paths.Params != "" {
		if site, err = rules.LoadSite(paths.Params); err != nil {
			return nil, brokenRules(err)
		}
	}
	known := &library{paths: slices.Concat(paths.Terminology, l.servers)}
	options, err := known.open()
	if err != nil {
		return nil, err
	}
	set := &server.RuleSet{Packs: packs, Origin: origin, Release: known.close}
	if err := l.compile(set, site, options); err != nil {
		known.close()
		return nil, err
	}
	return set, nil
}

// compile makes the engine of all packs, and those of services that ask some of them.
func (l *ruleLoader) compile(set *server.RuleSet, site cds.Site, options []cds.Option) (err error) {
	if set.Engine, err = cds.New(set.Packs, append(slices.Clone(options), cds.WithSite(site))...); err != nil {
		return brokenRules(err)
	}
	for _, s := range l.services {
		service := hooks.Service{ID: s.ID, Hook: s.Hook, Title: s.Title, Description: s.Description, UsageRequirements: s.UsageRequirements}
		if len(s.Packs) > 0 {
			if service.Engine, err = some(set.Packs, s, site, options); err != nil {
				return err
			}
		}
		set.Services = append(set.Services, service)
	}
	return nil
}

// some makes an engine of the packs of a service.
func some(packs []cds.Pack, s serviceFile, site cds.Site, options []cds.Option) (*cds.Engine, error) {
	var chosen []cds.Pack
	var names []string
	var declared []cds.Hook
	for _, p := range packs {
		names, declared = append(names, p.Name), append(declared, p.Hooks...)
		if slices.Contains(s.Packs, p.Name) {
			chosen = append(chosen, p)
		}
	}
	for _, name := range s.Packs {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("service %q: there is no pack %q: expected one of %s", s.ID, name, strings.Join(names, ", "))
		}
	}
	engine, err := cds.New(chosen, append(slices.Clone(options), cds.WithSite(siteOf(chosen, site)), cds.WithHooks(declared...))...)
	if err != nil {
		return nil, brokenRules(err)
	}
	return engine, nil
}

// siteOf leaves out of a site's changes what is about packs that are not among those chosen.
func siteOf(chosen []cds.Pack, site cds.Site) cds.Site {
	var ids, params []string
	for _, p := range chosen {
		for i := range p.Rules {
			ids = append(ids, p.Rules[i].ID)
		}
		for _, v := range p.Params {
			params = append(params, v.Name, p.Name+"."+v.Name)
		}
	}
	site.Rules = slices.DeleteFunc(slices.Clone(site.Rules), func(r cds.SiteRule) bool {
		id, _, _ := strings.Cut(r.ID, "[")
		return !slices.Contains(ids, id)
	})
	site.Params = slices.DeleteFunc(slices.Clone(site.Params), func(p cds.SiteParam) bool { return !slices.Contains(params, p.Name) })
	return site
}

// brokenRules says how much is wrong with rules.
func brokenRules(err error) error {
	var wrong cds.Errors
	if errors.As(err, &wrong) {
		return fmt.Errorf("the rules have %s\n%w", count(len(wrong), "mistake"), err)
	}
	return err
}

// textDigest tells the files that packs were read from apart from others.
func textDigest(packs []cds.Pack) string {
	var files []*cds.File
	add := func(f *cds.File) {
		if f != nil && !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	for _, p := range packs {
		for _, c := range p.Codes {
			add(c.Position.File)
		}
		for _, v := range p.Params {
			add(v.Position.File)
		}
		for _, t := range p.Tables {
			add(t.File)
		}
		for _, r := range p.Rules {
			add(r.Position.File)
		}
	}
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%q %d\n%s", f.Name, len(f.Text), f.Text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}
