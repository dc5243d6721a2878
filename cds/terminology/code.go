package terminology

import "strings"

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
	codes   []interned    // by ID
	first   map[string]ID // the newest ID with that code, whatever its system
	systems []string
	numbers map[string]uint32 // of the systems
}

// An interned is a code, and the one before it with the same text in another system, 0 at the end.
type interned struct {
	code   string
	system uint32
	next   ID
}

// NewInterner returns an Interner that knows no code.
func NewInterner() *Interner {
	return &Interner{
		codes:   make([]interned, 1),
		first:   make(map[string]ID),
		systems: make([]string, 1),
		numbers: map[string]uint32{"": 0},
	}
}

// Intern returns the ID of c, a new one if c is new.
func (in *Interner) Intern(c Code) ID {
	if id := in.Lookup(c); id != 0 {
		return id
	}
	system := Canonical(c.System)
	number, known := in.numbers[system]
	if !known {
		number = uint32(len(in.systems))
		in.systems = append(in.systems, system)
		in.numbers[system] = number
	}
	id, text := ID(len(in.codes)), strings.Clone(c.Code) // which may be a part of a large file
	in.codes = append(in.codes, interned{text, number, in.first[text]})
	in.first[text] = id
	return id
}

// Lookup returns the ID of c, 0 if it was never interned. It does not allocate.
func (in *Interner) Lookup(c Code) ID {
	id := in.first[c.Code]
	if id == 0 {
		return 0
	}
	for system := Canonical(c.System); id != 0; id = in.codes[id].next {
		if in.systems[in.codes[id].system] == system {
			return id
		}
	}
	return 0
}

// Code returns the code that id stands for, with its canonical system; the zero Code for 0 and for an ID
// of another Interner.
func (in *Interner) Code(id ID) Code {
	if int(id) >= len(in.codes) {
		return Code{}
	}
	c := in.codes[id]
	return Code{in.systems[c.system], c.code}
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
