package terminology

import (
	"slices"
	"strings"
)

// The URLs of code systems, as FHIR R4 names them.
const (
	RxNorm  = "http://www.nlm.nih.gov/research/umls/rxnorm"
	SNOMED  = "http://snomed.info/sct"
	LOINC   = "http://loinc.org"
	ICD10   = "http://hl7.org/fhir/sid/icd-10"
	ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
	NDC     = "http://hl7.org/fhir/sid/ndc"
	CVX     = "http://hl7.org/fhir/sid/cvx"
	UNII    = "http://fdasis.nlm.nih.gov"
	ATC     = "http://www.whocc.no/atc"
	CPT     = "http://www.ama-assn.org/go/cpt"
	HCPCS   = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
	UCUM    = "http://unitsofmeasure.org"
)

// A known code system: its key in rule files ("" if rules do not list its codes), its URL, its OIDs.
type system struct {
	short string
	url   string
	oids  []string
}

// The OIDs are those of the HL7 OID registry.
var systems = []system{
	{"rxnorm", RxNorm, []string{"2.16.840.1.113883.6.88"}},
	{"snomed", SNOMED, []string{"2.16.840.1.113883.6.96"}},
	{"loinc", LOINC, []string{"2.16.840.1.113883.6.1"}},
	{"icd10", ICD10, []string{"2.16.840.1.113883.6.3"}},
	{"icd10cm", ICD10CM, []string{"2.16.840.1.113883.6.90"}},
	{"ndc", NDC, []string{"2.16.840.1.113883.6.69"}},
	{"cvx", CVX, []string{"2.16.840.1.113883.12.292"}},
	{"unii", UNII, []string{"2.16.840.1.113883.4.9"}},
	{"atc", ATC, []string{"2.16.840.1.113883.6.73"}},
	{"cpt", CPT, []string{"2.16.840.1.113883.6.12"}},
	{"hcpcs", HCPCS, []string{"2.16.840.1.113883.6.285", "2.16.840.1.113883.6.14"}},
	{"", UCUM, []string{"2.16.840.1.113883.6.8"}},
}

// System returns the URL of the code system that rule files call short ("rxnorm", "snomed", …).
func System(short string) (url string, ok bool) {
	for _, s := range systems {
		if s.short == short && short != "" {
			return s.url, true
		}
	}
	return "", false
}

// Systems returns the names that System knows, sorted.
func Systems() []string {
	var out []string
	for _, s := range systems {
		if s.short != "" {
			out = append(out, s.short)
		}
	}
	slices.Sort(out)
	return out
}

// Canonical returns the URL under which a code system is known here. The OID of a system above
// ("urn:oid:2.16.840.1.113883.6.88"), its URL with https for http, with a slash at the end or in another
// case, all become its constant. Any other system is returned as it is.
func Canonical(url string) string {
	for i := range systems {
		if systems[i].url == url {
			return systems[i].url
		}
	}
	if len(url) > 100 {
		return url
	}
	bare := strings.TrimSpace(url)
	if oid, ok := cutPrefixFold(bare, "urn:oid:"); ok {
		for i := range systems {
			if slices.Contains(systems[i].oids, oid) {
				return systems[i].url
			}
		}
		return url
	}
	bare, ok := cutScheme(bare)
	if !ok {
		return url
	}
	bare = strings.TrimRight(bare, "/")
	for i := range systems {
		if known, _ := cutScheme(systems[i].url); strings.EqualFold(known, bare) {
			return systems[i].url
		}
	}
	return url
}

func cutScheme(url string) (string, bool) {
	if rest, ok := cutPrefixFold(url, "http://"); ok {
		return rest, true
	}
	return cutPrefixFold(url, "https://")
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
