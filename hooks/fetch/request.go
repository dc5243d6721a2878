package fetch

import (
	"log/slog"
	"strings"
)

// A Request asks a client's FHIR server with what a CDS Hooks request says of it.
type Request struct {
	Server    string // fhirServer; "": there is none, and all is absent
	Issuer    string // who made the request, as its token says; "" where nobody asks
	Token     Token  // fhirAuthorization.access_token; "": the server is asked without
	TokenType string // "Bearer", also in another case or left out; no other is understood
	Queries   []Query
}

// A Query is a search, "MedicationRequest?patient=1&status=active", or a read, "Medication/55": relative to
// the server's base URL, or absolute and below it. It is the caller who escapes what is put into it.
type Query struct {
	Key string // of the prefetch, or any other name
	URL string
}

// A Token is an access token. It does not show in what is printed or logged.
type Token string

const hidden = "[token]"

// String returns "[token]".
func (t Token) String() string { return hidden }

// GoString returns "[token]".
func (t Token) GoString() string { return hidden }

// LogValue is "[token]".
func (t Token) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns "[token]".
func (t Token) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// authorization returns the header that carries the token, "" if there is none. It is not ok if the token
// is of a kind that is not understood, or cannot be in a header.
func (r Request) authorization() (header string, ok bool) {
	if r.Token == "" {
		return "", true
	}
	visible := !strings.ContainsFunc(string(r.Token), func(c rune) bool { return c <= ' ' || c >= 0x7f })
	return "Bearer " + string(r.Token), visible && (r.TokenType == "" || strings.EqualFold(r.TokenType, "Bearer"))
}
