package expr

import (
	"encoding/binary"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// A Table is knowledge in rows, as expressions read it. It keeps its cells by column, and of equal ones
// one: a row of it is a number.
type Table struct {
	Name    string
	Columns []string
	Types   []string // of Columns
	rows    int
	cells   []column
	row     *structType
}

// A column holds the cells of a table's column.
type column struct {
	cells  []uint32  // by row: the number of its value, or where its text is; 0: it could not be read
	values []ref.Val // by number, which counts from 1
	texts  string    // in place of values, for texts: each after its length
}

func (c *column) value(row int) ref.Val {
	at := c.cells[row]
	switch {
	case at == 0:
		return nil
	case c.values == nil:
		return types.String(textAt(c.texts, at))
	}
	return c.values[at-1]
}

// textAt returns the text that begins with its length at a place.
func textAt(texts string, at uint32) string {
	length, shift := 0, 0
	for ; ; at++ {
		b := texts[at]
		length |= int(b&0x7f) << shift
		if shift += 7; b < 0x80 {
			return texts[at+1 : int(at)+1+length]
		}
	}
}

// Len returns how many rows there are.
func (t *Table) Len() int { return t.rows }

// Row returns a row by its number, from 0.
func (t *Table) Row(n int) Row { return Row{t, n} }

// Column returns the index of a column, -1 if there is none.
func (t *Table) Column(name string) int { return slices.Index(t.Columns, name) }

// A Row is a row of a table. The zero Row is none.
type Row struct {
	table *Table
	n     int
}

func (r Row) value(column int) ref.Val { return r.table.cells[column].value(r.n) }

// Readable reports whether all cells of the row could be read.
func (r Row) Readable() bool {
	return !slices.ContainsFunc(r.table.cells, func(c column) bool { return c.cells[r.n] == 0 })
}

// Text returns a cell as a person reads it.
func (r Row) Text(column string) string {
	i := r.table.Column(column)
	if i < 0 {
		return ""
	}
	if c := &r.table.cells[i]; c.values == nil && c.cells[r.n] > 0 {
		return textAt(c.texts, c.cells[r.n])
	}
	return Display(r.value(i))
}

// Alike returns a key that is the same for rows whose cells in the given columns are equal.
func (r Row) Alike(columns []int) string {
	key := make([]byte, 0, 4*len(columns))
	for _, i := range columns {
		key = binary.LittleEndian.AppendUint32(key, r.table.cells[i].cells[r.n])
	}
	return string(key)
}

// A TableBuilder is a Table while its rows are read: each cell of a row is added once.
type TableBuilder struct {
	table *Table
	known []map[string]uint32 // by column, the cells that were read, by what was written
	texts [][]byte            // by column
}

// NewTable begins a table of so many rows. The name of the pack makes the name of its row's type unique.
func NewTable(pack, name string, columns, kinds []string, rows int) *TableBuilder {
	t := &Table{Name: name, Columns: columns, Types: kinds, rows: rows, cells: make([]column, len(columns))}
	b := &TableBuilder{table: t, known: make([]map[string]uint32, len(columns)), texts: make([][]byte, len(columns))}
	typeName := "row of " + pack + "." + name
	t.row = &structType{name: typeName, cel: types.NewObjectType(typeName), fields: map[string]*types.FieldType{}}
	for i, column := range columns {
		t.cells[i].cells = make([]uint32, 0, rows)
		b.known[i] = map[string]uint32{}
		t.row.names = append(t.row.names, column)
		t.row.fields[column] = rowField(i, columnTypes[kinds[i]])
	}
	return b
}

func rowField(i int, typ *types.Type) *types.FieldType {
	return &types.FieldType{
		Type:  typ,
		IsSet: func(target any) bool { _, ok := target.(*rowVal); return ok },
		GetFrom: func(target any) (any, error) {
			if r, ok := target.(*rowVal); ok {
				if v := r.row.value(i); v != nil {
					return v, nil
				}
			}
			return target, nil
		},
	}
}

// Again adds a cell that was written before in the column; false if it was not.
func (b *TableBuilder) Again(column int, written string) bool {
	at, ok := b.known[column][written]
	if ok {
		b.add(column, at)
	}
	return ok
}

// Text adds a cell of a column of type string.
func (b *TableBuilder) Text(column int, written string) {
	texts := b.texts[column]
	if texts == nil {
		texts = []byte{0} // no text is at 0
	}
	b.add(column, uint32(len(texts)))
	b.texts[column] = append(binary.AppendUvarint(texts, uint64(len(written))), written...)
}

// Add adds a cell of another column. The zero Value stands for one that could not be read.
func (b *TableBuilder) Add(column int, v Value) {
	if v.val == nil {
		b.add(column, 0)
		return
	}
	c := &b.table.cells[column]
	c.values = append(c.values, v.val)
	b.add(column, uint32(len(c.values)))
}

// Remember has Again know the cell that was added last to the column, by what was written.
func (b *TableBuilder) Remember(column int, written string) {
	cells := b.table.cells[column].cells
	b.known[column][written] = cells[len(cells)-1]
}

func (b *TableBuilder) add(column int, at uint32) {
	c := &b.table.cells[column]
	c.cells = append(c.cells, at)
}

// Table returns the table when all rows are added.
func (b *TableBuilder) Table() *Table {
	for i := range b.table.cells {
		c := &b.table.cells[i]
		c.values, c.texts = slices.Clip(c.values), string(b.texts[i])
	}
	return b.table
}

var tableType = types.NewOpaqueType("Table")

type tableVal struct {
	opaque
	table *Table
}

func (tableVal) Type() ref.Type { return tableType }
func (v tableVal) Value() any   { return v }

type rowVal struct {
	opaque
	row Row
}

func (v *rowVal) Type() ref.Type { return v.row.table.row.cel }
func (v *rowVal) Value() any     { return v }

var columnTypes = map[string]*types.Type{
	"string": types.StringType, "codes": codesType, "int": types.IntType, "double": types.DoubleType,
	"bool": types.BoolType, "quantity": quantityType, "date": dateType,
}
