package store

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// ImportLOINC reads LOINC from Loinc.csv: each code with its long common name; deprecated ones are
// inactive. If they are there, it reads the hierarchy (ComponentHierarchyBySystem.csv, formerly
// MultiAxialHierarchy.csv), whose part codes become codes, too, and the answer lists (AnswerList.csv): the
// answers become codes and each list a value set, http://loinc.org/vs/LL…. What is above and below a code
// that the hierarchy leaves out is not known. progress is as for ImportICD10CM.
func ImportLOINC(w *Writer, fsys fs.FS, progress func(done, total int64)) error {
	r := &release{name: "LOINC", fsys: fsys, progress: progress}
	var found [3]string
	for i, names := range [][]string{{"loinc.csv"}, {"componenthierarchybysystem.csv", "multiaxialhierarchy.csv"}, {"answerlist.csv"}} {
		files, err := r.files(func(name string) bool { return slices.Contains(names, name) })
		if err != nil {
			return err
		}
		if len(files) == 0 {
			continue
		}
		found[i] = files[0]
		if err := r.plan(files[0]); err != nil {
			return err
		}
	}
	table, hierarchy, answers := found[0], found[1], found[2]
	if table == "" {
		return r.missing("Loinc.csv")
	}
	s := w.System(SystemInfo{URL: terminology.LOINC, Source: path.Base(table)})
	if err := r.loincTable(table, s); err != nil {
		return err
	}
	if len(s.codes) == 0 {
		return &ImportError{File: table, Message: "it has no codes"}
	}
	if hierarchy != "" {
		if err := r.loincHierarchy(hierarchy, s); err != nil {
			return err
		}
	}
	if answers != "" {
		if err := r.loincAnswers(answers, w, s); err != nil {
			return err
		}
	}
	return s.Close()
}

func (r *release) loincTable(file string, s *SystemWriter) error {
	return r.csv(file, []string{"LOINC_NUM", "LONG_COMMON_NAME", "STATUS"}, []string{"VersionLastChanged", "COMPONENT"}, func(l csvLine) error {
		display := cmp.Or(l.cells[1], l.cells[4])
		s.info.Version = laterVersion(s.info.Version, l.cells[3])
		if err := s.Add(l.cells[0], display, l.cells[2] == "DEPRECATED"); err != nil {
			return l.error(err)
		}
		return nil
	})
}

// laterVersion returns the later of two versions such as 2.78: no code changes after the release.
func laterVersion(a, b string) string {
	x, _, _ := strings.Cut(a, ".")
	y, _, _ := strings.Cut(b, ".")
	major, err := strconv.Atoi(y)
	if err != nil {
		return a
	}
	if before, _ := strconv.Atoi(x); cmp.Or(cmp.Compare(before, major), compareVersionTail(a, b)) < 0 {
		return b
	}
	return a
}

func compareVersionTail(a, b string) int {
	_, a, _ = strings.Cut(a, ".")
	_, b, _ = strings.Cut(b, ".")
	return compareCodes(numberCodes, a, b)
}

func (r *release) loincHierarchy(file string, s *SystemWriter) error {
	type link struct {
		csvLine
		child, parent string
	}
	var links []link
	err := r.csv(file, []string{"IMMEDIATE_PARENT", "CODE", "CODE_TEXT"}, nil, func(l csvLine) error {
		parent, code := l.cells[0], l.cells[1]
		if !s.Has(code) {
			if err := s.Add(code, l.cells[2], false); err != nil {
				return l.error(err)
			}
		}
		if parent != "" {
			links = append(links, link{csvLine{file: l.file, line: l.line}, code, parent})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, each := range links { // a parent may be listed after its children
		if err := s.IsA(each.child, each.parent); err != nil {
			return each.error(err)
		}
	}
	return nil
}

func (r *release) loincAnswers(file string, w *Writer, s *SystemWriter) error {
	lists := map[string][]terminology.Code{}
	var order []string
	err := r.csv(file, []string{"AnswerListId", "AnswerStringId", "DisplayText"}, nil, func(l csvLine) error {
		list, answer := l.cells[0], l.cells[1]
		if answer == "" { // defined elsewhere
			return nil
		}
		if !s.Has(answer) {
			if err := s.Add(answer, l.cells[2], false); err != nil {
				return l.error(err)
			}
		}
		if lists[list] == nil {
			order = append(order, list)
		}
		lists[list] = append(lists[list], terminology.Code{System: terminology.LOINC, Code: answer})
		return nil
	})
	if err != nil {
		return err
	}
	for _, list := range order {
		v := ValueSet{URL: terminology.LOINC + "/vs/" + list, Version: s.info.Version, Source: path.Base(file), Codes: lists[list]}
		if err := w.ValueSet(v); err != nil {
			return err
		}
	}
	return nil
}

// A csvLine holds the columns that were asked for.
type csvLine struct {
	file  string
	line  int
	cells []string
}

func (l csvLine) error(err error) error { return &ImportError{l.file, l.line, err.Error()} }

// csv calls each with the columns of every record. Those in optional are "" if the file has none.
func (r *release) csv(file string, columns, optional []string, each func(l csvLine) error) error {
	in, done, err := r.open(file)
	if err != nil {
		return err
	}
	defer done()
	read := csv.NewReader(in)
	read.ReuseRecord, read.FieldsPerRecord, read.LazyQuotes = true, -1, true
	head, err := read.Read()
	if err != nil && err != io.EOF {
		return csvError(file, err)
	}
	var at []int
	for i, name := range slices.Concat(columns, optional) {
		at = append(at, slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }))
		if at[i] < 0 && i < len(columns) {
			return &ImportError{file, 1, "it has no column " + name}
		}
	}
	cells := make([]string, len(at))
	for {
		record, err := read.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return csvError(file, err)
		}
		number, _ := read.FieldPos(0)
		for i, from := range at {
			if from >= len(record) {
				return &ImportError{file, number, "the line ends before its last column"}
			}
			if cells[i] = ""; from >= 0 {
				cells[i] = strings.TrimSpace(record[from])
			}
		}
		if err := each(csvLine{file, number, cells}); err != nil {
			return err
		}
	}
}

func csvError(file string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &ImportError{file, parse.Line, parse.Err.Error()}
	}
	return &ImportError{file, 0, err.Error()}
}
