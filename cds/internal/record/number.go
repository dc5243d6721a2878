package record

import (
	"math"
	"strconv"
)

// longestNumber is more digits than any measurement has; decimals are exact, so each costs.
const longestNumber = 64

// validNumber reports whether text is a JSON number that an exact decimal can hold at a bounded cost:
// at most 64 characters, and within the range of a float64.
func validNumber(text string) bool {
	if len(text) > longestNumber || !numberSyntax(text) {
		return false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return false
	}
	return f != 0 || zeroDigits(text)
}

// plainNumber reports whether text is a valid number without an exponent, which nearly all are.
func plainNumber(text []byte) bool {
	if len(text) == 0 || len(text) > longestNumber {
		return false
	}
	if text[0] == '-' {
		text = text[1:]
	}
	point := -1
	for i, c := range text {
		if c == '.' && point < 0 {
			point = i
		} else if c < '0' || c > '9' {
			return false
		}
	}
	whole := text
	if point >= 0 {
		whole = text[:point]
		if point == len(text)-1 {
			return false
		}
	}
	return len(whole) == 1 || len(whole) > 1 && whole[0] != '0'
}

// numberSyntax checks the grammar of RFC 8259.
func numberSyntax(s string) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := i
	if !digits() || s[whole] == '0' && i > whole+1 {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}

// zeroDigits reports whether the digits before the exponent are all zero, so that 0 is no underflow. An
// exponent that is large all the same makes no sense.
func zeroDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'e' || c == 'E':
			n, err := strconv.Atoi(s[i+1:])
			return err == nil && n > -400 && n < 400
		case c >= '1' && c <= '9':
			return false
		}
	}
	return true
}
