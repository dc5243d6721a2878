package fetch

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBase(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"https://ehr.example.org/fhir", "https://ehr.example.org/fhir"},
		{"HTTPS://EHR.Example.org:443/FHIR//", "https://ehr.example.org/FHIR"},
		{"http://ehr.example.org:80", "http://ehr.example.org"},
		{"https://ehr.example.org:80/", "https://ehr.example.org:80"},
		{"https://[FD00::1]:8443/fhir", "https://[fd00::1]:8443/fhir"},
		{"https://ehr.example.org/a%20b", "https://ehr.example.org/a%20b"},
		{"https://ehr.example.org/fhir#", ""},
		{"https://ehr.example.org/fhir?", ""},
		{"https://ehr.example.org/./fhir", ""},
		{"https://ehr.example.org/x%2ffhir", ""},
		{"https:///fhir", ""},
		{"ehr.example.org/fhir", ""},
		{"https:ehr.example.org/fhir", ""},
		{"https://ehr.example.org:port/", ""},
	} {
		b, ok := parseBase(test.text)
		require.Equal(t, test.want != "", ok, test.text)
		if ok {
			require.Equal(t, test.want, b.String(), test.text)
		}
	}
}

// Whatever a server links to: what is followed is below the base, also after somebody decoded or cleaned
// its path.
func FuzzNext(f *testing.F) {
	for _, link := range []string{"?page=2", "MedicationRequest?page=2", "/fhir?_getpages=1", "https://ehr.example.org/fhir/x", "HTTPS://EHR.example.org:443/fhir/",
		"//evil.example.org/fhir/", "../../admin", "/fhir/%2e%2e/admin", `/fhir/..\admin`, "/fhir/..;/admin", "https://u:p@ehr.example.org/fhir/", "/fhir/%252e%252e/x", "#", "%7b%7b"} {
		f.Add(link)
	}
	b, _ := parseBase("https://ehr.example.org/fhir")
	from, _ := url.Parse("https://ehr.example.org/fhir/MedicationRequest?patient=1")
	f.Fuzz(func(t *testing.T, link string) {
		checkBelow := func(u *url.URL, ok bool) {
			if !ok {
				return
			}
			sent, err := url.Parse(u.String())
			if err != nil {
				t.Fatal(err)
			}
			twice, err := url.PathUnescape(sent.Path)
			if err != nil {
				twice = sent.Path
			}
			for _, p := range []string{sent.Path, twice, strings.ReplaceAll(twice, `\`, "/")} {
				if clean := path.Clean(p); clean != "/fhir" && !strings.HasPrefix(clean, "/fhir/") {
					t.Fatalf("%q leads to %q", link, p)
				}
			}
			if !strings.EqualFold(sent.Scheme, "https") || !strings.EqualFold(sent.Hostname(), "ehr.example.org") || sent.User != nil ||
				sent.Port() != "" && sent.Port() != "443" || strings.ContainsAny(sent.RequestURI(), " \r\n\t") {
				t.Fatalf("%q leads to %q", link, sent)
			}
		}
		checkBelow(b.next(link, from))
		checkBelow(b.resolve(link))
	})
}
