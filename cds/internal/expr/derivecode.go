package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/primum-cds/primum/cds/internal/chart"
)

// ofMembership derives the need of `x in codes`.
func (d *derivation) ofMembership(t term, args []ast.Expr) *Need {
	codes, ok := d.codesOf(t.part(args[1]))
	if !ok || !d.typeOf(args[0]).IsExactType(conceptType) {
		return t.always()
	}
	if n := d.ofConcept(t.part(args[0]), codes); n.Op != Always {
		return n
	}
	return t.always()
}

// ofConcept derives the need of a concept to be in codes: that of the focus, of an element of a list, or of a
// let.
func (d *derivation) ofConcept(t term, codes CodesRef) *Need {
	t = t.meant()
	if t.expr.Kind() == ast.IdentKind && t.named() == nil && d.isLet(t.expr.AsIdent()) {
		return &Need{Op: unresolved, let: t.expr.AsIdent(), concept: true, Codes: codes}
	}
	if t.expr.Kind() != ast.SelectKind || t.expr.AsSelect().IsTestOnly() {
		return t.always()
	}
	holder, field := t.part(t.expr.AsSelect().Operand()).meant(), t.expr.AsSelect().FieldName()
	of := d.typeOf(holder.expr).TypeName()
	if field != codeField(of) || !d.typeOf(t.expr).IsExactType(conceptType) {
		return t.always()
	}
	if holder.is(d.scope.Focus) {
		return &Need{Op: Focus, Codes: codes}
	}
	if view, ok := viewOf[of]; ok && holder.named() != nil {
		return &Need{Op: Entry, View: view, Codes: codes}
	}
	return t.always()
}

// codeField is the field of a resource by which the chart indexes it.
func codeField(of string) string {
	switch {
	case isMedication(of):
		return "drug"
	case of == "Immunization":
		return "vaccineCode"
	}
	return "code"
}

// viewOf are the lists of the chart that loops go through.
var viewOf = map[string]chart.View{
	"MedicationUse": chart.Medications, "MedicationRequest": chart.Medications, "MedicationStatement": chart.Medications,
	"MedicationDispense": chart.Medications, "MedicationAdministration": chart.Medications,
	"AllergyIntolerance": chart.Allergies, "Condition": chart.Conditions, "Procedure": chart.Procedures, "Immunization": chart.Immunizations,
}

// codesOf tells which codes a term names.
func (d *derivation) codesOf(t term) (CodesRef, bool) {
	t = t.meant()
	switch t.expr.Kind() {
	case ast.IdentKind:
		name := t.expr.AsIdent()
		if t.named() != nil {
			return CodesRef{}, false
		}
		if d.isLet(name) {
			return CodesRef{let: name}, true
		}
		named, ok := d.scope.Names.Codes[name]
		if param, open := named.val.(codesParam); open {
			return CodesRef{param: param.n + 1}, true
		}
		return CodesRef{set: named.Set}, ok && named.Set.Len() > 0
	case ast.SelectKind:
		sel := t.expr.AsSelect()
		if d.scope.Table == nil || sel.IsTestOnly() || !t.part(sel.Operand()).is(d.scope.Row) {
			return CodesRef{}, false
		}
		column := d.scope.Table.Column(sel.FieldName())
		return CodesRef{column: column}, column >= 0 && d.scope.Table.Types[column] == "codes"
	}
	return CodesRef{}, false
}

// ofField derives the need of a field: a param, a list of the patient, whether an element is current.
func (d *derivation) ofField(t term, w way) *Need {
	if v, ok := d.constant(t); ok {
		return literalNeed(t, v, w)
	}
	sel := t.expr.AsSelect()
	if sel.IsTestOnly() || w != mayBeOpen {
		return t.always()
	}
	holder := t.part(sel.Operand()).meant()
	if holder.is("patient") {
		for _, list := range patientLists {
			if list.name == sel.FieldName() && list.kind != chart.Observation {
				return &Need{Op: Open, List: List{Of: list.of}}
			}
		}
	}
	if view, ok := viewOf[d.typeOf(holder.expr).TypeName()]; ok && sel.FieldName() == "current" && holder.named() != nil {
		return &Need{Op: Unsure, Kind: view.Kind()}
	}
	if holder.is(d.scope.Row) {
		return never
	}
	return t.always()
}

// A question is what a function asks of a list of the chart, by code.
type question struct {
	views []chart.View
	lists []List
	way   way // that needs the codes; as an unknown does
}

var (
	currentMedications = List{Of: "MedicationUse", Current: true}
	allMedications     = List{Of: "MedicationUse"}
	currentAllergies   = List{Of: "AllergyIntolerance", Current: true}
)

// questions are the functions of the patient that take codes.
var questions = map[string]question{
	"takes":         {[]chart.View{chart.Taken}, []List{currentMedications}, mayHold},
	"startedWithin": {[]chart.View{chart.Taken}, []List{currentMedications}, mayHold},
	"took":          {[]chart.View{chart.Used}, []List{allMedications}, mayHold},
	"tookSince":     {[]chart.View{chart.Used}, []List{allMedications}, mayHold},
	"held":          {[]chart.View{chart.Used}, []List{allMedications}, mayHold},
	"allergicTo":    {[]chart.View{chart.DrugAllergies}, []List{currentAllergies}, mayHold},
	"has":           {[]chart.View{chart.Problems}, []List{{Of: "Condition", Current: true}}, mayHold},
	"had":           {[]chart.View{chart.Conditions, chart.Procedures}, []List{{Of: "Condition"}, {Of: "Procedure"}}, mayHold},
	"hasResult":     {[]chart.View{chart.Results}, []List{{Of: "Observation"}}, mayHold},
	"taking":        {[]chart.View{chart.Taken}, []List{currentMedications}, mayHave},
	"taken":         {[]chart.View{chart.Medications}, []List{allMedications}, mayHave},
	"allergiesTo":   {[]chart.View{chart.DrugAllergies}, []List{currentAllergies}, mayHave},
}

// ofFunction derives the need of a question to the patient's lists.
func (d *derivation) ofFunction(t term, name string, args []ast.Expr, w way) *Need {
	if !t.expr.AsCall().IsMemberFunction() || !t.part(args[0]).is("patient") {
		return t.always()
	}
	if of, ok := strings.CutPrefix(name, "resources_"); ok && of != "Observation" && w == mayBeOpen {
		return &Need{Op: Open, List: List{Of: of}}
	}
	q, ok := questions[name]
	if !ok || w != q.way && w != mayBeOpen {
		return t.always()
	}
	codes, ok := d.codesOf(t.part(args[1]))
	if !ok || slices.ContainsFunc(args[2:], func(e ast.Expr) bool { return !d.fixed(t.part(e)) }) {
		return t.always()
	}
	var parts []*Need
	for _, view := range q.views {
		parts = append(parts, &Need{Op: Entry, View: view, Codes: codes})
	}
	for _, list := range q.lists {
		parts = append(parts, &Need{Op: Open, List: list})
	}
	return some(parts...)
}

// spans are the functions whose value is known if their argument is: a wrong one is a mistake of the rule.
var spans = []string{"years", "months", "weeks", "days", "hours", "minutes", "date"}

// fixed reports whether a term is neither unknown nor an error, whatever the data.
func (d *derivation) fixed(t term) bool {
	t = t.meant()
	switch t.expr.Kind() {
	case ast.IdentKind:
		return t.is("now")
	case ast.ListKind:
		return !slices.ContainsFunc(t.expr.AsList().Elements(), func(e ast.Expr) bool { return !d.fixed(t.part(e)) })
	case ast.SelectKind:
		sel := t.expr.AsSelect()
		if !sel.IsTestOnly() && t.part(sel.Operand()).is(d.scope.Row) {
			return true
		}
	case ast.CallKind:
		name, args := t.expr.AsCall().FunctionName(), operands(t.expr)
		if slices.Contains(spans, name) && len(args) == 1 {
			_, ok := d.constant(t.part(args[0]))
			return ok
		}
		if name == operators.Subtract || name == operators.Add {
			return t.part(args[0]).is("now") && d.typeOf(args[1]).IsExactType(spanType) && d.fixed(t.part(args[1]))
		}
		return false
	}
	_, ok := d.constant(t)
	return ok
}
