package cds

import (
	"fmt"

	"github.com/primum-cds/primum/cds/internal/expr"
)

// Slow returns the rules that no code can wake: they are asked about every patient, or every focus, since a
// part of their condition may hold, be undecided or fail whatever codes the data carries. Each Error stands at
// that part. They are not wrong, only dear where there are many. It is sorted like Errors, but complete.
func (e *Engine) Slow() []*Error {
	var out Errors
	for _, r := range e.rules {
		if need := r.when.Need(r.lets); need.Op == expr.Always {
			out = append(out, r.slow(need.Because))
		}
	}
	return out.inOrder()
}

// slow says that the rule is asked always, because of a part of it; nil is the condition as a whole.
func (r *rule) slow(because *expr.Obstacle) *Error {
	text, clause := r.def.When, expr.Obstacle{Text: "its condition"}
	if because != nil {
		clause = *because
	}
	for _, let := range r.def.Let {
		if let.Name == clause.Let {
			text = let.Expr
		}
	}
	about := "every patient"
	if r.scope.Of != "" {
		about = "every " + r.scope.Of
	}
	if r.scope.Table != nil {
		about += fmt.Sprintf(", for each of %d rows", len(r.rows))
	}
	message := fmt.Sprintf("asked about %s: no code is needed for %s", about, clause.Text)
	return &Error{Position: text.At(clause.Offset), Rule: r.def.ID, Message: message}
}
