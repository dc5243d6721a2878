package expr

import (
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// A quantityCache keeps what Quantities of FHIR come to, by their JSON: a laboratory reports few values many
// times. It outlives evaluations, and belongs to one goroutine.
type quantityCache struct {
	read map[string]measure.Quantity
	size int // of the JSON in it, in bytes
}

// mostQuantities bounds the JSON that a cache keeps, in bytes; longestQuantity, that of one Quantity.
const (
	mostQuantities  = 1 << 18
	longestQuantity = 512
)

// quantity is readQuantity.
func (c *quantityCache) quantity(v tree.Value) (measure.Quantity, error) {
	raw := v.Raw()
	if q, ok := c.read[string(raw)]; ok {
		return q, nil
	}
	q, err := readQuantity(v)
	if err != nil || raw == nil || len(raw) > longestQuantity {
		return q, err
	}
	if c.size += len(raw); c.read == nil || c.size > mostQuantities {
		c.read, c.size = map[string]measure.Quantity{}, len(raw)
	}
	c.read[string(raw)] = q
	return q, nil
}
