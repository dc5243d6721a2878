package store_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/store"
)

const exampleResources = `{"resourceType": "Bundle", "entry": [
	{"resource": {"resourceType": "CodeSystem", "url": "http://example.org/drugs", "content": "complete", "concept": [
		{"code": "nsaid", "display": "NSAID", "concept": [{"code": "ibuprofen"}, {"code": "naproxen"}]},
		{"code": "statin"}]}},
	{"resource": {"resourceType": "CodeSystem", "url": "http://loinc.org", "content": "not-present"}},
	{"resource": {"resourceType": "ValueSet", "url": "http://example.org/ValueSet/nsaids", "compose": {"include": [
		{"system": "http://example.org/drugs", "filter": [{"property": "concept", "op": "descendent-of", "value": "nsaid"}]}]}}}]}`

func ExampleImportFHIR() {
	resources := terminology.NewLibrary()
	if err := resources.Add([]byte(exampleResources), "bundle.json"); err != nil { // or LoadFiles
		fmt.Println(err)
		return
	}
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	partial, err := store.ImportFHIR(context.Background(), w, resources)
	if err := errors.Join(err, w.Finish()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(partial)

	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.ValueSet("http://example.org/ValueSet/nsaids"))
	// Output:
	// [the code system http://loinc.org is not loaded: its CodeSystem does not hold its codes]
	// {http://example.org/ValueSet/nsaids  bundle.json [http://example.org/drugs|ibuprofen http://example.org/drugs|naproxen]} true
}

func ExampleFile_AddTo() {
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	s := w.System(store.SystemInfo{URL: terminology.SNOMED})
	err = errors.Join(s.Add("73211009", "Diabetes mellitus", false), s.Add("44054006", "Type 2 diabetes mellitus", false),
		s.IsA("44054006", "73211009"), s.Close(), w.Finish())
	if err != nil {
		fmt.Println(err)
		return
	}

	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()               // when the library is not used any more
	l := terminology.NewLibrary() // for cds.WithCodes
	if err := f.AddTo(l); err != nil {
		fmt.Println(err)
	}
	fmt.Println(l.Descendants(context.Background(), terminology.Code{System: terminology.SNOMED, Code: "73211009"}))
	// Output: [http://snomed.info/sct|44054006] <nil>
}
