package feedback

import (
	"fmt"
	"strings"
)

// A FieldError is one mistake in a body: which field it is in, and what was expected there. It holds
// nothing of the body and can be shown to the client.
type FieldError struct {
	Field    string // "feedback[2].outcome"; "" where the body as a whole is meant
	Expected string
}

// Error returns `feedback[2].outcome: "accepted" or "overridden" was expected`.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Expected + " was expected"
	}
	return e.Field + ": " + e.Expected + " was expected"
}

// Errors are returned by Decode: the mistakes in a body in its own order, 20 at most.
type Errors []*FieldError

const maxErrors = 20

// Error returns one mistake a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// A VersionError is returned when a store was made by a version of this module that is newer, or is not
// one of feedback at all.
type VersionError struct {
	Store         string // which file or table
	Found, Newest int    // of its schema; Found is 0 where it has none
}

// Error says what was found and what was expected.
func (e *VersionError) Error() string {
	if e.Found == 0 {
		return e.Store + " is not a store of feedback"
	}
	return fmt.Sprintf("%s has version %d, %d is the newest that is known here: it was made by a newer version of this program", e.Store, e.Found, e.Newest)
}

// A WriteError is returned when a store cannot write to its disk. Its text holds nothing of what was to be stored.
type WriteError struct{ Err error }

// Error says what the system said.
func (e *WriteError) Error() string { return "the store cannot be written: " + e.Err.Error() }

// Unwrap returns what the system said.
func (e *WriteError) Unwrap() error { return e.Err }
