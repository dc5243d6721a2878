package main

// An Engine answers for one patient: bytes in, what holds out. Only Primum's may be
// used by several goroutines.
type Engine interface {
	Evaluate(bundle []byte) ([]Hit, error)
}

// A Contender is an engine to be measured.
type Contender struct {
	Name string
	// Make compiles rules. It is handed what is known of drugs: the ingredient of each.
	Make func(rules *RuleSet, ingredient map[string]string) (Engine, error)
	// Most is the number of interactions beyond which it is not asked: it would take minutes.
	Most int
	// Silent is set for one that finds nothing, and is there to compare with.
	Silent bool
}

const any100k = 100_000

var contenders = []Contender{
	{Name: "fastjson", Make: newParser, Most: any100k, Silent: true},
	{Name: "primum", Make: newPrimum, Most: any100k},
	{Name: "samply", Make: newSamply, Most: any100k},
	{Name: "opa", Make: newOPA, Most: any100k},
	{Name: "expr", Make: newExpr, Most: 10_000},
	{Name: "expr-prepared", Make: newExprPrepared, Most: 10_000},
	{Name: "cel", Make: newCEL, Most: 10_000},
	{Name: "cel-prepared", Make: newCELPrepared, Most: 10_000},
	{Name: "grule", Make: newGrule, Most: 1_000},
}
