package server

import (
	"context"
	"net/http"
	"time"

	"github.com/primum-cds/primum/hooks"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Traces say where spans go.
type Traces struct {
	// Endpoint is an OTLP collector's, "http://127.0.0.1:4318"; "": there are no traces.
	Endpoint string
	Headers  map[string]string // such as a collector's API key
	// Ratio of the calls that are traced, where the caller has not decided; 0: all.
	Ratio float64
}

// A tracer makes spans of calls. Nothing of a request is in them but the service, the hook and what was counted.
type tracer struct {
	provider *sdk.TracerProvider // nil: none
	tracer   trace.Tracer
}

const instrumentation = "github.com/primum-cds/primum/hooks/server"

func newTracer(t Traces, export sdk.SpanExporter) *tracer {
	if export == nil {
		return &tracer{tracer: noop.NewTracerProvider().Tracer(instrumentation)}
	}
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(export),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "primum"))),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(orElse(t.Ratio, 1)))),
	)
	return &tracer{provider, provider.Tracer(instrumentation)}
}

// call begins the span of a call, below the caller's if it names one.
func (t *tracer) call(ctx context.Context, r *http.Request, v *visit) (context.Context, func()) {
	if t.provider == nil {
		return ctx, func() {}
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	ctx, v.span = t.tracer.Start(ctx, "call", trace.WithSpanKind(trace.SpanKindServer))
	return ctx, func() { v.span.End() }
}

// step begins the span of a part of a call.
func (t *tracer) step(ctx context.Context, name string) (context.Context, func()) {
	if t.provider == nil {
		return ctx, func() {}
	}
	ctx, span := t.tracer.Start(ctx, name)
	return ctx, func() { span.End() }
}

// outcome says in the span of a call what came of it.
func (t *tracer) outcome(v *visit, o *hooks.Outcome, rules string) {
	if v == nil || v.span == nil || !v.span.IsRecording() {
		return
	}
	if o.Service != "" {
		v.span.SetName("call " + o.Service)
	}
	v.span.SetAttributes(
		attribute.String("primum.service", o.Service), attribute.String("primum.hook", o.Hook),
		attribute.Int("http.response.status_code", o.Status), attribute.String("primum.rules", rules),
		attribute.Int("primum.cards", o.Cards), attribute.Int("primum.findings", o.Count(hooks.Found)),
		attribute.Int("primum.undecided", o.Count(hooks.Undecided)), attribute.Int("primum.failures", o.Count(hooks.Failed)),
		attribute.Int("primum.bytes", o.Bytes), attribute.Float64("primum.wait_ms", milliseconds(v.waited)),
		attribute.Float64("primum.fetch_ms", milliseconds(o.Fetched)), attribute.Float64("primum.decide_ms", milliseconds(o.Decided)),
	)
	if o.Status >= http.StatusInternalServerError {
		v.span.SetStatus(codes.Error, o.Error)
	}
}

// close exports what is left.
func (t *tracer) close(within time.Duration) {
	if t == nil || t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what could not be exported was counted
}
