package terminology

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever is added: no panic; a value set is never empty without an error; what is loaded answers alike
// when its JSON is written in another way; and a code is never below itself.
func FuzzAdd(f *testing.F) {
	f.Add([]byte(drugClasses))
	f.Add([]byte(localMap))
	f.Add([]byte(set("s", `"compose":{"include":[{`+filtering("concept", "is-a", "nsaid")+`,"valueSet":["http://example.org/s"]}],"exclude":[{`+ofDrugs+`}]}`)))
	f.Add([]byte(set("s", `"expansion":{"total":1,"offset":0,"contains":[{`+ofDrugs+`,"code":"a","contains":[]}]}`)))
	f.Add([]byte(`{"resourceType":"Bundle","entry":[{"resource":` + drugClasses + `},{"resource":` + including("s", filtering("code", "regex", "a.*")) + `}]}`))
	f.Add([]byte("{\"resourceType\":\"ValueSet\"}\n{\"resourceType\":\"ValueSet\",\"url\":\"a\\u0020b\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		l := NewLibrary()
		err := l.Add(data, "fuzz.json")
		answers := ask(t, ctx, l)
		if err != nil {
			return
		}
		var compact bytes.Buffer
		if json.Indent(&compact, data, " ", "\t") != nil {
			return // NDJSON
		}
		again := NewLibrary()
		require.NoError(t, again.Add(compact.Bytes(), "fuzz.json"))
		require.Equal(t, answers, ask(t, ctx, again))
		require.NoError(t, l.Add(compact.Bytes(), "again.json"), "the same once more")
	})
}

// ask expands every value set, and every concept.
func ask(t *testing.T, ctx context.Context, l *Library) map[string][]Code {
	out := map[string][]Code{}
	for url, versions := range l.valueSets {
		for _, vs := range versions {
			codes, err := l.ValueSet(ctx, url+"|"+vs.version)
			require.Equal(t, len(codes) == 0, err != nil)
			out[url+"|"+vs.version] = codes
		}
	}
	for url, versions := range l.codeSystems {
		for _, code := range versions[0].All() {
			below, err := l.Descendants(ctx, Code{url, code})
			require.NotContains(t, below, Code{Canonical(url), code})
			if err == nil {
				out[url+" "+code] = below
			}
		}
	}
	return out
}

// The scanner finds what the standard library finds.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"]\"}"}],"\u0063":-1e5 , "d" : {} ,"e":[],"f":"" }`))
	f.Add([]byte(drugClasses))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.TrimSpace(data)
		if !json.Valid(data) {
			return
		}
		switch data[0] {
		case '{':
			var want map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(data, &want))
			got := map[string]json.RawMessage{}
			for name, value := range members(data) {
				got[name] = json.RawMessage(data[value.start:value.end])
			}
			require.Equal(t, want, got)
		case '[':
			var want []json.RawMessage
			require.NoError(t, json.Unmarshal(data, &want))
			got := []json.RawMessage{}
			for item := range items(data) {
				got = append(got, json.RawMessage(item))
			}
			require.Equal(t, want, got)
		}
	})
}
