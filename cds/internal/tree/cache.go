package tree

// A Cache keeps what values come to, by their JSON, up to so many bytes of JSON: then it begins anew. It belongs
// to one goroutine, and outlives the Trees that it was asked about.
type Cache[V any] struct {
	most, longest int
	known         map[string]V
	size          int
}

// NewCache returns a Cache of at most so many bytes of JSON, and of no value whose JSON is longer than longest.
func NewCache[V any](most, longest int) Cache[V] {
	return Cache[V]{most: most, longest: longest, known: map[string]V{}}
}

// Get returns what was put for the JSON of a value.
func (c *Cache[V]) Get(v Value) (V, bool) {
	kept, ok := c.known[string(v.Raw())]
	return kept, ok
}

// Put keeps what a value comes to, unless its JSON is too long.
func (c *Cache[V]) Put(v Value, is V) {
	raw := v.Raw()
	if len(raw) > c.longest {
		return
	}
	if c.size += len(raw); c.size > c.most {
		clear(c.known)
		c.size = len(raw)
	}
	c.known[string(raw)] = is
}
