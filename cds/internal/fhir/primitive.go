package fhir

// A Kind is the JSON form of a primitive.
type Kind int

const (
	String Kind = iota + 1
	Boolean
	Number
)

// String returns the kind as JSON's grammar calls it.
func (k Kind) String() string {
	switch k {
	case String:
		return "string"
	case Boolean:
		return "boolean"
	case Number:
		return "number"
	}
	return ""
}

// JSONKind returns the JSON form of a FHIR primitive type; false if primitive is not one.
func JSONKind(primitive string) (Kind, bool) {
	switch primitive {
	case "boolean":
		return Boolean, true
	case "decimal", "integer", "positiveInt", "unsignedInt":
		return Number, true
	case "base64Binary", "canonical", "code", "date", "dateTime", "id", "instant", "markdown", "oid",
		"string", "time", "uri", "url", "uuid", "xhtml":
		return String, true
	}
	return 0, false
}

// Primitives returns the names of the primitive types, sorted.
func Primitives() []string {
	return []string{
		"base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant",
		"integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid",
		"xhtml",
	}
}
