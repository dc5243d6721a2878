package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/primum-cds/primum/cds/terminology/store"
)

const importAbout = `Reads a release as its publisher hands it out, a folder or a .zip, or FHIR resources into a terminology file,
for --terminology of the other commands:

  rxnorm    RXNCONSO.RRF, RXNREL.RRF and RXNSAT.RRF: drugs, their ingredients, strengths, forms and NDCs
  snomed    an RF2 snapshot: concepts, is-a relationships, descriptions
  loinc     Loinc.csv, with the hierarchy and the answer lists if they are there
  icd10cm   icd10cm-order-YEAR.txt
  fhir      CodeSystem, ValueSet and ConceptMap, in JSON files and folders of them: value sets are expanded,
            with the code systems that FILE already holds, too

What FILE already holds of other systems stays in it. It is replaced only when all was read.`

func (c *command) importRelease(args []string) error {
	f := c.flags("import", "rxnorm|snomed|loinc|icd10cm|fhir SOURCE… --out FILE", importAbout)
	out := f.String("out", "", "write to `FILE`")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	importers := map[string]func(*store.Writer, fs.FS, func(done, total int64)) error{
		"rxnorm": store.ImportRxNorm, "snomed": store.ImportSNOMED, "loinc": store.ImportLOINC, "icd10cm": store.ImportICD10CM,
	}
	switch {
	case len(rest) == 0:
		return usageError{"expected what to import: rxnorm, snomed, loinc, icd10cm or fhir", "import"}
	case importers[rest[0]] == nil && rest[0] != "fhir":
		return usageError{fmt.Sprintf("%q cannot be imported: expected rxnorm, snomed, loinc, icd10cm or fhir", rest[0]), "import"}
	case rest[0] == "fhir" && len(rest) == 1:
		return usageError{"expected a SOURCE: FHIR JSON, or a folder of it", "import"}
	case rest[0] != "fhir" && len(rest) != 2:
		return usageError{"expected one SOURCE: the folder of a release, or its .zip", "import"}
	case *out == "":
		return usageError{"expected --out FILE", "import"}
	case rest[0] == "fhir":
		return c.importFHIR(rest[1:], *out)
	}
	release, done, err := openRelease(rest[1])
	if err != nil {
		return err
	}
	defer done()
	w, err := store.Create(*out)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := importers[rest[0]](w, interruptible{c.ctx, release}, c.progress()); err != nil {
		return errors.Join(c.ctx.Err(), err)
	}
	if err := errors.Join(c.ctx.Err(), w.Finish()); err != nil {
		return err
	}
	return c.inside(*out)
}

// openRelease opens a folder, or an archive as if it were one.
func openRelease(path string) (release fs.FS, done func() error, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(path), func() error { return nil }, nil
	}
	if !strings.HasSuffix(strings.ToLower(path), ".zip") {
		return nil, nil, usageError{path + " is neither a folder nor a .zip", "import"}
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return archive, archive.Close, nil
}

// progress returns what tells every second how much of a release was read.
func (c *command) progress() func(done, total int64) {
	next := time.Now().Add(time.Second)
	return func(done, total int64) {
		if now := time.Now(); total > 0 && now.After(next) {
			fmt.Fprintf(c.errors, "%3d %% of %d MB\n", 100*done/total, total/1_000_000)
			next = now.Add(time.Second)
		}
	}
}

// inside prints what is in a terminology file.
func (c *command) inside(path string) error {
	f, err := store.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, s := range f.Systems() {
		version := s.Version
		if version == "" {
			version = "of unknown version"
		}
		fmt.Fprintf(c.out, "%s %s: %s from %s\n", s.URL, version, count(s.Codes, "code"), s.Source)
	}
	if sets, maps := len(f.ValueSets()), len(f.ConceptMaps()); sets+maps > 0 {
		fmt.Fprintf(c.out, "%s, %s\n", count(sets, "value set"), count(maps, "concept map"))
	}
	return nil
}

// An interruptible release cannot be read once its context is done.
type interruptible struct {
	ctx context.Context
	fs.FS
}

// ReadDir and Stat are there because the files of Open have neither.
func (i interruptible) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(i.FS, name) }

func (i interruptible) Stat(name string) (fs.FileInfo, error) { return fs.Stat(i.FS, name) }

func (i interruptible) Open(name string) (fs.File, error) {
	f, err := i.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return interruptibleFile{f, i.ctx}, nil
}

type interruptibleFile struct {
	fs.File
	ctx context.Context
}

func (f interruptibleFile) Read(b []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.File.Read(b)
}
