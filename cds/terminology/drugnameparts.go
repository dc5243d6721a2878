package terminology

import (
	"slices"
	"strings"
)

// A drugName is a name in RxNorm's style, taken apart: [quantity] part / part … [form] [brand].
type drugName struct {
	parts   []namePart
	branded bool
}

// A namePart is "name strength unit rest"; rest is not empty only where something follows the strength,
// which is the dose form in the last part.
type namePart struct {
	words    []string
	strength string
	unit     string
	rest     []string
}

func newDrugName(text string) drugName {
	var name drugName
	text = strings.Join(strings.Fields(text), " ")
	if before, brand, ok := strings.Cut(text, " ["); ok && strings.IndexByte(brand, ']') == len(brand)-1 {
		text, name.branded = before, true
	}
	text = cutQuantity(text)
	for part := range strings.SplitSeq(text, " / ") {
		name.parts = append(name.parts, newNamePart(strings.Fields(part)))
	}
	return name
}

// cutQuantity cuts what stands before the ingredients: the volume or the time of one dose.
func cutQuantity(text string) string {
	number, rest, _ := strings.Cut(text, " ")
	unit, rest, found := strings.Cut(rest, " ")
	if !found || !isNumber(number) {
		return text
	}
	switch strings.ToUpper(unit) {
	case "HR", "DAY", "ML", "ACTUAT":
		return rest
	}
	return text
}

func newNamePart(words []string) namePart {
	for i := 1; i < len(words); i++ {
		digits := strings.TrimRight(words[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/%-")
		if !isNumber(digits) {
			continue
		}
		if unit, ok := strengthUnit(words[i][len(digits):]); ok {
			return namePart{words[:i], digits, unit, words[i+1:]}
		}
		if digits != words[i] || i+1 == len(words) {
			continue
		}
		if unit, ok := strengthUnit(words[i+1]); ok {
			return namePart{words[:i], digits, unit, words[i+2:]}
		}
	}
	return namePart{words: words}
}

// isNumber reports whether s is a decimal number as RxNorm writes it: digits, a point with digits after it.
func isNumber(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	return isDigits(whole) && (!point || isDigits(fraction))
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// stated reports whether the name gives a strength. Without one it could be any text.
func (n drugName) stated() bool {
	return slices.ContainsFunc(n.parts, func(p namePart) bool { return p.strength != "" })
}

// kind returns the term type in RxNorm that comes nearest to a name of this shape.
func (n drugName) kind(ingredients int, formed bool) string {
	switch {
	case n.branded:
		return "SBD"
	case formed, n.stated() && ingredients > 1:
		return "SCD"
	case n.stated():
		return "SCDC"
	case ingredients > 1:
		return "MIN"
	}
	return "IN"
}
