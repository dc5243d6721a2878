// Package tree reads the JSON of FHIR resources in one pass into a flat list of nodes that can be walked by
// name, and tells on the way which resources are in the shape of FHIR R4 and which are not.
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
	found []found  // the resources in shape, in order
	known []string // the names that FHIR has, by number; that of 0 is ""
	names []string // of other members, by number from len(known)
}

// A node is one value.
type node struct {
	start, end uint32 // where it stands in src; of a string, what is between the quotes; see found
	next       uint32 // the node after this one and all inside it
	meta       uint32 // its kind, its mark and, from nameShift on, the number of the member it is
}

const (
	kindMask  = 0xF
	markShift = 4
	markMask  = 0xF
	nameShift = 8
	mostNames = 1 << (32 - nameShift)
)

// What is remarkable of a node.
const (
	escaped mark = iota + 1 // a string with backslashes
	clean                   // a resource in the shape of FHIR R4
	odd                     // a resource that is not, or has no known type
	skipped                 // a resource that nobody wanted: nothing is inside it
)

type mark uint8

func (n *node) kind() Kind   { return Kind(n.meta & kindMask) }
func (n *node) mark() mark   { return mark(n.meta >> markShift & markMask) }
func (n *node) name() uint32 { return n.meta >> nameShift }

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

// mostKept is of how many nodes the memory is kept: what one huge input took is given back.
const mostKept = 1 << 21

// Reset forgets what the Tree holds, and keeps its memory for the next Read.
func (t *Tree) Reset() {
	if cap(t.nodes) > mostKept {
		*t = Tree{}
		return
	}
	clear(t.names)
	*t = Tree{nodes: t.nodes[:0], found: t.found[:0], names: t.names[:0]}
}

func (t *Tree) nameOf(number uint32) string {
	if int(number) < len(t.known) {
		return t.known[number]
	}
	return t.names[int(number)-len(t.known)]
}
