package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/primum-cds/primum/cds/terminology"
)

// savedFormat is in the name of every file: another format is another file, never one that is misread.
const savedFormat = "expansion-v1-"

var errNotSaved = errors.New("no expansion was saved")

// A saved expansion is a file: the checksum of what follows, in hexadecimal digits, a line feed, and this
// as JSON.
type savedExpansion struct {
	Server  string
	Asked   string
	At      time.Time
	Systems []savedSystem
}

type savedSystem struct {
	System string
	Codes  []string
}

// prepareFolder makes the folder and finds out whether files can be made in it.
func prepareFolder(folder string) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".try-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (c *Client) savedPath(key string) string {
	name := sumOf([]byte(c.base.String() + "\n" + key))
	return filepath.Join(c.config.folder, savedFormat+name+".json")
}

// save keeps codes, which are sorted. A reader sees the file before or the file after, never a part of one.
func (c *Client) save(key string, codes []terminology.Code, at time.Time) error {
	if c.config.folder == "" {
		return nil
	}
	s := savedExpansion{Server: c.base.String(), Asked: key, At: at.UTC(), Systems: []savedSystem{}}
	for _, code := range codes {
		if n := len(s.Systems); n == 0 || s.Systems[n-1].System != code.System {
			s.Systems = append(s.Systems, savedSystem{System: code.System})
		}
		last := &s.Systems[len(s.Systems)-1]
		last.Codes = append(last.Codes, code.Code)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeWhole(c.savedPath(key), append([]byte(sumOf(data)+"\n"), data...))
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func writeWhole(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// load returns what was saved and when. The error is errNotSaved if nothing was; anything else means that
// the file is damaged.
func (c *Client) load(key string) ([]terminology.Code, time.Time, error) {
	if c.config.folder == "" {
		return nil, time.Time{}, errNotSaved
	}
	path := c.savedPath(key)
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, errNotSaved
	}
	damaged := func(reason string) error {
		return fmt.Errorf("the saved expansion %s is damaged: %s", filepath.Base(path), reason)
	}
	if err != nil {
		return nil, time.Time{}, damaged("it cannot be read")
	}
	sum, data, _ := bytes.Cut(file, []byte("\n"))
	if sumOf(data) != string(sum) {
		return nil, time.Time{}, damaged("its checksum is wrong")
	}
	var s savedExpansion
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, time.Time{}, damaged("it cannot be understood")
	}
	if s.Server != c.base.String() || s.Asked != key {
		return nil, time.Time{}, damaged("it answers another question")
	}
	var codes []terminology.Code
	for _, system := range s.Systems {
		name := terminology.Canonical(system.System)
		for _, code := range system.Codes {
			codes = append(codes, terminology.Code{System: name, Code: code})
		}
	}
	return codes, s.At, nil
}
