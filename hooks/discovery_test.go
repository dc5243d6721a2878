package hooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
	"github.com/stretchr/testify/require"
)

func TestD1DiscoveryIsAlwaysThere(t *testing.T) {
	h := handler(t, hooks.Config{})
	for _, path := range []string{"/cds-services", "/cds-services/"} {
		w := do(h, "GET", path, "")
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		full(t, w.Body.Bytes())
	}
	golden(t, "discovery", do(h, "GET", "/cds-services", "").Body.Bytes())
	head := do(h, "HEAD", "/cds-services", "")
	require.Equal(t, http.StatusOK, head.Code)
	require.Empty(t, head.Body.Bytes())
}

func TestD1NoServices(t *testing.T) {
	engine, err := cds.New(nil)
	require.NoError(t, err)
	h, err := hooks.New(engine, hooks.Config{})
	require.NoError(t, err)
	w := do(h, "GET", "/cds-services", "")
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, `{"services":[]}`, w.Body.String())
}

// What a service is described with, as it was configured, and templates in the order they were given.
func TestD2D3D4D5D8Descriptions(t *testing.T) {
	h := handler(t, hooks.Config{
		Services: []hooks.Service{{
			ID: "my-service", Hook: "order-sign", Title: "Mine", Description: "It does **this** & that", UsageRequirements: "None",
			Extension: map[string]json.RawMessage{"org.example.colour": json.RawMessage(`{"is":"blue"}`)},
		}, {ID: "ward", Hook: "org.example.admission"}},
		Prefetch: func(s hooks.Service, _ hooks.TemplateVersion) ([]hooks.Template, error) {
			if s.ID == "ward" {
				return nil, nil
			}
			return []hooks.Template{
				{Key: "z", Query: "Patient/{{context.patientId}}"}, {Key: "a", Query: "Condition?patient={{context.patientId}}&_count=100"},
			}, nil
		},
	})
	require.Equal(t, `{"services":[`+
		`{"hook":"order-sign","hookVersion":"1.1.0","title":"Mine","description":"It does **this** & that","id":"my-service","version":"3.0.0","usageRequirements":"None",`+
		`"prefetch":{"z":"Patient/{{context.patientId}}","a":"Condition?patient={{context.patientId}}&_count=100"},"extension":{"org.example.colour":{"is":"blue"}}},`+
		`{"hook":"org.example.admission","hookVersion":"2.1","title":"Primum, org.example.admission","description":"Asks the clinical rules that are for org.example.admission.","id":"ward","version":"3.0.0"}]}`,
		do(h, "GET", "/cds-services", "").Body.String())
}

// Ids are unique for each hook by default: clients keep one service a URL.
func TestD6OneIDAHook(t *testing.T) {
	ids := map[string]bool{}
	for _, s := range handler(t, hooks.Config{}).Services() {
		require.False(t, ids[s.ID])
		ids[s.ID] = true
	}
	require.True(t, ids["primum-order-sign"] && ids["primum-patient-view"])
}

func TestD6OneIDForSeveralHooks(t *testing.T) {
	h := handler(t, hooks.Config{Services: []hooks.Service{{ID: "orders", Hook: "order-select"}, {ID: "orders", Hook: "order-sign"}}})
	for _, hook := range []string{"order-select", "order-sign"} {
		w := do(h, "POST", "/cds-services/orders", asking(hook, `,"draftOrders":`+bundle("collection", ibuprofen), `{"medications":`+bundle("searchset", takesWarfarin)+`}`))
		require.NotEmpty(t, answered(t, w).Cards)
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	engine, err := trial()
	require.NoError(t, err)
	_, err = hooks.New(engine, hooks.Config{
		Services: []hooks.Service{
			{ID: "a b", Hook: "order-sign"}, {ID: "x", Hook: "order-sgin"}, {ID: "y", Hook: "order-sign"}, {ID: "y", Hook: "order-sign"},
			{ID: "z", Hook: "order-sign", Extension: map[string]json.RawMessage{"org.example": json.RawMessage(`[]`)}},
		},
		Prefetch: func(s hooks.Service, _ hooks.TemplateVersion) ([]hooks.Template, error) {
			if s.ID == "z" {
				return nil, errors.New("a rule reads what nobody brings")
			}
			return []hooks.Template{{Key: "a", Query: "Patient/1"}, {Key: "a", Query: "Patient/1"}}, nil
		},
	})
	require.EqualError(t, err, `hooks: service "a b": prefetch "a", character 1: there are two templates with this key
service "a b": its id is part of a URL: expected letters, digits, '-', '.', '_' and '~'
service "x": prefetch "a", character 1: there are two templates with this key
service "x": there is no hook "order-sgin"
service "y": prefetch "a", character 1: there are two templates with this key
service "y": prefetch "a", character 1: there are two templates with this key
service "y": there are two at order-sign
service "z": a rule reads what nobody brings
service "z": the extension "org.example" is not a JSON object`)
}

// A service may have rules of its own.
func TestServiceWithItsOwnEngine(t *testing.T) {
	none, err := cds.New(nil)
	require.NoError(t, err)
	h := handler(t, hooks.Config{Services: []hooks.Service{{ID: "all", Hook: "order-sign"}, {ID: "none", Hook: "order-sign", Engine: none}}})
	body := signing([]string{ibuprofen}, takesWarfarin)
	require.Len(t, answered(t, do(h, "POST", "/cds-services/all", body)).Cards, 2)
	require.Empty(t, answered(t, do(h, "POST", "/cds-services/none", body)).Cards)
}

// keeper is an Authenticator that lets in who has the word.
type keeper struct{ paths []string }

func (k *keeper) Verify(_ context.Context, authorization, path string) (auth.Caller, error) {
	k.paths = append(k.paths, path)
	if authorization != "Bearer sesame" {
		return auth.Caller{}, errors.New("the word is wrong: " + authorization)
	}
	return auth.Caller{Issuer: "https://ehr.example.org"}, nil
}

// Where callers must say who they are, they must on every endpoint; who does not gets a bare 401.
func TestD7S1F6EveryCallIsAuthenticated(t *testing.T) {
	k := &keeper{}
	h := handler(t, hooks.Config{Authenticator: k, Feedback: &notebook{}})
	for _, call := range []struct{ method, path, body string }{
		{"GET", "/cds-services", ""},
		{"POST", "/cds-services/primum-order-sign", signing([]string{ibuprofen})},
		{"POST", "/cds-services/primum-order-sign/feedback", `{"feedback":[]}`},
		{"POST", "/cds-services/no-such", `{}`},
	} {
		for _, authorization := range []string{"", "Bearer open", "sesame"} {
			w := do(h, call.method, call.path, call.body, "Authorization", authorization)
			require.Equal(t, http.StatusUnauthorized, w.Code)
			require.Empty(t, w.Body.Bytes())
		}
		w := do(h, call.method, call.path, call.body, "Authorization", "Bearer sesame")
		require.NotEqual(t, http.StatusUnauthorized, w.Code)
		require.Equal(t, call.path, k.paths[len(k.paths)-1])
	}
}

// A browser asks without a token before it calls with one.
func TestS7CORS(t *testing.T) {
	h := handler(t, hooks.Config{Origins: []string{"https://ehr.example.org"}, Authenticator: &keeper{}})
	const allowed, header = "https://ehr.example.org", "Access-Control-Allow-Origin"
	for path, methods := range map[string]string{
		"/cds-services": "GET, HEAD, OPTIONS", "/cds-services/primum-order-sign": "POST, OPTIONS", "/cds-services/primum-order-sign/feedback": "POST, OPTIONS",
	} {
		w := do(h, "OPTIONS", path, "", "Origin", allowed, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		require.Equal(t, http.StatusNoContent, w.Code)
		require.Equal(t, allowed, w.Header().Get(header))
		require.Equal(t, methods, w.Header().Get("Access-Control-Allow-Methods"))
		require.Equal(t, "Authorization, Content-Type", w.Header().Get("Access-Control-Allow-Headers"))
		require.Equal(t, "Origin", w.Header().Get("Vary"))

		w = do(h, "OPTIONS", path, "", "Origin", "https://evil.example.org", "Access-Control-Request-Method", "POST")
		require.Equal(t, http.StatusNoContent, w.Code)
		require.Empty(t, w.Header().Get(header))
		require.Empty(t, w.Header().Get("Access-Control-Allow-Methods"))
	}
	for name, w := range map[string]*http.Response{
		"discovery": do(h, "GET", "/cds-services", "", "Origin", allowed, "Authorization", "Bearer sesame").Result(),
		"cards":     do(h, "POST", "/cds-services/primum-order-sign", signing([]string{ibuprofen}), "Origin", allowed, "Authorization", "Bearer sesame").Result(),
		"401":       do(h, "GET", "/cds-services", "", "Origin", allowed).Result(),
		"400":       do(h, "POST", "/cds-services/primum-order-sign", `{`, "Origin", allowed, "Authorization", "Bearer sesame").Result(),
		"404":       do(h, "GET", "/", "", "Origin", allowed).Result(),
		"405":       do(h, "PUT", "/cds-services", "", "Origin", allowed).Result(),
	} {
		require.Equal(t, allowed, w.Header.Get(header), name)
	}
	require.Empty(t, do(h, "GET", "/cds-services", "", "Origin", "https://ehr.example.org.evil.example").Header().Get(header))
	require.Equal(t, "https://any.example", do(handler(t, hooks.Config{Origins: []string{"*"}}), "GET", "/cds-services", "", "Origin", "https://any.example").Header().Get(header))
	require.Empty(t, do(handler(t, hooks.Config{}), "GET", "/cds-services", "", "Origin", allowed).Header().Get(header))
}
