// Package terminology knows codes: the code systems that rules and records name, sets of codes, and which
// ingredients a drug holds.
//
// Three types do the work. A Library holds code systems with their hierarchies, value sets and concept maps:
// FHIR resources from files, and whatever is added to it, as a file of package store or an own CodeSystem.
// It expands value sets, lists descendants, and tells what a code is mapped to. Drugs knows what a drug's
// code, its NDC or its name stands for: ingredients, strengths, form; ShippedDrugs has those of this
// package, package store those of an own release of RxNorm. An Interner numbers codes, and a Set is a set
// of these numbers: what rules ask while they are evaluated.
//
// Codes are interned when rules are loaded, so that asking whether a code is in a set is a lookup of a
// number. Everything here is read-only once built and safe for concurrent use; only an Interner and a Library
// are built step by step, by one goroutine.
//
// The drugs that ship are facts of RxNorm's Current Prescribable Content of October 2025. This product
// uses publicly available data from the U.S. National Library of Medicine (NLM), National Institutes of
// Health, Department of Health and Human Services; NLM is not responsible for the product and does not
// endorse or recommend this or any other product.
package terminology
