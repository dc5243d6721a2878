package hooks

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
)

// FuzzRawMembers: of an object, the members that a parser finds, in its order and as they stand.
func FuzzRawMembers(f *testing.F) {
	f.Add(` { "a" : 1 , "b":"\\\"}" ,"c":[{"x":"]"},2.5e3 ] , "a":null} `)
	f.Add(`{}`)
	f.Add("{\"\\\"\":{\"\":[]},\"n\":-1\n}")
	f.Add(`[1]`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := fastjson.Parse(text)
		if !json.Valid([]byte(text)) || err != nil {
			return
		}
		var want, got []string
		if o, err := v.Object(); err == nil {
			o.Visit(func(_ []byte, v *fastjson.Value) { want = append(want, string(v.MarshalTo(nil))) })
		}
		for raw := range rawMembers([]byte(text)) {
			one, err := fastjson.ParseBytes(raw)
			require.NoError(t, err, "%s", raw)
			require.True(t, json.Valid(raw), "%s", raw)
			got = append(got, string(one.MarshalTo(nil)))
		}
		require.Equal(t, want, got)
	})
}
