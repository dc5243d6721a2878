package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A file is one that rules are made of.
type file struct {
	name   string // in a copy, and in the digest: the same wherever it lies
	path   string // with all links followed
	info   fs.FileInfo
	copied bool
}

// maxFiles is how many files a folder of rules may hold: a wrong folder, such as /, is not read to its end.
const maxFiles = 10_000

// files returns all files at the paths, by name. Links to files are followed: what they lead to is what counts.
func (p Paths) files() ([]file, error) {
	var all []file
	for i, root := range p.Packs {
		found, err := packFiles(root, path.Join("packs", strconv.Itoa(i)))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	single := func(name, in string, copied bool) error {
		found, err := below(name, in)
		for _, f := range found {
			f.copied = copied
			all = append(all, f)
		}
		return err
	}
	if p.Params != "" {
		if err := single(p.Params, "params", true); err != nil {
			return nil, err
		}
	}
	for i, name := range p.Terminology {
		if err := single(name, path.Join("terminology", strconv.Itoa(i)), false); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// packFiles returns the files of a folder of rules; or a rule file with the rules and tables beside it, which may
// be of its pack.
func packFiles(root, in string) ([]file, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return below(root, in)
	}
	entries, err := os.ReadDir(filepath.Dir(root))
	var all []file
	for _, entry := range entries {
		name := entry.Name()
		if extension := path.Ext(name); extension != ".yaml" && extension != ".csv" || unread(name) {
			continue
		}
		found, err := below(filepath.Join(filepath.Dir(root), name), in)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, err
}

// unread reports whether a file of this name is no part of rules: what is hidden, what editors leave behind, and
// tests.
func unread(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, "_test.yaml")
}

// below returns a file, or all files in a folder that may be part of rules.
func below(root, in string) ([]file, error) {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(real); err != nil || !info.IsDir() {
		return []file{{name: path.Join(in, filepath.Base(root)), path: real, info: info, copied: true}}, err
	}
	var all []file
	err = filepath.WalkDir(real, func(at string, entry fs.DirEntry, err error) error {
		switch name := entryName(entry); {
		case err != nil:
			return err
		case at == real:
			return nil
		case strings.HasPrefix(name, ".") && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir(), unread(name):
			return nil
		case len(all) == maxFiles:
			return fmt.Errorf("%s holds more than %d files: it is no folder of rules", root, maxFiles)
		}
		relative, err := filepath.Rel(real, at)
		if err != nil {
			return err
		}
		target, err := filepath.EvalSymlinks(at)
		if err != nil {
			return err
		}
		info, err := os.Stat(target)
		if err == nil && info.Mode().IsRegular() {
			all = append(all, file{name: path.Join(in, filepath.ToSlash(relative)), path: target, info: info, copied: true})
		}
		return err
	})
	return all, err
}

func entryName(entry fs.DirEntry) string {
	if entry == nil { // the root could not be read
		return ""
	}
	return entry.Name()
}

// A snapshot is how files looked at one moment, without having been read.
type snapshot struct {
	files   []file
	problem string // why they could not be looked at
}

func (p Paths) look() snapshot {
	files, err := p.files()
	if err != nil {
		return snapshot{problem: err.Error()}
	}
	return snapshot{files: files}
}

// same reports whether nothing has changed: no file came, went, was written to or put in the place of another.
func (s snapshot) same(other snapshot) bool {
	return s.problem == other.problem && slices.EqualFunc(s.files, other.files, func(a, b file) bool {
		return a.name == b.name && a.path == b.path && os.SameFile(a.info, b.info) &&
			a.info.Size() == b.info.Size() && a.info.ModTime().Equal(b.info.ModTime())
	})
}

// digest returns the SHA-256 of the files and their names.
func (p Paths) digest() (string, error) {
	files, err := p.files()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, f := range files {
		if err := hashFile(sum, f); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashFile(sum io.Writer, f file) (err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	content := sha256.New()
	if _, err := io.Copy(content, in); err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%q %x\n", f.name, content.Sum(nil))
	return err
}

// digestOf is that of all that rules are made of.
func digestOf(origin, files string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %s", origin, files))
	return hex.EncodeToString(sum[:])
}
