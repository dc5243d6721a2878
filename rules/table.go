package rules

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/primum-cds/primum/cds"
	"go.yaml.in/yaml/v3"
)

func columnTypes() []string {
	return []string{"bool", "codes", "date", "double", "int", "quantity", "string"}
}

func (r *ruleFile) tables(n *yaml.Node) {
	r.named(n, "tables", func(key, value *yaml.Node) {
		t := cds.Table{Name: key.Value, Position: r.place(key)}
		var file *yaml.Node
		r.mapping(value, "a table", fields{
			"file":    func(n *yaml.Node) { file = n },
			"columns": func(n *yaml.Node) { t.Columns = r.columns(n) },
		}, "file", "columns")
		if file != nil && len(t.Columns) > 0 {
			r.rows(&t, file)
		}
		if r.pack.first(r.document, key, "name", t.Name) {
			r.pack.Tables = append(r.pack.Tables, t)
		}
	})
}

func (r *ruleFile) columns(n *yaml.Node) []cds.Column {
	var columns []cds.Column
	r.named(n, "columns", func(key, value *yaml.Node) {
		columns = append(columns, cds.Column{Name: key.Value, Type: r.choice(value, key.Value, columnTypes()...), Position: r.place(key)})
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fail(n, "columns: there are none; name each with its type, as in {id: string}")
	}
	return columns
}

// rows reads the CSV file of a table, which lies in the pack's folder or below.
func (r *ruleFile) rows(t *cds.Table, n *yaml.Node) {
	name := r.str(n, "file")
	if name == "" {
		return
	}
	if !fs.ValidPath(name) || strings.Contains(name, `\`) {
		r.fail(n, "file: %q must be the path of a file in the pack's folder or below, written with /", name)
		return
	}
	file := path.Join(r.folder.dir, name)
	data, err := readFile(r.folder.fsys, file, maxTable)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.document.report(r.place(n), suggest(name, r.folder.tables()), "file: there is no %q in the pack's folder", name)
		return
	case err != nil:
		r.fail(n, "file: %q cannot be read", name)
		return
	case len(data) > maxTable:
		r.fail(n, "file: %q has more than 256 MB", name)
		return
	}
	source, ok := source(r.folder.display(file), data, r.mistakes)
	if t.File = source; ok {
		readTable(t, r.mistakes)
	}
}

// tables returns the names of the CSV files in the folder.
func (f *folder) tables() []string {
	entries, _ := fs.ReadDir(f.fsys, f.dir)
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".csv") {
			names = append(names, e.Name())
		}
	}
	return names
}

// readTable reads t.File into t.Rows, the cells in the order of t.Columns.
func readTable(t *cds.Table, m *mistakes) {
	r := &csvReader{file: t.File, mistakes: m, line: 1}
	header := r.record(nil)
	if len(header) == 0 {
		m.add(&cds.Error{Position: cds.Position{File: t.File}, Message: "the table is empty: its first line must name the columns"})
		return
	}
	order, ok := matchHeader(t, header, r)
	if !ok {
		return
	}
	var cells []csvCell
	var room rowRoom
	t.Rows = make([]cds.Row, 0, strings.Count(t.File.Text, "\n"))
	for {
		if cells = r.record(cells[:0]); len(cells) == 0 {
			return
		}
		if len(cells) != len(header) {
			raggedRow(cells, len(header), r)
			continue
		}
		row := room.row(len(order))
		for i, from := range order {
			row.Cells[i], row.Lines[i], row.Places[i] = cells[from].value, cells[from].line, cells[from].column
		}
		t.Rows = append(t.Rows, row)
	}
}

// A rowRoom makes rows, many at a time.
type rowRoom struct {
	cells   []string
	numbers []int32
}

func (r *rowRoom) row(columns int) cds.Row {
	const rows = 256
	if len(r.cells) < columns {
		r.cells, r.numbers = make([]string, rows*columns), make([]int32, 2*rows*columns)
	}
	row := cds.Row{Cells: r.cells[:columns:columns], Lines: r.numbers[:columns:columns], Places: r.numbers[columns : 2*columns : 2*columns]}
	r.cells, r.numbers = r.cells[columns:], r.numbers[2*columns:]
	return row
}

// matchHeader returns, for each of the table's columns, where it stands in the file.
func matchHeader(t *cds.Table, header []csvCell, r *csvReader) (order []int, ok bool) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	before := r.mistakes.count
	for i, cell := range header {
		place := cds.Position{File: t.File, Line: int(cell.line), Column: int(cell.column)}
		switch {
		case !slices.Contains(names, cell.value):
			e := &cds.Error{Position: place, Suggest: suggest(cell.value, names)}
			e.Message = "the column \"" + cell.value + "\" is not among those of table \"" + t.Name + "\" (" + strings.Join(names, ", ") + ")"
			r.mistakes.add(e)
		case slices.ContainsFunc(header[:i], func(c csvCell) bool { return c.value == cell.value }):
			r.fail(cell.line, cell.column, "the column %q comes twice", cell.value)
		}
	}
	for _, name := range names {
		i := slices.IndexFunc(header, func(c csvCell) bool { return c.value == name })
		if i < 0 {
			r.fail(r.end.line, r.end.column, "the column %q of table %q is missing", name, t.Name)
		}
		order = append(order, i)
	}
	return order, r.mistakes.count == before
}

// raggedRow reports a row that has not as many cells as there are columns, where the first one is too
// much or missing.
func raggedRow(cells []csvCell, columns int, r *csvReader) {
	at := r.end
	if len(cells) > columns {
		at = cells[columns]
	}
	r.fail(at.line, at.column, "this row has %d cells and the table %d columns; a cell with a comma in it must be in quotes", len(cells), columns)
}
