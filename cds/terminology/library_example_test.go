package terminology_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/primum-cds/primum/cds/terminology"
)

const exampleBundle = `{"resourceType": "Bundle", "entry": [
	{"resource": {"resourceType": "CodeSystem", "url": "http://example.org/drugs", "content": "complete", "concept": [
		{"code": "nsaid", "display": "NSAID", "concept": [{"code": "ibuprofen"}, {"code": "naproxen"}]},
		{"code": "statin"}]}},
	{"resource": {"resourceType": "ValueSet", "url": "http://example.org/ValueSet/nsaids", "compose": {"include": [
		{"system": "http://example.org/drugs", "filter": [{"property": "concept", "op": "is-a", "value": "nsaid"}]}]}}},
	{"resource": {"resourceType": "ValueSet", "url": "http://example.org/ValueSet/cut", "expansion": {"total": 300, "contains": [
		{"system": "http://example.org/drugs", "code": "statin"}]}}},
	{"resource": {"resourceType": "ConceptMap", "url": "http://example.org/local", "group": [
		{"source": "http://example.org/pharmacy", "target": "http://example.org/drugs", "element": [
			{"code": "IBU400", "target": [{"code": "ibuprofen", "equivalence": "wider"}]},
			{"code": "PAIN", "target": [{"code": "ibuprofen", "equivalence": "narrower"}]}]}]}}]}`

func exampleLibrary() *terminology.Library {
	l := terminology.NewLibrary()
	if err := l.Add([]byte(exampleBundle), "bundle.json"); err != nil {
		fmt.Println(err)
	}
	return l
}

func ExampleNewLibrary() {
	l := terminology.NewLibrary()
	_, err := l.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids")
	fmt.Println(err)
	// Output:
	// the value set http://example.org/ValueSet/nsaids is not loaded
}

func ExampleLibrary_Add() {
	l := terminology.NewLibrary()
	fmt.Println(l.Add([]byte(exampleBundle), "bundle.json"))
	fmt.Println(l.Add([]byte(`{"resourceType": "CodeSystem", "url": "http://example.org/round", "content": "complete", "concept": [
		{"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
		{"code": "b", "property": [{"code": "parent", "valueCode": "a"}]}]}`), "round.json"))
	// Output:
	// <nil>
	// round.json: CodeSystem http://example.org/round: the hierarchy runs in a circle: a → b → a
}

func ExampleLibrary_LoadFiles() {
	dir, err := os.MkdirTemp("", "terminology")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "bundle.json"), []byte(exampleBundle), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	l := terminology.NewLibrary()
	fmt.Println(l.LoadFiles(dir))
	fmt.Println(l.Display(terminology.Code{System: "http://example.org/drugs", Code: "nsaid"}))
	// Output:
	// <nil>
	// NSAID
}

func ExampleLibrary_ValueSet() {
	l := exampleLibrary()
	fmt.Println(l.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids"))
	fmt.Println(l.ValueSet(context.Background(), "http://example.org/ValueSet/cut"))
	// Output:
	// [http://example.org/drugs|ibuprofen http://example.org/drugs|naproxen http://example.org/drugs|nsaid] <nil>
	// [] its expansion is truncated: 1 of 300 entries
}

func ExampleLibrary_Descendants() {
	l := exampleLibrary()
	fmt.Println(l.Descendants(context.Background(), terminology.Code{System: "http://example.org/drugs", Code: "nsaid"}))
	_, err := l.Descendants(context.Background(), terminology.Code{System: terminology.SNOMED, Code: "373270004"})
	var missing *terminology.NotLoadedError
	fmt.Println(errors.As(err, &missing), err)
	// Output:
	// [http://example.org/drugs|ibuprofen http://example.org/drugs|naproxen] <nil>
	// true the code system http://snomed.info/sct is not loaded
}

func ExampleLibrary_Subsumes() {
	l := exampleLibrary()
	drug := func(code string) terminology.Code {
		return terminology.Code{System: "http://example.org/drugs", Code: code}
	}
	fmt.Println(l.Subsumes(drug("nsaid"), drug("ibuprofen")))
	fmt.Println(l.Subsumes(drug("statin"), drug("ibuprofen")))
	fmt.Println(l.Subsumes(drug("nsaid"), drug("unheard of")))
	// Output:
	// true true
	// false true
	// false false
}

func ExampleLibrary_Translate() {
	l := exampleLibrary()
	fmt.Println(l.Translate(terminology.Code{System: "http://example.org/pharmacy", Code: "IBU400"}))
	fmt.Println(l.Translate(terminology.Code{System: "http://example.org/pharmacy", Code: "PAIN"}))
	// Output:
	// [http://example.org/drugs|ibuprofen]
	// []
}

func ExampleLibrary_Display() {
	l := exampleLibrary()
	fmt.Println(l.Display(terminology.Code{System: "http://example.org/drugs", Code: "nsaid"}))
	// Output:
	// NSAID
}

// grades is a code system whose hierarchy is kept somewhere else.
type grades struct{}

func (grades) Has(code string) bool       { return code == "severe" || code == "fatal" }
func (grades) Display(code string) string { return "" }
func (grades) All() []string              { return []string{"severe", "fatal"} }
func (g grades) Descendants(code string) ([]string, bool) {
	if code == "severe" {
		return []string{"fatal"}, true
	}
	return nil, g.Has(code)
}
func (g grades) Ancestors(code string) ([]string, bool) {
	if code == "fatal" {
		return []string{"severe"}, true
	}
	return nil, g.Has(code)
}

func ExampleLibrary_AddSystem() {
	l := terminology.NewLibrary()
	l.AddSystem("http://example.org/grades", grades{})
	fmt.Println(l.Descendants(context.Background(), terminology.Code{System: "http://example.org/grades", Code: "severe"}))
	fmt.Println(l.Subsumes(terminology.Code{System: "http://example.org/grades", Code: "severe"}, terminology.Code{System: "http://example.org/grades", Code: "fatal"}))
	// Output:
	// [http://example.org/grades|fatal] <nil>
	// true true
}

func ExampleLibrary_AddValueSet() {
	l := terminology.NewLibrary()
	asthma := []terminology.Code{{System: terminology.SNOMED, Code: "195967001"}}
	fmt.Println(l.AddValueSet("http://example.org/ValueSet/asthma", "1", "our warehouse", asthma))
	fmt.Println(l.AddValueSet("http://example.org/ValueSet/asthma", "1", "elsewhere", nil))
	// Output:
	// <nil>
	// the value set http://example.org/ValueSet/asthma has no codes
}

func ExampleLibrary_AddConceptMap() {
	l := terminology.NewLibrary()
	local := terminology.Code{System: "http://example.org/local", Code: "ASTHMA"}
	err := l.AddConceptMap("http://example.org/ConceptMap/local", "", "our warehouse", []terminology.Mapping{
		{From: local, To: terminology.Code{System: terminology.SNOMED, Code: "195967001"}, Equivalence: "equivalent"},
	})
	fmt.Println(l.Translate(local), err)
	// Output: [http://snomed.info/sct|195967001] <nil>
}

func ExampleLibrary_ValueSets() {
	l := exampleLibrary()
	for _, v := range l.ValueSets() {
		codes, err := l.ValueSet(context.Background(), v.URL)
		fmt.Println(v.URL, v.File, len(codes), err)
	}
	// Output:
	// http://example.org/ValueSet/cut bundle.json 0 its expansion is truncated: 1 of 300 entries
	// http://example.org/ValueSet/nsaids bundle.json 3 <nil>
}
