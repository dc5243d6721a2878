// Package tree reads JSON in one pass into a flat list of nodes that can be walked by name.
//
// A Tree borrows the bytes that it was read from: they must not change as long as it is used. Reading a
// Value never writes, so any number of goroutines may read one Tree.
package tree

// A Kind is what a Value is in JSON.
type Kind uint8

// The kinds of a Value. Absent is the kind of what is not there.
const (
	Absent Kind = iota
	Null
	False
	True
	Number
	String
	Array
	Object
)

// String returns the kind as JSON's grammar calls it.
func (k Kind) String() string {
	return [...]string{"nothing", "null", "false", "true", "number", "string", "array", "object"}[k]
}

// A Tree is a JSON value as nodes, each before those inside it.
type Tree struct {
	src   []byte
	nodes []node
	names []string // of members that no FHIR type has, by number from firstOther
}

// A node is one value.
type node struct {
	start, end uint32 // where it stands in src; of a string, what is between the quotes
	next       uint32 // the node after this one and all inside it
	name       uint16 // the member it is; 0 in an array
	kind       Kind
	escaped    bool // a string with backslashes
}

// A Value is a node of a Tree. The zero Value is nothing: absent, as are its members.
type Value struct {
	t  *Tree
	at uint32
}

// Root returns the whole of the Tree.
func (t *Tree) Root() Value {
	if len(t.nodes) == 0 {
		return Value{}
	}
	return Value{t, 0}
}
