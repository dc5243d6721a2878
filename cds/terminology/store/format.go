package store

import (
	"encoding/binary"
	"hash/crc32"
)

// A file is a header, the sections, and the directory of the sections:
//
//	header     magic (8 bytes), version, CRC of the directory (uint32 each), where the directory begins and
//	           its length (uint64 each), CRC of the header up to here (uint32)
//	section    begins at a multiple of 64; its content depends on its kind
//	directory  the number of entries, then each entry as written by entry.append
//
// All numbers are little-endian, all checksums CRC-32C.
const (
	magic      = "primumT\n"
	version    = 1
	headerSize = 36
)

// The kinds of section.
const (
	systemSection = iota + 1
	valueSetSection
	conceptMapSection
	drugSection
)

var (
	little     = binary.LittleEndian
	big        = binary.BigEndian
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// An entry of the directory describes a section.
type entry struct {
	kind    uint64
	url     string
	version string
	source  string // of what it was made
	count   uint64 // of codes, mappings or drugs
	offset  uint64
	length  uint64
	crc     uint32
}

func (e entry) append(b []byte) []byte {
	b = binary.AppendUvarint(b, e.kind)
	for _, s := range []string{e.url, e.version, e.source} {
		b = appendString(b, s)
	}
	for _, n := range []uint64{e.count, e.offset, e.length} {
		b = binary.AppendUvarint(b, n)
	}
	return little.AppendUint32(b, e.crc)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func header(directory []byte, offset uint64) []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = little.AppendUint32(b, version)
	b = little.AppendUint32(b, crc32.Checksum(directory, castagnoli))
	b = little.AppendUint64(b, offset)
	b = little.AppendUint64(b, uint64(len(directory)))
	return little.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// A reader takes values from the front of bytes. Once something is not there, it is bad and everything
// is zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) uvarint() uint64 {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.rest, r.bad = nil, true
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.rest, r.bad = nil, true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return little.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return little.Uint64(b)
	}
	return 0
}

// string copies: nothing that is handed out points into the file.
func (r *reader) string() string { return string(r.bytes(r.uvarint())) }

func (r *reader) entry() entry {
	e := entry{kind: r.uvarint(), url: r.string(), version: r.string(), source: r.string()}
	e.count, e.offset, e.length = r.uvarint(), r.uvarint(), r.uvarint()
	e.crc = r.uint32()
	return e
}
