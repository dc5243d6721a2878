package record

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/fhir"
	"github.com/primum-cds/primum/cds/internal/tree"
)

// told is what repairing a resource makes of it and says about it.
func told(t *testing.T, v tree.Value) (canonical, warnings string) {
	t.Helper()
	kind, ok := fhir.Load().Type(v.ResourceType())
	require.True(t, ok)
	r := &reader{schema: fhir.Load(), memory: &memory{}, record: &Record{}}
	e := &entry{Resource: Resource{Type: kind.Name, ID: "x", JSON: v}, kind: kind}
	r.repair(e)
	return string(e.JSON.Canonical()), fmt.Sprint(r.warnings.sorted())
}

// resourcesIn are the resources that a tree took as such, each with whether it found them in shape.
func resourcesIn(v tree.Value, f func(tree.Value)) {
	if kind, ok := fhir.Load().Type(v.ResourceType()); ok && kind.Resource && kind.Name != "Bundle" && kind.Name != "Parameters" && kind.Name != "OperationOutcome" {
		f(v)
		return
	}
	for item := range v.All() {
		resourcesIn(item, f)
	}
}

// checkClean holds the one pass of the tree and the repair against each other: what is in shape is left as it
// is without a word.
func checkClean(t *testing.T, data []byte) (clean, odd int) {
	units := unitCache{}
	r := tree.Reader{MaxDepth: defaultDepth, Unit: units.isUCUM}
	var read tree.Tree
	if err := r.Read(&read, data); err != nil {
		return 0, 0
	}
	resourcesIn(read.Root(), func(v tree.Value) {
		if !v.Clean() {
			odd++
			return
		}
		clean++
		canonical, warnings := told(t, v)
		require.Equal(t, "[]", warnings, "%s", v.Raw())
		require.Equal(t, canonical, string(v.Canonical()))
		for _, role := range []tree.Role{tree.ID, tree.Subject, tree.Status, tree.Verification, tree.Code, tree.Component} {
			again, err := tree.Parse(v.Raw())
			require.NoError(t, err)
			require.Equal(t, string(again.In(role).Raw()), string(v.In(role).Raw()), role)
		}
	})
	return clean, odd
}

// A randomResource writes resources as the element table has them, now and then with something wrong.
type randomResource struct {
	*rand.Rand
	schema *fhir.Schema
	wrong  float64 // how likely a value is wrong
}

func (r randomResource) write(b *strings.Builder, kind *fhir.Type, depth int) {
	b.WriteByte('{')
	n := 0
	member := func(name string, value func()) {
		if n++; n > 1 {
			b.WriteByte(',')
		}
		if r.IntN(9) == 0 {
			b.WriteString("\n  ")
		}
		fmt.Fprintf(b, "%q:", name)
		value()
	}
	if kind.Resource {
		member("resourceType", func() { fmt.Fprintf(b, "%q", kind.Name) })
	}
	for i := range kind.Fields {
		f := &kind.Fields[i]
		likely := 3 + depth*depth
		if !(f.Required && depth < 4) && r.IntN(likely) > 0 {
			continue
		}
		name := f.Name
		if r.Float64() < r.wrong/4 {
			name += "x"
		}
		member(name, func() { r.element(b, f, depth) })
		if r.Float64() < r.wrong/4 {
			member(f.Name, func() { r.element(b, f, depth) })
		}
		if r.IntN(12) == 0 {
			member("_"+f.Name, func() { r.companion(b, f, depth) })
		}
	}
	b.WriteByte('}')
}

func (r randomResource) companion(b *strings.Builder, f *fhir.Field, depth int) {
	if f.List {
		b.WriteString(`[null,{"id":"e"}]`)
		return
	}
	element, _ := r.schema.Type("Element")
	r.write(b, element, depth+1)
}

func (r randomResource) element(b *strings.Builder, f *fhir.Field, depth int) {
	list := f.List
	if r.Float64() < r.wrong/4 {
		list = !list
	}
	if !list {
		r.value(b, f, depth)
		return
	}
	b.WriteByte('[')
	for i := range r.IntN(3) {
		if i > 0 {
			b.WriteString(", ")
		}
		r.value(b, f, depth)
	}
	b.WriteByte(']')
}

var wrongValues = []string{"null", `""`, "7", "1.50", "01", "1e3", "-", "NaN", `"true"`, "true", `"\ud800"`, `"a\qb"`, "{}", "[]", `{"url":7}`, `"Patient/1"`, `{"reference":{}}`}

var textValues = []string{`"a"`, `"active"`, `"2026-01-02"`, `"café"`, `"a\"b\\\u00e9\n"`, `"final"`, `"😀"`, `"\ud83d\ude00"`}

func (r randomResource) value(b *strings.Builder, f *fhir.Field, depth int) {
	if r.Float64() < r.wrong {
		b.WriteString(wrongValues[r.IntN(len(wrongValues))])
		return
	}
	kind, _ := r.schema.Type(f.Type)
	json, primitive := fhir.JSONKind(f.Type)
	switch {
	case f.ValueSet != nil && primitive:
		fmt.Fprintf(b, "%q", f.ValueSet.Codes[r.IntN(len(f.ValueSet.Codes))])
	case primitive && json == fhir.String:
		b.WriteString(textValues[r.IntN(len(textValues))])
	case primitive && json == fhir.Number:
		b.WriteString([]string{"0", "12", "-3.25", "150000"}[r.IntN(4)])
	case primitive:
		b.WriteString([]string{"true", "false"}[r.IntN(2)])
	case f.Type == "Quantity":
		b.WriteString([]string{`{"value":5,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}`, `{"code":"mmol/L","value":1.5}`, `{"value":1,"unit":"furlongs"}`}[r.IntN(3)])
	case kind.Resource:
		names := []string{"Medication", "Patient", "Observation"}
		contained, _ := r.schema.Type(names[r.IntN(len(names))])
		r.write(b, contained, depth+3)
	default:
		r.write(b, kind, depth+1)
	}
}

// TestCleanIsWhatRepairLeaves compares both over random resources of every type, in shape and not.
func TestCleanIsWhatRepairLeaves(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	clean, odd := 0, 0
	for range 4 {
		for _, name := range fhir.Load().Resources() {
			kind, _ := fhir.Load().Type(name)
			r := randomResource{random, fhir.Load(), []float64{0, 0, 0.02, 0.1}[random.IntN(4)]}
			var b strings.Builder
			r.write(&b, kind, 1)
			c, o := checkClean(t, []byte(b.String()))
			clean, odd = clean+c, odd+o
		}
	}
	require.Greater(t, clean, 50)
	require.Greater(t, odd, 50)
}

// FuzzTree: the tree takes what the scanner takes, and nothing else; and what it finds in shape, repairing
// leaves as it is.
func FuzzTree(f *testing.F) {
	for _, seed := range []string{
		patient1, "[" + patient1 + `,{"resourceType":"Condition","id":"c","code":{"coding":[{"system":"s","code":"x"}]},"subject":{"reference":"Patient/1"}}]`,
		`{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":` + patient1 + `},{"resource":{"id":"o","resourceType":"Observation","status":"final","code":{"text":"a\"b"},"valueQuantity":{"value":1.5,"unit":"mg","code":"mg"},"component":[{"code":{"text":"x"}}]}}]}`,
		`{"resourceType":"Parameters","parameter":[{"part":[{"resource":` + patient1 + `}]}]}`,
		`{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]},"name":[{"given":["A",null],"_given":[null,{"id":"x"}]}]}`,
		`{"resourceType":"Patient","contained":[{"resourceType":"Medication","code":{}}],"resourceType":"Patient"}`, "{\"a\\\":1", "[[[", "+", "nan", "{,}", "[1,]", "\"\\", "{\"\":0}\xff", "\"\xff\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var read tree.Tree
		r := tree.Reader{MaxDepth: defaultDepth}
		err := r.Read(&read, data)
		end, wrong := scan(data, 0, defaultDepth)
		ok := wrong == nil && len(strings.Trim(string(data[end:]), " \n\r\t")) == 0
		require.Equal(t, ok, err != tree.ErrSyntax, "%v | %v", err, wrong)
		checkClean(t, data)
		none := tree.Reader{MaxDepth: defaultDepth, Wanted: func(string) bool { return false }}
		if err := none.Read(&read, data); ok {
			require.NotEqual(t, tree.ErrSyntax, err, "what can be read can be passed over")
		}
	})
}
