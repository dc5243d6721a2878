package tree_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/tree"
)

func TestAppendWith(t *testing.T) {
	for _, c := range []struct{ name, json, want string }{
		{"in its place", `{"a": 1, "status": "active", "b": [true]}`, `{"a":1,"status":"on-hold","b":[true]}`},
		{"as the last", `{"a": {"status": "x"}}`, `{"a":{"status":"x"},"status":"on-hold"}`},
		{"given twice", `{"status": "active", "a": null, "status": "draft"}`, `{"status":"on-hold","a":null}`},
		{"of nothing", `{}`, `{"status":"on-hold"}`},
		{"beside a name with a quote", `{"\"": "\n"}`, `{"\"":"\n","status":"on-hold"}`},
	} {
		v, err := tree.Parse([]byte(c.json))
		require.NoError(t, err)
		require.Equal(t, "> "+c.want, string(v.AppendWith([]byte("> "), "status", []byte(`"on-hold"`))), c.name)
	}
}

func TestEachItem(t *testing.T) {
	v, err := tree.Parse([]byte(`{"list": [1, [2], null], "object": {"a": 1}, "text": "x"}`))
	require.NoError(t, err)
	for path, want := range map[string][]string{"list": {"1", "[2]", "null"}, "object": nil, "text": nil, "nothing": nil} {
		var got []string
		for item := range v.EachItem(path) {
			got = append(got, string(item.Raw()))
		}
		require.Equal(t, want, got, path)
	}
}
