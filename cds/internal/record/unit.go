package record

import (
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// A unitCache remembers which units are UCUM's: the same few dozen are in nearly every record.
type unitCache struct {
	ucum map[string]bool
	key  []byte
}

const mostUnits = 1000

// isUCUM reports whether nothing is to be said of the unit of a Quantity.
func (c *unitCache) isUCUM(v tree.Value) bool {
	unit, system, code := v.Member("unit"), v.Member("system"), v.Member("code")
	c.key = append(append(append(append(append(c.key[:0], unit.Bytes()...), 0), system.Bytes()...), 0), code.Bytes()...)
	is, known := c.ucum[string(c.key)]
	if known {
		return is
	}
	u, _, mapped := measure.Unit(unit.Text(), system.Text(), code.Text())
	is = u != nil && !mapped
	if c.ucum == nil || len(c.ucum) >= mostUnits {
		c.ucum = map[string]bool{}
	}
	c.ucum[string(c.key)] = is
	return is
}
