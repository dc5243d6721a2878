package ucum

import (
	"hash/maphash"
	"sync/atomic"
)

// A cache remembers values by key, as many as it has room for: a new one takes the place of any that shares
// its row. Reading takes no lock, and input that is made to fill it gains nothing but slowness.
type cache[K comparable, V any] struct {
	rows [cacheRows]cacheRow[K, V]
}

const (
	cacheRows = 512
	cacheWays = 4
)

type cacheRow[K comparable, V any] struct {
	ways [cacheWays]atomic.Pointer[cacheEntry[K, V]]
	next atomic.Uint32
}

type cacheEntry[K comparable, V any] struct {
	key   K
	value V
}

// get returns the value of key, nil if it is not there. hash is any number that depends on key alone.
func (c *cache[K, V]) get(key K, hash uint64) *V {
	row := &c.rows[hash%cacheRows]
	for i := range row.ways {
		if e := row.ways[i].Load(); e != nil && e.key == key {
			return &e.value
		}
	}
	return nil
}

func (c *cache[K, V]) put(key K, hash uint64, value V) *V {
	row, e := &c.rows[hash%cacheRows], &cacheEntry[K, V]{key, value}
	for i := range row.ways {
		if row.ways[i].CompareAndSwap(nil, e) {
			return &e.value
		}
	}
	row.ways[row.next.Add(1)%cacheWays].Store(e)
	return &e.value
}

// maxRemembered bounds the codes that are remembered: real ones are shorter.
const maxRemembered = 64

// A reading is what a code was read as.
type reading struct {
	unit   *Unit
	mapped bool  // by ParseLenient, to another code
	fault  fault // not to be handed out: its fields can be changed
}

func (r *reading) result() (*Unit, error) {
	if r.fault != nil {
		copied := *r.fault
		return nil, &copied
	}
	return r.unit, nil
}

// The caches change nothing of what the functions return. The seed is not to be guessed, so that nobody can
// make codes that share a row.
var (
	seed      = maphash.MakeSeed()
	strict    cache[string, reading]
	lenient   cache[string, reading]
	routes    cache[pair, route]
	products  cache[pair, *Unit]
	quotients cache[pair, *Unit]
	displays  cache[uint64, string] // by serial number
	lastUnit  atomic.Uint64
)
