package record

import (
	"bytes"

	"github.com/valyala/fastjson"
)

// seenNames finds names that occur twice in an object: a filter of 64 bits, and a look at the object
// itself where the filter cannot tell; a set in an object that is too large for that.
type seenNames struct {
	filter uint64
	count  int
	all    map[string]bool
}

// mostMembers bounds the work that one object can cause: repairing it looks at each member for each.
const (
	mostMembers = 256
	manyMembers = "an object with more than 256 members"
)

func tooMany(v *fastjson.Value) bool { return v.GetObject().Len() > mostMembers }

// manyNames is more than any FHIR object has.
const manyNames = 128

// again reports whether the name stood before among the members of o, of which count were asked so far.
func (s *seenNames) again(o *fastjson.Object, name []byte) bool {
	if o.Len() > manyNames {
		if s.all == nil {
			s.all = make(map[string]bool, o.Len())
		}
		if s.all[string(name)] {
			return true
		}
		s.all[string(name)] = true
		return false
	}
	bit := uint64(1) << (hash(name) % 64)
	known := s.filter&bit != 0
	s.filter |= bit
	s.count++
	return known && before(o, name, s.count-1)
}

// before reports whether name is among the first n members.
func before(o *fastjson.Object, name []byte, n int) bool {
	found, i := false, 0
	o.Visit(func(key []byte, _ *fastjson.Value) {
		found = found || i < n && bytes.Equal(key, name)
		i++
	})
	return found
}

func hash(name []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return h ^ h>>16
}
