package auth

// A Reason is the one word for the check that refused a call. The words are few and stable: they can be the
// label of a metric.
type Reason string

// The reasons, in the order of the checks.
const (
	ReasonMissing     Reason = "missing"      // no Authorization header
	ReasonSize        Reason = "size"         // a longer header than MaxHeader
	ReasonScheme      Reason = "scheme"       // not "Bearer", one space, a token
	ReasonFormat      Reason = "format"       // not three parts of base64url, or no JSON object in one
	ReasonCrit        Reason = "crit"         // the header demands an extension
	ReasonEmbeddedKey Reason = "embedded_key" // the header brings a key or a certificate of its own
	ReasonTyp         Reason = "typ"          // typ is not JWT
	ReasonAlg         Reason = "alg"          // an algorithm that is not permitted
	ReasonKid         Reason = "kid"          // no kid, or one that is too long
	ReasonIss         Reason = "iss"          // no issuer, or one that is not in the list
	ReasonAud         Reason = "aud"          // meant for another endpoint
	ReasonExp         Reason = "exp"          // no time of expiry
	ReasonIat         Reason = "iat"          // no time of issue
	ReasonNbf         Reason = "nbf"          // a not-before that is no time
	ReasonExpired     Reason = "expired"      // exp is past
	ReasonFuture      Reason = "future"       // iat or nbf is to come
	ReasonLifetime    Reason = "lifetime"     // more between iat and exp than is permitted
	ReasonJti         Reason = "jti"          // no jti, or one that is too long
	ReasonSub         Reason = "sub"          // a subject that is no text
	ReasonTenant      Reason = "tenant"       // a tenant that is not in the issuer's list
	ReasonJku         Reason = "jku"          // no jku, or one that is not in the issuer's list
	ReasonKeys        Reason = "keys"         // the issuer's keys could not be had
	ReasonUnknownKid  Reason = "unknown_kid"  // the issuer has no such key
	ReasonKey         Reason = "key"          // the key is weak, of another algorithm or not for signatures
	ReasonSignature   Reason = "signature"    // the signature is not that of the key
	ReasonReplayed    Reason = "replayed"     // the jti was used before
	ReasonReplayFull  Reason = "replay_full"  // too many jti are being remembered to take another
)

// An Error is returned when a call is refused. It is for the log: a client is told nothing but 401. It holds
// nothing of the token; the issuer and the endpoint in it are those of the configuration.
type Error struct {
	Reason Reason
	Issuer string // "" as long as it is not known to be one of the list

	detail string
	err    error
}

// Error returns "auth: expired: exp was 4m0s ago".
func (e *Error) Error() string { return "auth: " + string(e.Reason) + ": " + e.detail }

// Unwrap returns what made the issuer's keys unavailable, such as context.DeadlineExceeded; else nil.
func (e *Error) Unwrap() error { return e.err }

func refuse(reason Reason, detail string) *Error { return &Error{Reason: reason, detail: detail} }
