package cds

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/terminology"
)

// codes resolves a named set of codes.
func (c *compiler) codes(p *pack, def *Codes) {
	if !c.name(p, def.Position, "", "codes", def.Name) {
		return
	}
	p.kinds[def.Name] = "codes"
	set := &codeSet{compiler: c}
	for i := range def.Groups {
		set.group(def, &def.Groups[i])
	}
	if len(def.Groups) == 0 {
		c.fail(def.Position, "", "", "codes %q lists no codes", def.Name)
	}
	p.names.Codes[def.Name] = expr.NewCodes(def.Name, set.set(), c.molarMass(def))
}

func (c *compiler) molarMass(def *Codes) *apd.Decimal {
	if def.MolarMass.Empty() {
		return nil
	}
	q, err := measure.Parse(def.MolarMass.Value)
	if err == nil {
		var value *apd.Decimal
		if value, err = q.In("g/mol"); err == nil && value.Sign() > 0 {
			return value
		}
	}
	if err == nil {
		err = errors.New("it must be above 0")
	}
	c.fail(def.MolarMass.Position(), "", "", "codes %q: expected a molar mass such as \"180.16 g/mol\": %v", def.Name, err)
	return nil
}

// A codeSet gathers the codes of a set and the systems it covers.
type codeSet struct {
	compiler *compiler
	ids      []terminology.ID
	systems  []string
}

func (s *codeSet) set() *terminology.Set {
	slices.Sort(s.systems)
	for _, system := range s.systems {
		s.compiler.engine.systems[system] = true
	}
	return terminology.NewSet(s.compiler.engine.coder.Codes, s.ids, slices.Compact(s.systems))
}

// add takes in a code. A drug's code stands for its ingredients: so are patients' drugs read.
func (s *codeSet) add(code terminology.Code) {
	code = terminology.Normal(code)
	s.systems = append(s.systems, code.System)
	s.ids = append(s.ids, s.compiler.engine.coder.Codes.Intern(code))
	if code.System != terminology.RxNorm {
		return
	}
	drugs := s.compiler.engine.coder.Drugs
	if drug, ok := drugs.Lookup(code.Code); ok && (drug.Kind == "PIN" || drug.Kind == "IN") {
		for _, rxcui := range drugs.Ingredients(code.Code) {
			s.ids = append(s.ids, s.compiler.engine.coder.Codes.Intern(terminology.Code{System: code.System, Code: rxcui}))
		}
	}
}

func (s *codeSet) group(def *Codes, g *CodeGroup) {
	c := s.compiler
	if !g.ValueSet.Empty() {
		s.valueSet(def, g)
		return
	}
	if len(g.Codes) == 0 {
		c.fail(def.Position, "", "", "codes %q lists no codes", def.Name)
	}
	for _, text := range g.Codes {
		code := terminology.Code{System: g.System, Code: text.Value}
		if message := malformed(code); message != "" {
			c.fail(text.Position(), "", "", "codes %q: %s", def.Name, message)
			continue
		}
		s.add(code)
		c.reachable(text.Position(), code)
		if g.Descendants {
			s.descendants(def, text, code)
		}
	}
}

// descendants adds what is below a code: from a source, or for ICD-10-CM by prefix.
func (s *codeSet) descendants(def *Codes, at Text, code terminology.Code) {
	c := s.compiler
	if terminology.Canonical(code.System) == terminology.ICD10CM {
		s.ids = append(s.ids, c.engine.coder.Codes.Intern(terminology.Code{System: chart.Below, Code: code.Code}))
		return
	}
	if c.config.codes == nil {
		c.fail(at.Position(), "", "", "codes %q: the descendants of %s cannot be found: no hierarchy is loaded", def.Name, code)
		return
	}
	below, err := c.config.codes.Descendants(context.Background(), code)
	if err != nil {
		c.fail(at.Position(), "", "", "codes %q: the descendants of %s cannot be found: %v", def.Name, code, err)
	}
	for _, d := range below {
		s.add(d)
	}
}

func (s *codeSet) valueSet(def *Codes, g *CodeGroup) {
	c := s.compiler
	if c.config.codes == nil {
		c.fail(g.ValueSet.Position(), "", "", "codes %q: the value set %s is not loaded", def.Name, g.ValueSet.Value)
		return
	}
	codes, err := c.config.codes.ValueSet(context.Background(), g.ValueSet.Value)
	switch {
	case err != nil:
		c.fail(g.ValueSet.Position(), "", "", "codes %q: the value set %s cannot be expanded: %v", def.Name, g.ValueSet.Value, err)
	case len(codes) == 0:
		c.fail(g.ValueSet.Position(), "", "", "codes %q: the value set %s is empty", def.Name, g.ValueSet.Value)
	}
	for _, code := range codes {
		s.add(code)
	}
}

// malformed says what is wrong with the form of a code; "" where nothing is, or the system has no form.
func malformed(code terminology.Code) string {
	digits := strings.IndexFunc(code.Code, func(r rune) bool { return r < '0' || r > '9' }) < 0
	switch {
	case code.Code == "":
		return "a code is empty"
	case strings.TrimSpace(code.Code) != code.Code:
		return `the code "` + code.Code + `" begins or ends with a space`
	case code.System == terminology.RxNorm && (!digits || len(code.Code) > 8):
		return `"` + code.Code + `" is no RxNorm code: expected 1 to 8 digits`
	case code.System == terminology.SNOMED && (!digits || len(code.Code) < 6 || len(code.Code) > 18 || !verhoeff(code.Code)):
		return `"` + code.Code + `" is no SNOMED CT code: its check digit is wrong`
	case code.System == terminology.LOINC && !loinc(code.Code):
		return `"` + code.Code + `" is no LOINC code: its check digit is wrong`
	}
	return ""
}

// loinc checks the form and the check digit of a LOINC code, part or answer: 2160-0, LP29693-6, LA6576-8. It is
// Luhn's, in which the letters of a prefix count as what they are above "0" in ASCII.
func loinc(code string) bool {
	number, check, ok := strings.Cut(code, "-")
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(number, "LA"), "LP"), "LL")
	if !ok || len(check) != 1 || digits == "" || len(digits) > 9 || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i]) - '0'
		if i%2 == 0 {
			d = 2*d/10 + 2*d%10
		}
		sum += d
	}
	return int(check[0]-'0') == (10-sum%10)%10
}

// verhoeff checks the last digit of a SNOMED CT identifier (Verhoeff's dihedral check).
func verhoeff(code string) bool {
	permutation := [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
	multiply := [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	check := 0
	for i := range len(code) {
		digit := int(code[len(code)-1-i] - '0')
		check = int(multiply[check][permutation[i%8][digit]-'0'] - '0')
	}
	return check == 0
}
