// Package bolt keeps feedback in one file, for one server. The file is of go.etcd.io/bbolt: what was
// acknowledged survives the end of the process and of the machine.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/primum-cds/primum/hooks/feedback"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var _ feedback.Store = (*Store)(nil)

// A Store is a feedback.Store in a file. It may be used by any number of goroutines.
type Store struct {
	db   *bbolt.DB
	temp string // a copy to delete at the end; "" if there is none

	turn    chan struct{} // holds one value while a transaction is written
	mu      sync.Mutex
	waiting []*write // for the next transaction
}

// The buckets, and what is in them.
var (
	schemaBucket   = []byte("schema")   // "version" → number
	cardBucket     = []byte("card")     // uuid → feedback.Card
	shownBucket    = []byte("shown")    // time, uuid → nothing
	keyBucket      = []byte("key")      // hash of a key, time, uuid → nothing
	reportBucket   = []byte("report")   // uuid, 0, feedback.ID → report
	receivedBucket = []byte("received") // time, key of reportBucket → nothing
)

// schema is the version of the above.
const schema = 1

// lockWait is how long Open waits for another process to give the file back: it is longer than a server takes
// to stop.
const lockWait = 15 * time.Second

// An InUseError is returned when another process has the file open.
type InUseError struct{ Path string }

// Error names the file.
func (e *InUseError) Error() string { return e.Path + " is in use by another process" }

// Open opens the file at path, or makes it, readable by its owner only. While another process has it open, it
// waits for 15 s or until the deadline of ctx, and then returns an *InUseError. It returns a
// *feedback.VersionError if the file is something else.
func Open(ctx context.Context, path string) (*Store, error) {
	wait, err := waitFor(ctx)
	if err != nil {
		return nil, err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: wait, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, opening(path, err)
	}
	if err := db.Update(migrate); err != nil {
		return nil, errors.Join(named(path, err), db.Close())
	}
	return newStore(db, ""), nil
}

func newStore(db *bbolt.DB, temp string) *Store {
	return &Store{db: db, temp: temp, turn: make(chan struct{}, 1)}
}

func waitFor(ctx context.Context) (time.Duration, error) {
	wait := lockWait
	if deadline, ok := ctx.Deadline(); ok {
		wait = max(time.Until(deadline), time.Millisecond) // 0 is for ever
	}
	return wait, ctx.Err()
}

// opening says in our words why a file cannot be opened.
func opening(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return &InUseError{path}
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return &feedback.VersionError{Store: path}
	default:
		return err
	}
}

// migrate makes an empty file a store, and checks that others are one.
func migrate(tx *bbolt.Tx) error {
	if first, _ := tx.Cursor().First(); first != nil {
		return check(tx)
	}
	for _, name := range [][]byte{schemaBucket, cardBucket, shownBucket, keyBucket, reportBucket, receivedBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return tx.Bucket(schemaBucket).Put([]byte("version"), []byte(strconv.Itoa(schema)))
}

// check returns a *feedback.VersionError without the file's name if the file is not of this version.
func check(tx *bbolt.Tx) error {
	found := 0
	if b := tx.Bucket(schemaBucket); b != nil {
		found, _ = strconv.Atoi(string(b.Get([]byte("version"))))
	}
	if found != schema {
		return &feedback.VersionError{Found: found, Newest: schema}
	}
	return nil
}

func named(path string, err error) error {
	var version *feedback.VersionError
	if errors.As(err, &version) {
		version.Store = path
		return version
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Close gives the file back, after the calls that are under way.
func (s *Store) Close() error {
	err := s.db.Close()
	if s.temp != "" {
		err = errors.Join(err, os.Remove(s.temp))
	}
	return err
}
