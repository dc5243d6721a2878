package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/primum-cds/primum/cds"
)

// A csvReader reads comma-separated values as RFC 4180 has them, and says where each cell stands. Lines
// may end in LF or CRLF; empty ones are passed over; blanks belong to their cell.
type csvReader struct {
	file     *cds.File
	mistakes *mistakes
	at       int // in bytes, at the beginning of a line between records
	line     int32
	end      csvCell // the empty place after the last record
}

// A csvCell is the content of a cell and where that begins: after the quote, if it has one.
type csvCell struct {
	value        string
	line, column int32
}

// record returns the cells of the next record, appended to cells; none at the end of the file.
func (r *csvReader) record(cells []csvCell) []csvCell {
	text := r.file.Text
	for r.at < len(text) && (text[r.at] == '\n' || strings.HasPrefix(text[r.at:], "\r\n")) {
		r.at += strings.IndexByte(text[r.at:], '\n') + 1
		r.line++
	}
	if r.at >= len(text) {
		return cells
	}
	for column := int32(1); ; column++ {
		var cell csvCell
		if strings.HasPrefix(text[r.at:], `"`) {
			cell, column = r.quoted(column)
		} else {
			cell, column = r.bare(column)
		}
		cells, r.end = append(cells, cell), csvCell{line: r.line, column: column}
		if r.at >= len(text) || text[r.at] != ',' {
			break
		}
		r.at++
	}
	if r.at < len(text) {
		r.at += strings.IndexByte(text[r.at:], '\n') + 1
		r.line++
	}
	return cells
}

// bare reads a cell without quotes and returns the column after it.
func (r *csvReader) bare(column int32) (csvCell, int32) {
	value := r.upTo(",\n")
	if i := strings.IndexByte(value, '"'); i >= 0 {
		r.fail(r.line, column+characters(value[:i]), `a quote inside a cell: put the whole cell in quotes and write "" for each quote in it`)
	}
	return csvCell{value, r.line, column}, column + characters(value)
}

// upTo takes the text up to one of the stops, or the end of the line or file.
func (r *csvReader) upTo(stops string) string {
	rest := r.file.Text[r.at:]
	if i := strings.IndexAny(rest, stops); i >= 0 {
		rest = rest[:i]
	}
	r.at += len(rest)
	if strings.HasSuffix(rest, "\r") && r.at < len(r.file.Text) && r.file.Text[r.at] == '\n' {
		r.at--
		rest = rest[:len(rest)-1]
	}
	return rest
}

// quoted reads a cell in quotes, which may go over several lines, and returns the column after it.
func (r *csvReader) quoted(column int32) (csvCell, int32) {
	text := r.file.Text
	cell := csvCell{line: r.line, column: column + 1}
	begin := r.at + 1
	for r.at = begin; ; r.at += 2 {
		i := strings.IndexByte(text[r.at:], '"')
		if i < 0 {
			r.fail(cell.line, column, "this quote is never closed")
			r.at = len(text)
			cell.value = text[begin:]
			return cell, column
		}
		r.at += i
		if !strings.HasPrefix(text[r.at:], `""`) {
			break
		}
	}
	raw := text[begin:r.at]
	r.at++
	column++
	if n := strings.Count(raw, "\n"); n > 0 {
		r.line += int32(n)
		column = 1
	}
	column += characters(raw[strings.LastIndexByte(raw, '\n')+1:]) + 1
	cell.value = strings.ReplaceAll(raw, `""`, `"`)
	if rest := r.upTo(",\n"); rest != "" {
		r.fail(r.line, column, `text after the closing quote of a cell: write "" for a quote inside it`)
		column += characters(rest)
	}
	return cell, column
}

func (r *csvReader) fail(line, column int32, format string, args ...any) {
	r.mistakes.add(&cds.Error{
		Position: cds.Position{File: r.file, Line: int(line), Column: int(column)},
		Message:  fmt.Sprintf(format, args...),
	})
}

func characters(s string) int32 { return int32(utf8.RuneCountInString(s)) }
