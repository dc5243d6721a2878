package fetch

import (
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/valyala/fastjson"
)

// Medications remembers what Medication resources were read: they say what a drug is and nothing of a
// patient, and many prescriptions refer to the same. So it does not matter that servers forbid to keep what
// they answer, as most do with all of it alike. They are not shared among servers or issuers.
type medications struct {
	ttl   time.Duration
	now   func() time.Time
	known *lru.Cache[medicationKey, medication]
}

type medicationKey struct {
	issuer string
	base   base
	path   string // "Medication/55"
}

// A medication carries when it ends itself: expirable caches of golang-lru have a goroutine that never ends.
type medication struct {
	json  []byte
	until time.Time
}

const (
	maxMedications     = 2048
	maxMedicationBytes = 32 << 10 // a larger one is not remembered
)

func newMedications(ttl time.Duration, now func() time.Time) *medications {
	known, _ := lru.New[medicationKey, medication](maxMedications) // it fails only for a size below 1
	return &medications{ttl: ttl, now: now, known: known}
}

func (m *medications) get(key medicationKey) ([]byte, bool) {
	k, ok := m.known.Get(key)
	if !ok || !m.now().Before(k.until) {
		return nil, false
	}
	return k.json, true
}

func (m *medications) add(key medicationKey, json []byte) {
	if len(json) <= maxMedicationBytes {
		m.known.Add(key, medication{json, m.now().Add(m.ttl)})
	}
}

// MedicationReferences returns the references to Medications in FHIR JSON that is not resolved in it, in the
// order in which they come: what is to be read for the drugs in it to be known. What is no JSON refers to
// nothing. References to contained resources and to identifiers are none.
func MedicationReferences(documents ...[]byte) []string {
	r := references{there: map[string]bool{}, listed: map[string]bool{}}
	for _, document := range documents {
		if v, err := fastjson.ParseBytes(withoutMark(document)); err == nil {
			r.read(v)
		}
	}
	var missing []string
	for _, ref := range r.found {
		if !r.there[local(ref)] && !r.there[ref] {
			missing = append(missing, ref)
		}
	}
	return missing
}

// References are the Medications that documents hold, and those that they refer to.
type references struct {
	there  map[string]bool // by "Medication/id" and by full URL
	found  []string
	listed map[string]bool
}

func (r *references) read(v *fastjson.Value) {
	for _, item := range v.GetArray() {
		r.read(item)
	}
	o := v.GetObject()
	if o == nil {
		return
	}
	if text(v.Get("resourceType")) == "Medication" {
		r.there["Medication/"+text(v.Get("id"))] = true
	}
	if text(v.Get("resource", "resourceType")) == "Medication" {
		r.there[text(v.Get("fullUrl"))] = true
	}
	o.Visit(func(key []byte, v *fastjson.Value) {
		switch string(key) {
		case "medicationReference", "itemReference": // an ingredient is an item
			r.refer(text(v.Get("reference")))
		}
		r.read(v)
	})
}

func (r *references) refer(ref string) {
	if r.listed[ref] || local(ref) == "" {
		return
	}
	r.listed[ref] = true
	r.found = append(r.found, ref)
}

// local returns the "Medication/id" of a reference, "" if it is to something else.
func local(ref string) string {
	ref, _, _ = strings.Cut(ref, "/_history/")
	segments := strings.Split(ref, "/")
	n := len(segments)
	if n < 2 || segments[n-2] != "Medication" || segments[n-1] == "" {
		return ""
	}
	return "Medication/" + segments[n-1]
}
