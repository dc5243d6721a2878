package terminology

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/valyala/fastjson"
)

const (
	mostBytes    = 512 << 20 // of one file
	mostVersions = 1000      // of one URL
)

// LoadFiles reads files and folders. A file holds a CodeSystem, ValueSet or ConceptMap, a Bundle of them,
// or several of these as NDJSON; other resources are passed over, but there must be one of the three. In
// a folder and all below it the files *.json and *.ndjson are read, and those without terminology passed
// over; a folder without any is a mistake.
//
// The error joins a *LoadError for each mistake, of all files. A resource with a mistake is left out, the
// others are loaded. The order of the files makes no difference.
func (l *Library) LoadFiles(paths ...string) error {
	var errs []error
	for _, path := range paths {
		errs = append(errs, l.loadPath(path)...)
	}
	return errors.Join(errs...)
}

func (l *Library) loadPath(path string) []error {
	info, err := os.Stat(path)
	if err != nil {
		return []error{&LoadError{File: path, Message: pathMessage(err)}}
	}
	if !info.IsDir() {
		_, errs := l.loadFile(path, false)
		return errs
	}
	var errs []error
	found := 0
	err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, &LoadError{File: file, Message: pathMessage(err)})
			return nil
		}
		if extension := strings.ToLower(filepath.Ext(file)); entry.IsDir() || extension != ".json" && extension != ".ndjson" {
			return nil
		}
		n, more := l.loadFile(file, true)
		found += n
		errs = append(errs, more...)
		return nil
	})
	if err == nil && found == 0 && len(errs) == 0 {
		errs = append(errs, &LoadError{File: path, Message: "no file in it holds a CodeSystem, ValueSet or ConceptMap"})
	}
	return errs
}

// pathMessage is an error of the file system without the path, which is named before it.
func pathMessage(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func (l *Library) loadFile(path string, inFolder bool) (found int, errs []error) {
	data, err := readBounded(path)
	if err != nil {
		return 0, []error{&LoadError{File: path, Message: pathMessage(err)}}
	}
	return l.load(data, path, inFolder)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Size() > mostBytes:
		return nil, errTooLarge
	}
	var data bytes.Buffer
	data.Grow(int(info.Size()) + bytes.MinRead)
	_, err = data.ReadFrom(io.LimitReader(f, mostBytes+1))
	return data.Bytes(), err
}

var errTooLarge = fmt.Errorf("it is larger than %d MiB", mostBytes>>20)

// Add reads what LoadFiles reads from a file; name stands for the file in errors.
func (l *Library) Add(json []byte, name string) error {
	_, errs := l.load(json, name, false)
	return errors.Join(errs...)
}

// load reads one file and tells how many resources of terminology it holds, with mistakes or not.
func (l *Library) load(data []byte, name string, inFolder bool) (found int, errs []error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.forget()
	r := &fileReader{library: l}
	r.file(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), name)
	if r.found == 0 && len(r.errs) == 0 && !inFolder {
		r.errs = append(r.errs, &LoadError{File: name, Message: "there is no CodeSystem, ValueSet or ConceptMap in it"})
	}
	return r.found, r.errs
}

// A fileReader is the state of reading one file.
type fileReader struct {
	library *Library
	parser  fastjson.Parser
	found   int
	errs    []error
}

func (r *fileReader) fail(file, resource, message string) {
	r.errs = append(r.errs, &LoadError{file, resource, message})
}

func (r *fileReader) file(data []byte, name string) {
	switch {
	case len(data) > mostBytes:
		r.fail(name, "", errTooLarge.Error())
	case !utf8.Valid(data):
		r.fail(name, "", "it is not UTF-8")
	case len(bytes.TrimSpace(data)) == 0:
		r.fail(name, "", "it is empty")
	case isNDJSON(data):
		r.lines(data, name)
	default:
		r.document(data, name, 0)
	}
}

// isNDJSON reports whether the first line is an object by itself and others follow.
func isNDJSON(data []byte) bool {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	return first[0] == '{' && len(rest) > 0 && json.Valid(first)
}

func (r *fileReader) lines(data []byte, name string) {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if len(bytes.TrimSpace(line)) > 0 {
			r.document(line, fmt.Sprintf("%s:%d", name, number), number)
		}
	}
}

// document reads one JSON text; line is 0 if it is the whole file.
func (r *fileReader) document(data []byte, name string, line int) {
	data = bytes.TrimSpace(data)
	if !json.Valid(data) {
		r.fail(r.wrongJSON(data, name, line))
		return
	}
	if data[0] == '{' {
		r.resource(data, name, 0)
	}
}

func (r *fileReader) wrongJSON(data []byte, name string, line int) (file, resource, message string) {
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) && line == 0 {
		name = fmt.Sprintf("%s:%d", name, 1+bytes.Count(data[:min(int(wrong.Offset), len(data))], []byte("\n")))
	}
	return name, "", fmt.Sprintf("it is not JSON: %v", err)
}

// resource reads an object, if it is one that is wanted.
func (r *fileReader) resource(raw []byte, name string, depth int) {
	switch kind := stringIn(raw, "resourceType"); kind {
	case "Bundle":
		root := newElement(new(fastjson.Parser), raw, depth)
		for entry := range root.objects("entry") {
			if resource, ok := entry.later["resource"]; ok && resource[0] == '{' {
				r.resource(resource, name, entry.depth)
			}
		}
		r.report(root, name, kind)
	case "CodeSystem", "ValueSet", "ConceptMap":
		r.found++
		root := newElement(&r.parser, raw, depth)
		if len(root.mistakes.list) == 0 {
			r.library.read(root, kind, name)
		}
		r.report(root, name, title(kind, raw))
	}
}

// stringIn returns a member of an object that is a string, "" if there is none.
func stringIn(raw []byte, wanted string) string {
	for name, value := range members(raw) {
		if name == wanted && raw[value.start] == '"' {
			return memberName(raw[value.start:value.end])
		}
	}
	return ""
}

// title names a resource by its URL, or else its id.
func title(kind string, raw []byte) string {
	for _, name := range []string{"url", "id"} {
		if text := stringIn(raw, name); text != "" {
			return kind + " " + text
		}
	}
	return kind
}

func (r *fileReader) report(root *element, name, resource string) {
	for _, message := range root.mistakes.list {
		r.fail(name, resource, message)
	}
	if more := root.mistakes.more; more > 0 {
		r.fail(name, resource, fmt.Sprintf("%d more mistakes", more))
	}
}

// read takes in a resource if nothing is wrong with it.
func (l *Library) read(root *element, kind, file string) {
	if root.text("url") == "" {
		root.fail("it has no url")
	}
	switch kind {
	case "CodeSystem":
		cs := readCodeSystem(root)
		cs.file, cs.source = file, hashed(root.raw)
		l.addCodeSystem(root, cs)
	case "ValueSet":
		vs := readValueSet(root)
		vs.file = file
		if fits(root, len(l.valueSets[vs.url])) {
			if mistake := l.addValueSet(vs); mistake != "" {
				root.fail("%s", mistake)
			}
		}
	case "ConceptMap":
		m := readConceptMap(root)
		m.file, m.source = file, hashed(root.raw)
		if same := exactly(l.conceptMaps[m.url], m.version); same != nil {
			differs(root, same.source, m.source, same.file)
		} else if fits(root, len(l.conceptMaps[m.url])) {
			l.conceptMaps[m.url] = withVersion(l.conceptMaps[m.url], m)
		}
	}
}

func (l *Library) addCodeSystem(root *element, cs *codeSystem) {
	url := Canonical(cs.url)
	if same := exactly(l.codeSystems[url], cs.version); same != nil {
		differs(root, same.source, cs.source, same.file)
		return
	}
	all, _ := cutVersion(root.text("valueSet"))
	if other, ok := l.whole[all]; ok && other != url {
		root.fail("the value set %s of all its codes is that of %s, too", all, other)
	}
	if !fits(root, len(l.codeSystems[url])) {
		return
	}
	l.codeSystems[url] = withVersion(l.codeSystems[url], cs)
	if all != "" {
		l.whole[all] = url
	}
}

// fits reports whether a resource without mistakes can be added to so many versions of it.
func fits(root *element, versions int) bool {
	if versions >= mostVersions {
		root.fail("there are more than %d versions of it", mostVersions)
	}
	return len(root.mistakes.list) == 0
}

// differs takes down that a resource was loaded before with other content. The same once more is fine.
func differs(root *element, before, now, file string) {
	if before != now {
		root.fail("another resource with its url and version is in %s", file)
	}
}
