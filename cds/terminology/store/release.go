package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// maxLine bounds a line of a release.
const maxLine = 1 << 20

// A release is a folder or an archive as a publisher hands it out, while it is read.
type release struct {
	name     string // "RxNorm", for messages
	fsys     fs.FS
	progress func(done, total int64)
	done     int64
	total    int64
}

// A line is one of a release's. It is valid until the next one is read.
type line struct {
	file   string
	number int
	text   []byte
	fields [][]byte
}

func (l *line) errorf(format string, args ...any) error {
	return &ImportError{l.file, l.number, fmt.Sprintf(format, args...)}
}

// field returns field i, "" if the line ends before.
func (l *line) field(i int) []byte {
	if i >= len(l.fields) {
		return nil
	}
	return l.fields[i]
}

// is reports whether field i is text.
func (l *line) is(i int, text string) bool { return string(l.field(i)) == text }

// files returns the paths of the files whose name, in lower case, matches, those in fewer folders first.
func (r *release) files(matches func(name string) bool) ([]string, error) {
	var out []string
	err := fs.WalkDir(r.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && matches(strings.ToLower(path.Base(p))) {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	depth := func(p string) int { return strings.Count(p, "/") }
	for i := range out {
		for j := i; j > 0 && depth(out[j]) < depth(out[j-1]); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out, nil
}

// plan adds up what will be read.
func (r *release) plan(files ...string) error {
	for _, file := range files {
		info, err := fs.Stat(r.fsys, file)
		if err != nil {
			return err
		}
		r.total += info.Size()
	}
	r.tell(0)
	return nil
}

func (r *release) tell(n int) {
	r.done += int64(n)
	if r.progress != nil {
		r.progress(min(r.done, r.total), r.total)
	}
}

// A countedFile counts what is read of it.
type countedFile struct {
	fs.File
	release *release
}

func (f countedFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.release.tell(n)
	return n, err
}

func (r *release) open(file string) (*bufio.Reader, func() error, error) {
	f, err := r.fsys.Open(file)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(countedFile{f, r}, 1<<18)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		in.Discard(3)
	}
	return in, f.Close, nil
}

// lines calls each with every line of a file that is not empty, its fields cut at separator; 0 cuts none.
// LF and CRLF end a line.
func (r *release) lines(file string, separator byte, each func(l *line) error) error {
	in, done, err := r.open(file)
	if err != nil {
		return err
	}
	defer done()
	l := &line{file: file}
	var long []byte
	for {
		text, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, text...); len(long) > maxLine {
				l.number++
				return l.errorf("the line is longer than %d bytes", maxLine)
			}
			continue
		}
		if err != nil && err != io.EOF {
			return &ImportError{file, l.number + 1, err.Error()}
		}
		if len(long) > 0 {
			long = append(long, text...)
			text = long
		}
		if len(text) > 0 {
			l.number++
		}
		if text = bytes.TrimRight(text, "\r\n"); len(text) > 0 {
			if failed := l.each(text, separator, each); failed != nil {
				return failed
			}
		}
		if err == io.EOF {
			return nil
		}
		long = long[:0]
	}
}

func (l *line) each(text []byte, separator byte, each func(*line) error) error {
	if !utf8.Valid(text) {
		return l.errorf("the line is not UTF-8")
	}
	l.text, l.fields = text, l.fields[:0]
	if separator != 0 {
		for rest, more := text, true; more; {
			at := bytes.IndexByte(rest, separator)
			if more = at >= 0; !more {
				at = len(rest)
			}
			l.fields = append(l.fields, rest[:at])
			rest = rest[min(at+1, len(rest)):]
		}
	}
	return each(l)
}

// missing says that a file is not there.
func (r *release) missing(file string) error {
	return fmt.Errorf("this is no %s release: it has no %s", r.name, file)
}
