package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

func TestSpansAreExported(t *testing.T) {
	var path, contentType, key string
	var body []byte
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path, contentType, key = r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("X-Key")
		body, _ = io.ReadAll(r.Body)
	}))
	defer collector.Close()
	config := Traces{Endpoint: collector.URL + "/otlp/", Headers: map[string]string{"X-Key": "k"}}
	export, err := newOTLP(config, func(int, error) { t.Error("lost") })
	require.NoError(t, err)
	tracing := newTracer(config, export)
	ctx, parent := tracing.tracer.Start(context.Background(), "call", trace.WithSpanKind(trace.SpanKindServer))
	_, child := tracing.tracer.Start(ctx, "fetch")
	child.SetAttributes(attribute.Int("n", 3), attribute.Float64("f", 0.5), attribute.Bool("b", true), attribute.String("s", "x"))
	child.SetStatus(codes.Error, "timeout")
	child.End()
	parent.End()
	tracing.close(exportTimeout)

	require.Equal(t, "/otlp/v1/traces application/json k", path+" "+contentType+" "+key)
	var got otlpTraces
	require.NoError(t, json.Unmarshal(body, &got))
	require.Equal(t, []otlpAttribute{{"service.name", map[string]any{"stringValue": "primum"}}}, got.ResourceSpans[0].Resource.Attributes)
	spans := got.ResourceSpans[0].ScopeSpans[0].Spans
	require.Len(t, spans, 2)
	require.Equal(t, spans[1].SpanID, spans[0].ParentID)
	require.Equal(t, spans[1].TraceID, spans[0].TraceID)
	require.Regexp(t, `^[0-9]{19}$`, spans[0].Start)
	require.Equal(t, "fetch", spans[0].Name)
	require.Equal(t, &otlpStatus{2, "timeout"}, spans[0].Status)
	require.Equal(t, []otlpAttribute{{"n", map[string]any{"intValue": "3"}}, {"f", map[string]any{"doubleValue": 0.5}},
		{"b", map[string]any{"boolValue": true}}, {"s", map[string]any{"stringValue": "x"}}}, spans[0].Attributes)
	require.Equal(t, 2, spans[1].Kind)
	require.Empty(t, spans[1].ParentID)
}

func TestSpansThatAreLostAreCounted(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }))
	lost := 0
	export, err := newOTLP(Traces{Endpoint: refusing.URL}, func(n int, err error) {
		lost += n
		require.EqualError(t, err, "the collector answered 429")
	})
	require.NoError(t, err)
	tracing := newTracer(Traces{}, export)
	_, span := tracing.tracer.Start(context.Background(), "call")
	span.End()
	tracing.close(exportTimeout)
	refusing.Close()
	require.Equal(t, 1, lost)
}
