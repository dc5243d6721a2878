package hooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/primum-cds/primum/cds"
)

// A problem is why a call is not answered with cards, as the client may know it.
type problem struct {
	status  int
	code    string // of FHIR's issue types
	field   string
	message string
	more    []issue // after the first
}

func (p *problem) Error() string { return p.message }

// kind says which problem it is without a word of the request.
func (p *problem) kind() string { return strings.TrimSpace(p.code + " " + p.field) }

// problemOf decides on the status of an error, and on what is told of it.
func problemOf(err error) *problem {
	var known *problem
	var request *RequestError
	var read *cds.ReadError
	var size *http.MaxBytesError
	if mistakes := mistakesOf(err); mistakes != nil {
		return mistakes
	}
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &request):
		return &problem{status: http.StatusBadRequest, code: "invalid", field: request.Field, message: request.Error()}
	case errors.As(err, &read):
		part, _, _ := strings.Cut(read.Input, ".")
		return &problem{status: http.StatusBadRequest, code: "structure", field: part, message: read.Error()}
	case errors.As(err, &size):
		return &problem{
			status: http.StatusRequestEntityTooLarge, code: "too-long", message: fmt.Sprintf("a body of at most %d bytes was expected", size.Limit),
		}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled): // who cancelled does not read it
		return &problem{status: http.StatusServiceUnavailable, code: "timeout", message: "there was no answer in time"}
	}
	return &problem{status: http.StatusInternalServerError, code: "exception", message: failed}
}

// failed is all that a client learns of what is not its own fault.
const failed = "the service failed: its log says why"

// An operationOutcome is FHIR's resource of that name.
type operationOutcome struct {
	ResourceType string  `json:"resourceType"`
	Issue        []issue `json:"issue"`
}

type issue struct {
	Severity    string   `json:"severity"`
	Code        string   `json:"code"`
	Diagnostics string   `json:"diagnostics"`
	Expression  []string `json:"expression,omitempty"`
}

func (p *problem) outcome() operationOutcome {
	first := issue{Severity: "error", Code: p.code, Diagnostics: p.message, Expression: nonEmpty(p.field)}
	return operationOutcome{"OperationOutcome", append([]issue{first}, p.more...)}
}
