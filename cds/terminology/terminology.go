// Package terminology knows codes: the code systems that rules and records name, sets of codes, and which
// ingredients a drug holds.
//
// Codes are interned when rules are loaded, so that asking whether a code is in a set is a lookup of a
// number. Everything here is read-only once built and safe for concurrent use; only an Interner is built
// step by step, by one goroutine.
//
// The drugs that ship are facts of RxNorm's Current Prescribable Content of October 2025. This product
// uses publicly available data from the U.S. National Library of Medicine (NLM), National Institutes of
// Health, Department of Health and Human Services; NLM is not responsible for the product and does not
// endorse or recommend this or any other product.
package terminology
