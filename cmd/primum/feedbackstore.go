package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"github.com/primum-cds/primum/hooks/feedback/bolt"
	"github.com/primum-cds/primum/hooks/feedback/postgres"
)

const (
	storeWait = 20 * time.Second // how long a store may take to open
	trialWait = 2 * time.Second  // one that nobody has asked for
	noStore   = "none"           // in a server file: no feedback is kept
	storeFile = "feedback.db"    // in a folder of state
)

// keepFeedback opens the store of feedback: the one that is set, or a file in the folder of state. Where neither is
// set it is a file in the user's own folder; if that cannot be had the server does without, and f.feedback says why.
// The store is nil where none is kept.
func (f *serving) keepFeedback(ctx context.Context) (feedback.Store, error) {
	switch {
	case f.Feedback == noStore:
		f.feedback = "is not kept"
		return nil, nil
	case f.Feedback == "" && f.State == "":
		return f.tryFeedback(ctx), nil
	case f.Feedback == "":
		f.Feedback = filepath.Join(f.State, storeFile)
	}
	f.feedback = f.Feedback
	if isPostgres(f.Feedback) {
		f.feedback = "in PostgreSQL" // the URL may hold a password
	}
	return openFeedback(ctx, f.Feedback, storeWait)
}

// tryFeedback opens the store that there is if nothing is said.
func (f *serving) tryFeedback(ctx context.Context) feedback.Store {
	name, err := usersStore()
	if err == nil {
		var store feedback.Store
		if store, err = openFeedback(ctx, name, trialWait); err == nil {
			f.feedback = name
			return store
		}
	}
	f.feedback = "is not kept: " + err.Error()
	return nil
}

// openFeedback opens a store for writing.
func openFeedback(ctx context.Context, name string, wait time.Duration) (feedback.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if isPostgres(name) {
		return postgres.Open(ctx, name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	return bolt.Open(ctx, name)
}

// usersStore is the file in which the feedback of a server is kept that was told of no other.
func usersStore() (string, error) {
	folder, err := usersState()
	return filepath.Join(folder, storeFile), err
}

// usersState is the folder of what a server keeps that was told of no other: $XDG_STATE_HOME/primum, by default
// ~/.local/state/primum; on Windows and macOS, primum where applications keep what is theirs.
func usersState() (string, error) {
	if xdg := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "primum"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		folder, err := os.UserConfigDir()
		return filepath.Join(folder, "primum"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "primum"), err
}

// isPostgres reports whether a store is a database, and not a file.
func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

const (
	forever          = "forever"
	feedbackLifetime = 400 * 24 * time.Hour // a year can be held beside the one before
)

// lifetime reads how long something is kept; 0 is for ever.
func lifetime(setting, value string, preset time.Duration) (time.Duration, error) {
	switch value {
	case "":
		return preset, nil
	case forever:
		return 0, nil
	}
	d, err := span(value)
	if err != nil || d < 24*time.Hour {
		return 0, fmt.Errorf("retention: %s: expected a span of a day or more, such as 400d, or %s, found %q", setting, forever, value)
	}
	return d, nil
}

// retention is how long a server keeps what it keeps.
func (f *serving) retention() (feedback, archive time.Duration, err error) {
	feedback, wrong := lifetime("feedback", f.Retention.Feedback, feedbackLifetime)
	archive, alsoWrong := lifetime("archive", f.Retention.Archive, 0)
	return feedback, archive, errors.Join(wrong, alsoWrong)
}
