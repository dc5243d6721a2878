package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/tree"
)

func routeClass(e *chart.Entry) (string, bool) {
	form := ""
	if e.Concept.Drug != nil {
		form = e.Concept.Drug.Form
	}
	class := dose.RouteClass(routeOf(e), form)
	return class, class != ""
}

func routeOf(e *chart.Entry) tree.Value {
	v := dosage(e)
	if first := v.Get("0"); first.Exists() {
		v = first
	}
	return v.Get("route")
}

func routeClassOf(ev *Eval, args []ref.Val) ref.Val {
	e := args[0].(*node).entry
	class, known := routeClass(e)
	if !known {
		return ev.unknownAt(e, "dosageInstruction.route", "not in the record")
	}
	ev.readEntry(e, "dosageInstruction.route", class)
	return types.String(class)
}

// localClasses are the classes of routes on which a drug acts where it is put.
var localClasses = []string{"topical", "ophthalmic", "otic"}

// systemicRoute stands for all classes of routes but those.
const systemicRoute = "systemic"

// givenOn reports whether a medication is given on one of some routes; "" stands for systemicRoute. One whose
// route is not known may be.
func givenOn(ev *Eval, args []ref.Val) ref.Val {
	e, wanted := args[0].(*node).entry, string(args[1].(types.String))
	class, known := routeClass(e)
	if known {
		ev.readEntry(e, "dosageInstruction.route", class)
	}
	if wanted == "" {
		wanted = systemicRoute
	}
	on := !known
	for name := range strings.SplitSeq(wanted, ";") {
		name = strings.TrimSpace(name)
		if name != systemicRoute && !slices.Contains(routeClasses, name) {
			return ev.fail(fmt.Errorf("there is no route %q: expected systemic or one of %s", name, strings.Join(routeClasses, ", ")))
		}
		on = on || class == name || name == systemicRoute && !slices.Contains(localClasses, class)
	}
	return types.Bool(on)
}
