package record

import "strings"

// Resolve finds what a reference in a resource points to: "#id" (contained), "Type/id", with or without
// "/_history/version", an absolute URL, or a urn:uuid that a Bundle's fullUrl or an id explains.
func (r *Record) Resolve(from *Resource, reference string) (*Resource, bool) {
	if id, ok := strings.CutPrefix(reference, "#"); ok {
		return contained(from, id)
	}
	if e := r.memory.byURL(reference); e != nil {
		return &e.Resource, true
	}
	if id, ok := strings.CutPrefix(reference, "urn:uuid:"); ok {
		res := r.uuids()[id]
		return res, res != nil
	}
	local, ok := localReference(reference)
	if !ok {
		return nil, false
	}
	kind, id, _ := strings.Cut(local, "/")
	res := r.memory.refs.find(kind, id)
	return res, res != nil
}

// contained finds "#id" beside or in from; "#" alone is the resource that contains from.
func contained(from *Resource, id string) (*Resource, bool) {
	if from == nil {
		return nil, false
	}
	if from.Parent != nil {
		from = from.Parent
	}
	if id == "" {
		return from, true
	}
	for _, c := range from.Contained {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// uuids returns the resources by id alone; nil stands for an id that two of them have.
func (r *Record) uuids() map[string]*Resource {
	if r.byUUID == nil {
		r.byUUID = make(map[string]*Resource, len(r.Resources))
		for _, res := range r.Resources {
			if _, twice := r.byUUID[res.ID]; twice {
				r.byUUID[res.ID] = nil
				continue
			}
			r.byUUID[res.ID] = res
		}
	}
	return r.byUUID
}

// localReference returns the "Type/id" of a reference: its last two segments, without a version.
func localReference(reference string) (string, bool) {
	if strings.ContainsAny(reference, "?#") || strings.HasPrefix(reference, "urn:") {
		return "", false
	}
	path, _, _ := strings.Cut(reference, "/_history/")
	path = strings.TrimSuffix(path, "/")
	slash := strings.LastIndexByte(path, '/')
	if slash <= 0 {
		return "", false
	}
	start := strings.LastIndexByte(path[:slash], '/') + 1
	kind, id := path[start:slash], path[slash+1:]
	if kind == "" || id == "" || kind[0] < 'A' || kind[0] > 'Z' {
		return "", false
	}
	return path[start:], true
}
