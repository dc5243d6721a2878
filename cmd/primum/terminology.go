package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/server"
	"github.com/primum-cds/primum/cds/terminology/store"
)

// A library is the terminology that --terminology names. Its files stay open while an engine uses them.
type library struct {
	paths  []string
	codes  *terminology.Library
	files  []*store.File
	drugs  *terminology.Drugs
	client *server.Client    // nil without a server
	from   map[string]string // URL of a code system → the terminology file it is of
}

func (l *library) define(f *flag.FlagSet) {
	f.Func("terminology", "value sets, hierarchies, concept maps and drugs of `PATH`: a file made by primum import, FHIR JSON, a folder of it, or the URL of a terminology server, which is asked for what the others lack; may be repeated", func(s string) error {
		l.paths = append(l.paths, s)
		return nil
	})
}

// open reads all that was named and returns what an engine needs of it. FHIR comes first, for a terminology
// file to be held against it; the error joins what is wrong with each PATH.
func (l *library) open() ([]cds.Option, error) {
	if len(l.paths) == 0 {
		return nil, nil
	}
	l.codes, l.from = terminology.NewLibrary(), map[string]string{}
	var resources, files []string
	var errs []error
	for _, path := range l.paths {
		if isServer(path) {
			errs = append(errs, l.server(path))
			continue
		}
		switch isFHIR, err := holdsFHIR(path); {
		case errors.Is(err, fs.ErrNotExist):
			errs = append(errs, fmt.Errorf("there is no file or folder %s", path))
		case err != nil:
			errs = append(errs, fmt.Errorf("%s cannot be read", path))
		case isFHIR:
			resources = append(resources, path)
		default:
			files = append(files, path)
		}
	}
	errs = append(errs, l.codes.LoadFiles(resources...))
	for _, path := range files {
		errs = append(errs, l.file(path))
	}
	if err := errors.Join(errs...); err != nil {
		l.close()
		return nil, err
	}
	options := []cds.Option{cds.WithCodes(l.codes)}
	if l.client != nil {
		options[0] = cds.WithCodes(served{l.codes, l.client})
	}
	if l.drugs != nil {
		options = append(options, cds.WithDrugs(l.drugs))
	}
	return options, nil
}

// server adds a terminology server. One is enough: of two nobody knows which is right.
func (l *library) server(url string) error {
	if l.client != nil {
		return fmt.Errorf("%s: there can be one terminology server", url)
	}
	client, err := server.New(url)
	l.client = client
	return err
}

// file adds a terminology file. Of one code system in two files neither is taken for the right one.
func (l *library) file(path string) error {
	f, err := store.Open(path)
	if err != nil {
		return notTerminology(err)
	}
	l.files = append(l.files, f)
	for _, s := range f.Systems() {
		if other, ok := l.from[s.URL]; ok {
			return fmt.Errorf("%s: the code system %s is in %s, too: expected it in one of them", path, s.URL, other)
		}
		l.from[s.URL] = path
	}
	if drugs, ok := f.Drugs(); ok {
		l.drugs = drugs
	}
	return f.AddTo(l.codes)
}

// notTerminology says what was expected of a file that is no terminology.
func notTerminology(err error) error {
	var wrong *store.FormatError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%w (expected a file made by primum import, or FHIR JSON)", err)
	}
	return err
}

// close gives the files back; after it, nothing that open returned may be used.
func (l *library) close() {
	for _, f := range l.files {
		f.Close()
	}
	l.files = nil
}

// holdsFHIR reports whether path is a folder or looks like JSON.
func holdsFHIR(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return true, err
	}
	if extension := strings.ToLower(filepath.Ext(path)); extension == ".json" || extension == ".ndjson" {
		return true, nil
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF")))
	return bytes.HasPrefix(head, []byte("{")), nil
}
