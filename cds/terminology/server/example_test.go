package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/server"
)

// A Client is where rules get their value sets from.
var _ cds.CodeSource = (*server.Client)(nil)

// tx stands for a terminology server.
func tx(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			body = `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"unknown value set"}]}`
		}
		fmt.Fprint(w, body)
	}))
}

func ExampleNew() {
	_, err := server.New("https://tx.example.org/r4",
		server.WithTimeout(10*time.Second),
		server.WithConcurrency(2))
	fmt.Println(err)
	_, err = server.New("https://user:secret@tx.example.org/r4")
	fmt.Println(err)
	// Output:
	// <nil>
	// terminology server: credentials belong into the HTTP client, not into the base URL
}

func ExampleClient_ValueSet() {
	s := tx(map[string]string{"/ValueSet/$expand": `{"resourceType":"ValueSet","expansion":{"total":2,"contains":[
		{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640","display":"ibuprofen"},
		{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1191","display":"aspirin"}]}}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	codes, err := client.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids")
	fmt.Println(codes, err)
	// Output:
	// [http://www.nlm.nih.gov/research/umls/rxnorm|1191 http://www.nlm.nih.gov/research/umls/rxnorm|5640] <nil>
}

func ExampleError() {
	s := tx(nil)
	defer s.Close()
	client, _ := server.New(s.URL)
	_, err := client.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids")
	var refusal *server.Error
	if errors.As(err, &refusal) && refusal.Refused() {
		fmt.Println(refusal.Op, refusal.Status, refusal.Outcome[0])
	}
	// Output:
	// $expand 404 unknown value set (not-found)
}

func ExampleClient_Descendants() {
	s := tx(map[string]string{"/ValueSet/$expand": `{"resourceType":"ValueSet","expansion":{"contains":[
		{"system":"http://snomed.info/sct","code":"73211009"},{"system":"http://snomed.info/sct","code":"44054006"}]}}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	codes, err := client.Descendants(context.Background(), terminology.Code{System: terminology.SNOMED, Code: "73211009"})
	fmt.Println(codes, err)
	// Output:
	// [http://snomed.info/sct|44054006] <nil>
}

func ExampleClient_ValidateCode() {
	s := tx(map[string]string{"/ValueSet/$validate-code": `{"resourceType":"Parameters","parameter":[
		{"name":"result","valueBoolean":true},{"name":"display","valueString":"aspirin"}]}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	v, err := client.ValidateCode(context.Background(), "http://example.org/ValueSet/nsaids", terminology.Code{System: terminology.RxNorm, Code: "1191"})
	fmt.Println(v.Valid, v.Display, err)
	// Output:
	// true aspirin <nil>
}

func ExampleClient_Subsumes() {
	s := tx(map[string]string{"/CodeSystem/$subsumes": `{"resourceType":"Parameters","parameter":[{"name":"outcome","valueCode":"subsumes"}]}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	diabetes, type2 := terminology.Code{System: terminology.SNOMED, Code: "73211009"}, terminology.Code{System: terminology.SNOMED, Code: "44054006"}
	relation, err := client.Subsumes(context.Background(), diabetes, type2)
	fmt.Println(relation, relation == server.Broader, err)
	// Output:
	// subsumes true <nil>
}

func ExampleClient_Translate() {
	s := tx(map[string]string{"/ConceptMap/$translate": `{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true},
		{"name":"match","part":[{"name":"equivalence","valueCode":"equivalent"},
			{"name":"concept","valueCoding":{"system":"http://www.whocc.no/atc","code":"M01AE01"}}]}]}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	matches, err := client.Translate(context.Background(), terminology.Code{System: terminology.RxNorm, Code: "5640"}, "", terminology.ATC)
	fmt.Println(matches[0].Code, matches[0].Equivalence, err)
	// Output:
	// http://www.whocc.no/atc|M01AE01 equivalent <nil>
}

func ExampleClient_Lookup() {
	s := tx(map[string]string{"/CodeSystem/$lookup": `{"resourceType":"Parameters","parameter":[
		{"name":"name","valueString":"SNOMED CT"},{"name":"display","valueString":"Diabetes mellitus type 2"},
		{"name":"property","part":[{"name":"code","valueCode":"parent"},{"name":"value","valueCode":"73211009"}]}]}`})
	defer s.Close()
	client, _ := server.New(s.URL)
	concept, err := client.Lookup(context.Background(), terminology.Code{System: terminology.SNOMED, Code: "44054006"})
	fmt.Println(concept.Display, concept.Property("parent"), err)
	// Output:
	// Diabetes mellitus type 2 [73211009] <nil>
}

// After a restart without the server, what was saved is returned, and listed as stale.
func ExampleClient_Stale() {
	folder, _ := os.MkdirTemp("", "expansions")
	defer os.RemoveAll(folder)
	s := tx(map[string]string{"/ValueSet/$expand": `{"resourceType":"ValueSet","expansion":{"contains":[
		{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"5640"}]}}`})
	client, _ := server.New(s.URL, server.WithFolder(folder))
	client.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids")
	s.Close()

	client, _ = server.New(s.URL, server.WithFolder(folder))
	codes, err := client.ValueSet(context.Background(), "http://example.org/ValueSet/nsaids")
	fmt.Println(codes, err)
	for _, stale := range client.Stale() {
		fmt.Println(stale.Asked, time.Since(stale.Since) < time.Minute, stale.Err != nil)
	}
	// Output:
	// [http://www.nlm.nih.gov/research/umls/rxnorm|5640] <nil>
	// http://example.org/ValueSet/nsaids true true
}
