package rules

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// syntaxError says what YAML could not read, in our words and at its place. YAML itself names the line
// at which the surrounding block began, or none; read is how many it had read.
func syntaxError(file *cds.File, err error, read int) *cds.Error {
	problem := strings.TrimPrefix(err.Error(), "yaml: ")
	begun := 0
	if m := yamlLine.FindStringSubmatch(problem); m != nil {
		begun, _ = strconv.Atoi(m[1])
		problem = problem[len(m[0]):]
	}
	line := brokenLine(file.Text, begun, read)
	if strings.HasPrefix(problem, "found unexpected") {
		line = openedLine(file.Text, begun)
	}
	p := cds.Position{File: file, Line: line}
	text := file.Line(line)
	var message string
	if tab := leadingTab(text); tab > 0 && !strings.Contains(problem, "stream") {
		message, p.Column = "a tab indents this line: YAML takes only spaces there", tab
	} else {
		message, p.Column = explain(problem, text)
	}
	return &cds.Error{Position: p, Message: message}
}

// lineReader hands out a text line by line and counts the lines, which tells how far YAML has read.
type lineReader struct {
	text  string
	lines int
}

func (r *lineReader) Read(p []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n := len(r.text)
	if i := strings.IndexByte(r.text, '\n'); i >= 0 {
		n = i + 1
	}
	if n <= len(p) {
		r.lines++
	}
	n = copy(p, r.text[:n])
	r.text = r.text[n:]
	return n, nil
}

// brokenLine returns the line that makes text unreadable: the first that leaves what is above it
// readable, but not with it, near where YAML stopped. Within brackets or quotes over several lines
// there is none, and the line that YAML named stands; so it does in a text so large that to look for
// it would take long.
func brokenLine(text string, named, stopped int) int {
	stopped = max(stopped, 1)
	if len(text) < 1<<20 {
		first := max(1, stopped-2)
		above := readable(text, first-1)
		for line := first; line <= stopped; line++ {
			with := readable(text, line)
			if above && !with {
				return line
			}
			above = with
		}
	}
	if named > 0 {
		return named
	}
	return stopped
}

// openedLine returns the line at which begins what is never closed. YAML names it, but for the first.
func openedLine(text string, named int) int {
	if named < 1 || !readable(text, 1) {
		return 1
	}
	return named
}

// readable reports whether the first lines of text are YAML.
func readable(text string, lines int) bool {
	end := 0
	for range lines {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			end = len(text)
			break
		}
		end += i + 1
	}
	_, _, err := decode(strings.NewReader(text[:end]))
	return err == nil || err == io.EOF
}

// leadingTab returns the column of the first tab in the indentation of a line, 0 if there is none.
func leadingTab(line string) int {
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	return strings.IndexByte(line[:indent], '\t') + 1
}

var (
	secondColon  = regexp.MustCompile(`:(\s|$)`)
	badStart     = regexp.MustCompile("(?:^|[:\\-,\\[{] *)([@`%\t])")
	badEscape    = regexp.MustCompile(`\\[^0abt\tnvfre "/\\N_LPxuU]`)
	hexEscape    = regexp.MustCompile(`\\[xuU]`)
	openQuote    = regexp.MustCompile(`(?:^|[\s\[{(,])(["'])`)
	aliasStart   = regexp.MustCompile(`(?:^|[\s\[{,])([*&])`)
	strayDash    = regexp.MustCompile(`:\s+(- )`)
	strayMark    = regexp.MustCompile(`(?:^|\s)(\?)`)
	tagStart     = regexp.MustCompile(`(?:^|\s)(!)`)
	bareTemplate = regexp.MustCompile(`(?:^\s*|[:,\[{-]\s+)(\{\{)`)
	openBracket  = regexp.MustCompile(`(?:^|[\s\[{(,])([\[{])`)
	quotedValue  = regexp.MustCompile(`^\s*(?:- )?[^"'\s][^"']*:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')?\s*(?:$|\s#)`)
	directive    = regexp.MustCompile(`^(%)`)
)

// explain gives a problem of YAML's in plain words, with its column in line.
func explain(problem, line string) (message string, column int) {
	if m := bareTemplate.FindStringSubmatchIndex(line); m != nil {
		return `text that begins with "{{" must be in quotes`, utf8.RuneCountInString(line[:m[2]]) + 1
	}
	for _, e := range explanations {
		if strings.HasPrefix(problem, e.problem) {
			return e.message, e.column(line)
		}
	}
	return "this is not YAML: " + problem, firstColumn(line)
}

var explanations = []struct {
	problem, message string
	column           func(line string) int
}{
	{"mapping values are not allowed", `a ":" is not allowed here: text that holds ": " must be in quotes; or the line is indented wrongly`, strayColon},
	{"found character that cannot start any token", "text that begins with this character must be in quotes", match(badStart)},
	{"did not find expected key", "this does not fit what is above: check the indentation, and that text with quotes in it is quoted as a whole", oddQuote},
	{"did not find expected '-' indicator", `expected another list item ("- …"): check the indentation`, firstColumn},
	{"could not find expected ':'", `expected "key: value": the ":" is missing, or the space after it`, firstColumn},
	{"found unexpected end of stream", "this quote is never closed", match(openQuote)},
	{"found unexpected document indicator", "this quote is never closed", match(openQuote)},
	{"found unknown escape character", `this escape is not known in double quotes: write \\ for a backslash, or use single quotes`, match(badEscape)},
	{"did not find expected hexdecimal number", `expected hexadecimal digits after \x, \u or \U`, match(hexEscape)},
	{"found invalid Unicode character escape code", "there is no such character", match(hexEscape)},
	{"did not find expected ',' or ']'", `the list in these brackets goes wrong: a "," or "]" is missing, or text that holds one of , [ ] { } ? is not in quotes`, match(openBracket)},
	{"did not find expected ',' or '}'", `what is in these braces goes wrong: a "," or "}" is missing, or text that holds one of , [ ] { } ? is not in quotes`, match(openBracket)},
	{"block sequence entries are not allowed", `a list item ("- ") is not allowed here: begin it on a line of its own`, match(strayDash)},
	{"mapping keys are not allowed", `"? " is not used in rule files: put text that begins with it in quotes`, match(strayMark)},
	{"found a tab character", "a tab indents this line: YAML takes only spaces there", match(regexp.MustCompile("\t"))},
	{"unknown anchor", "aliases (*) are not used in rule files: write the value out", match(aliasStart)},
	{"did not find expected alphabetic or numeric character", `text that begins with "*" or "&" must be in quotes`, match(aliasStart)},
	{"exceeded max depth", "nested too deeply", firstColumn},
	{"did not find expected node content", "expected a value here; text that begins with one of , ] } must be in quotes", firstColumn},
	{"did not find expected <document start>", "this does not belong to what is above: the file must be one mapping, its keys all at the left margin", firstColumn},
	{"found undefined tag handle", `tags (!) are not used in rule files: put text that begins with "!" in quotes`, match(tagStart)},
	{"did not find expected tag URI", `tags (!) are not used in rule files: put text that begins with "!" in quotes`, match(tagStart)},
	{"found unknown directive name", `YAML directives (%) are not used in rule files: put text that begins with "%" in quotes`, match(directive)},
	{"found an indentation indicator equal to 0", `the number after "|" or ">" must be at least 1`, match(regexp.MustCompile(`[|>][+-]?(0)`))},
	{"did not find expected comment or line break", `the text after "|" or ">" begins on the next line`, match(regexp.MustCompile(`[|>][+\-0-9]*\s*(\S)`))},
}

// match returns what finds the first match of re in a line, or the group in it.
func match(re *regexp.Regexp) func(string) int {
	return func(line string) int {
		m := re.FindStringSubmatchIndex(line)
		if m == nil {
			return firstColumn(line)
		}
		return utf8.RuneCountInString(line[:m[len(m)-2]]) + 1
	}
}

func firstColumn(line string) int {
	return utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t")) + 1
}

// oddQuote finds the quote that begins a value and does not end it, else the beginning of the line.
func oddQuote(line string) int {
	if quotedValue.MatchString(line) {
		return firstColumn(line)
	}
	return match(openQuote)(line)
}

// strayColon finds the second ":" of a line that could end a key, or the only one.
func strayColon(line string) int {
	all := secondColon.FindAllStringIndex(line, 2)
	if len(all) == 0 {
		return firstColumn(line)
	}
	return utf8.RuneCountInString(line[:all[len(all)-1][0]]) + 1
}
