package tree

// A Role is a part that an element plays in nearly every resource: the reader notes on the way where it
// stands.
type Role uint8

// The roles, each with the elements that play it.
const (
	noRole       Role = iota
	ID                // id
	Subject           // subject, patient
	Status            // status
	Verification      // verificationStatus
	Code              // code, vaccineCode, medicationCodeableConcept
	Reaction          // reaction
	Component         // component
	Contained         // contained
	roles
)

var rolesOf = map[string]Role{
	"id": ID, "subject": Subject, "patient": Subject, "status": Status, "verificationStatus": Verification,
	"code": Code, "vaccineCode": Code, "medicationCodeableConcept": Code, "reaction": Reaction,
	"component": Component, "contained": Contained,
}

// A found is a resource in the shape of FHIR R4, or one that was passed over.
type found struct {
	start uint32 // where it stands in the source; its node has the number of this instead
	shape *shape
	parts [roles]uint32 // the nodes of its elements by role; 0: it has none
}

// In returns the element of a resource that plays a role, the first one if several do.
func (v Value) In(role Role) Value {
	if v.Kind() != Object {
		return Value{}
	}
	if f := v.found(); f != nil {
		if at := f.parts[role]; at != 0 {
			return Value{v.t, at}
		}
		return Value{}
	}
	s := allShapes().byName[v.ResourceType()]
	if s == nil {
		return Value{}
	}
	for member := range v.All() {
		if slot := s.find([]byte(member.Name())); slot != nil && slot.bit < companionBit && slot.member.role == role {
			return member
		}
	}
	return Value{}
}

// found returns what was noted of a resource; nil if it is none, or not in shape.
func (v Value) found() *found {
	if m := v.node().mark(); m != clean && m != skipped {
		return nil
	}
	return &v.t.found[v.node().start]
}
