package terminology

// A Code is a code of a code system.
type Code struct{ System, Code string }

// String returns "system|code", the form of a FHIR token.
func (c Code) String() string { return c.System + "|" + c.Code }

// An ID stands for an interned Code. 0 is none.
type ID uint32

// An Interner gives each code a number. It is filled while rules are loaded, by one goroutine; from then
// on it is only read, by any number of goroutines. Systems are made canonical on the way in, so that
// both spellings of a system give one ID. Codes are compared exactly.
type Interner struct {
	ids   map[Code]ID
	codes []Code        // by ID
	first map[string]ID // the first ID with that code, whatever its system
	next  []ID          // by ID: the next one with the same code in another system, 0 at the end
}

// NewInterner returns an Interner that knows no code.
func NewInterner() *Interner {
	return &Interner{
		ids:   make(map[Code]ID),
		codes: make([]Code, 1),
		first: make(map[string]ID),
		next:  make([]ID, 1),
	}
}

// Intern returns the ID of c, a new one if c is new.
func (in *Interner) Intern(c Code) ID {
	c.System = Canonical(c.System)
	if id, ok := in.ids[c]; ok {
		return id
	}
	id := ID(len(in.codes))
	in.ids[c] = id
	in.codes = append(in.codes, c)
	in.next = append(in.next, in.first[c.Code])
	in.first[c.Code] = id
	return id
}

// Lookup returns the ID of c, 0 if it was never interned. It does not allocate.
func (in *Interner) Lookup(c Code) ID {
	c.System = Canonical(c.System)
	return in.ids[c]
}

// Code returns the code that id stands for, with its canonical system; the zero Code for 0 and for an ID
// of another Interner.
func (in *Interner) Code(id ID) Code {
	if int(id) >= len(in.codes) {
		return Code{}
	}
	return in.codes[id]
}

// Len returns how many codes are interned: their IDs are 1 to Len.
func (in *Interner) Len() int { return len(in.codes) - 1 }

// Normal returns the code in the one form in which it is compared: its system under the canonical URL, an
// NDC as eleven digits.
func Normal(c Code) Code {
	c.System = Canonical(c.System)
	if c.System == NDC {
		if digits, ok := NormalNDC(c.Code); ok {
			c.Code = digits
		}
	}
	return c
}
