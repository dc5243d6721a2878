package server

import (
	"net/http"
	"strconv"
	"strings"
)

// An Error is returned when a question was not answered. It holds no credentials.
type Error struct {
	Op      string  // "$expand", "$lookup", …
	URL     string  // what was asked
	Status  int     // of HTTP; 0 where no answer came
	Reason  string  // what is wrong
	Outcome []Issue // what the server said about it
	Err     error   // the cause, if there is one besides
	refused bool
}

// An Issue is an entry of an OperationOutcome.
type Issue struct {
	Severity    string // "fatal", "error", "warning", "information"
	Code        string // "not-found", "too-costly", …
	Diagnostics string // or the text of the details
}

// Error returns `$expand http://…: 404 Not Found: the server refused: the value set is unknown (not-found)`.
func (e *Error) Error() string {
	parts := []string{e.Op + " " + e.URL}
	if e.Status != 0 && e.Status != http.StatusOK {
		parts = append(parts, strings.TrimSpace(strconv.Itoa(e.Status)+" "+http.StatusText(e.Status)))
	}
	if e.Reason != "" {
		parts = append(parts, e.Reason)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	for i, issue := range e.Outcome {
		if i == maxIssues {
			break
		}
		parts = append(parts, issue.String())
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refused reports whether the server understood the question and said no, with an OperationOutcome: it
// knows no such value set, for instance. Otherwise there was no usable answer, and asking again later may
// help.
func (e *Error) Refused() bool { return e.refused }

// String returns `the value set is unknown (not-found)`.
func (i Issue) String() string {
	text := clip(i.Diagnostics, maxDiagnostics)
	switch {
	case text == "":
		return i.Code
	case i.Code == "":
		return text
	}
	return text + " (" + i.Code + ")"
}

const (
	maxIssues      = 3   // in the text of an error
	maxDiagnostics = 300 // characters of one issue there
)

func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
