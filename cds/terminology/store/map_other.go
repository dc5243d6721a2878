//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package store

import "os"

// load reads a file into memory.
func load(path string) (data []byte, unload func() error, err error) {
	data, err = os.ReadFile(path)
	return data, func() error { return nil }, err
}
