package server

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A journal is a file that lines are added to. Whoever adds one does not wait for the disk: a line that cannot be
// kept is lost, counted and told.
type journal struct {
	name    string // "decisions"
	path    string
	metrics *metrics
	log     *slog.Logger

	lines   chan func() ([]byte, error) // each makes a line, while it is written
	reopens chan chan error
	ended   chan struct{}
	closing sync.Once

	file    *os.File
	partial bool // the last line was not written to its end
	lock    sync.Mutex
	told    time.Time // when somebody was last told of a failure
}

// backlog is how many lines wait at most for the disk.
const backlog = 1024

// openJournal opens a file, or makes it, readable by its owner only.
func openJournal(name, path string, m *metrics, log *slog.Logger) (*journal, error) {
	j := &journal{name: name, path: path, metrics: m, log: log,
		lines: make(chan func() ([]byte, error), backlog), reopens: make(chan chan error), ended: make(chan struct{})}
	if err := j.open(); err != nil {
		return nil, err
	}
	go j.run()
	return j, nil
}

func (j *journal) open() error {
	file, err := os.OpenFile(j.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if j.file != nil {
		_ = j.file.Close() // it was written to without a buffer
	}
	j.file, j.partial = file, unended(file)
	return nil
}

// unended reports whether a file ends within a line, as after a crash.
func unended(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// add writes what line returns, which is called later, by one goroutine. A nil journal keeps nothing.
func (j *journal) add(line func() ([]byte, error)) {
	if j == nil {
		return
	}
	select {
	case j.lines <- line:
	default:
		j.fail("backlog", errors.New("the disk is too slow: lines are lost"))
	}
}

// reopen goes on in a new file, where the old one was moved away.
func (j *journal) reopen() error {
	if j == nil {
		return nil
	}
	done := make(chan error, 1)
	select {
	case j.reopens <- done:
		return <-done
	case <-j.ended:
		return nil
	}
}

// close writes what is left. Nothing may be added after it.
func (j *journal) close() {
	if j == nil {
		return
	}
	j.closing.Do(func() { close(j.lines) })
	<-j.ended
}

func (j *journal) run() {
	defer close(j.ended)
	for {
		select {
		case line, more := <-j.lines:
			if !more {
				if err := j.file.Close(); err != nil {
					j.fail("write", err)
				}
				return
			}
			j.write(line)
		case done := <-j.reopens:
			done <- j.open()
		}
	}
}

func (j *journal) write(line func() ([]byte, error)) {
	text, err := line()
	if err != nil {
		j.fail("encode", err)
		return
	}
	if j.partial {
		text = append([]byte{'\n'}, text...)
	}
	n, err := j.file.Write(append(text, '\n'))
	if err != nil {
		j.partial = j.partial || n > 0
		j.fail("write", err)
		return
	}
	j.partial = false
	j.metrics.written.WithLabelValues(j.name).Inc()
}

// fail counts a line that is lost, and tells it once a minute.
func (j *journal) fail(reason string, err error) {
	j.metrics.lost.WithLabelValues(j.name, reason).Inc()
	j.lock.Lock()
	defer j.lock.Unlock()
	if time.Since(j.told) < time.Minute {
		return
	}
	j.told = time.Now()
	j.log.Error("what is logged is being lost", "journal", j.name, "reason", reason, "error", err.Error())
}
