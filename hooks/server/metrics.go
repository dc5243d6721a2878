package server

import (
	"strconv"
	"strings"
	"sync"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/fetch"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are what is counted. No label says anything of a patient; all of them have few values.
type metrics struct {
	registry *prometheus.Registry
	rules    *names

	calls      *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	decided    *prometheus.CounterVec
	hidden     *prometheus.CounterVec
	cards      *prometheus.CounterVec
	unscreened prometheus.Counter
	prefetches *prometheus.CounterVec
	fetches    *prometheus.CounterVec
	fetching   prometheus.Histogram
	unknown    *prometheus.CounterVec // callers
	refused    *prometheus.CounterVec
	waited     prometheus.Histogram
	reloads    *prometheus.CounterVec
	reloadedAt *prometheus.GaugeVec
	broken     prometheus.Gauge
	saved      prometheus.Gauge
	notSaved   prometheus.Counter
	inForce    *prometheus.GaugeVec
	written    *prometheus.CounterVec
	lost       *prometheus.CounterVec
	spansLost  prometheus.Counter
	deleted    *prometheus.CounterVec
	forgotten  prometheus.Counter
}

// seconds of an answer, around the 500 ms that CDS Hooks asks for.
var answerBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

func newMetrics(q *queue) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), rules: &names{known: map[string]bool{}}}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.calls = m.counters("calls_total", "Calls answered, by status. The service is empty for discovery and unknown ones.", "service", "hook", "status")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "call_seconds", Buckets: answerBuckets,
		Help: "Time from taking a call up to its answer, without the wait for its turn."}, []string{"service"})
	m.decided = m.counters("rule_results_total", "What came of rules: found, undecided, failed or suppressed.", "rule", "result")
	m.cards = m.counters("cards_total", "Cards that were sent.", "service")
	m.hidden = m.counters("cards_hidden_total", "Findings and undecided rules that were not shown, and why.", "reason")
	m.unscreened = m.counters("unscreened_total", "Resources whose codes nobody can map.").WithLabelValues()
	m.prefetches = m.counters("prefetch_total", "What became of the keys of prefetch.", "state")
	m.fetches = m.counters("fetches_total", "Queries to the FHIR servers of clients; the reason is \"ok\" where an answer came.", "reason")
	m.fetching = m.histogram("fetch_seconds", "How long a call waited for its client's FHIR server.", answerBuckets)
	m.unknown = m.counters("auth_refusals_total", "Calls refused because their token is not good.", "reason")
	m.refused = m.counters("overload_refusals_total", "Calls refused with 503 because there were too many.", "reason")
	m.waited = m.histogram("queue_seconds", "How long calls waited for their turn.", prometheus.ExponentialBuckets(0.0001, 4, 8))
	m.reloads = m.counters("reloads_total", "Attempts to load rules.", "result")
	m.reloadedAt = m.gauges("reload_timestamp_seconds", "When rules were last loaded, and when that last failed.", "result")
	m.broken = m.gauges("rules_broken", "1 while the configured rules are broken and others are served.").WithLabelValues()
	m.saved = m.gauges("rules_saved", "1 while the copy of the last good rules is served.").WithLabelValues()
	m.notSaved = m.counters("rules_not_saved_total", "Times no copy of good rules could be kept.").WithLabelValues()
	m.inForce = m.gauges("rules_info", "The rules in force, by the digest of what they were made of.", "digest")
	m.written = m.counters("journal_lines_total", "Lines written to the decision log and the audit log.", "journal")
	m.lost = m.counters("journal_lost_total", "Lines and requests that could not be kept.", "journal", "reason")
	m.spansLost = m.counters("spans_lost_total", "Spans that could not be exported.").WithLabelValues()
	m.deleted = m.counters("deleted_total", "Cards, reports and files that were deleted because they were too old.", "kind")
	m.forgotten = m.counters("cards_forgotten_total", "Cards that were shown, but could not be kept in the store of feedback.").WithLabelValues()
	m.registry.MustRegister(m.seconds)
	for name, read := range map[string]func() float64{
		"queue_waiting": func() float64 { return float64(q.waiting.Load()) },
		"calls_open":    func() float64 { return float64(q.open.Load()) },
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: "Calls now."}, read))
	}
	return m
}

const namespace = "primum"

func (m *metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *metrics) histogram(name, help string, buckets []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
	m.registry.MustRegister(h)
	return h
}

// observe counts what came of a call.
func (m *metrics) observe(o *hooks.Outcome, v *visit) {
	m.calls.WithLabelValues(o.Service, o.Hook, strconv.Itoa(o.Status)).Inc()
	m.seconds.WithLabelValues(o.Service).Observe(o.Took.Seconds())
	if v != nil {
		m.waited.Observe(v.waited.Seconds())
	}
	if o.Hook == "" {
		return
	}
	m.cards.WithLabelValues(o.Service).Add(float64(o.Cards))
	m.unscreened.Add(float64(o.Unscreened))
	for _, state := range o.Prefetch {
		m.prefetches.WithLabelValues(string(state)).Inc()
	}
	for i := range o.Decisions {
		d := &o.Decisions[i]
		m.decided.WithLabelValues(m.rules.label(d.Rule), string(d.Result)).Inc()
		if d.Hidden != "" {
			m.hidden.WithLabelValues(string(d.Hidden)).Inc()
		}
	}
}

// fetched counts a query.
func (m *metrics) fetched(r *fetch.Result) {
	reason := orElse(orElse(r.Absent, r.PageMissing), "ok")
	m.fetches.WithLabelValues(string(reason)).Inc()
}

// reloaded counts an attempt to load rules.
func (m *metrics) reloaded(err error) {
	result := "success"
	m.broken.Set(0)
	if err != nil {
		result = "failure"
		m.broken.Set(1)
	}
	m.reloads.WithLabelValues(result).Inc()
	m.reloadedAt.WithLabelValues(result).SetToCurrentTime()
}

// serving tells which rules are in force.
func (m *metrics) serving(digest string, saved bool) {
	m.inForce.Reset()
	m.inForce.WithLabelValues(digest).Set(1)
	m.saved.Set(0)
	if saved {
		m.saved.Set(1)
	}
}

// names are the values of a label, of which there are so many at most.
type names struct {
	lock  sync.Mutex
	known map[string]bool
}

const (
	maxNames = 2000
	other    = "other"
)

// label returns the name of a rule, without the row of its table, of which there may be any number.
func (n *names) label(rule string) string {
	rule, _, _ = strings.Cut(rule, "[")
	n.lock.Lock()
	defer n.lock.Unlock()
	if !n.known[rule] {
		if len(n.known) >= maxNames {
			return other
		}
		n.known[rule] = true
	}
	return rule
}
