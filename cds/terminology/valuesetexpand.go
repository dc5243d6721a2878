package terminology

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ValueSet returns every code of the value set with a canonical URL, with or without "|version", sorted.
// It is what compose says of the loaded code systems and value sets; where that cannot be evaluated, the
// complete expansion that is stored with it. Also known are the value sets of all codes that a CodeSystem
// names, http://loinc.org/vs, http://snomed.info/sct?fhir_vs and …?fhir_vs=isa/CODE.
//
// Inactive codes are members unless compose.inactive is false; codes that are abstract (notSelectable)
// are members only where they are listed one by one. Codes that are listed are taken as they are, whether
// their system is loaded or not.
//
// The error is an *ExpansionError if not all codes can be told: the value set, or a system or value set
// that it refers to, is not loaded or not complete (a *NotLoadedError is then in its chain), is cut off,
// imports itself, or no code is left. It is ctx's error if ctx ends. There is never an empty result
// without an error.
func (l *Library) ValueSet(ctx context.Context, url string) ([]Code, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	codes, err := l.expand(ctx, url)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, &ExpansionError{url, err}
	}
	return slices.Clone(codes), nil
}

// An expansion is what a value set was found to hold.
type expansion struct {
	codes []Code
	err   error
}

// expand returns the codes of a value set. They are shared and must not be changed.
func (l *Library) expand(ctx context.Context, url string) ([]Code, error) {
	vs, err := l.valueSet(url)
	if err != nil {
		if c, ok := l.implicit(url); ok {
			return l.compose(ctx, &compose{include: []clause{c}})
		}
		return nil, err
	}
	if known, ok := l.expanded[vs]; ok {
		return known.codes, known.err
	}
	codes, err := l.evaluate(ctx, vs)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	l.expanded[vs] = expansion{codes, err}
	return codes, err
}

// implicit returns what a URL means that stands for codes of a system without a ValueSet resource.
func (l *Library) implicit(url string) (clause, bool) {
	url, version := cutVersion(url)
	if system, ok := l.whole[url]; ok {
		return clause{system: system, version: version}, true
	}
	if url == LOINC+"/vs" {
		return clause{system: LOINC}, true
	}
	root, ok := strings.CutPrefix(url, SNOMED+"?fhir_vs")
	if code, isA := strings.CutPrefix(root, "=isa/"); ok && isA {
		return clause{system: SNOMED, filters: []filter{{"concept", "is-a", code}}}, true
	}
	return clause{system: SNOMED}, ok && root == ""
}

// evaluate expands by compose, else by what is stored.
func (l *Library) evaluate(ctx context.Context, vs *valueSet) ([]Code, error) {
	if vs.compose == nil && len(vs.pages) == 0 {
		return nil, errors.New("it is not expanded: it has neither compose nor expansion")
	}
	var unevaluated error
	if vs.compose != nil {
		codes, err := l.composed(ctx, vs)
		if err == nil || len(vs.pages) == 0 || ctx.Err() != nil {
			return codes, err
		}
		unevaluated = err
	}
	codes, err := vs.storedCodes()
	switch {
	case err != nil && unevaluated != nil:
		return nil, fmt.Errorf("%w; and %w", unevaluated, err)
	case err != nil:
		return nil, err
	}
	for i, code := range codes {
		codes[i].Code = l.spelling(code)
	}
	return union(codes), nil
}

// composed expands by compose, if imports allow.
func (l *Library) composed(ctx context.Context, vs *valueSet) ([]Code, error) {
	if l.imports == nil {
		l.imports = l.readImports()
	}
	switch {
	case l.imports.circle[vs]:
		return nil, fmt.Errorf("its imports run in a circle: %s", l.imports.describe(vs))
	case l.imports.height[vs] > mostHeight:
		return nil, fmt.Errorf("value sets are imported more than %d deep", mostHeight)
	}
	return l.compose(ctx, vs.compose)
}

// mostWork bounds what evaluating one compose may look at: concepts, each a few times.
const mostWork = 1 << 26

// An evaluation is the state of evaluating one compose.
type evaluation struct {
	*Library
	ctx        context.Context
	work       int
	activeOnly bool
}

// spend counts n concepts.
func (e *evaluation) spend(n int) error {
	if e.work += n; e.work > mostWork {
		return errors.New("it takes too much work to expand")
	}
	return e.ctx.Err()
}

func (l *Library) compose(ctx context.Context, c *compose) ([]Code, error) {
	e := &evaluation{Library: l, ctx: ctx, activeOnly: c.activeOnly}
	var codes []Code
	for i := range c.include {
		more, err := e.clause(&c.include[i])
		if err != nil {
			return nil, err
		}
		codes = append(codes, more...)
	}
	codes = union(codes)
	if len(codes) == 0 {
		return nil, errors.New("it is empty: nothing meets what it includes")
	}
	for i := range c.exclude {
		var err error
		if codes, err = e.exclude(codes, &c.exclude[i]); err != nil {
			return nil, err
		}
	}
	if len(codes) == 0 {
		return nil, errors.New("it is empty: all that it includes is excluded")
	}
	return codes, nil
}

// exclude takes from codes what c holds. For all codes of a system, the system need not be loaded.
func (e *evaluation) exclude(codes []Code, c *clause) ([]Code, error) {
	if err := e.spend(len(codes)); err != nil {
		return nil, err
	}
	if len(c.concepts)+len(c.filters)+len(c.imports) == 0 {
		return slices.DeleteFunc(codes, func(code Code) bool { return code.System == c.system }), nil
	}
	without := &evaluation{Library: e.Library, ctx: e.ctx, work: e.work}
	out, err := without.clause(c)
	e.work = without.work
	if err != nil {
		return nil, err
	}
	return difference(codes, out), nil
}

// clause returns the codes that meet all of c, sorted.
func (e *evaluation) clause(c *clause) ([]Code, error) {
	codes, err := e.own(c)
	if err != nil {
		return nil, err
	}
	codes = union(codes)
	for i, url := range c.imports {
		imported, err := e.expand(e.ctx, url)
		if err == nil {
			err = e.spend(8 * (len(imported) + len(codes)))
		}
		if err != nil {
			return nil, importError(url, err)
		}
		if i == 0 && len(c.concepts)+len(c.filters) == 0 {
			codes = slices.Clone(imported)
			continue
		}
		codes = intersection(codes, imported)
	}
	if c.system != "" && len(c.imports) > 0 {
		codes = slices.DeleteFunc(codes, func(code Code) bool { return code.System != c.system })
	}
	return codes, nil
}

func importError(url string, err error) error {
	var missing *NotLoadedError
	if errors.As(err, &missing) && missing.URL == url {
		return err
	}
	return fmt.Errorf("it imports %s: %w", url, err)
}

// own returns what c says without its imports.
func (e *evaluation) own(c *clause) ([]Code, error) {
	switch {
	case len(c.concepts) > 0:
		return e.listed(c)
	case len(c.filters) == 0 && len(c.imports) > 0:
		return nil, nil
	}
	system, err := e.Library.system(c.system, c.version)
	if err != nil {
		return nil, err
	}
	codes, err := e.filtered(system, c)
	if err != nil {
		return nil, err
	}
	if err := e.spend(8 * len(codes)); err != nil {
		return nil, err
	}
	out := make([]Code, len(codes))
	for i, code := range codes {
		out[i] = Code{c.system, code}
	}
	return out, nil
}

// listed returns the concepts of c. Where the system is loaded, it says which of them are inactive.
func (e *evaluation) listed(c *clause) ([]Code, error) {
	if err := e.spend(8 * len(c.concepts)); err != nil {
		return nil, err
	}
	var inactive func(string) bool
	if system, err := e.Library.system(c.system, c.version); err == nil && e.activeOnly {
		inactive = flagged(system, "inactive")
	}
	var out []Code
	for _, code := range c.concepts {
		if inactive == nil || !inactive(code) {
			out = append(out, Code{c.system, e.spelling(Code{c.system, code})})
		}
	}
	return out, nil
}

// spelling returns a code as its system writes it, if the system is loaded and does not tell upper from
// lower case.
func (l *Library) spelling(code Code) string {
	if l.systems[code.System] != nil {
		return code.Code
	}
	if cs := newest(l.codeSystems[code.System]); cs != nil && cs.fold {
		return cs.Spelling(code.Code)
	}
	return code.Code
}
