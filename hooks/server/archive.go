package server

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// An archive keeps the bodies of requests, which name patients: to encrypt the disk is the site's business. The
// access token in them is not kept.
type archive struct {
	folder  string
	metrics *metrics
	log     *slog.Logger
	work    chan func() error
	ended   chan struct{}
	closing sync.Once
}

// archived is how many requests wait at most for the disk.
const archived = 256

func openArchive(folder string, m *metrics, log *slog.Logger) (*archive, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	a := &archive{folder: folder, metrics: m, log: log, work: make(chan func() error, archived), ended: make(chan struct{})}
	go a.run()
	return a, nil
}

func (a *archive) run() {
	defer close(a.ended)
	for work := range a.work {
		if err := work(); err != nil {
			a.metrics.lost.WithLabelValues("archive", "write").Inc()
			a.log.Error("a request could not be archived", "error", err.Error())
		}
	}
}

func (a *archive) close() {
	if a == nil {
		return
	}
	a.closing.Do(func() { close(a.work) })
	<-a.ended
}

// keep writes a request, and what was fetched for it, while others are answered. It returns under which name, ""
// if it is lost.
func (a *archive) keep(at time.Time, body []byte, fetched []Fetched) string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	name := at.UTC().Format("2006-01-02") + "/" + hex.EncodeToString(id)
	select {
	case a.work <- func() error { return a.write(name, body, fetched) }:
		return name
	default:
		a.metrics.lost.WithLabelValues("archive", "backlog").Inc()
		return ""
	}
}

const (
	requestSuffix = ".request.json"
	fetchedSuffix = ".fetched.json"
)

func (a *archive) write(name string, body []byte, fetched []Fetched) error {
	path := filepath.Join(a.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return plain(err)
	}
	request, err := withoutToken(body)
	if err != nil {
		return err
	}
	if len(fetched) > 0 {
		data, err := json.Marshal(fetched)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path+fetchedSuffix, data, 0o600); err != nil {
			return plain(err)
		}
	}
	return plain(os.WriteFile(path+requestSuffix, request, 0o600))
}

// plain leaves the name of the file out of an error.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// An Archived is a request that was kept, with what was fetched for it.
type Archived struct {
	Request []byte // without its access token
	Fetched []Fetched
}

// ReadArchived reads a request from the folder of an archive, by the name in a Decision.
func ReadArchived(folder, name string) (*Archived, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("%q is no name in an archive", name)
	}
	path := filepath.Join(folder, filepath.FromSlash(name))
	request, err := os.ReadFile(path + requestSuffix)
	if err != nil {
		return nil, err
	}
	out := &Archived{Request: request}
	fetched, err := os.ReadFile(path + fetchedSuffix)
	if errors.Is(err, os.ErrNotExist) {
		return out, nil
	} else if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(fetched, &out.Fetched)
}
