package record

import "fmt"

// A ReadError is returned when an input cannot be read at all.
type ReadError struct {
	Input   string // its name
	Offset  int    // in bytes from 0; -1 where it has no place
	Line    int    // counted from 1; 0 where it has no place
	Message string
}

// Error returns "input: line 3, byte 41: message", as much of it as is known.
func (e *ReadError) Error() string {
	text := e.Message
	if e.Line > 0 {
		text = fmt.Sprintf("line %d, byte %d: %s", e.Line, e.Offset, text)
	}
	if e.Input != "" {
		text = e.Input + ": " + text
	}
	return text
}
