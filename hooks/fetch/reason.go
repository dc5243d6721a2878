package fetch

// A Reason says in a word why something is not there: fit for the label of a metric, and free of anything
// that is said of a patient.
type Reason string

// The reasons.
const (
	NoServer     Reason = "no-server"      // the request names none
	Refused      Reason = "refused"        // by us: not on the list, not below the base, an address that is never dialed
	Timeout      Reason = "timeout"        // the deadline of the call came first
	Canceled     Reason = "canceled"       // nobody waits any more
	Unreachable  Reason = "unreachable"    // no connection, or one that was cut
	Unauthorized Reason = "unauthorized"   // 401 and 403
	NotFound     Reason = "not-found"      // 404 and 410
	Throttled    Reason = "throttled"      // 429
	Rejected     Reason = "rejected"       // any other 4xx
	ServerError  Reason = "server-error"   // 5xx
	Redirect     Reason = "redirect"       // 3xx: none is followed
	Outcome      Reason = "outcome"        // 200 with an OperationOutcome
	Empty        Reason = "empty"          // 200 without a body, or 204
	NotJSON      Reason = "not-json"       // HTML, XML, or something encoded as was not asked for
	Truncated    Reason = "truncated"      // JSON that breaks off
	Unexpected   Reason = "unexpected"     // JSON, but not the resource that was asked for
	TooLarge     Reason = "too-large"      // more bytes than a query or the call may have, or nested too deep
	TooManyPages Reason = "too-many-pages" // or pages that link in a circle
)

// Text says it to people: "the FHIR server did not answer in time".
func (r Reason) Text() string {
	switch r {
	case NoServer:
		return "the request names no FHIR server"
	case Refused:
		return "the FHIR server may not be asked for it"
	case Timeout:
		return "the FHIR server did not answer in time"
	case Canceled:
		return "the request was canceled"
	case Unreachable:
		return "the FHIR server could not be reached"
	case Unauthorized:
		return "the FHIR server did not allow it"
	case NotFound:
		return "the FHIR server does not have it"
	case Throttled:
		return "the FHIR server is asked too often"
	case Rejected:
		return "the FHIR server did not understand the question"
	case ServerError:
		return "the FHIR server failed"
	case Redirect:
		return "the FHIR server pointed elsewhere"
	case Outcome:
		return "the FHIR server answered with an error"
	case Empty:
		return "the FHIR server's answer was empty"
	case NotJSON:
		return "the FHIR server's answer was not JSON"
	case Truncated:
		return "the FHIR server's answer broke off"
	case Unexpected:
		return "the FHIR server's answer was not what was asked for"
	case TooLarge:
		return "the FHIR server's answer was too large"
	case TooManyPages:
		return "the FHIR server's answer had too many pages"
	}
	return string(r)
}
