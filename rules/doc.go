// Package rules reads rule files: YAML with CEL in it, and CSV tables, into packs that cds.New compiles.
//
//	packs, err := rules.Load("my-rules")       // or rules.Embedded()
//	engine, err := cds.New(packs)
//
// # Packs
//
// A pack is a folder of rules that is versioned and reviewed as one:
//
//	renal/
//	  pack.yaml             name, version, title, publisher, licence, developer, funding, released, reviewed, hooks
//	  metformin.yaml        rule files: any number, any names
//	  interactions.csv      tables
//	  metformin_test.yaml   tests
//
// All its files share codes, params and tables, and names and ids are unique among them. Without a
// pack.yaml, files with the same `pack:` are one pack. Folders named testdata, or with a name that begins
// with "." or "_", are not searched.
//
// # Rule files
//
// A rule file is one YAML document with these keys, none of them required but pack (which pack.yaml can
// give):
//
//	pack: renal-dosing
//	hooks:                                                   # of your own: see Hooks
//	  org.example.discharge: {fields: {patientId: {type: id, required: true, token: true}}}
//	codes:
//	  metformin: {rxnorm: [6809]}                            # by code system
//	  ckd:       {snomed: [709044004], descendants: true}    # and all codes below
//	  nsaids:    {valueset: "http://example.org/ValueSet/nsaids"}
//	  mixed:     {codes: ["loinc|2160-0", "http://example.org/codes|7"], molar: "113.12 g/mol"}
//	params:
//	  floor: {value: 30, unit: "mL/min/{1.73_m2}", about: "eGFR below which metformin is stopped"}
//	tables:
//	  pairs: {file: interactions.csv, columns: {id: string, a: codes, b: codes}}
//	rules:
//	  - id: metformin-low-egfr
//	    title: Metformin is contraindicated when eGFR is below 30
//	    status: active                      # draft, shadow, active, retired; active if left out
//	    hooks: [order-select, order-sign]   # those of pack.yaml if left out, every hook if that has none
//	    each: {row: pairs}                  # a rule for each row of a table
//	    for: {order: MedicationRequest}     # asked for each of these under review; once if left out
//	    once: interaction                   # a word that rules which tell of the same thing share: see below
//	    let: {gfr: "patient.value(egfr, months(12))"}
//	    when: order.drug in metformin && gfr < params.floor
//	    card: {…}
//	    undecided: {…}
//	    evidence: {citation: …, strength: strong, reviewed: 2026-10-01}
//
// A rule needs id, when and card. The key of a code system is its short name (terminology.Systems).
// Codes are always the characters that were written: 0123 and 1e3 need no quotes. The strength of
// evidence is strong, moderate, weak or expert-opinion. The types of columns are string, codes, int,
// double, bool, quantity and date.
//
// Where knowledge overlaps, two rules or rows may hold for the same drugs: "SSRIs with MAO inhibitors" and
// "linezolid with SSRIs". With the same word under once, the more urgent of them is shown and the other is
// listed under suppressed, with the one that covers it: one that is at least as urgent and rests on all the
// resources that the other rests on. Of equals the one that rests on most is shown, and of those that rest on
// the same the first, by the rule's id and then by the place in the table: what is more particular stands above
// what is more general. In a review of many orders the one that names most drugs speaks for the others.
//
// A card, and the card of undecided, has these keys, of which it needs indicator and summary:
//
//	indicator: critical                 # info, warning, critical, or a template that yields one
//	summary: "Metformin with eGFR {{ gfr }}"
//	detail: |
//	  eGFR was {{ gfr }}.
//	source: {label: "FDA label, section 4", url: "https://…"}
//	links: [{label: Guideline, url: "https://…", type: smart, appContext: …, autolaunchable: true}]   # see below
//	suggestions:
//	  - label: Remove the order
//	    recommended: true
//	    actions: [{delete: order, description: …}]      # delete, create or update
//	actions: [{update: order, with: '{"extension": […]}'}]   # system actions: see below
//	override: standard                  # or a list of {code, system, display}
//
// What is created or updated is the resource as it is and what with adds: an object of JSON in which lists are added
// to the resource's, objects put together with its own, and other members take the place of its own. What stands in
// {{ }} is written as JSON has it within quotes. An action of which a part is not known is left out, and a suggestion
// with it. Actions of the card itself are done without asking, as CDS Hooks' system actions: a service returns them only
// to clients that are said to take them, whether the card is shown or not. The card of undecided has none.
//
// A link is absolute, which it is if type is left out, or the launch URL of a SMART app, which may be told something:
// appContext is a text of any kind, and where it begins as JSON does ("{" or "["), what stands in {{ }} is written as
// JSON has it within quotes. A client may open an autolaunchable link at once and show no card, so that all that the
// card says must be in what it opens: one link of a card without suggestions. The hint is sent where that card is the
// only one, and clients of CDS Hooks 2.0 pass it over.
//
// What stands in {{ }}, let, when and actions is CEL. A condition over several lines keeps its lines, so
// a // comment ends where its line does, in every style of YAML text.
//
// # The language
//
// What stands in when, let, {{ }} and actions is CEL (https://cel.dev), with every value typed: a misspelt
// field, a code outside its required value set, or a Quantity compared with a bare number is a mistake when
// the rules are read. FHIR's elements are read by their JSON names: order.dosageInstruction[0].timing,
// observation.valueQuantity. What is not in the record is unknown, and so is what depends on it; `a && b`
// is false where one of them is, `a || b` true where one of them is, whatever is unknown of the other.
//
// Types of its own: Quantity (a number with a UCUM unit), Date (perhaps partial), Span (how long),
// PatientAge, Score (see Calculators), Concept (a FHIR CodeableConcept), Codes (a name under codes), MedicationUse (what
// MedicationRequest, MedicationStatement, MedicationDispense and MedicationAdministration share).
//
// Names: patient, now, context (the fields of the hook's context: see Hooks), params, the names that for, each and let
// give, and those of codes and tables.
//
// Writing values:
//
//	quantity(int | double, string) -> Quantity     quantity(5, "mg/dL")
//	Quantity.to(string) -> Quantity                quantity(1.2, "g/L").to("mg/dL")    is 120 mg/dL
//	Quantity.value(string) -> double               quantity(1.2, "g/L").value("mg/dL") is 120.0
//	date(string) -> Date                           date("2020-05")
//	Date.within(Span) -> bool                      order.authoredOn.within(months(3))
//	years, months, weeks, days, hours, minutes(int) -> Span
//	known(any) -> bool                             known(patient.weight()): whether there is a value
//	string(Quantity | Date | Span | PatientAge | Concept | Score) -> string
//
// Quantities compare and calculate with < <= > >= == != + - * /, exactly, in whatever units convert.
// Results such as ">60" are intervals: ">60" < 30 is false, ">60" < 90 unknown. Dates compare with dates,
// move by spans, and give one when subtracted; an age compares with a span: patient.age() >= years(65).
//
// Codes:
//
//	(Concept | Coding | string) in Codes -> bool   order.drug in metformin
//	Concept.subsumes(Concept) -> bool
//	Concept.sharesIngredient(Concept) -> bool      drugs with an ingredient in common
//
// A drug is in codes by its own code or that of an ingredient. A concept of which no code is in a system
// that the codes cover is unknown, and its resource is listed as unscreened.
//
// The patient's lists, by code:
//
//	patient.takes(Codes) -> bool                   a current medication beside the order's own therapy
//	patient.takes(Codes, list(string)) -> bool     … on one of these routes: see routeClass
//	patient.taking(Codes) -> list(MedicationUse)   which ones
//	patient.took(Codes, Span) -> bool              begun or ended within a time up to now
//	patient.tookSince(Codes, Date) -> bool
//	patient.taken(Codes) -> list(MedicationUse)    all that was given, now or before, of the own therapy, too
//	patient.startedWithin(Codes, Span) -> bool     current, and begun within it
//	patient.held(Codes) -> bool                    on hold
//	patient.allergicTo(Codes) -> bool              a current allergy or intolerance
//	patient.allergiesTo(Codes) -> list(AllergyIntolerance)  which ones; an allergy whose codes tell no drug is read by
//	                                               its name, such as "Allergy to amoxicillin"
//	patient.has(Codes) -> bool                     a current condition
//	patient.had(Codes) -> bool                     a condition or procedure, now or before
//	patient.had(Codes, Span) -> bool               … within a time up to now
//	patient.latest(Codes) -> Observation           the newest usable result
//	patient.latest(Codes, Span) -> Observation     … of the last months(12), say
//	patient.value(Codes) -> Quantity               its value, or that of its component
//	patient.value(Codes, Span) -> Quantity
//	patient.hasResult(Codes, Span) -> bool         whether one has been done
//	patient.sinceResult(Codes) -> Span             how long ago: patient.sinceResult(inr) > weeks(6)
//	patient.results(Codes) -> list(Observation)    all usable ones, newest first: never known to be all
//	patient.results(Codes, Span) -> list(Observation)
//
// Whole lists, to use with exists, all, filter, map and size; each element has .current, and medications
// have .drug, .status, .route, .effective and .resourceType:
//
//	patient.medications   patient.allergies    patient.conditions
//	patient.observations  patient.procedures   patient.immunizations
//	patient.resources("ServiceRequest")            those of any type
//
// Calculations, unknown where an input is or has a unit that does not fit; laboratory values of the last
// 12 months, weight of the last 12 (under 18 years 3), height of the last 10 years (under 18 years 6 months):
//
//	patient.age() -> PatientAge
//	patient.weight() -> Quantity                   kg
//	patient.height() -> Quantity                   cm
//	patient.bmi() -> Quantity                      kg/m2
//	patient.bsa() -> Quantity                      m2 (Mosteller 1987)
//	patient.creatinineClearance(string) -> Quantity  mL/min (Cockcroft and Gault 1976), by the weight
//	                                               "actual", "ideal", "adjusted" or "auto"
//	patient.egfr() -> Quantity                     mL/min/{1.73_m2}: the reported one, else CKD-EPI 2021
//	patient.dialysis() -> bool                     a current condition, or one done in the last month
//	patient.pregnant() -> bool                     a current condition, or a status of the last 9 months
//	patient.gestationalAge() -> Span
//	patient.trimester() -> int
//	patient.lactating() -> bool
//	patient.encounterClass() -> string             of the context's encounter, or the one in progress
//
// Kidney estimates are unknown on dialysis, and when creatinine changed by half or more in 7 days.
//
// # Calculators
//
// They are calculations as well: unknown where an input is, each input in the evidence. Quantities and indexes
// are rounded to four digits. Laboratory values are the newest of the last 12 months unless it says otherwise.
//
//	patient.idealWeight() -> Quantity              kg, adults (Devine 1974)
//	patient.adjustedWeight() -> Quantity           kg: ideal + 0.4 × (actual − ideal)
//	patient.dosingWeight(string) -> Quantity       kg: "actual", "ideal", "adjusted" or "auto", as for
//	                                               creatinineClearance
//	patient.weightChoice() -> string               which of them "auto" is: adjusted from a body mass index of
//	                                               25, the lower of ideal and actual from 18.5, actual below
//	patient.correctedCalcium() -> Quantity         mg/dL: calcium + 0.8 × (4 − albumin in g/dL), of one day
//	                                               (Payne 1973, PMID 4758544)
//	patient.anionGap() -> Quantity                 mmol/L: sodium − (chloride + bicarbonate), of one day
//	patient.anionGap("albumin-corrected")          … + 2.5 × (4 − albumin in g/dL) (Figge 1998, PMID 9824071)
//	patient.qtc(string) -> Quantity                ms: "reported", or from the QT interval and the heart rate
//	                                               within an hour of it by "bazett", "fridericia",
//	                                               "framingham" or "hodges"
//	patient.fib4() -> Score                        adults; AST, ALT and platelets of one month (Sterling 2006,
//	                                               PMID 16729309)
//	patient.meld(string) -> Score                  from 12 years on; results of one month
//	                                               "i"        6.43 to 40 (Kamath 2001, PMID 11172350)
//	                                               "na-2016"  whole, to 40 (OPTN policy 9.1.D)
//	                                               "na-2008"  another formula (Kim 2008, PMID 18768945)
//	                                               "3.0"      whole, to 40 (Kim 2021, PMID 34481845)
//
// Dependence on dialysis, or one in the last 7 days, makes the creatinine of MELD 4 mg/dL, of MELD 3.0 3 mg/dL.
//
// A Score is a number without a unit, or the two ends between which it lies as far as it is known: 4, or 4 to
// 6. It compares with numbers by < <= > >=, and what is known decides where that passes the limit: 4 to 6 is
// above 3, and unknown above 5. In a card it reads "4" or "4 to 6".
//
//	Score.items() -> string                        what has points: "hypertension 1, age 2, diabetes 0 to 1"
//	Score.with(string, bool) -> Score              an item is so, or not, whatever the record says:
//	                                               patient.hasBled().with("alcohol", false)
//	Score.with(string, int) -> Score               … has so many points, for items that have several
//	points(bool, int | double) -> Score            points for a condition, none if it is false, either if it is
//	                                               unknown: a score of your own is a sum of them
//	string(Score) -> string
//
// Point scores. Their items are what with can say; those with * are not in the record, or not to be ruled out
// by it, and open until a rule says them.
//
//	patient.news2(), news2("scale-1")              Royal College of Physicians 2017. From 16 years, not in
//	patient.news2("scale-2")                       pregnancy. Points: respiratory rate, oxygen saturation,
//	                                               oxygen, systolic pressure, heart rate, consciousness (a
//	                                               Glasgow coma score below 15 is not alert), temperature
//	patient.qsofa()                                Singer 2016, PMID 26903338: respiratory rate, systolic
//	                                               pressure, consciousness (below 15)
//	patient.sofa()                                 Vincent 1996, PMID 8844239: points for respiration (below a
//	                                               ratio of 200 *), coagulation, liver, circulation *,
//	                                               consciousness, kidneys (by creatinine; by urine *)
//	patient.curb65()                               Lim 2003, PMID 12728155: confusion *, urea, respiratory
//	                                               rate, blood pressure, age (points)
//	patient.cha2ds2vasc()                          Lip 2010, PMID 19762550: heart failure, hypertension, age
//	                                               (points), diabetes, stroke or TIA, vascular disease, female
//	patient.hasBled()                              Pisters 2010, PMID 20299623: uncontrolled hypertension (the
//	                                               newest systolic above 160), kidney (dialysis, creatinine
//	                                               above 2.26 mg/dL), liver *, stroke, bleeding *, labile INR *,
//	                                               age (above 65), drugs *, alcohol *
//	patient.wellsPE()                              Wells 2000, PMID 10744147: signs of DVT *, likeliest
//	                                               diagnosis *, heart rate, immobilised *, previous VTE,
//	                                               hemoptysis, cancer
//	patient.wellsDVT()                             Wells 2003, PMID 14507948: cancer, paralysis or cast *,
//	                                               bedridden *, tenderness *, leg swollen *, calf swollen *,
//	                                               pitting edema *, collateral veins *, previous DVT,
//	                                               alternative diagnosis * (−2)
//	patient.childPugh()                            Pugh 1973, PMID 4541913: points for bilirubin, albumin, INR,
//	                                               ascites, encephalopathy (1 without, 2 or 3 by degree *);
//	                                               class A is 5 to 6, B 7 to 9, C 10 to 15
//	patient.centor()                               Centor 1981, PMID 6763125: exudate *, tender nodes *, fever
//	                                               (the newest temperature of a day above 38 °C), no cough *
//	patient.centor("mcisaac")                      McIsaac 1998, PMID 9475915: … and age (points), from 3 years
//
// What NEWS2, qSOFA, SOFA and CURB-65 read, and the heart rate of Wells and the temperature of Centor, are the
// newest results of the last 24 hours. qSOFA, SOFA, CURB-65, CHA2DS2-VASc, HAS-BLED and Wells are for adults.
//
// Items that are conditions go by a few SNOMED CT codes with all that is below them, and by ICD-10-CM. Where no
// hierarchy of SNOMED CT is loaded, other codes of it are not known to be outside: a condition that may count is
// listed as unscreened, and never taken for a "no" that makes a finding. A pack can say an item by its own codes:
// patient.cha2ds2vasc().with("hypertension", patient.has(hypertension)).
//
// Medications and orders of them:
//
//	order.drug -> Concept                          coded, contained or referred to; else read by its name
//	order.current -> bool                          of any resource
//	order.effective -> Date                        its clinical date, of any resource
//	order.singleDose() -> Quantity                 of its only ingredient; order.singleDose(Codes) of that one
//	order.singleDosePerKg() -> Quantity            mg/kg, likewise; order.singleDosePerM2() -> Quantity, mg/m2
//	order.dailyDose() -> Quantity                  mg/d, likewise
//	order.dailyDosePerKg() -> Quantity             mg/kg/d, likewise
//	order.dailyDosePerM2() -> Quantity             mg/m2/d, likewise
//	order.routeClass() -> string                   oral, sublingual, parenteral, topical, transdermal, inhaled,
//	                                               nasal, ophthalmic, otic, rectal, vaginal
//	order.onRoute(string) -> bool                  on one of these routes, separated by ";", or where that is not
//	                                               known; "systemic", or "", is all but topical, ophthalmic, otic
//	order.duration() -> Span
//	order.lastDay() -> Date                        of its course, at the latest, by its period, dosage or supply
//	order.form() -> string                         of the drug, as RxNorm names it: "Extended Release Oral Tablet"
//	order.ratePerKg() -> Quantity                  mg/kg/h: the highest rate of an infusion, of its only ingredient
//	order.setting() -> string                      inpatient, outpatient, community or discharge: as its category says,
//	                                               else by its encounter, but for a stay that is over, of drafts by
//	                                               that of the context; what is only stated to be taken is community
//	order.renews() -> bool                         continues a therapy that is in the record
//	patient.dailyDose(Codes) -> Quantity           summed over the order, drafts and current therapies, each once
//	patient.dailyDose(Codes, string) -> Quantity   … on one route
//	patient.dailyDosePerKg(Codes) -> Quantity      … mg/kg/d; dailyDosePerKg(Codes, string) -> Quantity
//	patient.dailyDosePerM2(Codes) -> Quantity      … mg/m2/d; dailyDosePerM2(Codes, string) -> Quantity
//	patient.weightedDailyDose(table) -> Quantity   each times the factor of its row, by the columns drug (codes),
//	                                               route, unit (strings) and factor (double)
//	patient.weightedDoses(table) -> string         what that sums up: "morphine 30 mg/day × 1 = 30"
//
// A sum of which a part is not known is "at least" the rest: it decides where that passes a limit.
//
// A dose that is given by the size of the body (15 mg/kg, 5 ug/kg/min, 75 mg/m2, at most 75 mg/kg a day) is
// multiplied by patient.weight() or patient.bsa(), which are evidence then; where there is none it is unknown, and
// says so. What is asked for each kg or m2 and given so needs neither: 20 mg/kg every 6 hours are 80 mg/kg/d in a
// child that nobody has weighed. A limit that only such a measure would make known leaves the dose as it is.
//
// Of CEL there are the standard operators and macros, has(x.f) and x.?f.orValue(…) for the author's own
// "absent means", cel.bind, optional values, two-variable comprehensions, and the functions of strings
// (but replace, join and format), math, lists and sets. Texts are cut at 64 KiB, loops counted, and the
// patterns of matches literal and small, so that no rule can hang.
//
// # Hooks
//
// What a hook's context says is read as context.userId, context.patientId, context.encounterId, at order-dispatch
// also context.performer and context.dispatchedOrders, a list of texts. A rule can read the fields of the hooks
// that it names, or of all hooks if it names none; one that none of them has is a mistake. What is not in a request
// is unknown, as ever: has(context.encounterId) tests for it, context.?encounterId.orValue("") is the author's own
// "absent means". What a context says is evidence. Resources in a context are what for asks about.
//
// A moment that CDS Hooks has no hook for is declared under hooks, by a name that begins with a domain in reverse
// order. Rules of all packs that are loaded together may name it; check, test, eval, explain and serve know it:
//
//	hooks:
//	  org.example.discharge-medications:
//	    version: "1.0"
//	    fields:                             # of its context
//	      userId:      {type: reference, required: true, token: true}
//	      patientId:   {type: id, required: true, token: true}
//	      inrBooked:   {type: boolean}
//	      medications: {type: resource, required: true}
//	      chosen:      {type: references}
//	    focus: medications                  # the field with what is under review; the record itself if left out
//	    selections: chosen                  # the field that names which of them are meant; all if left out
//	    brings: [MedicationRequest]         # the types of what is under review
//	    orders: true                        # they are orders: rules about other types of order are not asked
//
// A type is id, reference, text (read as string), references (list(string)), boolean (bool), integer (int), decimal
// (double), date (Date), resource (a resource or a Bundle) or resources (a list of them). A service refuses requests
// without a required field; a token may stand in prefetch templates. Packs that declare the same hook declare it
// alike.
//
// # Speed
//
// A rule is asked about a patient, or a focus, only if a code wakes it: one without which its condition
// is false. What must be there is found through &&, ||, !, ?:, let, exists, filter and cel.bind, in
//
//	order.drug in codes, allergy.code in codes …       the focus must be in codes
//	patient.takes, took, held, has, had, allergicTo …   one of the patient's must
//	m.drug in codes, in patient.medications.exists(m, …)
//
// and for each row of a table by itself: 100,000 rows cost what those cost that match. A part that a
// missing code leaves open needs none: patient.value(egfr) < params.floor is undecided where there is no
// result, and !(order.drug in codes) is true of all other drugs. Beside one that does, joined by &&, it
// costs nothing. Where the data leaves a list open, or codes are not known, all rules are asked that need it.
// primum check --slow lists the rules that no code can wake.
//
// # Strictness
//
// What is not in this manual is a mistake: unknown and repeated keys, a second document, anchors,
// aliases, merge keys, tags, tabs in the indentation, text that is not UTF-8, files above 10 MB. Text
// that begins with "{{" or holds ": " or " #" needs quotes, as always in YAML. All mistakes are reported
// at once, each with file, line and column, in a cds.Errors.
//
// # Tables
//
// A table is a CSV file (RFC 4180) in the pack's folder or below. Its first line names the columns, in
// any order, and each row has a cell for each. A table that a rule's each names has a column id. A cell of
// type codes holds names of codes or "system|code", separated by ";".
//
// # Site files
//
// One file holds what a site changes: see LoadSite.
//
// # Tests
//
// A file NAME_test.yaml beside the rules describes patients and what the pack must say of them:
//
//	now: 2026-03-01T00:00:00Z               # for all tests, unless one has its own
//	tests:
//	  - name: stops metformin at eGFR 25
//	    hook: order-sign                    # if left out: order-sign with orders, else the whole record
//	    context:    {userId: Practitioner/1, inrBooked: false}   # what the hook's context says, beside the patient's id
//	    patient:    {birthDate: 1950-02-03, gender: female}      # any of FHIR's Patient
//	    labs:       [{code: egfr, value: "25 mL/min/{1.73_m2}", on: 2026-02-01}]
//	    orders:     [{drug: metformin, dose: "1000 mg", every: "12 h"}]
//	    meds:       [{drug: warfarin, on: 2025-06}]
//	    allergies:  [{drug: penicillin, criticality: high}]
//	    conditions: [{code: ckd, on: 2020}]
//	    weight: 70 kg
//	    height: 170 cm
//	    resources:  [{resourceType: Procedure, …}]               # anything else, in full
//	    supplied:   [MedicationRequest]     # types of which the record is complete; all if left out
//	    params:     {floor: 45}
//	    want:       [{rule: metformin-low-egfr, indicator: critical}]   # row, focus, summary
//	    undecided:  [{rule: other, missing: Observation}]               # row, focus
//	    failures:   [{rule: third, error: cannot be compared}]          # focus
//	    unscreened: [{resource: med-1}]
//
// want, undecided and failures are complete: what else appears fails the test; unscreened is compared
// where it is given. A drug or code is the name of codes of the pack (the first that they list) or
// "system|code". In place of patient, `bundle: testdata/patient.json` takes a file, to which the rest is
// added. A file whose folder holds several packs names its own with `pack:`.
//
//   - A lab has value ("25 mg/dL", ">60 mL/min", a name of codes, true), or absent with FHIR's reason, or
//     components, each with code and value; on, which is now if left out; status.
//   - An order or medication has dose ("500 mg", "5-10 mg"), every ("12 h", "4-6 h") or timesPerDay,
//     maxPerDay, asNeeded, for ("10 d") or until, route, status, intent, on, and type, which is
//     MedicationRequest or MedicationStatement; with a code for its drug it is a ServiceRequest. Orders are
//     drafts of now. An order with a resourceType is a resource in full.
//   - An allergy has drug or code, criticality, status, verification, category, on; a condition has code,
//     status, verification, category, on, until.
//   - What has no id is lab-1, order-1, med-1, allergy-1, condition-1 and so on.
package rules
