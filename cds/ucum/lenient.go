package ucum

import (
	_ "embed"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
)

//go:embed spellings.txt
var spellingsText string

// spellings returns the UCUM codes of the spellings in spellings.txt, loaded on first use.
var spellings = sync.OnceValues(func() (map[string]string, error) { return loadSpellings(spellingsText) })

func loadSpellings(text string) (map[string]string, error) {
	known := map[string]string{}
	var errs []error
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "\t")
		for _, s := range row[1:] {
			if known[s] != "" {
				errs = append(errs, fmt.Errorf("spellings.txt: %q is both %s and %s", s, known[s], row[0]))
			}
			known[s] = row[0]
		}
	}
	return known, errors.Join(errs...)
}

// ParseLenient reads a unit as data has it: UCUM, or one of the usual other spellings, such as "mcg/mL",
// "IU", "K/uL", "mmHg", "tablets", "units/hr", "mg per day". mapped is true where the unit was not taken
// as it was written.
//
// What is not UCUM is looked up in a fixed list, exactly, upper and lower case included; nothing is
// guessed. The list comes first: "ML" is read as mL and "MG" as mg, though in UCUM they are the megalitre
// and the megagauss. So a code that is known to be UCUM should be read with Parse. Apart from the list, µ is
// read as u, raised digits as exponents, " per " as a slash, and blanks around the unit are left out.
//
// "unit" is {unit}, neither U nor [iU]: which one is meant depends on the substance. Only per litre, where
// enzymes are measured, it is U.
//
// The error is the one that Parse returns for code.
func ParseLenient(code string) (u *Unit, mapped bool, err error) {
	if len(code) > maxRemembered {
		read := parseLenient(code)
		u, err = read.result()
		return u, read.mapped, err
	}
	hash := maphash.String(seed, code)
	read := lenient.get(code, hash)
	if read == nil {
		code = strings.Clone(code)
		read = lenient.put(code, hash, parseLenient(code))
	}
	u, err = read.result()
	return u, read.mapped, err
}

func parseLenient(code string) reading {
	known, broken := spellings()
	t, damaged := units()
	if broken == nil && damaged == nil && len(code) <= 4*maxLength {
		for _, candidate := range candidates(code, known) {
			if _, fault := t.parser(candidate).parse(); fault == nil {
				if u, err := Parse(candidate); err == nil {
					return reading{unit: u, mapped: candidate != code}
				}
			}
		}
	}
	return parseStrict(code)
}

// candidates returns what code may be read as, the first that is valid counts.
func candidates(code string, known map[string]string) []string {
	plain := plainLetters(code)
	out := []string{respell(plain, known), plain}
	if s := known[plain]; s != "" {
		return append([]string{s}, out...)
	}
	return out
}

// plainLetters replaces letters that only look different.
func plainLetters(code string) string { return lookalikes.Replace(strings.TrimSpace(code)) }

var lookalikes = strings.NewReplacer("µ", "u", "μ", "u", "×", "x", "10³", "10*3", "10⁶", "10*6", "10⁹", "10*9", "10¹²", "10*12",
	"²", "2", "³", "3", " per ", "/")

// respell looks up each part between slashes.
func respell(code string, known map[string]string) string {
	parts := slashed(code)
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if s := known[part]; s != "" {
			part = s
		}
		parts[i] = part
	}
	return strings.Join(parts, "/")
}

// slashed splits at the slashes that are not within braces or brackets.
func slashed(code string) []string {
	var parts []string
	start, depth := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '/':
			if depth == 0 {
				parts = append(parts, code[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, code[start:])
}
