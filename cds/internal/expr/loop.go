package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// loops are the comprehensions of an expression, by the ids of their conditions and of their steps.
type loops struct {
	conditions map[int64]bool
	steps      map[int64]step
	fns        map[string]*function
	structures map[string]*structType // by variable
}

func loopsOf(e ast.Expr, fns map[string]*function) loops {
	out := loops{conditions: map[int64]bool{}, steps: map[int64]step{}, fns: fns}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			loop := e.AsComprehension()
			out.conditions[loop.LoopCondition().ID()] = true
			out.steps[loop.LoopStep().ID()] = step{iter: [2]string{loop.IterVar(), loop.IterVar2()}, accu: loop.AccuVar()}
		}
	}))
	return out
}

// decorate makes each iteration count, ends loops when a limit is reached, and lets the element that stands
// for what is missing from an open list decide nothing. Calls of the vocabulary take no memory.
func (l loops) decorate(i interpreter.InterpretableV2) interpreter.InterpretableV2 {
	switch i.(type) {
	case *counted, *step, *called:
		return i
	}
	i = l.called(i)
	if s, ok := l.steps[i.ID()]; ok {
		s.InterpretableV2 = i
		return &s
	}
	if l.conditions[i.ID()] {
		return &counted{i}
	}
	return i
}

// A step is what a loop does with one element.
type step struct {
	interpreter.InterpretableV2
	iter [2]string // the loop's variables, the second "" if it has one
	accu string
}

func (s *step) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	for _, name := range s.iter {
		if name == "" {
			continue
		}
		v, _ := frame.ResolveName(name)
		missing, ok := v.(*types.Unknown)
		if !ok {
			continue
		}
		ev, _ := frame.ResolveName("@ev")
		if ev, ok := ev.(*Eval); !ok || !ev.missingPart[missing] {
			continue
		}
		if accu, _ := frame.ResolveName(s.accu); accu != nil {
			if u, ok := accu.(*types.Unknown); ok {
				return types.MergeUnknowns(u, missing)
			}
		}
		return missing
	}
	return s.InterpretableV2.Exec(frame)
}

func (s *step) Eval(vars interpreter.Activation) ref.Val {
	return s.Exec(interpreter.AsFrame(vars))
}

type counted struct{ interpreter.InterpretableV2 }

func (c *counted) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	if ev, ok := frame.ResolveName("@ev"); ok {
		if ev, ok := ev.(*Eval); ok && !ev.tick() {
			return types.False
		}
	}
	return c.InterpretableV2.Exec(frame)
}

func (c *counted) Eval(vars interpreter.Activation) ref.Val {
	return c.Exec(interpreter.AsFrame(vars))
}
