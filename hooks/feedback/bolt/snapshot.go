package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// OpenReadOnly opens the file at path for Seen and Summary. While a server has it open for writing, it reads a
// copy: what was in the file at this time. If the server writes so often that no copy can be made before the
// deadline of ctx, or within 15 s, it returns an *InUseError.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	wait, err := waitFor(ctx)
	if err != nil {
		return nil, err
	}
	end := time.Now().Add(wait)
	db, err := readOnly(path)
	temp := ""
	for inUse := new(InUseError); errors.As(err, &inUse) && time.Now().Before(end) && ctx.Err() == nil; {
		var quiet bool
		if temp, quiet, err = copied(path); err != nil {
			return nil, err
		}
		if quiet {
			db, err = readOnly(temp)
			break
		}
		err = inUse
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		if temp != "" {
			os.Remove(temp)
		}
		return nil, err
	}
	if err := db.View(check); err != nil {
		return nil, errors.Join(named(path, err), newStore(db, temp).Close())
	}
	return newStore(db, temp), nil
}

func readOnly(path string) (*bbolt.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: time.Millisecond})
	if err != nil {
		return nil, opening(path, err)
	}
	return db, nil
}

// copied copies a file that another process may write, and reports whether the copy is whole. A transaction
// writes only pages that are free in the state before it, then one of the two meta pages: while these are the
// same, so is the state that they point to.
func copied(path string) (temp string, quiet bool, err error) {
	from, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer from.Close()
	to, err := os.CreateTemp("", "primum-feedback-*.db") // readable by its owner only
	if err != nil {
		return "", false, err
	}
	before, err := metaPages(from)
	if err == nil {
		_, err = io.Copy(to, from)
	}
	after, errAfter := metaPages(from)
	if err = errors.Join(err, errAfter, to.Close()); err != nil || !bytes.Equal(before, after) {
		return "", false, errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), true, nil
}

// metaPages returns the first two pages of a file.
func metaPages(f *os.File) ([]byte, error) {
	const sizeAt, largest = 24, 64 << 10 // of a page; where its size is, behind its head, magic and version
	head := make([]byte, sizeAt+4)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	size := min(binary.NativeEndian.Uint32(head[sizeAt:]), largest)
	pages := make([]byte, 2*size)
	_, err := f.ReadAt(pages, 0)
	return pages, err
}
