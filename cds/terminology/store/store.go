// Package store keeps terminologies that are too large to be read at every start in one compact file: code
// systems with their hierarchy, value sets, concept maps and RxNorm's drugs. Writer makes such a file, the
// Import functions fill it from the releases of RxNorm, SNOMED CT, LOINC and ICD-10-CM and from FHIR resources,
// and Open maps it into memory. AddTo adds a File to a terminology.Library.
//
// An open File is read-only and shared by any number of goroutines. It is checked when it is opened: its
// length, its directory and the checksum of every section, so that a truncated or damaged file is an error
// then and nothing is missing later.
package store

import "fmt"

// A FormatError is returned by Open for what is not a terminology file, or is a damaged one.
type FormatError struct {
	Path    string
	Message string
}

// Error names the file and what is wrong with it.
func (e *FormatError) Error() string { return e.Path + ": " + e.Message }

// An ImportError is returned by the Import functions for what is wrong in a release.
type ImportError struct {
	File    string // its path in the release
	Line    int    // counted from 1; 0 if it is the whole file
	Message string
}

// Error names the file and line and what is wrong there.
func (e *ImportError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}
