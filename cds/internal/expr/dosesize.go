package expr

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/dose"
	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/terminology"
)

// sizes are the weight and the surface of the patient that doses go by, as far as they are known, and what is
// missing. Reading them is evidence only if told is true.
func (p *provider) sizes(ev *Eval, by dose.Size, told bool) (body dose.Body, missing []Missing) {
	if !told {
		muted := ev.muted
		ev.Mute(true)
		defer ev.Mute(muted)
	}
	c := &calculation{p: p, ev: ev, patient: ev.patient(p)}
	for _, s := range []struct {
		by   dose.Size
		read func(*calculation) (ref.Val, ref.Val)
		to   *measure.Quantity
	}{{dose.ByWeight, (*calculation).weight, &body.Weight}, {dose.BySurface, (*calculation).bsa, &body.Surface}} {
		if by&s.by == 0 {
			continue
		}
		q, lacking := c.above(s.read)
		*s.to = q
		missing = append(missing, lacking...)
	}
	return body, missing
}

// above is a size of the body that can be multiplied by: one value above 0.
func (c *calculation) above(read func(*calculation) (ref.Val, ref.Val)) (measure.Quantity, []Missing) {
	v, missing := read(c)
	f, missing := c.float(v, missing)
	switch missing := missing.(type) {
	case nil:
	case *types.Unknown:
		return measure.Quantity{}, c.ev.missingOf(missing)
	default:
		return measure.Quantity{}, []Missing{{Resource: c.patient.resource(), Reason: fmt.Sprint(missing.Value())}}
	}
	if f <= 0 {
		m := Missing{Reason: Display(v) + " is not above 0"}
		if o := originOf(v); o.entry != nil {
			m.Resource, m.Path = o.entry.Ref(), o.path
		}
		return measure.Quantity{}, []Missing{m}
	}
	return v.(quantityVal).q, nil
}

// sizeOf is one of the sizes of a body.
func sizeOf(body dose.Body, size dose.Size) measure.Quantity {
	if size == dose.BySurface {
		return body.Surface
	}
	return body.Weight
}

// lacking is what is missing of a dose that is not known.
func (p *provider) lacking(ev *Eval, e *chart.Entry, v *doseValue) []Missing {
	if v.lacks != 0 {
		if _, missing := p.sizes(ev, v.lacks, false); len(missing) > 0 {
			return missing
		}
	}
	return []Missing{{Resource: e.Ref(), Path: "dosageInstruction", Reason: v.reason}}
}

// per is a dose of so much of the body, for each kg or m2 of it: 15 mg/kg/d.
func (v *doseValue) per(size dose.Size) *doseValue {
	if size == 0 || v.quantity.IsZero() {
		return v
	}
	unit := "/kg"
	if size == dose.BySurface {
		unit = "/m2"
	}
	above, below, _ := strings.Cut(v.quantity.UnitCode()+"/", "/")
	q, err := measure.Div(v.quantity, sizeOf(dose.Each(size), size))
	if err == nil {
		q, err = q.To(strings.TrimSuffix(above+unit+"/"+below, "/"))
	}
	if err != nil {
		return &doseValue{reason: err.Error(), by: v.by}
	}
	v.quantity = q
	return v
}

func setOf(args []ref.Val) *terminology.Set {
	if len(args) < 2 {
		return nil
	}
	return args[1].(codesVal).set
}

// doseIn is the dose that a medication gives the patient.
func (p *provider) doseIn(d dosing) impl {
	return func(ev *Eval, args []ref.Val) ref.Val {
		return p.told(ev, doseKey{entry: args[0].(*node).entry, set: setOf(args), dosing: d})
	}
}

// told is the value of a dose, read as evidence together with the size of the body that it goes by.
func (p *provider) told(ev *Eval, key doseKey) ref.Val {
	found := p.doseOf(ev, key)
	value := found.value
	switch {
	case found.reason != "" && found.quantity.IsZero():
		return ev.unknowns(p.lacking(ev, key.entry, found))
	case found.reason != "":
		value = quantityVal{q: found.quantity, parts: p.lacking(ev, key.entry, found)}
	case value == nil:
		value = quantityVal{q: found.quantity}
		found.value = value
	}
	ev.readValue(key.entry, "dosageInstruction", value)
	p.readSizes(ev, key, found)
	return value
}

// readSizes makes the size of the body evidence of a dose that goes by it.
func (p *provider) readSizes(ev *Eval, key doseKey, v *doseValue) {
	if by := v.by & (dose.ByWeight | dose.BySurface); by != 0 && key.per == 0 && !ev.muted {
		p.sizes(ev, by, true)
	}
}

// dosePer is a dose for each kg of the patient's weight, or m2 of the surface, in the first of the units that it
// converts to. One that is given so needs no patient; else it is the patient's dose, divided.
func (p *provider) dosePer(d dosing, size dose.Size, units ...string) impl {
	read := (*calculation).weight
	if size == dose.BySurface {
		read = (*calculation).bsa
	}
	return func(ev *Eval, args []ref.Val) ref.Val {
		key := doseKey{entry: args[0].(*node).entry, set: setOf(args), dosing: d}
		if p.givenPer(ev, key, size) {
			key.per = size
			return inFirst(p.told(ev, key), units)
		}
		whole := p.told(ev, key)
		if types.IsUnknownOrError(whole) {
			return whole
		}
		body, missing := read(&calculation{p: p, ev: ev, patient: ev.patient(p)})
		if missing != nil {
			return missing
		}
		out := arithmetic(operators.Divide)(ev, []ref.Val{whole, body})
		if q, ok := out.(quantityVal); ok {
			q.parts = whole.(quantityVal).parts
			out = q
		}
		return inFirst(out, units)
	}
}

// givenPer reports whether a dose is to be read for each kg or m2: all of it is given so, or a part of it and how
// many they are is not known.
func (p *provider) givenPer(ev *Eval, key doseKey, size dose.Size) bool {
	by := p.doseOf(ev, key).by
	if by&size == 0 || by == size {
		return by == size
	}
	_, missing := p.sizes(ev, size, false)
	return len(missing) > 0
}

// inFirst converts a Quantity to the first of the units that it can be; anything else stays.
func inFirst(v ref.Val, units []string) ref.Val {
	q, ok := v.(quantityVal)
	if !ok {
		return v
	}
	for _, unit := range units {
		if converted, err := q.q.To(unit); err == nil {
			q.q = converted
			return q
		}
	}
	return q
}
