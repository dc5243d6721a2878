package record

import (
	"bytes"
	"fmt"
)

// A text is the JSON of one input, ready for the parser.
type text struct {
	json []byte    // of NDJSON, an array of its lines
	bad  []badLine // the lines that could not be read
}

// A badLine is a line of NDJSON that is no JSON.
type badLine struct {
	number  int
	message string
}

// checked returns data as one JSON value. Several values are NDJSON if each line is one; single lines
// that cannot be read are left out then.
func checked(data []byte, maxDepth int) (text, *syntaxError) {
	end, err := scan(data, 0, maxDepth)
	if err == nil {
		rest := end + len(data[end:]) - len(bytes.TrimLeft(data[end:], " \n\r\t"))
		if rest == len(data) {
			return text{json: data}, nil
		}
		err = &syntaxError{rest, "data after the end of the JSON value"}
	}
	if t, ok := ndjson(data, maxDepth); ok {
		return t, nil
	}
	return text{}, err
}

// ndjson reads data line by line. A truncated Bundle that has a resource on a line of its own is not
// NDJSON: all lines begin with '{', or no more of them are bad than good.
func ndjson(data []byte, maxDepth int) (text, bool) {
	if !bytes.ContainsRune(data, '\n') {
		return text{}, false
	}
	t := text{json: make([]byte, 0, len(data)+2)}
	t.json = append(t.json, '[')
	good, objects, number := 0, true, 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		objects = objects && line[0] == '{'
		end, err := scan(line, 0, maxDepth)
		if err == nil && end < len(line) {
			err = &syntaxError{end, "data after the end of the JSON value"}
		}
		if err == nil && line[0] != '{' {
			err = &syntaxError{0, "not a JSON object"}
		}
		if err != nil {
			t.bad = append(t.bad, badLine{number, fmt.Sprintf("byte %d: %s", err.offset, err.message)})
			continue
		}
		if good > 0 {
			t.json = append(t.json, ',')
		}
		good++
		t.json = append(t.json, line...)
	}
	t.json = append(t.json, ']')
	return t, good > 0 && (objects || good >= len(t.bad))
}

// lineAt returns the line of the byte at offset, counted from 1.
func lineAt(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}
