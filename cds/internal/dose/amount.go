package dose

import (
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// A portion is what an instruction gives at once or, if it is continuous, what flows in a day.
type portion struct {
	Result
	continuous bool
	manner     string // "a patch releases its drug over time", for reasons
	piecemeal  bool   // continuous, as long as pieces follow each other
}

func (p portion) single() Result {
	if p.continuous {
		return unknown("%s, and no single dose", p.manner)
	}
	return p.Result
}

// lastsAllDay reports whether what is continuous lasts all day: an infusion if no timing is given, a patch
// if the next one does not come before a day has passed (worn all day, the upper end).
func (p portion) lastsAllDay(often ratio, reason string) bool {
	if p.piecemeal {
		return reason == "" && often.compare(ratioOf(1, 1)) <= 0
	}
	return reason == notGiven
}

// given is the dose of an instruction. Several doseAndRate state the same dose in other ways (ordered,
// calculated): the highest of those that are understood counts.
func given(i tree.Value, s *intake) portion {
	ways := i.Items("doseAndRate")
	if len(ways) == 0 {
		// Before R4 an instruction had these itself.
		ways = []tree.Value{i}
	}
	var best portion
	for n, way := range ways[:min(len(ways), maxAlternatives)] {
		p := stated(i, way, s)
		switch {
		case n == 0 || p.Known && !best.Known:
			best = p
		case p.Known && p.continuous == best.continuous:
			q, err := higher(best.Quantity, p.Quantity)
			if err != nil {
				return portion{Result: unknown("%s", err)}
			}
			best.Quantity = q
		}
	}
	return best
}

func stated(i, way tree.Value, s *intake) portion {
	if high := way.Get("doseRange", "high"); high.Exists() {
		if low := way.Get("doseRange", "low"); low.Exists() && len(unitTexts(high)) == 0 && len(unitTexts(low)) > 0 {
			return portion{Result: unknown("the upper end of the dose has no unit, unlike the lower")}
		}
		return amount(high, s)
	}
	if way.Get("doseRange").Exists() {
		return portion{Result: unknown("the dose is a range without an upper end")}
	}
	for _, key := range []string{"doseQuantity", "dose"} {
		if q := way.Get(key); q.Kind() == tree.Object {
			return amount(q, s)
		}
	}
	if r, ok := rateOf(way); ok {
		return infusion(i, r, s)
	}
	if i.Text("text") != "" || i.Text("patientInstruction") != "" {
		return portion{Result: unknown("the dose is given in words only")}
	}
	return portion{Result: unknown("no dose given")}
}

// amount is how much of the ingredient a FHIR Quantity of the drug stands for.
func amount(v tree.Value, s *intake) portion {
	value := v.Number("value")
	q, err := measure.FromFHIR(value, v.Text("comparator"), v.Text("unit"), v.Text("system"), v.Text("code"))
	switch {
	case value == "":
		return portion{Result: unknown("no dose given")}
	case err != nil:
		return portion{Result: unknown("%s", err)}
	case strings.HasPrefix(value, "-"):
		return portion{Result: unknown("a dose of %s is below zero", q)}
	}
	_, bySize := measureIn(q.Unit)
	r := s.forBody(q)
	if !r.Known {
		return portion{Result: r}
	}
	q = r.Quantity
	kind, named := pieceOf(v)
	if named && bySize {
		return portion{Result: unknown("the dose %s is not understood", q)}
	}
	if !named && q.Code != "" && (bySize || q.Unit == nil || !q.Unit.Equal(ucum.One())) {
		return portion{Result: measured(q, s)}
	}
	count, err := measure.New(value, v.Text("comparator"), "1")
	if err != nil {
		return portion{Result: unknown("%s", err)}
	}
	return pieces(kind, q, count, s)
}

// pieces is the dose of so many pieces, which the instruction writes as q.
func pieces(kind piece, q, count measure.Quantity, s *intake) portion {
	per, reason := s.per()
	if reason != "" {
		return portion{Result: unknown("the dose is %s, and %s", q, reason)}
	}
	switch {
	case kind == unnamed && tooMany(count):
		return portion{Result: unknown("the dose is %s without a unit, too many to be pieces", q)}
	case kind == drop:
		return portion{Result: unknown("the dose is %s, and the size of a drop is not known", q)}
	case per == perTime && (kind == patch || kind == unnamed):
		return released(count, s)
	case kind == patch:
		return portion{Result: unknown("the dose is %s, and how much a patch releases is not known", q)}
	case per == perPiece && (kind == solid || kind == unnamed),
		per == perActuation && kind == puff:
		return portion{Result: s.times(count)}
	}
	return portion{Result: unknown("the dose is %s, but the strength is %s", q, s.Strength)}
}

// mostPieces is how many tablets or capsules a bare number can mean. More is rather milligrams.
const mostPieces = 20

func tooMany(count measure.Quantity) bool {
	n, ok := count.Float64()
	return !ok || n > mostPieces
}

// released is what patches give in a day while they are worn.
func released(count measure.Quantity, s *intake) portion {
	p := portion{continuous: true, piecemeal: true, manner: "a patch releases its drug over time"}
	rate := measure.Of(s.Amount, s.Unit)
	q, err := measure.Mul(rate, count)
	if err == nil {
		above, _, _ := strings.Cut(s.Unit.String(), "/")
		q, err = q.To(above + "/d")
	}
	if err != nil {
		p.Result = unknown("%s", err)
		return p
	}
	p.Result = known(q)
	return p
}

// measured is the dose of a mass, an amount, units or a volume.
func measured(q measure.Quantity, s *intake) Result {
	switch code := q.UnitCode(); {
	case q.Unit == nil:
		return unknown("the unit of the dose %s is not known", q)
	case code == "U" || code == "{unit}":
		// What a prescription calls units are those of the drug's label, never of enzyme activity.
		return units(q)
	case isVolume(q.Unit):
		return volume(q, s)
	case !isDose(q.Unit):
		return unknown("the dose %s is not understood", q)
	}
	if per, reason := s.per(); reason == "" && per == perMass {
		return unknown("the dose is %s, of the drug or of the product is not said", q)
	}
	return known(q)
}

func units(q measure.Quantity) Result {
	value, err := q.In(q.UnitCode())
	if err != nil {
		return unknown("%s", err)
	}
	international, err := ucum.Parse("[iU]")
	if err != nil {
		return unknown("%s", err)
	}
	return known(measure.Of(value, international))
}

func volume(q measure.Quantity, s *intake) Result {
	per, reason := s.per()
	if reason != "" {
		return unknown("the dose is %s, and %s", q, reason)
	}
	if per != perVolume {
		return unknown("the dose is %s, but the strength is %s", q, s.Strength)
	}
	_, below, _ := strings.Cut(s.Unit.String(), "/")
	value, err := q.In(below)
	if err != nil {
		return unknown("%s", err)
	}
	return s.times(measure.Of(value, ucum.One()))
}

func isVolume(u *ucum.Unit) bool { return comparable(u, "L") }

// doses are units of each kind in which drugs are measured: masses, amounts of substance, radioactivity,
// and what biological drugs are standardised to.
var doses = []string{"g", "mol", "[iU]", "[arb'U]", "[USP'U]", "[AU]", "[BAU]", "[PFU]", "[CFU]", "[Lf]", "[IR]", "Bq"}

func isDose(u *ucum.Unit) bool {
	return slices.ContainsFunc(doses, func(code string) bool { return comparable(u, code) })
}

func comparable(u *ucum.Unit, code string) bool {
	v, err := ucum.Parse(code)
	return err == nil && u.Comparable(v)
}

// perDay is a dose so many times a day.
func perDay(r Result, often ratio) Result {
	if !r.Known {
		return r
	}
	day, err := ucum.Parse("d")
	if err != nil {
		return unknown("%s", err)
	}
	q, err := scaled(r.Quantity, often)
	if err == nil {
		q, err = measure.Div(q, measure.Of(apd.New(1, 0), day))
	}
	if err != nil {
		return unknown("%s", err)
	}
	return known(q)
}

// scaled multiplies before it divides: 1000 mg × 24 h / 8 h is exact.
func scaled(q measure.Quantity, factor ratio) (measure.Quantity, error) {
	up, down, err := factor.parts()
	if err != nil {
		return q, err
	}
	if q, err = q.Scale(up); err != nil || down == nil {
		return q, err
	}
	return measure.Div(q, measure.Of(down, ucum.One()))
}

// perPeriod is the daily dose that a Ratio of a dose and a time allows.
func perPeriod(ratio tree.Value, s *intake) Result {
	p := amount(ratio.Get("numerator"), s)
	period, ok := days(ratio.Get("denominator"))
	switch {
	case p.continuous:
		return p.single()
	case !ok:
		return unknown("the time of the maximum dose is not understood")
	}
	return perDay(p.Result, period.inverse())
}
