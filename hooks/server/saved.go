package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A manifest describes a copy of rule files that were good.
type manifest struct {
	Saved  time.Time `json:"saved"`
	Origin string    `json:"origin"`
	Files  string    `json:"files"` // digest
	Packs  []string  `json:"packs"`
	Params string    `json:"params,omitempty"`
}

// errNothingSaved is returned when there is no copy.
var errNothingSaved = errors.New("there is no copy of earlier rules")

const manifestName, pointerName = "manifest.json", "last-good"

func (r *Rules) folder() string { return filepath.Join(r.State, "rules") }

// save keeps a copy of the files that rules were made of. The copy before it is there until this one is complete.
func (r *Rules) save(rules *RuleSet) (err error) {
	if r.State == "" {
		return nil
	}
	if err := os.MkdirAll(r.folder(), 0o700); err != nil {
		return err
	}
	into, err := os.MkdirTemp(r.folder(), "copy-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(into))
		}
	}()
	m, err := r.copy(rules, into)
	if err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(into, manifestName), m); err != nil {
		return err
	}
	if err := r.point(filepath.Base(into)); err != nil {
		return err
	}
	return r.tidy(filepath.Base(into))
}

// copy copies the files and makes sure that they are those that were loaded.
func (r *Rules) copy(rules *RuleSet, into string) ([]byte, error) {
	files, err := r.Paths.files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.copied {
			if err := copyFile(f.path, filepath.Join(into, filepath.FromSlash(f.name))); err != nil {
				return nil, err
			}
		}
	}
	m := manifest{Saved: time.Now().UTC().Truncate(time.Second), Origin: rules.Origin}
	for i, p := range r.Paths.Packs {
		in := path.Join("packs", strconv.Itoa(i))
		if info, err := os.Stat(p); err != nil {
			return nil, err
		} else if info.IsDir() {
			err = os.MkdirAll(filepath.Join(into, filepath.FromSlash(in)), 0o700)
			if err != nil {
				return nil, err
			}
		} else {
			in = path.Join(in, filepath.Base(p))
		}
		m.Packs = append(m.Packs, in)
	}
	if r.Paths.Params != "" {
		m.Params = path.Join("params", filepath.Base(r.Paths.Params))
	}
	if m.Files, err = m.paths(into, r.Paths).digest(); err != nil {
		return nil, err
	}
	if digestOf(m.Origin, m.Files) != rules.Digest {
		return nil, fmt.Errorf("%w and copied", errMoving)
	}
	return json.MarshalIndent(m, "", "  ")
}

// paths are those of a copy. The terminology is where it always is.
func (m *manifest) paths(in string, configured Paths) Paths {
	p := Paths{Terminology: configured.Terminology}
	for _, pack := range m.Packs {
		p.Packs = append(p.Packs, filepath.Join(in, filepath.FromSlash(pack)))
	}
	if m.Params != "" {
		p.Params = filepath.Join(in, filepath.FromSlash(m.Params))
	}
	return p
}

// point says which copy is the last good one.
func (r *Rules) point(name string) error {
	pointer := filepath.Join(r.folder(), pointerName)
	if err := writeDurably(pointer+".new", []byte(name+"\n")); err != nil {
		return err
	}
	return os.Rename(pointer+".new", pointer)
}

// tidy deletes what is no longer pointed to.
func (r *Rules) tidy(keep string) error {
	copies, err := filepath.Glob(filepath.Join(r.folder(), "copy-*"))
	errs := []error{err}
	for _, old := range copies {
		if filepath.Base(old) != keep {
			errs = append(errs, os.RemoveAll(old))
		}
	}
	return errors.Join(errs...)
}

// restore loads the copy.
func (r *Rules) restore(ctx context.Context) (*RuleSet, time.Time, error) {
	if r.State == "" {
		return nil, time.Time{}, errNothingSaved
	}
	name, err := os.ReadFile(filepath.Join(r.folder(), pointerName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, errNothingSaved
	} else if err != nil {
		return nil, time.Time{}, err
	}
	in := filepath.Join(r.folder(), filepath.Base(strings.TrimSpace(string(name))))
	data, err := os.ReadFile(filepath.Join(in, manifestName))
	if err != nil {
		return nil, time.Time{}, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, time.Time{}, fmt.Errorf("the copy's manifest cannot be read: %w", err)
	}
	rules, err := r.read(ctx, m.paths(in, r.Paths))
	return rules, m.Saved, err
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeDurably(to, data)
}

// writeDurably writes a file that is on disk when it returns.
func writeDurably(name string, data []byte) (err error) {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := out.Write(data); err != nil {
		return err
	}
	return out.Sync()
}
