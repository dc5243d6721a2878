package cds

import "github.com/primum-cds/primum/cds/internal/expr"

// An instance is a rule for one row of its table; a rule without a table has one. There are as many as there
// are rows: what can be told from the rule and the row is not kept.
type instance struct {
	row    int32 // of the rule's table
	off    bool
	shadow bool
	lowest uint8 // 1 + the rank of the indicator that a site lowers it to, 0: not lowered
}

// cap is what a site lowers the indicator to; "" if it does not.
func (in *instance) cap() Indicator {
	if in.lowest == 0 {
		return ""
	}
	return indicators[in.lowest-1]
}

// row returns the row that an instance is for.
func (r *rule) row(in *instance) expr.Row {
	if r.scope.Table == nil {
		return expr.Row{}
	}
	return r.scope.Table.Row(int(in.row))
}

// rowID returns the id of an instance's row; "" for a rule without a table.
func (r *rule) rowID(in *instance) string {
	if r.scope.Table == nil {
		return ""
	}
	return r.row(in).Text("id")
}

// instanceID returns "rule", or "rule[row]".
func (r *rule) instanceID(in *instance) string { return r.idWith(r.rowID(in)) }

// idWith is the id of the instance for a row.
func (r *rule) idWith(row string) string {
	if r.scope.Table == nil {
		return r.def.ID
	}
	return r.def.ID + "[" + row + "]"
}

// instances makes a rule's instances, with what the site changes.
func (c *compiler) instances(r *rule) {
	n := 1
	if r.scope.Table != nil {
		n = r.scope.Table.Len()
	}
	r.rows = make([]instance, n)
	for i := range r.rows {
		r.rows[i] = instance{row: int32(i), shadow: r.status() == Shadow}
		if c.config.site != nil {
			c.applySite(r, &r.rows[i])
		}
	}
}

// applySite applies what the site says of the rule, and then of the row.
func (c *compiler) applySite(r *rule, in *instance) {
	id := r.instanceID(in)
	for _, name := range []string{r.def.ID, id} {
		if site := c.siteRule(name); site != nil {
			in.off = in.off || site.Off
			in.shadow = in.shadow || site.Shadow
			if site.Indicator != "" {
				in.lowest = uint8(1 + rank(site.Indicator))
				c.lowers(r, site, id, r.row(in))
			}
		}
	}
}

// lowers makes sure that a site does not make a rule, or a row of it, more urgent than its pack says.
func (c *compiler) lowers(r *rule, site *SiteRule, id string, row expr.Row) {
	own := Indicator(c.engine.constantText(r.card.indicator, r.scope, row))
	if site.ID == id && rank(site.Indicator) < rank(own) {
		c.fail(site.Position, "", "", "a site can lower an indicator, not raise it: %q is %s", id, own)
	}
}
