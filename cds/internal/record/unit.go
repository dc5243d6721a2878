package record

import "github.com/primum-cds/primum/cds/internal/measure"

// A unitCache remembers which units are UCUM's: the same few dozen are in nearly every record.
type unitCache struct{ byCode map[string]unitText }

const mostUnits = 1000

// A unitText is a unit as a Quantity gives it.
type unitText struct {
	unit, system string
	is           bool
}

// isUCUM reports whether nothing is to be said of the unit of a Quantity.
func (c *unitCache) isUCUM(unit, system, code []byte) bool {
	known, ok := c.byCode[string(code)]
	if ok && known.unit == string(unit) && known.system == string(system) {
		return known.is
	}
	u, _, mapped := measure.Unit(string(unit), string(system), string(code))
	if c.byCode == nil || len(c.byCode) >= mostUnits {
		c.byCode = map[string]unitText{}
	}
	is := u != nil && !mapped
	c.byCode[string(code)] = unitText{string(unit), string(system), is}
	return is
}
