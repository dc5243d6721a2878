package terminology

import "strings"

// A LoadError is one mistake in a file of FHIR terminology. It is returned by Library.Add and
// Library.LoadFiles, joined with all others.
type LoadError struct {
	File     string // as it was named to the library, with ":line" in NDJSON
	Resource string // "ValueSet http://…"; "" if the mistake is the file's
	Message  string
}

// Error returns "file: resource: message".
func (e *LoadError) Error() string {
	parts := []string{e.File, e.Resource, e.Message}
	if e.Resource == "" {
		parts = []string{e.File, e.Message}
	}
	return strings.Join(parts, ": ")
}

// A NotLoadedError says that a library lacks a code system or value set, or holds only a part of it. It
// is in the chain of the errors of Library.ValueSet and Library.Descendants: who has another source may
// ask there.
type NotLoadedError struct {
	Kind   string // "code system" or "value set"
	URL    string // with "|version", if one was asked for
	Reason string // why what is loaded does not do; "" if nothing is loaded
}

// Error returns "the code system http://… is not loaded", with the reason if there is one.
func (e *NotLoadedError) Error() string {
	message := "the " + e.Kind + " " + e.URL + " is not loaded"
	if e.Reason != "" {
		message += ": " + e.Reason
	}
	return message
}

// An ExpansionError is returned by Library.ValueSet when not all codes of a value set can be told.
type ExpansionError struct {
	URL string // as it was asked for
	Err error
}

// Error returns the reason, without the URL that the caller named.
func (e *ExpansionError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ExpansionError) Unwrap() error { return e.Err }
