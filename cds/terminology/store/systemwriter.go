package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A SystemWriter takes in one code system. Nothing of it is in the file before Close.
type SystemWriter struct {
	w         *Writer
	info      SystemInfo
	hierarchy bool
	index     map[string]uint32
	codes     []string
	displays  []string
	inactive  []bool
	relations []isA
	limit     int // of the lists of the closure
}

// System begins a code system, which takes the place of one with its URL. info.Codes is not used.
func (w *Writer) System(info SystemInfo) *SystemWriter {
	return &SystemWriter{w: w, info: info, index: map[string]uint32{}, limit: maxListed}
}

// Hierarchical says that the relations which will be given are all there are, so that an active code
// without any has nothing above and below it. Else what is above and below such a code is not known.
func (s *SystemWriter) Hierarchical() { s.hierarchy = true }

// Add adds a code, or gives one that was added before another display and state.
func (s *SystemWriter) Add(code, display string, inactive bool) error {
	if code == "" || len(code) > 1<<16 || !utf8.ValidString(code) {
		return fmt.Errorf("%q is not a code", code[:min(len(code), 100)])
	}
	display = strings.ToValidUTF8(display, "�")
	if i, ok := s.index[code]; ok {
		s.displays[i], s.inactive[i] = display, inactive
		return nil
	}
	s.index[code] = uint32(len(s.codes))
	s.codes, s.displays, s.inactive = append(s.codes, code), append(s.displays, display), append(s.inactive, inactive)
	return nil
}

// Has reports whether code was added.
func (s *SystemWriter) Has(code string) bool {
	_, ok := s.index[code]
	return ok
}

// IsA says that child is a kind of parent. Both were added before; the error names the one that was not.
func (s *SystemWriter) IsA(child, parent string) error {
	c, ok := s.index[child]
	if !ok {
		return fmt.Errorf("code %s is not listed", child)
	}
	p, ok := s.index[parent]
	if !ok {
		return fmt.Errorf("code %s is not listed", parent)
	}
	s.relations = append(s.relations, newIsA(c, p))
	return nil
}

// Close writes the code system. The error names a circle of codes that are each a kind of the next.
func (s *SystemWriter) Close() error {
	form := s.form()
	order := s.sort(form)
	h, circle := newHierarchy(len(s.codes), s.relations)
	if circle != nil {
		return s.circleError(circle)
	}
	s.relations, s.index = nil, nil
	number := make([]uint32, len(order)) // by place in s.codes
	for i, at := range order {
		number[at] = h.number[i]
	}
	s.permute(number)
	blocks, err := s.blocks(form, h)
	if err != nil {
		return fmt.Errorf("code system %s: %w", s.info.URL, err)
	}
	s.info.Codes = len(s.codes)
	s.w.begin(s.info.entry(systemSection))
	s.w.blocks(blocks)
	s.w.end()
	return s.w.err
}

// form returns the narrowest form that all codes have.
func (s *SystemWriter) form() uint32 {
	for _, form := range []uint32{numberCodes, shortCodes} {
		if !slices.ContainsFunc(s.codes, func(code string) bool { _, ok := key(form, code); return !ok }) {
			return form
		}
	}
	return textCodes
}

// sort brings the relations into the order of the codes, so that a file does not depend on the order in
// which they came. It returns for each place in that order the place in s.codes.
func (s *SystemWriter) sort(form uint32) []uint32 {
	order := make([]uint32, len(s.codes))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compareCodes(form, s.codes[a], s.codes[b]) })
	place := make([]uint32, len(order))
	for i, at := range order {
		place[at] = uint32(i)
	}
	for i, e := range s.relations {
		s.relations[i] = newIsA(place[e.child()], place[e.parent()])
	}
	return order
}

// permute moves everything to its number.
func (s *SystemWriter) permute(number []uint32) {
	s.codes, s.displays, s.inactive = permuted(s.codes, number), permuted(s.displays, number), permuted(s.inactive, number)
}

func permuted[T any](from []T, number []uint32) []T {
	to := make([]T, len(from))
	for i, n := range number {
		to[n] = from[i]
	}
	return to
}

func (s *SystemWriter) circleError(circle []uint32) error {
	codes := slices.Clone(s.codes)
	form := s.form()
	slices.SortFunc(codes, func(a, b string) int { return compareCodes(form, a, b) })
	names := make([]string, len(circle))
	for i, at := range circle {
		names[i] = codes[at]
	}
	if len(names) > 12 {
		names = append(append(names[:6:6], "…"), names[len(names)-5:]...)
	}
	return fmt.Errorf("code system %s: is-a runs in a circle: %s", s.info.URL, strings.Join(names, " → "))
}

func (s *SystemWriter) blocks(form uint32, h hierarchy) ([]block, error) {
	n := len(s.codes)
	keys := make([]uint64, n)
	for i, code := range s.codes {
		keys[i], _ = key(form, code)
	}
	l := newLabel(h, s.limit)
	slots := slotBlock(keys, h, l)
	starts, codes := block(rawBlock(nil)), block(rawBlock(nil))
	var err error
	if form == textCodes {
		if starts, codes, err = textBlocks(n, func(i int) string { return s.codes[i] }); err != nil {
			return nil, err
		}
		keys = nil
	}
	displayStarts, displays, err := textBlocks(n, func(i int) string { return s.displays[i] })
	if err != nil {
		return nil, err
	}
	head := little.AppendUint32(little.AppendUint32(nil, form), uint32(n))
	inactive := bitBlock(n, func(i uint32) bool { return s.inactive[i] })
	placed := bitBlock(n, func(i uint32) bool {
		return s.hierarchy && !s.inactive[i] || len(h.parents.of(i))+len(h.children.of(i)) > 0
	})
	return []block{
		rawBlock(head), uint64s(keys), starts, codes, slots, displayStarts, displays, inactive, placed,
		uint32s(h.parents.starts), uint32s(h.parents.entries), uint32s(h.children.starts), uint32s(h.children.entries),
		rawBlock(little.AppendUint64(nil, uint64(l.band))), uint32s(l.ancestors.entries), uint32s(l.enter.starts), uint16s(l.enter.entries),
		uint64s(l.table),
	}, nil
}

func bitBlock(n int, set func(i uint32) bool) block {
	out := make(rawBlock, (n+7)/8)
	for i := range uint32(n) {
		if set(i) {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}
