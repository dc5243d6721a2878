package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// A file is a JWKS in a file.
type file struct {
	path string
	last os.FileInfo // when it was read; nil if it was not there
}

// changed also sees another file under the same name, be it by a rename or by a symbolic link.
func (f *file) changed() bool {
	info, err := os.Stat(f.path)
	if err != nil || f.last == nil {
		return (err == nil) != (f.last != nil)
	}
	return !os.SameFile(info, f.last) || !info.ModTime().Equal(f.last.ModTime()) || info.Size() != f.last.Size()
}

func (f *file) load(context.Context) ([]byte, error) {
	// Looked at before it is read: what is written in between is then seen as a change.
	info, err := os.Stat(f.path)
	if err != nil {
		f.last = nil
		return nil, err
	}
	f.last = info
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", f.path)
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	data, err := limited(opened)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return data, nil
}

// limited reads all, but no more than a JWKS may have.
func limited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxKeySet+1))
	if err == nil && len(data) > maxKeySet {
		err = errors.New("more than 256 KB")
	}
	return data, err
}
