package cds

// A Pack is a set of rules with the codes, params and tables they use, versioned and reviewed as one.
// The rules package reads packs from files; a Go program can also build one by hand. New checks it.
type Pack struct {
	Name      string // a word: letters, digits and '-'
	Version   string
	Title     string
	Publisher string
	Licence   string
	Developer string
	Funding   string
	Released  string // date, YYYY-MM-DD; "" if never
	Reviewed  string // date of the last clinical review; "" if a person never has
	Codes     []Codes
	Params    []Param
	Tables    []Table
	Hooks     []Hook // that it declares, beside those of the CDS Hooks library: for the rules of all packs
	Rules     []Rule
}

// Codes is a named set of codes, the sum of its groups.
type Codes struct {
	Name      string
	Position  Position
	Groups    []CodeGroup
	MolarMass Text // "176.12 g/mol": lets quantities of these codes convert between mol and g; may be empty
}

// A CodeGroup is one way to name codes: listed ones of a system, or a value set.
type CodeGroup struct {
	System      string // the code system's URL
	Codes       []Text
	Descendants bool // also all codes below those listed
	ValueSet    Text // canonical URL; then System and Codes are empty
}

// A Param is a value that a site may change. With a Unit it is a Quantity, else it has the type of its
// default: bool, int, double or string.
type Param struct {
	Name     string
	Position Position
	Value    any    // bool, int64, float64 or string
	Exact    string // the number as it was written, for a Param with a Unit
	Unit     Text
	About    string
}

// A Table is knowledge in rows. Each row of a table that a rule's Each names is a rule of its own, and
// then the column "id" names it.
type Table struct {
	Name     string
	Position Position
	Columns  []Column
	File     *File // the CSV file, for positions
	Rows     []Row
}

// A Column is a named, typed column: "string", "codes", "int", "double", "bool", "quantity" or "date".
type Column struct {
	Name     string
	Type     string
	Position Position
}

// A Row has a cell for each column, in their order. Places[i] is the column in the file at which cell
// i begins, on line Lines[i].
type Row struct {
	Cells  []string
	Lines  []int32
	Places []int32
}

// Status says whether a rule speaks.
type Status string

const (
	Draft   Status = "draft"   // checked and tested, evaluated only in tests
	Shadow  Status = "shadow"  // evaluated, reported under suppressed, never shown
	Active  Status = "active"  // evaluated and shown
	Retired Status = "retired" // kept for the record, never evaluated
)

// Indicator says how urgent a card is, in the words of CDS Hooks.
type Indicator string

const (
	Info     Indicator = "info"
	Warning  Indicator = "warning"
	Critical Indicator = "critical"
)

// A Rule is one clinical statement: when something holds, say this.
type Rule struct {
	ID       string
	Position Position // of the id
	Title    string
	Status   Status     // "" is Active
	Hooks    []string   // the hooks at which it is asked; none: at every hook
	HooksAt  []Position // of each of Hooks; nil: not known
	Each     Binding    // Name is bound to each row of table Of; the zero Binding: no table
	For      Binding    // Name is bound to each focus of type Of; the zero Binding: asked once
	// Once is a word that rules of the pack have in common which tell of the same thing: a Finding of theirs that
	// rests on no more resources than one at least as urgent is suppressed. "" shows all.
	Once      string
	Let       []Let // each sees those before it
	When      Text  // CEL, of type bool
	Card      Card
	Undecided *Card // shown when the rule could not be decided; nil: reported without a card
	Evidence  Citation
}

// A Binding gives a name to what a rule is asked about.
type Binding struct {
	Name     string
	Of       string // a FHIR type for For, a table for Each
	Position Position
	OfAt     Position // of Of
}

// A Let names the value of an expression.
type Let struct {
	Name     string
	Position Position
	Expr     Text
}

// A Card is what a clinician sees. Summary, Detail, Indicator, the labels and the appContext are
// templates: text with CEL in {{ }}.
type Card struct {
	Position    Position
	Indicator   Text
	Summary     Text
	Detail      Text
	SourceLabel Text
	SourceURL   Text
	Links       []Link
	Suggestions []Suggestion
	// Override holds the reasons a clinician may give for going against the card: nil for none,
	// StandardOverride() for the usual ones.
	Override []Reason
	// Actions are what is done without asking the clinician: the system actions of CDS Hooks, for clients that take
	// them. Only the card of a rule that holds has them.
	Actions []Action
}

// A Link is an absolute URL or the launch URL of a SMART app.
type Link struct {
	Label Text
	URL   Text
	Type  string // "absolute" or "smart"
	// AppContext is what a SMART app is told, only for "smart". It is a text of any kind; where it begins as JSON
	// does, what comes from data is written as JSON has it within quotes.
	AppContext Text
	// Autolaunchable says that the link may be opened at once, without the card: all that the card says is in
	// what it leads to.
	Autolaunchable bool
}

// A Suggestion is a change a clinician can accept as a whole.
type Suggestion struct {
	Label       Text
	Recommended bool
	Actions     []Action
}

// An Action creates, updates or deletes one resource. Expr is CEL that yields the resource.
type Action struct {
	Kind        string // "create", "update" or "delete"
	Position    Position
	Description Text // a template; "" is described by kind and resource
	Expr        Text
	// With is what a created or updated resource has beside what it had: an object of JSON, a template in which what
	// comes from data is written as JSON has it within quotes. Lists are added to, objects put together, and other
	// members replaced. "" leaves the resource as it is.
	With Text
}

// A Reason is a Coding that says why a card was overridden.
type Reason struct {
	Code, System, Display string
}

// A Citation says what a rule rests on.
type Citation struct {
	Citation string
	Strength string // "strong", "moderate", "weak" or "expert-opinion"; "" if not said
	Reviewed string // date of the last clinical review; "" if a person never has
}

// A Site holds what one site changes in packs it did not write.
type Site struct {
	Params []SiteParam
	Rules  []SiteRule
}

// A SiteParam replaces the value of a param. Name is "param" or "pack.param".
type SiteParam struct {
	Name     string
	Position Position
	Value    any    // bool, int64, float64 or string, of the default's type; a number for a Quantity, in the default's unit
	Exact    string // the number as it was written
}

// A SiteRule changes how a rule speaks. ID is a rule's id or that of one row, `id[row]`.
type SiteRule struct {
	ID        string
	Position  Position
	Off       bool
	Shadow    bool
	Indicator Indicator // "": unchanged. A site can lower an indicator, not raise it
}
