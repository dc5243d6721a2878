package fetch

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMerged(t *testing.T) {
	for _, test := range []struct {
		name    string
		pages   []string
		missing bool
		want    string
	}{
		{"one is left as it came", []string{` { "resourceType" : "Bundle" } `}, false, ` { "resourceType" : "Bundle" } `},
		{"the first says what it is", []string{`{"resourceType":"Bundle","id":"a","type":"searchset","link":[{"relation":"self","url":"x"},{"relation":"next","url":"y"}]}`,
			`{"resourceType":"Bundle","id":"b","type":"collection","link":[{"relation":"self","url":"y"},{"relation":"previous","url":"x"}]}`}, false,
			`{"resourceType":"Bundle","type":"searchset","entry":[],"link":[{"relation":"self","url":"x"}]}`},
		{"a type that is not said", []string{`{"entry":[{"a":1}]}`, `{"entry":[{"a":2}]}`}, false, `{"resourceType":"Bundle","type":"searchset","entry":[{"a":1},{"a":2}]}`},
		{"lists of one", []string{`{"entry":{"a":1},"link":{"relation":"next","url":"y"}}`, `{"entry":{"a":2},"link":{"relation":"next","url":"z"}}`}, true,
			`{"resourceType":"Bundle","type":"searchset","entry":[{"a":1},{"a":2}],"link":[{"relation":"next","url":"z"}]}`},
		{"the highest total", []string{`{"total":2}`, `{"total":3}`, `{"total":1}`, `{"total":"9"}`, `{}`}, false, `{"resourceType":"Bundle","type":"searchset","entry":[],"total":3}`},
		{"a next that is not known", []string{`{}`, `{}`}, true, `{"resourceType":"Bundle","type":"searchset","entry":[],"link":[{"relation":"next"}]}`},
		{"entries that came before", []string{`{"entry":[{"a":1},{"a":2}]}`, `{"entry":[{"a":2},{"a":3},{"a":2,"b":1}]}`}, false,
			`{"resourceType":"Bundle","type":"searchset","entry":[{"a":1},{"a":2},{"a":3},{"a":2,"b":1}]}`},
		{"numbers and texts as they were written", []string{`{"entry":[{"\u0061":1.50}]}`, `{"entry":[{"a":"\u00e9\/ü"},{"a":1e400}]}`}, false,
			`{"resourceType":"Bundle","type":"searchset","entry":[{"\u0061":1.50},{"a":"\u00e9\/ü"},{"a":1e400}]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var bodies [][]byte
			for _, p := range test.pages {
				bodies = append(bodies, []byte(p))
			}
			require.Equal(t, test.want, string(merged(bodies, test.missing)))
		})
	}
}

// FuzzMerged follows pages, one a line, as far as they can be read, and holds what comes of them against
// the standard library: no entry is lost or made up, and there is a next link if a page is missing.
func FuzzMerged(f *testing.F) {
	f.Add([]byte(bundle("?page=2", "1", "2") + "\n" + bundle("?page=3", "2") + "\n" + bundle("", "3")))
	f.Add([]byte(`{"resourceType":"Bundle","link":{"relation":"next","url":"x"},"entry":{"a":[1e5,"\ud800"]},"total":7}` + "\n" + `{"resourceType":"Bundle","total":-1}`))
	f.Add([]byte(`{"resourceType":"Bundle","link":[{"relation":"next"},{"relation":"next","url":"x"},null,1,[]],"entry":null}` + "\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var bodies [][]byte
		more, missing := true, false
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if !more || missing {
				break
			}
			p, failed := readPage(line, wish{kind: "Bundle"})
			if failed != nil {
				missing = true
				break
			}
			bodies = append(bodies, line)
			more, missing = p.more, p.more && p.next == ""
		}
		missing = missing || more
		if len(bodies) == 0 {
			return
		}
		out := merged(bodies, missing)
		want := map[string]bool{}
		for _, body := range bodies {
			for _, e := range entriesOf(t, body) {
				want[string(compact(t, e))] = true
			}
		}
		got := map[string]bool{}
		for _, e := range entriesOf(t, out) {
			got[string(compact(t, e))] = true
		}
		require.Equal(t, want, got)
		p, failed := readPage(out, wish{kind: "Bundle"})
		require.Nil(t, failed)
		require.Equal(t, missing, p.more)
	})
}

// entriesOf reads the entries of a Bundle. Names are compared exactly, as FHIR does.
func entriesOf(t *testing.T, body []byte) []json.RawMessage {
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")), &members))
	raw := members["entry"]
	var entries []json.RawMessage
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if json.Unmarshal(raw, &entries) != nil {
		entries = []json.RawMessage{raw}
	}
	return entries
}

func compact(t *testing.T, raw []byte) []byte {
	var out bytes.Buffer
	require.NoError(t, json.Compact(&out, raw))
	return out.Bytes()
}
