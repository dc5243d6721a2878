package terminology

import "strings"

// NormalNDC returns a National Drug Code as the eleven digits that RxNorm lists: labeler 5, product 4,
// package 2. It takes these with or without hyphens, and the ten digits of a label with their hyphens
// (4-4-2, 5-3-2, 5-4-1). Ten digits without hyphens can be any of three codes, so they are not read; nor
// is the code of a product without its package.
func NormalNDC(ndc string) (digits string, ok bool) {
	ndc = strings.TrimSpace(ndc)
	if len(ndc) == 11 && isDigits(ndc) {
		return ndc, true
	}
	labeler, rest, _ := strings.Cut(ndc, "-")
	product, pack, _ := strings.Cut(rest, "-")
	if !isDigits(labeler) || !isDigits(product) || !isDigits(pack) {
		return "", false
	}
	switch [3]int{len(labeler), len(product), len(pack)} {
	case [3]int{5, 4, 2}:
		return labeler + product + pack, true
	case [3]int{4, 4, 2}:
		return "0" + labeler + product + pack, true
	case [3]int{5, 3, 2}:
		return labeler + "0" + product + pack, true
	case [3]int{5, 4, 1}:
		return labeler + product + "0" + pack, true
	}
	return "", false
}
