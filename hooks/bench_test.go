package hooks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
	"github.com/stretchr/testify/require"
)

// request45 is a request of some 45 KB: an order, and a patient with medications, conditions and results.
func request45() []byte {
	var meds, labs []string
	for i := range 20 {
		meds = append(meds, drug(fmt.Sprintf("m%d", i), "active", "11289", fmt.Sprintf("warfarin %d MG", i)))
	}
	for i := range 105 {
		labs = append(labs, fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","status":"final","effectiveDateTime":"2026-02-%02d","subject":{"reference":"Patient/7"},
			"code":{"coding":[{"system":"http://loinc.org","code":"98979-8","display":"eGFR"}]},"valueQuantity":{"value":%d,"system":"http://unitsofmeasure.org","code":"mL/min/{1.73_m2}"}}`, i, i%28+1, 20+i))
	}
	return []byte(asking("order-sign", `,"draftOrders":`+bundle("collection", ibuprofen, metformin),
		`{"patient":{"resourceType":"Patient","id":"7","gender":"female","birthDate":"1950-01-01"},"medications":`+bundle("searchset", meds...)+`,"labs":`+bundle("searchset", labs...)+`}`))
}

func benchmark(b *testing.B, h http.Handler) {
	body := request45()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/cds-services/primum-order-sign", bytes.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkOrderSign(b *testing.B) { benchmark(b, handler(b, hooks.Config{})) }

// BenchmarkOrderSignWithEmbeddedPacks asks the rules that ship.
func BenchmarkOrderSignWithEmbeddedPacks(b *testing.B) {
	packs, err := rules.Embedded()
	require.NoError(b, err)
	engine, err := cds.New(packs)
	require.NoError(b, err)
	h, err := hooks.New(engine, hooks.Config{})
	require.NoError(b, err)
	benchmark(b, h)
}

// BenchmarkParseOnly is what a handler costs that reads the body into a map and answers nothing.
func BenchmarkParseOnly(b *testing.B) {
	benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v map[string]any
		if json.NewDecoder(r.Body).Decode(&v) != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
}
