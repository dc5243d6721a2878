package tree

// AppendWith appends the object as JSON without white space, a member being the JSON given: in its place if
// there is one of that name, else as the last. If there are several, the others are left out.
func (v Value) AppendWith(dst []byte, name string, json []byte) []byte {
	dst = append(dst, '{')
	var set bool
	add := func(name string, value func([]byte) []byte) {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, []byte(name))
		dst = value(append(dst, ':'))
	}
	given := func(dst []byte) []byte { return append(dst, json...) }
	for member := range v.All() {
		switch {
		case member.Name() != name:
			add(member.Name(), member.AppendJSON)
		case !set:
			add(name, given)
			set = true
		}
	}
	if !set {
		add(name, given)
	}
	return append(dst, '}')
}
