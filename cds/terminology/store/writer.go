package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// A Writer makes a terminology file, or adds to one. It writes beside the file and takes its place only
// in Finish, so that who reads it sees the old or the new one. A code system is held in memory while it
// is written, one at a time. A Writer belongs to one goroutine; of two on one file the last to finish wins.
type Writer struct {
	path    string
	old     *File // nil if there was none
	temp    *os.File
	out     *bufio.Writer
	at      uint64
	entries []entry
	open    bool // the last entry's section is being written
	drugs   drugBuilder
	err     error
}

// Create begins to write the file at path. If it exists, what is in it stays, but for the code systems,
// value sets and concept maps that are written again; the drugs are replaced as a whole. The error is a
// *FormatError if there is a file that Open would not open.
func Create(path string) (*Writer, error) {
	old, err := Open(path)
	if errors.Is(err, os.ErrNotExist) {
		old, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	w := &Writer{path: path, old: old}
	if w.temp, err = os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"); err != nil {
		w.closeOld()
		return nil, err
	}
	w.out = bufio.NewWriterSize(w.temp, 1<<20)
	w.write(make([]byte, headerSize))
	return w, nil
}

// Finish writes what is left and puts the file in its place.
func (w *Writer) Finish() error {
	if w.temp == nil {
		return errors.New("the terminology file was finished or given up before")
	}
	w.writeDrugs()
	w.keepOld()
	if err := w.seal(); err != nil {
		w.Abort()
		return err
	}
	name := w.temp.Name()
	w.temp = nil
	w.closeOld()
	if err := os.Rename(name, w.path); err != nil {
		os.Remove(name)
		return err
	}
	return nil
}

// Abort gives up and leaves everything as it was. After Finish it does nothing, so that it can be deferred.
func (w *Writer) Abort() {
	if w.temp != nil {
		w.temp.Close()
		os.Remove(w.temp.Name())
		w.temp = nil
	}
	w.closeOld()
}

func (w *Writer) closeOld() {
	if w.old != nil {
		w.old.Close()
		w.old = nil
	}
}

// keepOld copies the sections of the old file that were not written again.
func (w *Writer) keepOld() {
	if w.old == nil {
		return
	}
	for _, e := range w.old.entries {
		if slices.ContainsFunc(w.entries, func(new entry) bool { return new.kind == e.kind && new.url == e.url }) {
			continue
		}
		w.begin(e)
		w.write(w.old.section(e))
		w.end()
	}
}

// seal writes directory and header.
func (w *Writer) seal() error {
	directory := binary.AppendUvarint(nil, uint64(len(w.entries)))
	for _, e := range w.entries {
		directory = e.append(directory)
	}
	offset := w.at
	w.write(directory)
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err == nil {
		_, w.err = w.temp.WriteAt(header(directory, offset), 0)
	}
	if w.err == nil {
		w.err = w.temp.Chmod(0o644)
	}
	if w.err == nil {
		w.err = w.temp.Sync()
	}
	if w.err == nil {
		w.err = w.temp.Close()
	}
	return w.err
}

// begin begins a section. Of one kind and URL the last one counts.
func (w *Writer) begin(e entry) {
	w.entries = slices.DeleteFunc(w.entries, func(old entry) bool { return old.kind == e.kind && old.url == e.url })
	w.align()
	e.offset, e.length, e.crc = w.at, 0, 0
	w.entries = append(w.entries, e)
	w.open = true
}

func (w *Writer) align() { w.write(make([]byte, -w.at%alignment)) }

// end ends the section.
func (w *Writer) end() {
	e := &w.entries[len(w.entries)-1]
	e.length = w.at - e.offset
	w.open = false
}

// write keeps the first error for Finish.
func (w *Writer) write(b []byte) {
	if n := len(w.entries); w.open {
		w.entries[n-1].crc = crc32.Update(w.entries[n-1].crc, castagnoli, b)
	}
	w.at += uint64(len(b))
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// A block is something that is written in parts of a few kilobytes.
type block interface {
	size() uint64
	each(write func([]byte))
}

func (w *Writer) blocks(blocks []block) {
	w.write(little.AppendUint64(nil, uint64(len(blocks))))
	for _, b := range blocks {
		w.write(little.AppendUint64(nil, b.size()))
	}
	for _, b := range blocks {
		w.align()
		b.each(w.write)
	}
	w.align()
}

type rawBlock []byte

func (b rawBlock) size() uint64            { return uint64(len(b)) }
func (b rawBlock) each(write func([]byte)) { write(b) }

// A numberBlock is a row of numbers of one width.
type numberBlock[N uint16 | uint32 | uint64] struct {
	width   int
	numbers []N
}

func uint16s(numbers []uint32) block {
	narrow := make([]uint16, len(numbers))
	for i, n := range numbers {
		narrow[i] = uint16(n)
	}
	return numberBlock[uint16]{2, narrow}
}

func uint32s(numbers []uint32) block { return numberBlock[uint32]{4, numbers} }
func uint64s(numbers []uint64) block { return numberBlock[uint64]{8, numbers} }

func (b numberBlock[N]) size() uint64 { return uint64(b.width) * uint64(len(b.numbers)) }

func (b numberBlock[N]) each(write func([]byte)) {
	buffer := make([]byte, 0, 4096*8)
	for part := range slices.Chunk(b.numbers, 4096) {
		buffer = buffer[:0]
		for _, n := range part {
			for i := range b.width {
				buffer = append(buffer, byte(uint64(n)>>(8*i)))
			}
		}
		write(buffer)
	}
}

// textBlocks returns the blocks of texts: where each begins, and the bytes.
func textBlocks(n int, text func(i int) string) (starts, bytes block, err error) {
	begin, all := make([]uint32, 1, n+1), []byte(nil)
	for i := range n {
		all = append(all, text(i)...)
		if uint64(len(all)) > 1<<32-1 {
			return nil, nil, fmt.Errorf("its texts have more than 4 GiB")
		}
		begin = append(begin, uint32(len(all)))
	}
	return uint32s(begin), rawBlock(all), nil
}

// info makes an entry of what describes a section.
func (i SystemInfo) entry(kind uint64) entry {
	return entry{kind: kind, url: terminology.Canonical(i.URL), version: i.Version, source: i.Source, count: uint64(i.Codes)}
}
