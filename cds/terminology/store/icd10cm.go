package store

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

var icd10cmOrder = regexp.MustCompile(`^icd10cm[-_]?order[-_]?(\d{4}).*\.txt$`)

// ImportICD10CM reads ICD-10-CM from the order file that CDC and CMS publish (icd10cm-order-2026.txt). A
// code is a kind of the longest code that it begins with. The file has no chapters and blocks. progress
// may be nil; it is called with the bytes read and those there are.
func ImportICD10CM(w *Writer, fsys fs.FS, progress func(done, total int64)) error {
	r := &release{name: "ICD-10-CM", fsys: fsys, progress: progress}
	files, err := r.files(func(name string) bool { return icd10cmOrder.MatchString(name) && !strings.Contains(name, "addenda") })
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return r.missing("icd10cm-order-….txt")
	}
	file := files[len(files)-1]
	if err := r.plan(file); err != nil {
		return err
	}
	year := icd10cmOrder.FindStringSubmatch(strings.ToLower(path.Base(file)))[1]
	s := w.System(SystemInfo{URL: terminology.ICD10CM, Version: year, Source: path.Base(file)})
	s.Hierarchical()
	var codes []string
	err = r.lines(file, 0, func(l *line) error {
		code, display, ok := icd10cmLine(l.text)
		if !ok {
			return l.errorf("expected an order number, a code, 0 or 1 and descriptions, found %q", l.text[:min(80, len(l.text))])
		}
		codes = append(codes, code)
		return s.Add(dotted(code), display, false)
	})
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return &ImportError{File: file, Message: "it has no codes"}
	}
	for _, code := range codes {
		if parent, ok := icd10cmParent(s, code); ok {
			if err := s.IsA(dotted(code), parent); err != nil {
				return err
			}
		}
	}
	return s.Close()
}

// icd10cmLine reads columns 7–13, the code; 15, whether it can be billed; 17–76 and from 78 on, the short
// and the long description.
func icd10cmLine(text []byte) (code, display string, ok bool) {
	if len(text) < 17 || text[5] != ' ' || text[13] != ' ' || text[14] != '0' && text[14] != '1' {
		return "", "", false
	}
	code = string(bytes.TrimSpace(text[6:13]))
	if len(code) < 3 || strings.ContainsFunc(code, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }) {
		return "", "", false
	}
	short, long := text[16:], []byte(nil)
	if len(text) > 77 {
		short, long = text[16:76], text[77:]
	}
	if long = bytes.TrimSpace(long); len(long) > 0 {
		return code, string(long), true
	}
	return code, string(bytes.TrimSpace(short)), true
}

func dotted(code string) string {
	if len(code) <= 3 {
		return code
	}
	return code[:3] + "." + code[3:]
}

func icd10cmParent(s *SystemWriter, code string) (string, bool) {
	for n := len(code) - 1; n >= 3; n-- {
		if parent := dotted(code[:n]); s.Has(parent) {
			return parent, true
		}
	}
	return "", false
}
