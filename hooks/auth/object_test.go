package auth

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestObject(t *testing.T) {
	members, ok := object([]byte(" {\t\"a\" : 1 , \"\\u0062\\\"\":[{\"c\":\"]}\\\\\"},[]] ,\"d\":{} , \"e\":\"\",\"f\":null,\"g\":-1e3}\n"))
	require.True(t, ok)
	require.Equal(t, map[string]json.RawMessage{"a": []byte("1"), `b"`: []byte(`[{"c":"]}\\"},[]]`), "d": []byte("{}"),
		"e": []byte(`""`), "f": []byte("null"), "g": []byte("-1e3")}, members)

	members, ok = object([]byte("{ }"))
	require.True(t, ok)
	require.Empty(t, members)

	for _, none := range []string{"", " ", "{", "}", "null", "[]", `"a"`, "{}{}", `{"a":1,}`, `{"a":1,"\u0061":2}`, `{"a"}`, "{\"a\":\"\n\"}", "\ufeff{}"} {
		_, ok := object([]byte(none))
		require.False(t, ok, none)
	}
}

func TestNumericDate(t *testing.T) {
	for _, test := range []struct {
		value string
		want  time.Time
	}{
		{"0", time.Unix(0, 0)},
		{"1422568860", time.Unix(1422568860, 0)},
		{"1.42256886e9", time.Unix(1422568860, 0)},
		{"1422568860.5", time.Unix(1422568860, 500_000_000)},
		{"253402300799", time.Unix(253402300799, 0)},
	} {
		got, ok := numericDate([]byte(test.value))
		require.True(t, ok)
		require.Equal(t, test.want, got)
	}
	for _, none := range []string{"", "null", `"1"`, "-1", "253402300800", "1e300", "1e999", "[]", "true"} {
		_, ok := numericDate([]byte(none))
		require.False(t, ok, none)
	}
}

// Where encoding/json reads an object, so does object, unless a name stands twice or something is no UTF-8.
func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":{"c":["}\\\""]},"d":"\u00e9\ud800"}`))
	f.Add([]byte(" {\"a\" :\tnull , \"a\":2}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		members, ok := object(data)
		var want map[string]json.RawMessage
		err := json.Unmarshal(data, &want)
		if !ok {
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, members)
		for _, value := range members {
			var s *string
			got, isText := text(value)
			require.Equal(t, isText, json.Unmarshal(value, &s) == nil && s != nil)
			if isText {
				require.Equal(t, *s, got)
			}
		}
	})
}
