package store

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// The SNOMED CT concepts that RF2 itself is written in.
const (
	isAType              = "116680003"
	fsnType              = "900000000000003001"
	synonymType          = "900000000000013009"
	preferred            = "900000000000548007"
	usEnglish            = "900000000000509007"
	snomedColumnsConcept = 5
)

// snomedFiles are the files of an RF2 snapshot, as extensions name them, too.
var snomedFiles = struct{ concept, relationship, description, language *regexp.Regexp }{
	regexp.MustCompile(`^x?sct2_concept_.*snapshot.*\.txt$`),
	regexp.MustCompile(`^x?sct2_relationship_.*snapshot.*\.txt$`),
	regexp.MustCompile(`^x?sct2_description_.*snapshot.*\.txt$`),
	regexp.MustCompile(`^x?der2_crefset_.*language.*snapshot.*\.txt$`),
}

var releaseDate = regexp.MustCompile(`_(\d{8})\.txt$`)

// ImportSNOMED reads SNOMED CT from an RF2 snapshot: every concept, the active is-a relationships, and
// for each concept the synonym that US English prefers, or any English that the release has, else its
// fully specified name. Several snapshots in one folder, as an edition and its extension, are one. An
// extension that refers to concepts of an edition that is not there is an error. progress is as for
// ImportICD10CM.
func ImportSNOMED(w *Writer, fsys fs.FS, progress func(done, total int64)) error {
	r := &release{name: "SNOMED CT RF2", fsys: fsys, progress: progress}
	var sets [4][]string
	for i, name := range []*regexp.Regexp{snomedFiles.concept, snomedFiles.relationship, snomedFiles.language, snomedFiles.description} {
		var err error
		if sets[i], err = r.files(name.MatchString); err != nil {
			return err
		}
		if err := r.plan(sets[i]...); err != nil {
			return err
		}
	}
	for i, name := range []string{"sct2_Concept_Snapshot_….txt", "sct2_Relationship_Snapshot_….txt"} {
		if len(sets[i]) == 0 {
			return r.missing(name)
		}
	}
	info := SystemInfo{URL: terminology.SNOMED, Source: path.Base(sets[0][0])}
	for _, file := range sets[0] {
		if date := releaseDate.FindStringSubmatch(strings.ToLower(file)); date != nil {
			info.Version = max(info.Version, date[1])
		}
	}
	s := &snomed{SystemWriter: w.System(info)}
	s.Hierarchical()
	for i, read := range []func(*line) error{s.concept, s.relationship, s.language, s.description} {
		for _, file := range sets[i] {
			if err := r.lines(file, '\t', afterHead(read)); err != nil {
				return err
			}
		}
		switch i {
		case 0:
			if len(s.codes) == 0 {
				return &ImportError{File: sets[0][0], Message: "it has no concepts"}
			}
			s.better = make([]uint8, len(s.codes))
		case 2:
			slices.Sort(s.us)
			slices.Sort(s.other)
		}
	}
	return s.Close()
}

// afterHead leaves the first line out.
func afterHead(each func(l *line) error) func(l *line) error {
	return func(l *line) error {
		if l.number == 1 {
			return nil
		}
		return each(l)
	}
}

// A snomed is SNOMED CT while it is read.
type snomed struct {
	*SystemWriter
	us, other []uint64 // descriptions that US English prefers, and other dialects
	better    []uint8  // by concept: how good its display is
}

// concept reads id, effectiveTime, active, moduleId, definitionStatusId.
func (s *snomed) concept(l *line) error {
	if _, ok := numberKey(string(l.field(0))); !ok || len(l.fields) < snomedColumnsConcept {
		return l.errorf("expected a concept, found %q", l.text[:min(80, len(l.text))])
	}
	if err := s.Add(string(l.fields[0]), "", l.is(2, "0")); err != nil {
		return l.errorf("%v", err)
	}
	return nil
}

// relationship reads id, effectiveTime, active, moduleId, sourceId, destinationId, relationshipGroup,
// typeId.
func (s *snomed) relationship(l *line) error {
	if len(l.fields) < 8 {
		return l.errorf("expected a relationship, found %q", l.text[:min(80, len(l.text))])
	}
	if !l.is(2, "1") || !l.is(7, isAType) {
		return nil
	}
	child, ok := s.index[string(l.fields[4])]
	if !ok {
		return l.errorf("concept %s is in no concept file", l.fields[4])
	}
	parent, ok := s.index[string(l.fields[5])]
	if !ok {
		return l.errorf("concept %s is in no concept file", l.fields[5])
	}
	s.relations = append(s.relations, newIsA(child, parent))
	return nil
}

// language reads id, effectiveTime, active, moduleId, refsetId, referencedComponentId, acceptabilityId.
func (s *snomed) language(l *line) error {
	if !l.is(2, "1") || !l.is(6, preferred) {
		return nil
	}
	description, ok := numberKey(string(l.field(5)))
	switch {
	case !ok:
		return l.errorf("expected a description's id, found %q", l.field(5))
	case l.is(4, usEnglish):
		s.us = append(s.us, description)
	default:
		s.other = append(s.other, description)
	}
	return nil
}

// description reads id, effectiveTime, active, moduleId, conceptId, languageCode, typeId, term.
func (s *snomed) description(l *line) error {
	if len(l.fields) < 8 {
		return l.errorf("expected a description, found %q", l.text[:min(80, len(l.text))])
	}
	if !l.is(2, "1") {
		return nil
	}
	concept, ok := s.index[string(l.fields[4])]
	if !ok {
		return l.errorf("concept %s is in no concept file", l.fields[4])
	}
	if good := s.good(l); good > s.better[concept] {
		s.better[concept], s.displays[concept] = good, string(l.fields[7])
	}
	return nil
}

// good tells how much a description is wanted as a display.
func (s *snomed) good(l *line) uint8 {
	id, _ := numberKey(string(l.fields[0]))
	english := strings.HasPrefix(string(l.fields[5]), "en")
	_, us := slices.BinarySearch(s.us, id)
	_, other := slices.BinarySearch(s.other, id)
	switch {
	case l.is(6, synonymType) && us:
		return 5
	case l.is(6, synonymType) && other && english:
		return 4
	case l.is(6, fsnType) && english:
		return 3
	case l.is(6, fsnType):
		return 2
	}
	return 1
}
