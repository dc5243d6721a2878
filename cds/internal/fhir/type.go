package fhir

// A Type is a resource, a data type, a primitive, or the content of one element of those.
type Type struct {
	Name      string
	Resource  bool // also true for the abstract Resource and DomainResource
	Primitive bool
	// Fields are sorted by name, with those inherited; each choice element (value[x]) stands as one
	// field a type (valueQuantity, valueString, …). A primitive has none: its id and extensions stand
	// beside it in JSON, as an Element under the name with "_" before it. "resourceType" is no field.
	Fields []Field

	index map[string]int
}

// Field returns the field of that JSON name.
func (t *Type) Field(name string) (*Field, bool) {
	i, ok := t.index[name]
	if !ok {
		return nil, false
	}
	return &t.Fields[i], true
}

// A Field is an element as JSON names it.
type Field struct {
	Name     string
	Type     string // the name of a Type; "Resource" for any resource
	List     bool
	Required bool      // at least one; false for the members of a choice
	Choice   string    // "value" for valueQuantity, "" for a field that is not of a choice
	Targets  []string  // types that a Reference may point to; nil: any, or not a Reference
	ValueSet *ValueSet // of a required binding whose codes are known, else nil
	Binding  string    // the URL of the value set of a required binding, whether or not its codes are known
}

// A ValueSet is the list of codes that a required binding allows.
type ValueSet struct {
	URL   string
	Codes []string // in the order of the specification
}

// Has reports whether code is in the set. FHIR codes are case-sensitive.
func (v *ValueSet) Has(code string) bool {
	for _, c := range v.Codes {
		if c == code {
			return true
		}
	}
	return false
}
