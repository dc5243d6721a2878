package terminology

import (
	_ "embed"
	"encoding/binary"
	"sort"
	"strconv"
)

// ndcFile is read where it lies. Its numbers are little-endian; varints are those of encoding/binary:
//
//	uint32                  the number of blocks
//	uint64, uint32          for each block its first NDC and where it begins, counted from the first block
//	varints                 the blocks, of at most ndcBlock NDCs in their order
//
// A block begins with the RxCUI of its first NDC; for each further one it has the difference to the NDC
// before, doubled, plus one if its RxCUI differs, too: then the (signed) difference of the RxCUIs follows.
//
//go:embed ndc.bin
var ndcFile string

const ndcBlock = 64

// An ndcTable is such a file. Damage makes NDCs unknown.
type ndcTable string

var shippedNDCs = ndcTable(ndcFile)

// find returns the RxCUI of an NDC of eleven digits.
func (t ndcTable) find(digits string) (rxcui string, ok bool) {
	ndc, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || len(digits) != 11 || len(t) < 4 {
		return "", false
	}
	n := int(t.uint32(0))
	if n > (len(t)-4)/12 {
		return "", false
	}
	block := sort.Search(n, func(i int) bool { return t.first(i) > ndc }) - 1
	if block < 0 {
		return "", false
	}
	begin := 4 + 12*n + int(t.uint32(4+12*block+8))
	if begin > len(t) {
		return "", false
	}
	id, ok := t[begin:].scan(t.first(block), ndc)
	return strconv.FormatInt(id, 10), ok
}

// scan reads a block from its first NDC on to the one that is looked for.
func (t ndcTable) scan(at, ndc uint64) (rxcui int64, ok bool) {
	id, t, ok := t.varint()
	rxcui = int64(id)
	for n := 1; ok && at < ndc && n < ndcBlock; n++ {
		var step, differs uint64
		if step, t, ok = t.varint(); !ok {
			return 0, false
		}
		at += step / 2
		if step%2 == 1 {
			if differs, t, ok = t.varint(); !ok {
				return 0, false
			}
			rxcui += int64(differs>>1) ^ -int64(differs&1)
		}
	}
	return rxcui, ok && at == ndc
}

func (t ndcTable) first(block int) uint64 {
	at := 4 + 12*block
	return uint64(t.uint32(at)) | uint64(t.uint32(at+4))<<32
}

func (t ndcTable) uint32(at int) uint32 {
	return uint32(t[at]) | uint32(t[at+1])<<8 | uint32(t[at+2])<<16 | uint32(t[at+3])<<24
}

func (t ndcTable) varint() (x uint64, rest ndcTable, ok bool) {
	for i := 0; i < len(t) && i < binary.MaxVarintLen64; i++ {
		x |= uint64(t[i]&0x7f) << (7 * i)
		if t[i] < 0x80 {
			return x, t[i+1:], true
		}
	}
	return 0, t, false
}
