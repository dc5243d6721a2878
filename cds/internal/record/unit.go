package record

import "github.com/primum-cds/primum/cds/internal/measure"

// A unitCache remembers which units are UCUM's: the same few dozen are in nearly every record.
type unitCache struct {
	byCode map[string]unitText
	last   unitText // a result and the limits of its range are in one unit
}

const mostUnits = 1000

// A unitText is a unit as a Quantity gives it.
type unitText struct {
	unit, system, code string
	is                 bool
}

// isUCUM reports whether nothing is to be said of the unit of a Quantity.
func (c *unitCache) isUCUM(unit, system, code []byte) bool {
	if !c.last.reads(unit, system, code) {
		c.last = c.find(unit, system, code)
	}
	return c.last.is
}

func (t *unitText) reads(unit, system, code []byte) bool {
	return t.code == string(code) && t.unit == string(unit) && t.system == string(system)
}

func (c *unitCache) find(unit, system, code []byte) unitText {
	if known, ok := c.byCode[string(code)]; ok && known.reads(unit, system, code) {
		return known
	}
	t := unitText{unit: string(unit), system: string(system), code: string(code)}
	u, _, mapped := measure.Unit(t.unit, t.system, t.code)
	t.is = u != nil && !mapped
	if c.byCode == nil || len(c.byCode) >= mostUnits {
		c.byCode = map[string]unitText{}
	}
	c.byCode[t.code] = t
	return t
}
