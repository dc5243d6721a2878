package cds

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/expr"
	"github.com/primum-cds/primum/cds/terminology"
)

// table reads the cells of a table.
func (c *compiler) table(p *pack, def *Table) {
	if !c.name(p, def.Position, "", "a table", def.Name) {
		return
	}
	p.kinds[def.Name] = "a table"
	var names, kinds []string
	for _, column := range def.Columns {
		kind := column.Type
		if !contains(expr.Columns, kind) {
			c.fail(column.Position, "", expr.Nearest(kind, expr.Columns), "there is no column type %q: expected %s", kind, strings.Join(expr.Columns, ", "))
			return
		}
		if !identifier.MatchString(column.Name) {
			c.fail(column.Position, "", "", "%q is no name of a column: expected letters, digits and _, not beginning with a digit", column.Name)
			return
		}
		names, kinds = append(names, column.Name), append(kinds, kind)
	}
	t := &tableReader{
		compiler: c, pack: p, def: def, kinds: kinds, sets: map[string]expr.Value{}, ids: make(map[string]int, len(def.Rows)),
		cells: expr.NewTable(p.def.Name, def.Name, names, kinds, len(def.Rows)),
	}
	for i := range def.Rows {
		t.row(i)
	}
	p.names.Tables[def.Name] = t.cells.Table()
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

type tableReader struct {
	compiler *compiler
	pack     *pack
	def      *Table
	kinds    []string // of the columns
	cells    *expr.TableBuilder
	sets     map[string]expr.Value // by the text of the cell
	ids      map[string]int        // id → row
}

func (t *tableReader) at(row, cell int) Position {
	r := &t.def.Rows[row]
	if cell >= len(r.Lines) || cell >= len(r.Places) {
		return t.def.Position
	}
	return Position{File: t.def.File, Line: int(r.Lines[cell]), Column: int(r.Places[cell])}
}

func (t *tableReader) row(i int) {
	for j, kind := range t.kinds {
		text := ""
		if j < len(t.def.Rows[i].Cells) {
			text = t.def.Rows[i].Cells[j]
		}
		isID := t.def.Columns[j].Name == "id"
		switch {
		case isID && kind == "string": // no two are alike
			t.cells.Text(j, text)
		case t.cells.Again(j, text):
		case kind == "string":
			t.cells.Text(j, text)
			t.cells.Remember(j, text)
		default:
			t.cell(kind, text, i, j)
		}
		if isID {
			t.id(text, i, j)
		}
	}
}

func (t *tableReader) id(text string, i, j int) {
	if first, twice := t.ids[text]; twice {
		t.compiler.fail(t.at(i, j), "", "", "the id %q is taken: the row at %s has it", text, t.at(first, j))
		return
	}
	if !ruleID.MatchString(text) {
		t.compiler.fail(t.at(i, j), "", "", "%q is no id: expected letters, digits, '-', '_' and '.'", text)
	}
	t.ids[text] = i
}

// cell adds a cell that was not in its column before. What is wrong in it is told of each that is like it.
func (t *tableReader) cell(kind, text string, i, j int) {
	before := len(t.compiler.errors)
	value := t.value(kind, text, i, j)
	t.cells.Add(j, value)
	if len(t.compiler.errors) == before {
		t.cells.Remember(j, text)
	}
}

func (t *tableReader) value(kind, text string, i, j int) expr.Value {
	if kind != "codes" {
		value, err := expr.Cell(kind, text)
		if err != nil {
			t.compiler.fail(t.at(i, j), "", "", "column %q: %v", t.def.Columns[j].Name, err)
		}
		return value
	}
	if v, ok := t.sets[text]; ok {
		return v
	}
	before := len(t.compiler.errors)
	v := t.codes(text, i, j)
	if len(t.compiler.errors) == before {
		t.sets[text] = v
	}
	return v
}

// codes reads a cell of names of this pack and of `system|code`, separated by ";".
func (t *tableReader) codes(text string, i, j int) expr.Value {
	set := &codeSet{compiler: t.compiler}
	var sets []*terminology.Set
	next := t.at(i, j)
	for _, part := range strings.Split(text, ";") {
		trimmed := strings.TrimSpace(part)
		at := after(next, part[:strings.Index(part, trimmed)])
		next = after(next, part+";")
		part = trimmed
		system, code, coded := strings.Cut(part, "|")
		switch codes, known := t.pack.names.Codes[part]; {
		case known:
			sets = append(sets, codes.Set)
		case coded:
			url, ok := terminology.System(system)
			if !ok && !strings.Contains(system, ":") {
				t.compiler.fail(at, "", expr.Nearest(system, terminology.Systems()), "column %q: unknown code system %q", t.def.Columns[j].Name, system)
				continue
			} else if ok {
				system = url
			}
			full := terminology.Code{System: system, Code: code}
			if message := malformed(full); message != "" {
				at = after(at, part[:strings.IndexByte(part, '|')+1])
				t.compiler.fail(at, "", "", "column %q: %s", t.def.Columns[j].Name, message)
				continue
			}
			set.add(full)
			t.compiler.reachable(at, full)
		case part == "":
			t.compiler.fail(at, "", "", "column %q: expected names of codes or system|code, separated by ;", t.def.Columns[j].Name)
		default:
			t.compiler.fail(at, "", expr.Nearest(part, keys(t.pack.names.Codes)), "column %q: there are no codes named %q", t.def.Columns[j].Name, part)
		}
	}
	name := strings.Clone(text) // a part of the file would keep all of it
	if len(name) > 60 {
		name = t.def.Columns[j].Name
	}
	if len(set.ids) == 0 && len(sets) == 1 {
		return expr.CodesOf(name, sets[0])
	}
	listed := set.set()
	if len(sets) > 0 {
		listed = terminology.Union(append(sets, listed)...)
	}
	return expr.CodesOf(name, listed)
}

// after is the place behind text that begins at p.
func after(p Position, text string) Position {
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		p.Line += strings.Count(text, "\n")
		p.Column, text = 1, text[i+1:]
	}
	p.Column += len([]rune(text))
	return p
}
