package ucum

import "strings"

// Display returns the unit as a person reads it: "mL/min/1.73 m²" for mL/min/{1.73_m2}, "10³/µL" for
// 10*3/uL, "IU" for [iU], "°C" for Cel, "tablet" for {tablet}, "mg/day" for mg/d, "mg/kg/day"
// for mg/d/kg. Micrograms are "mcg", since a handwritten "µg" was often read as "mg". The unit 1 reads as "".
func (u *Unit) Display() string {
	if u.String() == "1" {
		return ""
	}
	if u.serial == 0 {
		return u.display()
	}
	if known := displays.get(u.serial, u.serial); known != nil {
		return *known
	}
	return *displays.put(u.serial, u.serial, u.display())
}

func (u *Unit) display() string {
	t, err := units()
	if err != nil {
		return u.String()
	}
	d := display{parser: parser{code: u.code}, table: t}
	for d.pos < len(d.code) {
		d.part()
	}
	out := d.out.String()
	for _, body := range []string{"/kg", "/m²"} { // doses are written by body and then by time
		if dose, ok := strings.CutSuffix(out, "/day"+body); ok {
			return dose + body + "/day"
		}
	}
	return out
}

// A display rewrites a code that is known to be valid, component by component.
type display struct {
	parser
	table *table
	out   strings.Builder
}

func (d *display) part() {
	start := d.pos
	switch c := d.peek(); {
	case c == '.':
		d.pos++
		d.out.WriteString("·")
	case strings.IndexByte("/()", c) >= 0:
		d.pos++
		d.out.WriteByte(c)
	case c == '{':
		d.note()
	case isDigit(c):
		number := d.digits()
		switch d.peek() {
		case '*', '^':
			d.pos = start
			d.readable()
		case '{':
			if number != "1" {
				d.out.WriteString(number + " ")
			}
		default:
			d.out.WriteString(number)
		}
	default:
		d.readable()
	}
}

func (d *display) readable() {
	name, _ := d.name()
	pre, a := split(name, d.table.prefixes, func(code string) *atom { return d.table.atoms[code] })
	switch {
	case a == nil:
		d.out.WriteString(name)
	case pre == nil:
		d.out.WriteString(a.display)
	case pre.code == "u" && a.code == "g":
		d.out.WriteString("mcg")
	case pre.code == "u":
		d.out.WriteString("µ" + a.display)
	default:
		d.out.WriteString(pre.code + a.display)
	}
	start := d.pos
	for c := d.peek(); isDigit(c) || c == '-' || c == '+'; c = d.peek() {
		d.pos++
	}
	d.out.WriteString(superscript(d.code[start:d.pos]))
	if d.peek() == '{' {
		d.out.WriteByte(' ')
		d.note()
	}
}

func (d *display) note() {
	text, _ := d.braces()
	words := strings.Split(strings.ReplaceAll(text, "_", " "), " ")
	for i, w := range words {
		if w == "m2" || w == "m3" {
			words[i] = "m" + superscript(w[1:])
		}
	}
	d.out.WriteString(strings.Join(words, " "))
}

func superscript(exponent string) string { return raised.Replace(exponent) }

var raised = strings.NewReplacer("+", "", "-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
	"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
