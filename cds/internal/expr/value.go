package expr

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/temporal"
	"github.com/primum-cds/primum/cds/terminology"
)

// The vocabulary's own types, by the names that authors read in errors.
var (
	quantityType = types.NewObjectType("Quantity")
	conceptType  = types.NewObjectType("Concept")
	codingType   = types.NewObjectType("Coding")
	dateType     = types.NewOpaqueType("Date")
	spanType     = types.NewOpaqueType("Span")
	ageType      = types.NewOpaqueType("PatientAge")
	codesType    = types.NewOpaqueType("Codes")
	patientType  = types.NewObjectType("Patient")
	useType      = types.NewObjectType("MedicationUse")
	allergyType  = types.NewObjectType("AllergyIntolerance")
)

// opaque gives a value the parts of ref.Val that none of ours has a use for: they are compared and
// converted by functions that know the evaluation, never by CEL itself.
type opaque struct{}

func (opaque) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("cannot be converted to %v", t)
}
func (opaque) ConvertToType(ref.Type) ref.Val { return noConversion }
func (opaque) Equal(ref.Val) ref.Val {
	return types.NewErr("values of this type cannot be compared here")
}

// origin is where a value was read; the zero origin is "computed".
type origin struct {
	entry *chart.Entry
	path  string
}

type quantityVal struct {
	opaque
	q    measure.Quantity
	node *node // the FHIR Quantity it was read from; nil if computed
	// parts are what is missing from a sum that is at least this.
	parts []Missing
}

func (quantityVal) Type() ref.Type { return quantityType }
func (v quantityVal) Value() any   { return v }

type dateVal struct {
	opaque
	d      temporal.Date
	origin origin
	moved  bool // away from the one that was read
}

func (dateVal) Type() ref.Type { return dateType }
func (v dateVal) Value() any   { return v }

type spanVal struct {
	opaque
	s temporal.Span
}

func (spanVal) Type() ref.Type { return spanType }
func (v spanVal) Value() any   { return v }

// elapsedVal is a Span between two dates, known as well as they are.
type elapsedVal struct {
	opaque
	e      temporal.Elapsed
	origin origin
}

func (elapsedVal) Type() ref.Type { return spanType }
func (v elapsedVal) Value() any   { return v }

type ageVal struct {
	opaque
	a      temporal.Age
	origin origin
}

func (ageVal) Type() ref.Type { return ageType }
func (v ageVal) Value() any   { return v }

type codesVal struct {
	opaque
	set   *terminology.Set
	name  string
	molar *apd.Decimal // grams per mole; nil if not stated
}

func (codesVal) Type() ref.Type { return codesType }
func (v codesVal) Value() any   { return v }

type conceptVal struct {
	opaque
	concept *chart.Concept
	node    *node // the CodeableConcept or Coding; nil if there is none
	origin  origin
	typ     *types.Type
}

func (v conceptVal) Type() ref.Type { return v.typ }
func (v conceptVal) Value() any     { return v }

// Display writes a value as a person reads it in a card or as evidence.
func Display(v ref.Val) string {
	switch v := v.(type) {
	case quantityVal:
		return v.q.String()
	case dateVal:
		return v.d.String()
	case spanVal:
		return v.s.String()
	case elapsedVal:
		return v.e.String()
	case scoreVal:
		return v.String()
	case ageVal:
		return v.a.String()
	case codesVal:
		return v.name
	case conceptVal:
		return v.concept.Display
	case types.String:
		return string(v)
	case types.Double:
		return strconv.FormatFloat(float64(v), 'f', -1, 64)
	case types.Bool:
		if v {
			return "yes"
		}
		return "no"
	case *listVal:
		return displayList(v)
	case *node:
		return v.display()
	case *types.Unknown:
		return "not known"
	case *types.Err:
		return v.String()
	case *types.Optional:
		if !v.HasValue() {
			return "not known"
		}
		return Display(v.GetValue())
	}
	if l, ok := v.(interface{ Size() ref.Val }); ok {
		return displayCEL(v, l.Size())
	}
	return fmt.Sprint(v.Value())
}

const shownItems = 20

func displayList(l *listVal) string {
	if len(l.items) == 0 {
		if l.open != nil {
			return "not known"
		}
		return "none"
	}
	parts := make([]string, 0, min(len(l.items), shownItems))
	for i, item := range l.items {
		if i == shownItems {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, Display(item))
	}
	return strings.Join(parts, ", ")
}

func displayCEL(v ref.Val, size ref.Val) string {
	n, ok := size.(types.Int)
	list, isList := v.(interface{ Get(ref.Val) ref.Val })
	if !ok || !isList || v.Type() != types.ListType {
		return fmt.Sprint(v.Value())
	}
	var parts []string
	for i := types.Int(0); i < n && i < shownItems; i++ {
		parts = append(parts, Display(list.Get(i)))
	}
	return strings.Join(parts, ", ")
}
