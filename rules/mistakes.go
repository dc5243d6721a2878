package rules

import (
	"fmt"

	"github.com/primum-cds/primum/cds"
)

// mostMistakes bounds what is kept of one file, so that a table with 100,000 wrong rows does not bury
// its author.
const mostMistakes = 1000

// mistakes collects what is wrong in the files that are read, so that an author sees all of it at once.
type mistakes struct {
	list   cds.Errors
	count  int // of all, those left out of list included
	inFile map[*cds.File]int
}

func (m *mistakes) add(e *cds.Error) {
	if m.inFile == nil {
		m.inFile = map[*cds.File]int{}
	}
	m.count++
	m.inFile[e.Position.File]++
	switch n := m.inFile[e.Position.File]; {
	case n == mostMistakes+1:
		m.list = append(m.list, &cds.Error{
			Position: cds.Position{File: e.Position.File},
			Message:  fmt.Sprintf("more than %d mistakes; only the first are shown", mostMistakes),
		})
	case n <= mostMistakes:
		m.list = append(m.list, e)
	}
}

// err returns what was collected as a sorted cds.Errors, nil if there is nothing.
func (m *mistakes) err() error {
	if len(m.list) == 0 {
		return nil
	}
	return m.list.Sorted()
}
