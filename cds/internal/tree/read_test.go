package tree

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kinds are the resources of a value, each as the reader found it.
func kinds(v Value) []string {
	var out []string
	if name := v.ResourceType(); name != "" && name != "Bundle" && name != "Parameters" {
		switch {
		case v.Clean():
			return []string{name + " in shape"}
		case v.Skipped():
			return []string{name + " passed over"}
		}
		return []string{name + " odd"}
	}
	for item := range v.All() {
		out = append(out, kinds(item)...)
	}
	return out
}

func TestReadFindsWhatIsInShape(t *testing.T) {
	for _, c := range []struct {
		name, json string
		want       string
	}{
		{"a resource", `{"resourceType":"Patient","id":"1","birthDate":"1950-01-02"}`, "Patient in shape"},
		{"its type last", `{"id":"1","name":[{"given":["A"]}],"resourceType":"Patient"}`, "Patient in shape"},
		{"white space", " {\n\t\"resourceType\" : \"Patient\" ,\r\n \"active\" : true } \n", "Patient in shape"},
		{"escapes and other scripts", `{"resourceType":"Patient","name":[{"text":"Zo\u00eb \"Ж\" 😀"}]}`, "Patient in shape"},
		{"an Element beside a primitive", `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]},"name":[{"given":["A"],"_given":[null]}]}`, "Patient in shape"},
		{"a contained resource", `{"resourceType":"MedicationRequest","status":"active","contained":[{"resourceType":"Medication","id":"m","code":{"text":"x"}}]}`, "MedicationRequest in shape"},
		{"a type that nobody wants", `{"resourceType":"Claim","what":"ever","x":["}",{"\"]":1}]}`, "Claim passed over"},
		{"a type that FHIR does not have", `{"resourceType":"Thing"}`, "Thing odd"},
		{"an array", `[{"resourceType":"Patient"},{"resourceType":"Claim"},3]`, "Patient in shape, Claim passed over"},
		{"a Bundle", `{"resourceType":"Bundle","x":{"resource":{"resourceType":"Patient"}},"entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Claim"}}]}`, "Patient odd, Patient in shape, Claim passed over"},
		{"a Bundle in a Bundle", `{"resourceType":"Bundle","entry":{"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}]}}}`, "Patient in shape"},
		{"Parameters", `{"resourceType":"Parameters","parameter":[{"resource":{"resourceType":"Patient"},"part":[{"resource":{"resourceType":"Claim"}}]}]}`, "Patient in shape, Claim passed over"},
		{"null", `{"resourceType":"Patient","id":null}`, "Patient odd"},
		{"given twice", `{"resourceType":"Patient","id":"1","id":"1"}`, "Patient odd"},
		{"its type given twice", `{"resourceType":"Patient","resourceType":"Patient"}`, " odd"},
		{"no element", `{"resourceType":"Patient","birthdate":"1950-01-02"}`, "Patient odd"},
		{"an element of another type", `{"resourceType":"Patient","code":{"text":"x"}}`, "Patient odd"},
		{"a number for a string", `{"resourceType":"Patient","id":1}`, "Patient odd"},
		{"an empty string", `{"resourceType":"Patient","id":""}`, "Patient odd"},
		{"no list", `{"resourceType":"Patient","name":{"text":"x"}}`, "Patient odd"},
		{"a list", `{"resourceType":"Patient","id":["1"]}`, "Patient odd"},
		{"a code outside its value set", `{"resourceType":"Patient","gender":"Female"}`, "Patient odd"},
		{"no status", `{"resourceType":"Observation","code":{"text":"x"}}`, "Observation odd"},
		{"no code of the value set", `{"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"maybe"}]}}`, "Condition odd"},
		{"another unit", `{"resourceType":"Observation","status":"final","valueQuantity":{"value":1,"unit":"furlong"}}`, "Observation odd"},
		{"a leading zero", `{"resourceType":"Observation","status":"final","valueQuantity":{"value":01}}`, "Observation odd"},
		{"an exponent", `{"resourceType":"Observation","status":"final","valueQuantity":{"value":1e3}}`, "Observation odd"},
		{"half a character", `{"resourceType":"Patient","id":"\ud800"}`, "Patient odd"},
		{"many members", `{"resourceType":"Patient"` + strings.Repeat(`,"x":1`, 300) + `}`, "Patient odd"},
		{"nested deep", `{"resourceType":"Patient","extension":[` + strings.Repeat(`{"extension":[`, 70) + strings.Repeat(`]}`, 70) + `]}`, "Patient odd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Reader{
				MaxDepth: 200,
				Wanted:   func(name string) bool { return name != "Claim" },
				Unit:     func(unit, _, _ []byte) bool { return string(unit) != "furlong" },
			}
			var read Tree
			for range 2 { // the second time with what the first one learned
				require.NoError(t, r.Read(&read, []byte(c.json)))
				if c.want == " odd" {
					require.False(t, read.Root().Clean())
					continue
				}
				require.Equal(t, c.want, strings.Join(kinds(read.Root()), ", "))
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct {
		json string
		want error
	}{
		{``, ErrSyntax}, {`{`, ErrSyntax}, {`{"a"}`, ErrSyntax}, {`{"a":}`, ErrSyntax}, {`{"a":1,}`, ErrSyntax}, {`[1,]`, ErrSyntax},
		{`{"a":1]`, ErrSyntax}, {`"a`, ErrSyntax}, {`"a\`, ErrSyntax}, {`tru`, ErrSyntax}, {`1 2`, ErrSyntax}, {"{}\x00", ErrSyntax},
		{`{"resourceType":"Patient","id":"1"`, ErrSyntax}, {`{"resourceType":"Claim","id":"1"`, ErrSyntax}, {`{"resourceType":"Claim","id":"1`, ErrSyntax},
		{`{"resourceType":"Claim","x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`, ErrSyntax},
		{strings.Repeat("[", 9) + strings.Repeat("]", 9), ErrSyntax},
		{strings.Repeat("[", 8) + strings.Repeat("]", 8), nil},
		{"\"\xff\"", ErrUTF8}, {"{\"resourceType\":\"Patient\",\"id\":\"a long string, and then \xff\"}", ErrUTF8},
		{"{\"resourceType\":\"Claim\",\"id\":\"\xff\"}", nil},
	} {
		r := Reader{MaxDepth: 8, Wanted: func(name string) bool { return name != "Claim" }}
		var read Tree
		require.Equal(t, c.want, r.Read(&read, []byte(c.json)), c.json)
	}
}

func TestValues(t *testing.T) {
	v, err := Parse([]byte(`{"a":{"b":[1,"x",null,true,false,-2.5,{"c":"\u00e9\/\n\q"}]},"a":2,"n":12,"big":99999999999999999999}`))
	require.NoError(t, err)
	require.Equal(t, "1", v.Get("a", "b", "0").Number())
	require.Equal(t, "x", v.Text("a", "b", "1"))
	require.Equal(t, Null, v.Get("a", "b", "2").Kind())
	require.True(t, v.Bool("a", "b", "3"))
	require.False(t, v.Bool("a", "b", "4"))
	f, ok := v.Float("a", "b", "5")
	require.True(t, ok)
	require.Equal(t, -2.5, f)
	require.Equal(t, "é/\n\\q", v.Text("a", "b", "6", "c"))
	n, ok := v.Int("n")
	require.True(t, ok)
	require.Equal(t, int64(12), n)
	_, ok = v.Int("big")
	require.False(t, ok)
	require.Equal(t, Absent, v.Get("a", "b", "7").Kind())
	require.Equal(t, Absent, v.Get("x", "y").Kind())
	require.Equal(t, "a", v.Twice())
	require.Equal(t, Value{}, v.Only("a"))
	require.Equal(t, "12", v.Only("n").Number())
	require.Equal(t, 4, v.Len())
	require.Equal(t, `{"a":{"b":[1,"x",null,true,false,-2.5,{"c":"é/\n\\q"}]},"a":2,"n":12,"big":99999999999999999999}`, string(v.AppendJSON(nil)))
	require.Equal(t, `{"a":2,"a":{"b":[1,"x",null,true,false,-2.5,{"c":"é/\n\\q"}]},"big":99999999999999999999,"n":12}`, string(v.Canonical()))
	var each []string
	for item := range v.Get("n").Each() {
		each = append(each, string(item.Raw()))
	}
	require.Equal(t, []string{"12"}, each)
	require.Equal(t, Value{}, Value{}.Get("a"))
	require.Empty(t, Value{}.Items())
	require.Equal(t, "", Value{}.Text("a"))
}

func TestInFindsElementsByTheirRole(t *testing.T) {
	const json = `{"resourceType":"MedicationRequest","id":"1","status":"active","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"text":"x"}}`
	r := Reader{MaxDepth: 200}
	var read Tree
	require.NoError(t, r.Read(&read, []byte(json)))
	require.True(t, read.Root().Clean())
	asIs, err := Parse([]byte(json))
	require.NoError(t, err)
	for role, want := range map[Role]string{
		ID: `"1"`, Status: `"active"`, Subject: `{"reference":"Patient/p"}`, Code: `{"text":"x"}`, Component: "",
	} {
		require.Equal(t, want, string(read.Root().In(role).Raw()))
		require.Equal(t, want, string(asIs.In(role).Raw()))
	}
}
