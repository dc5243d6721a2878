package store

// A closure answers whether one concept is above another. Each concept has the sorted list of all its
// ancestors; where these lists would be too long, as in hierarchies that are much denser than those of
// medicine, only of those from a number on. Then the concepts below that number, the band, which have the
// most descendants, have a table of who of them is above whom, and each other concept the list of those
// through which its ways up enter the band.
type closure struct {
	ancestors column // list after list
	enter     entries
	band      uint32
	table     []byte
}

// unlisted is the band of a hierarchy so deep that not even that fits: its parents are walked.
const unlisted = ^uint32(0)

// maxBand is the most that fits numbers of 16 bits.
const maxBand = 1 << 16

// entries are lists of uint16.
type entries struct {
	starts column
	values []byte
}

// of returns list i, empty if its starts make no sense.
func (e entries) of(i uint32) []byte {
	from, to := 2*uint64(e.starts.at(i)), 2*uint64(e.starts.at(i+1))
	if from > to || to > uint64(len(e.values)) {
		return nil
	}
	return e.values[from:to]
}

// newClosure reads the blocks from systemBand on.
func newClosure(n int, b [][]byte) (closure, bool) {
	if len(b[0]) != 8 || len(b[1])%4 != 0 {
		return closure{}, false
	}
	c := closure{band: little.Uint32(b[0]), ancestors: b[1], enter: entries{b[2], b[3]}, table: b[4]}
	switch {
	case c.band == unlisted:
		return c, true
	case c.band > maxBand || c.band%64 != 0 || uint64(len(c.table)) != 8*tableWords(c.band):
		return closure{}, false
	}
	return c, c.band == 0 || len(b[2]) == 4*(n+1)
}

// has reports whether x is above y, which is found at row; x < y.
func (c *closure) has(x, y uint32, row slot) bool {
	if x >= c.band {
		return contains(c.listed(row), x)
	}
	if y < c.band {
		return c.inBand(x, y)
	}
	return c.enters(x, y)
}

// listed returns the ancestors of a concept that are listed.
func (c *closure) listed(row slot) column {
	from := 4 * uint64(row.list())
	to := from + 4*uint64(row.listed())
	if to > uint64(len(c.ancestors)) {
		return nil
	}
	return c.ancestors[from:to]
}

// enters reports whether a way up from y enters the band at x or below it.
func (c *closure) enters(x, y uint32) bool {
	list := c.enter.of(y)
	for at := 0; at+2 <= len(list); at += 2 {
		if e := uint32(little.Uint16(list[at:])); e == x || e > x && c.inBand(x, e) {
			return true
		}
	}
	return false
}

// contains reports whether a sorted column holds x. A short one is read from its beginning, which a
// processor can foresee.
func contains(sorted column, x uint32) bool {
	low, high := 0, len(sorted)/4
	for high-low > 16 {
		middle := int(uint(low+high) / 2)
		if little.Uint32(sorted[4*middle:]) <= x {
			low = middle
		} else {
			high = middle
		}
	}
	for at := 4 * low; at < 4*high; at += 4 {
		if v := little.Uint32(sorted[at:]); v >= x {
			return v == x
		}
	}
	return false
}

// The table has a row for each concept x of the band, of bits for the concepts from the multiple of 64 at
// or below x to the end of the band.

func (c *closure) inBand(x, y uint32) bool {
	at := 8*rowStart(x, c.band) + uint64(y/64-x/64)*8 + uint64(y%64)/8
	return at < uint64(len(c.table)) && c.table[at]>>(y%8)&1 == 1
}

// rowStart returns where row x begins, in words of 64 bits.
func rowStart(x, band uint32) uint64 {
	words, block := uint64(band/64), uint64(x/64)
	before := block * words
	if block > 1 {
		before -= block * (block - 1) / 2
	}
	return 64*before + uint64(x%64)*(words-block)
}

func tableWords(band uint32) uint64 { return rowStart(band, band) }

// isAbove reports whether x is above y, which is found at row; x < y.
func (s *System) isAbove(x, y uint32, row slot) bool {
	if s.above.band != unlisted {
		return s.above.has(x, y, row)
	}
	seen := make([]byte, (s.n+7)/8)
	for waiting := []uint32{y}; len(waiting) > 0; {
		parents := s.parents.of(waiting[len(waiting)-1])
		waiting = waiting[:len(waiting)-1]
		for j := range uint32(parents.len()) {
			p := parents.at(j)
			if p == x {
				return true
			}
			if p > x && p < s.n && !bit(seen, p) {
				seen[p/8] |= 1 << (p % 8)
				waiting = append(waiting, p)
			}
		}
	}
	return false
}
