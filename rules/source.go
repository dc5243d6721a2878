package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

const (
	maxRuleFile = 10 << 20
	maxTable    = 256 << 20
)

// source makes a cds.File of the bytes of a rule file or table. It reports what no reader could get
// over, and then returns false: bytes that are not UTF-8, and characters that YAML or an editor would
// count as line breaks where we do not.
func source(name string, data []byte, m *mistakes) (*cds.File, bool) {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	file := &cds.File{Name: name, Text: strings.ToValidUTF8(text, "\uFFFD")}
	line, column := 1, 1
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < '\u007F' {
			i, column = i+1, column+1
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if message := forbidden(text[i:], r, size); message != "" {
			m.add(&cds.Error{Position: cds.Position{File: file, Line: line, Column: column}, Message: message})
			return file, false
		}
		i += size
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return file, true
}

// forbidden says what is wrong with the character at the start of rest, "" if nothing.
func forbidden(rest string, r rune, size int) string {
	switch {
	case r == utf8.RuneError && size <= 1:
		return fmt.Sprintf("the byte 0x%02X is not UTF-8: save the file with the encoding UTF-8", rest[0])
	case r == '\r' && !strings.HasPrefix(rest, "\r\n"):
		return "a carriage return without a line feed: save the file with ordinary line ends"
	case r == '\u0085' || r == '\u2028' || r == '\u2029':
		return fmt.Sprintf("the invisible line separator U+%04X: delete it, or write it as an escape in double quotes", r)
	case r == '\uFEFF':
		return "an invisible byte order mark (U+FEFF) inside the file: delete it"
	case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == '\u007F', r > '\u007F' && r < '\u00A0', r == '\uFFFE', r == '\uFFFF':
		return fmt.Sprintf("the control character U+%04X: delete it", r)
	}
	return ""
}
