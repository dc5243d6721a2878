package cds

import (
	"strings"
	"sync"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// siteParam returns the site's value of a param, nil if it has none.
func (c *compiler) siteParam(p *pack, def *Param) *SiteParam {
	if c.config.site == nil {
		return nil
	}
	var found *SiteParam
	for i := range c.config.site.Params {
		site := &c.config.site.Params[i]
		if site.Name == def.Name || site.Name == p.def.Name+"."+def.Name {
			c.usedSite["param "+site.Name] = true
			found = site
		}
	}
	return found
}

func (c *compiler) siteRule(id string) *SiteRule {
	if c.config.site == nil {
		return nil
	}
	if c.siteRules == nil {
		c.siteRules = map[string]*SiteRule{}
		for i := range c.config.site.Rules {
			if site := &c.config.site.Rules[i]; c.siteRules[site.ID] == nil {
				c.siteRules[site.ID] = site
			}
		}
	}
	site := c.siteRules[id]
	if site != nil {
		c.usedSite["rule "+id] = true
	}
	return site
}

// usedRule notes that what the site says of a rule, or of rows of it, is about a rule that there is.
func (c *compiler) usedRule(id string) {
	if c.config.site == nil {
		return
	}
	for _, r := range c.config.site.Rules {
		if r.ID == id || strings.HasPrefix(r.ID, id+"[") {
			c.usedSite["rule "+r.ID] = true
		}
	}
}

// site reports what a site changes that is nowhere: a misspelt name must not go unnoticed.
func (c *compiler) site() {
	if c.config.site == nil || len(c.errors) > 0 {
		return
	}
	for _, p := range c.config.site.Params {
		if !c.usedSite["param "+p.Name] {
			c.fail(p.Position, "", expr.Nearest(p.Name, c.params), "no pack has a param %q", p.Name)
		}
	}
	ids := sync.OnceValue(c.engine.instanceIDs)
	for _, r := range c.config.site.Rules {
		if !c.usedSite["rule "+r.ID] {
			c.fail(r.Position, "", expr.Nearest(r.ID, ids()), "no pack has a rule %q", r.ID)
		}
		if r.Indicator != "" && rank(r.Indicator) == len(indicators) {
			c.fail(r.Position, "", "", "there is no indicator %q: expected info, warning or critical", r.Indicator)
		}
	}
}

// instanceIDs are the ids of all rules and of all their rows.
func (e *Engine) instanceIDs() []string {
	var ids []string
	for _, r := range e.rules {
		ids = append(ids, r.def.ID)
		for i := range r.rows {
			ids = append(ids, r.instanceID(&r.rows[i]))
		}
	}
	return ids
}

// indicators, the most urgent first.
var indicators = []Indicator{Critical, Warning, Info}

// rank orders indicators by urgency; what is none of them comes last.
func rank(i Indicator) int {
	for n, known := range indicators {
		if i == known {
			return n
		}
	}
	return len(indicators)
}

// lower returns the less urgent of two indicators; an empty cap lowers nothing.
func lower(i, cap Indicator) Indicator {
	if cap != "" && rank(cap) > rank(i) {
		return cap
	}
	return i
}
