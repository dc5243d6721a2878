package store

import "slices"

// HasProperty reports whether the system defines a property: "inactive", and "parent" and "child" of
// concepts that have any.
func (s *System) HasProperty(name string) bool {
	return name == "inactive" || name == "parent" || name == "child"
}

// Property returns the values of a property of a code: "true" or "false" for "inactive"; the codes just
// above or below, sorted as All is, for "parent" and "child".
func (s *System) Property(code, name string) []string {
	i, ok := s.number(code)
	if !ok {
		return nil
	}
	switch name {
	case "inactive":
		if bit(s.inactive, i) {
			return []string{"true"}
		}
		return []string{"false"}
	case "parent":
		return s.neighbours(s.parents.of(i))
	case "child":
		return s.neighbours(s.children.of(i))
	}
	return nil
}

func (s *System) neighbours(list column) []string {
	var numbers []uint32
	for j := range uint32(list.len()) {
		if number := list.at(j); number < s.n {
			numbers = append(numbers, number)
		}
	}
	return slices.Clip(s.sorted(numbers))
}
