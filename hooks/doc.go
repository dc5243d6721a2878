// Package hooks speaks CDS Hooks over HTTP, version 2.0 with what 3.0 adds in a form that a client of 2.0 passes over.
//
//	handler, err := hooks.New(engine, hooks.Config{})
//	http.ListenAndServe("127.0.0.1:8080", handler)
//
// A Handler offers a service for each hook at which its engine has rules, decodes what clients send, also
// where they make something of their own of the specification, asks the rules, and answers in cards. Who may
// call, where missing data comes from, and where feedback goes are its Config's Authenticator, Fetcher and
// Feedback: packages auth, fetch and feedback have them.
//
// Hooks that are not in the CDS Hooks library are those that the engine's packs declare: a service for each, whose
// context is checked against the declaration.
//
// # What is prefetched
//
// What rules read is derived from them when they are compiled (cds.Engine.Reads). RuleTemplates makes of it the
// fewest templates for the version of CDS Hooks that a client is known to understand (Client.Templates): 2.0, or 3.0,
// where observations are fetched as far back as rules look. Discovery gives each client its own, and its calls are
// understood by them; who is not known is a client of 2.0. A rule that reads what no template and no field of the
// context brings is an error, with its place, before anything is served. Lint says what is wrong with templates that
// were written by hand.
//
// What came for a template supplies what the template asked, and no more: null and an empty searchset that there
// is nothing; an OperationOutcome, a key that is not there and a Bundle of which there are more pages that nobody
// knows what else there is.
//
// # What is answered
//
// Cards are of findings, critical ones first, and then of what could not be decided. Findings whose cards read
// the same in every part are one card that names all of their rules and orders; others are never merged, but at
// patient-view, where all that is not critical is one card with each finding in full. What could not be decided of
// one order, or at patient-view of the patient, is one card with each check and what was missing for it. Where a client
// takes fewer cards, the least urgent are left out. A card's extension names
// rule, row, pack, version and evidence ("io.github.primum-cds.findings", "io.github.primum-cds.undecided") and the
// orders it is about ("davinci-crd.associated-resource"). The response's extension "io.github.primum-cds.report"
// tells what no card tells: rules that were not decided, failed or came too late, resources that could not be screened, how many
// cards are hidden and why, and what was odd in the request.
//
// Where the deadline passes while rules are asked, what was found until then is answered, and a last card, which no limit
// leaves out, says which rules were not asked; where nothing was found there is no answer.
//
// Actions of the cards of rules that hold are system actions, for clients that take them (Client.SystemActions), also where
// a card is not shown, or not again. What several rules add to a resource is one update of it, with the whole resource.
//
// What is not shown, and why, is a Reason. What is critical is always shown at order-sign, and to every client.
//
// A draft without an id is named by the fullUrl of its entry. Where it has none, no action can name it: the
// suggestion is left out, and the card's text says that it has to be done by hand.
//
// # What is refused
//
// Every refusal has an OperationOutcome as its body, but for 401, which has none:
//
//	400  the body is no JSON, or the context lacks what its hook requires: the field is named, and what was expected
//	404  there is no such service, or it takes no feedback
//	405  another method; Allow says which
//	412  nothing was decided, and nothing was prefetched or fetched to decide on: each key is named, and why it is lacking
//	413  the body is too long
//	415  the body is compressed
//	500  the service failed; what of is in its log only
//	503  there was no answer in time, nothing having been found until then
package hooks
