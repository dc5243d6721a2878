package hooks

// A RequestError is returned when a request cannot be understood. It names the field and says what was
// expected, and can be shown to the client.
type RequestError struct {
	Field    string // "context.patientId"; "" where the body as a whole is meant
	Expected string
	Offset   int64 // in bytes, where the body is no JSON; else 0
}

// Error returns "context.patientId: the id of a patient was expected".
func (e *RequestError) Error() string {
	if e.Field == "" {
		return e.Expected + " was expected"
	}
	return e.Field + ": " + e.Expected + " was expected"
}
