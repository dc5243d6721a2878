package cds

import "sync"

// bareFiles are the files of rules without their text: an engine tells places, and does not show what is
// written there.
type bareFiles struct {
	mu    sync.Mutex
	known map[*File]*File
}

func (b *bareFiles) place(p Position) Position {
	if p.File == nil {
		return p
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bare := b.known[p.File]
	if bare == nil {
		bare = &File{Name: p.File.Name}
		b.known[p.File] = bare
	}
	p.File = bare
	return p
}

func (b *bareFiles) text(t Text) Text {
	out := Text{Value: t.Value, Spans: make([]Span, len(t.Spans))}
	for i, s := range t.Spans {
		out.Spans[i] = Span{s.Offset, b.place(s.Position)}
	}
	return out
}
