package benchmark

rxnorm := "http://www.nlm.nih.gov/research/umls/rxnorm"

orders contains resource if {
	some entry in input.entry
	entry.resource.resourceType == "MedicationRequest"
	entry.resource.status == "active"
	resource := entry.resource
}

# The ids of orders by ingredient.
taken[ingredient] contains order.id if {
	some order in orders
	some coding in order.medicationCodeableConcept.coding
	coding.system == rxnorm
	ingredient := data.ingredient[coding.code]
}

daily[order.id] := sum([dose |
	some dosage in order.dosageInstruction
	dose := (dosage.doseAndRate[0].doseQuantity.value * dosage.timing.repeat.frequency) / dosage.timing.repeat.period
]) if {
	some order in orders
}

allergic contains coding.code if {
	some entry in input.entry
	entry.resource.resourceType == "AllergyIntolerance"
	entry.resource.clinicalStatus.coding[_].code == "active"
	some coding in entry.resource.code.coding
	coding.system == rxnorm
}

conditions contains coding.code if {
	some entry in input.entry
	entry.resource.resourceType == "Condition"
	entry.resource.clinicalStatus.coding[_].code == "active"
	some coding in entry.resource.code.coding
}

# The results of the last 12 months, by code: of those that a rule asks about only.
results[coding.code] contains [resource.effectiveDateTime, resource.valueQuantity.value] if {
	some entry in input.entry
	resource := entry.resource
	resource.resourceType == "Observation"
	resource.status == "final"
	some coding in resource.code.coding
	data.tests[coding.code]
	resource.effectiveDateTime > data.since
}

beyond(lab) if {
	newest := max({result | some test in lab.tests; some result in results[test]})
	crosses(lab.above, newest[1], lab.limit)
}

crosses(true, value, limit) if value > limit

crosses(false, value, limit) if value < limit

hits contains [pair.rule, id] if {
	some ingredient, ids in taken
	some pair in data.pairs[ingredient]
	some partner in pair.partners
	some other in taken[partner]
	some id in ids
	other != id
}

hits contains [class.rule, id] if {
	some ingredient, ids in taken
	some class in data.classes[ingredient]
	some allergen in class.ingredients
	allergic[allergen]
	some id in ids
}

hits contains [dose.rule, id] if {
	some ingredient, ids in taken
	some dose in data.doses[ingredient]
	some id in ids
	daily[id] > dose.limit
}

hits contains [lab.rule, id] if {
	some ingredient, ids in taken
	some lab in data.labs[ingredient]
	beyond(lab)
	some id in ids
}

hits contains [lab.rule, ""] if {
	some code in conditions
	some lab in data.problems[code]
	beyond(lab)
}
