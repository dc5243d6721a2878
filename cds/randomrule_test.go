package cds_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A randomRule writes rules that need codes in every way there is, on either side of every operator.
type randomRule struct {
	*rand.Rand
	focus string // the type it is for, "" for none
	table bool   // it is asked for each row
	lets  []randomLet
	loops int // deep
}

// A randomLet is a let that was written, with its type.
type randomLet struct{ name, of string }

func (r *randomRule) pick(of ...string) string { return of[r.IntN(len(of))] }

// oneIn is true once in n times.
func (r *randomRule) oneIn(n int) bool { return r.IntN(n) == 0 }

var randomFoci = []string{"", "", "MedicationRequest", "MedicationRequest", "MedicationRequest", "MedicationUse", "MedicationStatement",
	"AllergyIntolerance", "Condition", "Procedure", "Immunization", "Observation", "ServiceRequest", "Medication"}

var randomHooks = []string{"", "", "", "[patient-view]", "[order-sign, order-select]", "[allergyintolerance-create, patient-view]"}

// rule writes a whole rule.
func (r *randomRule) rule(id int) string {
	r.focus, r.table, r.lets, r.loops = r.pick(randomFoci...), r.oneIn(2), nil, 0
	var b strings.Builder
	fmt.Fprintf(&b, "  - id: r%d\n", id)
	if r.table {
		b.WriteString("    each: {row: pairs}\n")
	}
	if r.focus != "" {
		fmt.Fprintf(&b, "    for: {x: %s}\n", r.focus)
	}
	if hooks := r.pick(randomHooks...); hooks != "" {
		fmt.Fprintf(&b, "    hooks: %s\n", hooks)
	}
	if r.oneIn(2) {
		fmt.Fprintf(&b, "    once: %s\n", r.pick("one", "other"))
	}
	if r.oneIn(8) {
		b.WriteString("    status: shadow\n")
	}
	if n := r.IntN(4); n > 0 {
		b.WriteString("    let:\n")
		for i := range n {
			r.let(&b, fmt.Sprintf("l%d", i))
		}
	}
	when := r.condition(3)
	if r.oneIn(3) {
		when = r.usual()
	}
	fmt.Fprintf(&b, "    when: %q\n", when)
	fmt.Fprintf(&b, "    card: {indicator: %s, summary: It holds}\n", r.pick("info", "warning"))
	return b.String()
}

// usual is a condition as most rules have it: a code of the focus, and something beside it.
func (r *randomRule) usual() string {
	focus, a, b := r.concept(), r.drugs(), r.drugs()
	if focus == "" {
		return r.question() + " && " + r.atom(1)
	}
	switch r.IntN(4) {
	case 0:
		return "(" + focus + " in " + a + " && patient.takes(" + b + ")) || (" + focus + " in " + b + " && patient.takes(" + a + "))"
	case 1:
		return focus + " in " + r.codes() + " && (" + r.question() + " || " + r.question() + ")"
	case 2:
		return focus + " in " + a + " && " + r.atom(1)
	}
	return focus + " in " + r.codes() + " && " + r.question()
}

func (r *randomRule) let(b *strings.Builder, name string) {
	of := r.pick("bool", "bool", "bool", "uses", "conditions", "codes", "concept")
	text := ""
	switch of {
	case "bool":
		text = r.condition(2)
	case "uses":
		text = r.uses(2)
	case "conditions":
		text = r.conditions(2)
	case "codes":
		text = r.codes()
	case "concept":
		if text = r.concept(); text == "" {
			of, text = "bool", r.condition(2)
		}
	}
	fmt.Fprintf(b, "      %s: %q\n", name, text)
	r.lets = append(r.lets, randomLet{name, of})
}

// letOf is the name of a let of a type; "" if there is none, or for a change.
func (r *randomRule) letOf(of string) string {
	for _, l := range r.lets {
		if l.of == of && r.oneIn(2) {
			return l.name
		}
	}
	return ""
}

func (r *randomRule) condition(depth int) string {
	if depth == 0 || r.oneIn(5) {
		return r.atom(depth)
	}
	a, b := r.condition(depth-1), r.condition(depth-1)
	switch r.IntN(12) {
	case 0:
		return "!(" + a + ")"
	case 1:
		return "!(!(" + a + ") " + r.pick("||", "&&") + " !(" + b + "))"
	case 2, 3, 4:
		return "(" + a + " || " + b + ")"
	case 5:
		return "(" + a + " ? " + b + " : " + r.condition(depth-1) + ")"
	case 6:
		return "(" + a + " " + r.pick("== true", "!= false", "== false", "!= true") + ")"
	case 7:
		return r.bound(a, b)
	default:
		return "(" + a + " && " + b + ")"
	}
}

// bound names a part by cel.bind, once or twice, or a part of a part.
func (r *randomRule) bound(a, b string) string {
	name := fmt.Sprintf("b%d", r.IntN(1_000_000))
	switch r.IntN(4) {
	case 0:
		return "cel.bind(" + name + ", " + a + ", " + name + " " + r.pick("&&", "||") + " " + b + ")"
	case 1:
		return "cel.bind(" + name + ", " + a + ", " + b + " ? " + name + " : !" + name + ")"
	case 2:
		return "cel.bind(" + name + ", " + r.codes() + ", patient.takes(" + name + ") || patient.has(" + name + "))"
	default:
		return "cel.bind(" + name + ", " + r.uses(1) + ", size(" + name + ") > 0 && " + name + ".exists(m, m.drug in " + r.codes() + "))"
	}
}

func (r *randomRule) codes() string {
	if name := r.letOf("codes"); name != "" {
		return name
	}
	named := []string{"warfarin", "nsaids", "metformin", "mixed", "elsewhere", "penicillins", "ckd", "diabetes", "problems", "peanut", "dialysis", "vaccine"}
	if r.table {
		named = append(named, "row.a", "row.b", "row.a", "row.b", "row.c", "row.c")
	}
	return r.pick(named...)
}

func (r *randomRule) drugs() string {
	if r.oneIn(6) {
		return r.codes()
	}
	named := []string{"warfarin", "nsaids", "metformin", "mixed", "elsewhere"}
	if r.table {
		named = append(named, "row.a", "row.b", "row.a", "row.b")
	}
	return r.pick(named...)
}

func (r *randomRule) problems() string {
	if r.oneIn(6) {
		return r.codes()
	}
	named := []string{"ckd", "diabetes", "problems", "elsewhere"}
	if r.table {
		named = append(named, "row.c", "row.c")
	}
	return r.pick(named...)
}

// concept is that of the focus, or of a let; "" if there is none.
func (r *randomRule) concept() string {
	if name := r.letOf("concept"); name != "" {
		return name
	}
	switch {
	case r.focus == "":
		return ""
	case strings.HasPrefix(r.focus, "Medication") && r.focus != "Medication":
		return "x.drug"
	case r.focus == "Immunization":
		return "x.vaccineCode"
	}
	return "x.code"
}

// atom is a condition without parts; it needs codes, or nothing, or fails.
func (r *randomRule) atom(depth int) string {
	if name := r.letOf("bool"); name != "" && r.oneIn(2) {
		return name
	}
	switch concept := r.concept(); {
	case concept != "" && r.oneIn(3):
		codes := r.codes()
		if concept == "x.drug" && !r.oneIn(4) {
			codes = r.drugs()
		}
		return concept + " in " + codes
	case r.oneIn(8):
		return r.free()
	case r.oneIn(3):
		return r.loop(depth)
	}
	return r.question()
}

// free are conditions for which no code is needed, and such that fail.
func (r *randomRule) free() string {
	return r.pick("patient.gender == 'female'", "1 / size(patient.name) > 0", "1 / size(patient.conditions) > 0",
		"patient.value(egfr) < quantity(30, 'mL/min/{1.73_m2}')", "patient.value(egfr, months(12)) < quantity(30, 'mg/dL')",
		"patient.dailyDose(metformin) > quantity(700, 'mg/d')", "patient.dailyDosePerKg(metformin) > quantity(9, 'mg/kg/d')", "patient.dailyDose(nsaids) / patient.weight() < quantity(9, 'mg/kg/d')",
		"patient.medications.exists(u, u.dailyDosePerKg() > quantity(9, 'mg/kg/d'))", "patient.medications.exists(u, u.singleDosePerM2(metformin) > quantity(200, 'mg/m2'))", "true", "false", "params.strict", "params.loose", "patient.age() > years(60)",
		"patient.cha2ds2vasc() >= 3", "patient.cha2ds2vasc().with('diabetes', patient.has(diabetes)) < 2", "patient.fib4() > 2", "patient.meld('na-2016') >= 15",
		"points(patient.has(ckd), 2) + points(patient.takes(nsaids), 1) >= 2", "patient.hasBled().with('drugs', patient.takes(nsaids)) >= 3",
		"known(patient.gender)", "patient.birthDate < date('1980-01')", "size(patient.medications) > 1",
		"context.encounterId == 'e1'", "has(context.userId)", "context.?userId.orValue('') == 'Practitioner/1'")
}

// question asks a list of the patient for codes.
func (r *randomRule) question() string {
	switch r.IntN(10) {
	case 0:
		return "patient.takes(" + r.drugs() + ", " + r.pick("['oral']", "['oral', 'topical']", "[patient.gender]", "[]") + ")"
	case 1:
		return r.pick(
			"patient.took("+r.drugs()+", "+r.pick("months(6)", "days(params.days)", "years(3)")+")",
			"patient.tookSince("+r.drugs()+", "+r.pick("date('2025-09-01')", "now - months(6)", "patient.birthDate")+")",
			"patient.startedWithin("+r.drugs()+", months(2))", "patient.held("+r.drugs()+")", "patient.held("+r.drugs()+")")
	case 2, 3:
		return "patient.allergicTo(" + r.pick("penicillins", "peanut", "both", r.codes()) + ")"
	case 4, 5:
		return "patient.has(" + r.problems() + ")"
	case 6:
		return r.pick("patient.had("+r.problems()+")", "patient.had("+r.problems()+", months(12))", "patient.had(dialysis)")
	case 7:
		return "patient.hasResult(" + r.pick("egfr", "potassium", r.codes()) + ", months(12))"
	default:
		return "patient.takes(" + r.drugs() + ")"
	}
}

// loop asks the elements of a list.
func (r *randomRule) loop(depth int) string {
	if r.loops >= 2 {
		return r.question()
	}
	r.loops++
	defer func() { r.loops-- }()
	if r.oneIn(6) {
		list, size := r.pick(r.uses(1), r.conditions(1)), r.pick("size(%s)", "%s.size()")
		return fmt.Sprintf(r.pick(size+" > 0", "0 < "+size, size+" >= 1", size+" == 1", size+" != 0", size+" == 0", size+" > -1", size+" < 2", "params.days <= "+size, "1 > "+size), list)
	}
	macro := r.pick("exists", "exists", "exists", "exists", "exists_one", "all", "exists", "!all")
	name := r.pick("m", "e", "x", "order") // may hide the focus
	list, of := r.list()
	if name == "x" {
		defer func(focus string) { r.focus = focus }(r.focus)
		r.focus = of
	}
	condition := r.element(name, of, min(depth, 2))
	text := list + "." + strings.TrimPrefix(macro, "!") + "(" + name + ", " + condition + ")"
	if macro == "exists" && r.oneIn(8) {
		text = list + ".exists(i, " + name + ", " + condition + " && i >= 0)"
	}
	if macro == "!all" {
		return "!" + text
	}
	return text
}

func (r *randomRule) list() (text, of string) {
	switch r.IntN(12) {
	case 0, 1, 2:
		return r.uses(1), "MedicationUse"
	case 3, 4, 5:
		return r.conditions(1), "Condition"
	case 6, 7:
		return r.pick("patient.allergies", "patient.allergiesTo("+r.pick("penicillins", "peanut", "both", r.codes())+")"), "AllergyIntolerance"
	case 8:
		return "patient.procedures", "Procedure"
	case 9:
		return "patient.immunizations", "Immunization"
	case 10:
		return "patient.observations", "Observation"
	}
	of = r.pick("MedicationRequest", "MedicationStatement", "Condition", "AllergyIntolerance", "Observation", "ServiceRequest", "Procedure")
	return "patient.resources('" + of + "')", of
}

// uses is a list of medications.
func (r *randomRule) uses(depth int) string {
	if name := r.letOf("uses"); name != "" {
		return name
	}
	switch r.IntN(6) {
	case 0, 1:
		return r.pick("patient.taking(", "patient.taking(", "patient.taken(") + r.drugs() + ")"
	case 2:
		if depth > 0 {
			return "(" + r.uses(depth-1) + " + " + r.uses(depth-1) + ")"
		}
	case 3:
		if depth > 0 {
			return r.uses(depth-1) + ".filter(f, " + r.pick("f.current", "f.drug in "+r.drugs(), "f.current", "f.current && f.drug in "+r.drugs(), "f.status == 'active'", "!f.current", "f.setting() != 'inpatient'", "f.form() == 'Oral Tablet'") + ")"
		}
	}
	return "patient.medications"
}

func (r *randomRule) conditions(depth int) string {
	if name := r.letOf("conditions"); name != "" {
		return name
	}
	switch {
	case depth > 0 && r.oneIn(3):
		return r.conditions(depth-1) + ".filter(f, " + r.pick("f.current", "f.current", "!f.current", "f.code in "+r.problems(), "f.current && !(f.code in "+r.problems()+")", "size(f.note) > 0") + ")"
	case r.oneIn(8):
		return "(patient.gender == 'female' ? patient.conditions : " + "patient.conditions.filter(f, f.code in " + r.problems() + "))"
	}
	return "patient.conditions"
}

// element is a condition on an element of a list.
func (r *randomRule) element(name, of string, depth int) string {
	code := name + ".code in "
	codes := r.problems()
	switch of {
	case "MedicationUse", "MedicationRequest", "MedicationStatement":
		code, codes = name+".drug in ", r.drugs()
	case "Immunization":
		code, codes = name+".vaccineCode in ", r.pick("vaccine", "elsewhere")
	case "AllergyIntolerance":
		codes = r.pick("penicillins", "peanut", "both", "elsewhere")
	case "Procedure":
		codes = r.pick("dialysis", "elsewhere")
	}
	atom := code + codes
	if depth == 0 || r.oneIn(2) {
		return atom
	}
	other := r.element(name, of, depth-1)
	switch r.IntN(7) {
	case 0:
		return "!(" + atom + ")"
	case 1:
		return "(" + atom + " || " + other + ")"
	case 2:
		return "(" + name + ".current && " + other + ")"
	case 3:
		return "(" + name + ".current ? " + other + " : " + atom + ")"
	case 4:
		return "(" + atom + " && " + r.condition(0) + ")"
	case 5:
		return r.condition(0)
	}
	return "(" + atom + " && " + other + ")"
}
