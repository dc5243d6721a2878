package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// otlp exports spans to a collector as OTLP over HTTP, in JSON. OpenTelemetry's own exporters bring gRPC, which
// would double the size of the command.
type otlp struct {
	url     string
	headers map[string]string
	client  *http.Client
	lost    func(spans int, err error)
}

const exportTimeout = 10 * time.Second

func newOTLP(t Traces, lost func(int, error)) (*otlp, error) {
	u, err := url.Parse(t.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the endpoint of traces: a URL such as http://127.0.0.1:4318 was expected")
	}
	if !strings.HasSuffix(u.Path, "/v1/traces") {
		u = u.JoinPath("v1", "traces")
	}
	return &otlp{u.String(), t.Headers, &http.Client{Timeout: exportTimeout}, lost}, nil
}

// ExportSpans sends spans. What cannot be sent is counted and lost: it never fails.
func (o *otlp) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := o.send(ctx, spans); err != nil {
		o.lost(len(spans), err)
	}
	return nil
}

// Shutdown closes connections.
func (o *otlp) Shutdown(context.Context) error {
	o.client.CloseIdleConnections()
	return nil
}

func (o *otlp) send(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := json.Marshal(traces(spans))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range o.headers {
		r.Header.Set(name, value)
	}
	answer, err := o.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection can be used again
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the collector answered %d", answer.StatusCode)
	}
	return nil
}

// What OTLP's JSON is made of, as far as our spans need it. All spans are of one resource and scope.
type (
	otlpTraces struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope otlpScope  `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpScope struct {
		Name string `json:"name"`
	}
	otlpSpan struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		ParentID   string          `json:"parentSpanId,omitempty"`
		Name       string          `json:"name"`
		Kind       int             `json:"kind"`
		Start      string          `json:"startTimeUnixNano"`
		End        string          `json:"endTimeUnixNano"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
		Status     *otlpStatus     `json:"status,omitempty"`
	}
	otlpStatus struct {
		Code    int    `json:"code"`
		Message string `json:"message,omitempty"`
	}
	otlpAttribute struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

func traces(spans []sdk.ReadOnlySpan) otlpTraces {
	scope := otlpScopeSpans{Scope: otlpScope{instrumentation}}
	var of otlpResource
	for _, s := range spans {
		of.Attributes = attributes(s.Resource().Attributes())
		out := otlpSpan{
			TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(),
			Kind: int(s.SpanKind()), Start: nanoseconds(s.StartTime()), End: nanoseconds(s.EndTime()), Attributes: attributes(s.Attributes()),
		}
		if s.Parent().SpanID().IsValid() {
			out.ParentID = s.Parent().SpanID().String()
		}
		if s.Status().Code == codes.Error {
			out.Status = &otlpStatus{2, s.Status().Description}
		}
		scope.Spans = append(scope.Spans, out)
	}
	return otlpTraces{[]otlpResourceSpans{{of, []otlpScopeSpans{scope}}}}
}

func attributes(all []attribute.KeyValue) []otlpAttribute {
	var out []otlpAttribute
	for _, a := range all {
		value := map[string]any{}
		switch a.Value.Type() {
		case attribute.INT64:
			value["intValue"] = strconv.FormatInt(a.Value.AsInt64(), 10)
		case attribute.FLOAT64:
			value["doubleValue"] = a.Value.AsFloat64()
		case attribute.BOOL:
			value["boolValue"] = a.Value.AsBool()
		default:
			value["stringValue"] = a.Value.String()
		}
		out = append(out, otlpAttribute{string(a.Key), value})
	}
	return out
}

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
