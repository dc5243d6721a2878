package rules

import (
	"path"
	"slices"

	"github.com/primum-cds/primum/cds"
)

// A broken knows what could not be read, so that what follows from it is not told as a mistake of its
// own: that a card is missing whose key was misspelt.
type broken struct {
	mistakes cds.Errors
	starts   map[string][]int // file → the lines on which codes, params, tables and rows begin, sorted
	folders  map[string]bool  // those with a file of which nothing could be read
}

func newBroken(packs []cds.Pack, mistakes cds.Errors) *broken {
	b := &broken{mistakes: mistakes, starts: map[string][]int{}, folders: map[string]bool{}}
	for i := range packs {
		b.begin(&packs[i])
	}
	for file := range b.starts {
		slices.Sort(b.starts[file])
	}
	for _, m := range mistakes {
		if name := fileOf(m); b.starts[name] == nil && path.Base(name) != "pack.yaml" {
			b.folders[path.Dir(name)] = true
		}
	}
	return b
}

// begin notes where the parts of a pack begin.
func (b *broken) begin(p *cds.Pack) {
	at := func(pos cds.Position) {
		if pos.File != nil {
			b.starts[pos.File.Name] = append(b.starts[pos.File.Name], pos.Line)
		}
	}
	for _, h := range p.Hooks {
		at(h.Position)
	}
	for _, c := range p.Codes {
		at(c.Position)
	}
	for _, param := range p.Params {
		at(param.Position)
	}
	for _, r := range p.Rules {
		at(r.Position)
	}
	for _, t := range p.Tables {
		at(t.Position)
		for _, row := range t.Rows {
			if len(row.Lines) > 0 {
				at(cds.Position{File: t.File, Line: int(row.Lines[0])})
			}
		}
	}
}

// pack reports whether so much of a pack is missing that nothing can be said of the rest.
func (b *broken) pack(p cds.Pack) bool {
	only := &broken{starts: map[string][]int{}}
	only.begin(&p)
	for file := range only.starts {
		if b.folders[path.Dir(file)] {
			return true
		}
	}
	return false
}

// causes reports whether a mistake that the engine found follows from one that was found in reading: it
// is about the same rule, or about the same codes, param, table or row.
func (b *broken) causes(e *cds.Error) bool {
	return slices.ContainsFunc(b.mistakes, func(m *cds.Error) bool {
		if e.Rule != "" || m.Rule != "" {
			return e.Rule == m.Rule && (e.Position.File == nil || fileOf(e) == fileOf(m))
		}
		return fileOf(e) == fileOf(m) && b.part(e) == b.part(m)
	})
}

// part returns which part of its file a mistake is in: the last that begins before it.
func (b *broken) part(e *cds.Error) int {
	i, found := slices.BinarySearch(b.starts[fileOf(e)], e.Position.Line)
	if found {
		return i
	}
	return i - 1
}

func fileOf(e *cds.Error) string {
	if e.Position.File == nil {
		return ""
	}
	return e.Position.File.Name
}
