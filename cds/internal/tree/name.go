package tree

// firstOther is the first number of a name that no FHIR type has.
const firstOther = 1 << 15

func (t *Tree) nameOf(number uint16) string {
	if number >= firstOther {
		return t.names[number-firstOther]
	}
	return ""
}

// other returns the number of a name that no FHIR type has.
func (t *Tree) other(name []byte) uint16 {
	for i, known := range t.names {
		if known == string(name) {
			return firstOther + uint16(i)
		}
	}
	t.names = append(t.names, string(name))
	return firstOther + uint16(len(t.names)-1)
}
