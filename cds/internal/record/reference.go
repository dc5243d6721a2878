package record

import "strings"

// Resolve finds what a reference in a resource points to: "#id" (contained), "Type/id", with or without
// "/_history/version", an absolute URL, or a urn:uuid that a Bundle's fullUrl or an id explains.
func (r *Record) Resolve(from *Resource, reference string) (*Resource, bool) {
	if id, ok := strings.CutPrefix(reference, "#"); ok {
		return contained(from, id)
	}
	if res, ok := r.byURL[reference]; ok {
		return res, true
	}
	if id, ok := strings.CutPrefix(reference, "urn:uuid:"); ok {
		res := r.uuids()[id]
		return res, res != nil
	}
	local, ok := localReference(reference)
	if !ok {
		return nil, false
	}
	res, ok := r.byRef[local]
	return res, ok
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

// indexed puts the record in order and makes references resolvable.
func (r *reader) indexed() {
	rec := r.record
	rec.byRef = make(map[string]*Resource, len(rec.Resources))
	rec.byURL = make(map[string]*Resource)
	for _, e := range r.entries {
		res := &e.Resource
		rec.byRef[res.ref] = res
		for _, url := range append(e.also, e.fullURL) {
			if other, taken := rec.byURL[url]; url != "" && (!taken || byRef(res, other) < 0) {
				rec.byURL[url] = res
			}
		}
	}
	rec.Warnings = r.warnings.sorted()
}
