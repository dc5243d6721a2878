package store

import (
	"math/bits"
	"strconv"
	"strings"
)

// The forms of code that a system can have throughout. Its codes are found by a key of 64 bits, which is
// the code itself where it can be.
const (
	numberCodes = iota + 1 // decimal, no leading zero, below 10^18: SNOMED CT, RxNorm
	shortCodes             // up to 8 bytes, none of them 0: LOINC, ICD-10-CM
	textCodes              // any; the key is a hash
)

// key returns the key of a code; false if no code of that form is written so.
func key(form uint32, code string) (uint64, bool) {
	switch form {
	case numberCodes:
		return numberKey(code)
	case shortCodes:
		return shortKey(code)
	}
	return textKey(code), code != ""
}

func numberKey(code string) (x uint64, ok bool) {
	if code == "" || len(code) > 18 || code[0] == '0' {
		return 0, false
	}
	for i := range len(code) {
		digit := code[i] - '0'
		if digit > 9 {
			return 0, false
		}
		x = 10*x + uint64(digit)
	}
	return x, true
}

func shortKey(code string) (x uint64, ok bool) {
	if code == "" || len(code) > 8 {
		return 0, false
	}
	for i := range len(code) {
		if code[i] == 0 {
			return 0, false
		}
		x |= uint64(code[i]) << (56 - 8*i)
	}
	return x, true
}

// textKey is FNV-1a.
func textKey(code string) uint64 {
	x := uint64(14695981039346656037)
	for i := range len(code) {
		x = (x ^ uint64(code[i])) * 1099511628211
	}
	return x
}

// keyCode returns the code with that key.
func keyCode(form uint32, key uint64) string {
	if form == numberCodes {
		return strconv.FormatUint(key, 10)
	}
	return strings.TrimRight(string(big.AppendUint64(nil, key)), "\x00")
}

// place returns the slot of n at which the search for a key begins, an even one, since two of them share a
// line of a processor's cache. It is the finalizer of MurmurHash3, scaled. n is even.
func place(key, n uint64) uint64 {
	key = (key ^ key>>33) * 0xff51afd7ed558ccd
	key = (key ^ key>>33) * 0xc4ceb9fe1a85ec53
	at, _ := bits.Mul64(key^key>>33, n/2)
	return 2 * at
}
