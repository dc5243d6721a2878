package cds

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/primum-cds/primum/cds/terminology"
)

// An unreachable is a drug's code that nobody knows, and where it is written.
type unreachable struct {
	file         *File
	line, column int32
	code         terminology.ID
}

// reachable advises of a drug's code that nobody knows: a patient's drug can match it only by the same code.
func (c *compiler) reachable(at Position, code terminology.Code) {
	if terminology.Canonical(code.System) != terminology.RxNorm {
		return
	}
	if _, ok := c.engine.coder.Drugs.Lookup(code.Code); !ok {
		c.advice = append(c.advice, unreachable{at.File, int32(at.Line), int32(at.Column), c.engine.coder.Codes.Lookup(code)})
	}
}

// sortedAdvice puts advice into the order of Errors.Sorted, with the first of each line.
func sortedAdvice(all []unreachable) []unreachable {
	slices.SortStableFunc(all, func(a, b unreachable) int {
		return cmp.Or(cmp.Compare(nameOf(a.file), nameOf(b.file)), cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	return slices.Clip(slices.CompactFunc(all, func(a, b unreachable) bool {
		return a.line > 0 && a.line == b.line && nameOf(a.file) == nameOf(b.file)
	}))
}

// Advice returns what is not wrong in the rules, but probably not meant: a code of a drug that nobody
// knows, which no order can match. It is sorted like Errors.
func (e *Engine) Advice() []*Error {
	var out []*Error
	for _, u := range e.advice {
		message := fmt.Sprintf("no known drug has the RxNorm code %s: only an order with this very code can match it", e.coder.Codes.Code(u.code).Code)
		out = append(out, &Error{Position: Position{u.file, int(u.line), int(u.column)}, Message: message})
	}
	return out
}
