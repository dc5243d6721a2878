package hooks

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
)

// What is no JSON is refused by the outline as by encoding/json, though the parser behind it would take some of it.
func TestOutlineIsStrict(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       bool
	}{
		{"an object", " {\"a\" : [1, -0.5e+3 ,true,false,null]}\r\n\t", true},
		{"a text alone", `"a"`, true},
		{"escapes", `"\"\\\/\b\f\n\r\t\u00e9\uD834\uDd1E"`, true},
		{"half a pair of surrogates", `"\ud834"`, true},
		{"what is no UTF-8", "\"a\xffbcdefghijk\"", true},
		{"a delete character", "\"\x7f\"", true},
		{"names twice", `{"a":1,"a":2}`, true},
		{"nothing", ``, false},
		{"white space alone", ` `, false},
		{"more behind it", `{}{}`, false},
		{"a zero byte behind it", "{}\x00", false},
		{"white space that is none of JSON's", "{}\f", false},
		{"a mark before it", "\ufeff{}", false},
		{"a comma too many in an object", `{"a":1,}`, false},
		{"a comma too many in an array", `[1,]`, false},
		{"a comma too few", `[1 2]`, false},
		{"no colon", `{"a" 1}`, false},
		{"no name", `{1:1}`, false},
		{"no value", `{"a":}`, false},
		{"no end of an object", `{"a":1`, false},
		{"no end of an array", `[1`, false},
		{"no end of a text", `"abc`, false},
		{"no end of a long text", `"abcdefghijklmnop`, false},
		{"no end of an escape", `"\`, false},
		{"no end of a \\u", `"\u00e`, false},
		{"the wrong bracket", `[1}`, false},
		{"an escape that is none", `"\x41"`, false},
		{"a \\u that is none", `"\u00g0"`, false},
		{"a line break in a text", "\"abcdefgh\nijklmnop\"", false},
		{"a line break before an escape", "\"a\nb\\n\"", false},
		{"a control character in a name", "{\"a\x1f\":1}", false},
		{"single quotes", `{'a':1}`, false},
		{"a comment", `{} // a`, false},
		{"NaN", `[NaN]`, false},
		{"Inf", `[-Inf]`, false},
		{"a plus", `[+1]`, false},
		{"a zero before", `[01]`, false},
		{"a zero before, and less than zero", `[-01]`, false},
		{"two points", `[1.2.3]`, false},
		{"nothing behind the point", `[1.]`, false},
		{"nothing before the point", `[.5]`, false},
		{"no exponent", `[1e]`, false},
		{"a sign and no exponent", `[1e-]`, false},
		{"a sign alone", `[-]`, false},
		{"two signs", `[--1]`, false},
		{"half a word", `[tru]`, false},
		{"a word that is none", `[truth]`, false},
		{"another word", `[undefined]`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, ok := outline([]byte(test.body))
			require.Equal(t, test.want, ok)
			require.Equal(t, test.want, json.Valid([]byte(test.body)))
		})
	}
}

func TestOutlineFindsMembers(t *testing.T) {
	for body, want := range map[string][][]string{
		` { "a" : { "b" : 1 , "c":"\\\"}" } ,"d":[{"x":"]"}], "e":{}, "a":{"b":{"b":2}} } `: {{`1`, `"\\\"}"`}, nil, nil, {`{"b":2}`}},
		`{}`:           nil,
		`[{"a":1}]`:    nil,
		`{"a":[{}]}`:   {nil},
		`[[{"a":{}}]]`: nil,
	} {
		members, ok := outline([]byte(body))
		require.True(t, ok, body)
		var got [][]string
		for _, of := range members {
			var values []string
			for _, v := range of {
				values = append(values, string(v))
			}
			got = append(got, values)
		}
		require.Equal(t, want, got, body)
	}
}

// FuzzOutline: it is JSON where encoding/json says so, and its members are those that the parser finds.
func FuzzOutline(f *testing.F) {
	f.Add(` { "a" : 1 , "b":"\\\"}" ,"c":[{"x":"]"},2.5e3 ] , "a":null} `)
	f.Add("{\"a\":{\"\\\"\":{\"\":[]},\"n\":-1\n}}")
	f.Add("[\"abcdefgh\\u00e9\x7f\xff\x1f\"]")
	f.Add(`[-0.5E+10, 01, 1.2.3, NaN, tru]`)
	f.Add(strings.Repeat("[", 305) + strings.Repeat("]", 305))
	f.Fuzz(func(t *testing.T, text string) {
		members, ok := outline([]byte(text))
		v, err := fastjson.Parse(text)
		if err != nil { // also where it is nested too deep for the parser
			require.False(t, ok && strings.Count(text, "{")+strings.Count(text, "[") < 300)
			return
		}
		require.Equal(t, json.Valid([]byte(text)), ok)
		if !ok {
			return
		}
		var want, got [][]string
		for _, member := range values(v) {
			var of []string
			for _, one := range values(member) {
				of = append(of, string(one.MarshalTo(nil)))
			}
			want = append(want, of)
		}
		for _, member := range members {
			var of []string
			for _, raw := range member {
				one, err := fastjson.ParseBytes(raw)
				require.NoError(t, err, "%s", raw)
				of = append(of, string(one.MarshalTo(nil)))
			}
			got = append(got, of)
		}
		require.Equal(t, want, got)
	})
}

// values returns the values of an object's members, none if it is no object.
func values(v *fastjson.Value) (out []*fastjson.Value) {
	v.GetObject().Visit(func(_ []byte, v *fastjson.Value) { out = append(out, v) })
	return out
}
