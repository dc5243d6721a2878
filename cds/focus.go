package cds

import (
	"slices"

	"github.com/primum-cds/primum/cds/internal/chart"
	"github.com/primum-cds/primum/cds/internal/kleene"
)

// medicationTypes are what `for: {x: MedicationUse}` asks about.
var medicationTypes = []string{"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}

// foci returns what rules for a type are asked about, one after the other: nil for once, without a focus.
//
// What an order hook brings is orders: a rule for another type is not asked. Other hooks review what
// they bring, or each current resource of the rule's type.
func (e *evaluation) foci(of string) []*chart.Entry {
	if of == "" {
		return []*chart.Entry{nil}
	}
	if found, ok := e.byType[of]; ok {
		return found
	}
	kinds := []string{of}
	if of == "MedicationUse" {
		kinds = medicationTypes
	}
	var all []*chart.Entry
	for _, kind := range kinds {
		all = append(all, e.record.chart.OfType(kind)...)
	}
	brought := slices.DeleteFunc(slices.Clone(all), func(entry *chart.Entry) bool { return !e.brought(entry) })
	hook, _ := HookByName(e.review.Hook)
	if !hook.Orders && len(brought) == 0 {
		brought = slices.DeleteFunc(all, func(entry *chart.Entry) bool { return entry.Current.Truth == kleene.False })
	}
	e.byType[of] = brought
	return brought
}

// brought reports whether an entry is what the hook brings for review. An order not to do something, or a
// draft that was cancelled, proposes nothing.
func (e *evaluation) brought(entry *chart.Entry) bool {
	if entry.JSON.GetBool("doNotPerform") || entry.Draft && entry.Current.Truth == kleene.False {
		return false
	}
	if e.review.Focus == nil {
		hook, known := HookByName(e.review.Hook)
		return known && hook.Focus != "" && entry.Draft
	}
	return slices.Contains(e.review.Focus, entry.Ref())
}
