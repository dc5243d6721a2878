package store

// A slot is where a code is found: a row of 32 bytes in a hash table that is half full. It holds
// what most questions about a concept need, so that they read no other memory: where the tables are larger
// than a processor's caches, each further place costs more than everything else together.
//
//	key     uint64
//	filter  uint64  a bit for each ancestor, by filterBit
//	number  uint32  counted from 1; a slot with 0 is free
//	last    uint32  the highest number of a descendant, 0 if there is none
//	list    uint32  where the list of ancestors begins
//	listed  uint32  how many it has
type slot []byte

const slotSize = 32

func (s slot) key() uint64    { return little.Uint64(s) }
func (s slot) filter() uint64 { return little.Uint64(s[8:]) }
func (s slot) number() uint32 { return little.Uint32(s[16:]) }
func (s slot) last() uint32   { return little.Uint32(s[20:]) }
func (s slot) list() uint32   { return little.Uint32(s[24:]) }
func (s slot) listed() uint32 { return little.Uint32(s[28:]) }

// filterBit spreads numbers over the bits of a filter.
func filterBit(number uint32) uint64 { return 1 << (number * 2654435769 >> 26) }

// slots are such a table.
type slots []byte

func (s slots) len() uint64 { return uint64(len(s) / slotSize) }

// at must be below len.
func (s slots) at(i uint64) slot { return slot(s[i*slotSize:][:slotSize]) }

// slotBlock makes the slots of concepts.
func slotBlock(keys []uint64, h hierarchy, l label) block {
	n := uint64(2*len(keys) + 2)
	table := make(rawBlock, n*slotSize)
	last, filters := h.last(), h.filters()
	for i, key := range keys {
		at := place(key, n)
		for slots(table).at(at).number() != 0 {
			at = (at + 1) % n
		}
		row := table[at*slotSize:]
		little.PutUint64(row, key)
		little.PutUint64(row[8:], filters[i])
		little.PutUint32(row[16:], uint32(i+1))
		little.PutUint32(row[20:], last[i])
		if l.band != unlisted {
			little.PutUint32(row[24:], l.ancestors.starts[i])
			little.PutUint32(row[28:], uint32(len(l.ancestors.of(uint32(i)))))
		}
	}
	return table
}

// last returns for each concept the highest number of what is below it.
func (h hierarchy) last() []uint32 {
	out := make([]uint32, len(h.number))
	for i := len(out) - 1; i >= 0; i-- {
		for _, child := range h.children.of(uint32(i)) {
			out[i] = max(out[i], child, out[child])
		}
	}
	return out
}

// filters returns for each concept the bits of what is above it.
func (h hierarchy) filters() []uint64 {
	out := make([]uint64, len(h.number))
	for i := range out {
		for _, parent := range h.parents.of(uint32(i)) {
			out[i] |= out[parent] | filterBit(parent)
		}
	}
	return out
}
