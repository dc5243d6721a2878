package expr

import (
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// A quantityCache keeps what Quantities of FHIR come to, by their JSON: a laboratory reports few values many
// times. It outlives evaluations, and belongs to one goroutine.
type quantityCache struct{ read tree.Cache[measure.Quantity] }

// mostQuantities bounds the JSON that a cache keeps, in bytes; longestQuantity, that of one Quantity.
const (
	mostQuantities  = 1 << 18
	longestQuantity = 512
)

func newQuantityCache() quantityCache {
	return quantityCache{tree.NewCache[measure.Quantity](mostQuantities, longestQuantity)}
}

// quantity is readQuantity.
func (c *quantityCache) quantity(v tree.Value) (measure.Quantity, error) {
	if q, ok := c.read.Get(v); ok {
		return q, nil
	}
	q, err := readQuantity(v)
	if err == nil && v.Exists() {
		c.read.Put(v, q)
	}
	return q, err
}
