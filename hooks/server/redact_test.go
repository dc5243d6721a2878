package server

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutToken(t *testing.T) {
	for _, test := range []struct{ in, out string }{
		{`{}`, `{}`},
		{` [1e999, "access_token"] `, ` [1e999, "access_token"] `},
		{`{"fhirAuthorization": {"access_token" : "secret", "scope":"a"}, "x": 1}`, `{"fhirAuthorization": {"access_token":"[token]", "scope":"a"}, "x": 1}`},
		{`{"a":[{"Access_Token":{"secret":[1,{}]}}],"access_token":null}`, `{"a":[{"Access_Token":"[token]"}],"access_token":"[token]"}`},
		{`{"access_\u0074oken":"secret"}`, `{"access_\u0074oken":"[token]"}`},
	} {
		got, err := withoutToken([]byte(test.in))
		require.NoError(t, err, test.in)
		require.Equal(t, test.out, string(got))
	}
	for _, wrong := range []string{``, `{`, `{"access_token":"secret`, `{} {}`, `{"access_token" "secret"}`, `nul`} {
		_, err := withoutToken([]byte(wrong))
		require.EqualError(t, err, "it is no JSON", wrong)
	}
}

// What is JSON stays JSON, and says the same but for the tokens.
func FuzzWithoutToken(f *testing.F) {
	for _, seed := range []string{`{"access_token":"x","a":[1,{"b":null}]}`, `[]`, `"a"`, `{"a":{"ACCESS_TOKEN":[1]},"access_token":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := withoutToken(body)
		require.Equal(t, json.Valid(body), err == nil, "%q", body)
		if err != nil {
			return
		}
		again, err := withoutToken(got)
		require.NoError(t, err)
		require.True(t, bytes.Equal(got, again))
	})
}
