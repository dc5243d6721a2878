package store

// A section of a system or of drugs is made of blocks: the number of blocks (uint64), the length of each
// (uint64), and the blocks, each at a multiple of 64, a line of a processor's cache.
const alignment = 64

// blocks cuts a section into its blocks; nil if it does not hold just want of them.
func blocks(section []byte, want int) [][]byte {
	r := reader{rest: section}
	if r.uint64() != uint64(want) {
		return nil
	}
	lengths := reader{rest: r.bytes(8 * uint64(want))}
	r.bytes(-uint64(8+8*want) % alignment)
	out := make([][]byte, want)
	for i := range out {
		n := lengths.uint64()
		out[i] = r.bytes(n)
		r.bytes(-n % alignment)
	}
	if r.bad || len(r.rest) > 0 {
		return nil
	}
	return out
}

// A column is a row of uint32.
type column []byte

func (c column) len() int { return len(c) / 4 }

// at returns 0 past the end.
func (c column) at(i uint32) uint32 {
	if at := 4 * uint64(i); at+4 <= uint64(len(c)) {
		return little.Uint32(c[at:])
	}
	return 0
}

// lists are lists of uint32, one after the other: list i lies between the starts i and i+1.
type lists struct{ starts, entries column }

// newLists checks that there are n lists.
func newLists(n int, starts, entries []byte) (lists, bool) {
	l := lists{starts, entries}
	return l, len(starts) == 4*(n+1) && len(entries)%4 == 0 && l.starts.at(uint32(n)) == uint32(len(entries)/4)
}

// of returns list i, empty if its starts make no sense.
func (l lists) of(i uint32) column {
	from, to := 4*uint64(l.starts.at(i)), 4*uint64(l.starts.at(i+1))
	if from > to || to > uint64(len(l.entries)) {
		return nil
	}
	return l.entries[from:to]
}

// texts are strings, one after the other.
type texts struct {
	starts column
	bytes  []byte
}

func newTexts(n int, starts, bytes []byte) (texts, bool) {
	t := texts{starts, bytes}
	return t, len(starts) == 4*(n+1) && uint64(t.starts.at(uint32(n))) == uint64(len(bytes))
}

func (t texts) of(i uint32) []byte {
	from, to := t.starts.at(i), t.starts.at(i+1)
	if from > to || uint64(to) > uint64(len(t.bytes)) {
		return nil
	}
	return t.bytes[from:to]
}
