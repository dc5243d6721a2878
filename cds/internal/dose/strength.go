package dose

import (
	"strings"

	"github.com/primum-cds/primum/cds/internal/measure"
	"github.com/primum-cds/primum/cds/internal/tree"
	"github.com/primum-cds/primum/cds/ucum"
)

// basis is what a strength is given per.
type basis int

const (
	perPiece basis = iota
	perVolume
	perActuation
	perTime
	perMass
)

// per says what the strength is given per, or why it is of no use.
func (s *Strength) per() (basis, string) {
	if s == nil || s.Amount == nil || s.Unit == nil {
		return 0, "no strength is known"
	}
	above, below, divided := strings.Cut(s.Unit.String(), "/")
	numerator, err := ucum.Parse(above)
	if err != nil || !isDose(numerator) {
		return 0, "the strength " + s.String() + " is not understood"
	}
	if !divided {
		return perPiece, ""
	}
	if pieceWords[strings.Trim(below, "{}")] == puff && strings.HasPrefix(below, "{") {
		return perActuation, ""
	}
	if u, err := ucum.Parse(below); err == nil {
		switch {
		case isVolume(u):
			return perVolume, ""
		case comparable(u, "h"):
			return perTime, ""
		case comparable(u, "g"):
			return perMass, ""
		}
	}
	return 0, "the strength " + s.String() + " is not understood"
}

// String returns the strength as a person reads it: "500 mg/mL".
func (s *Strength) String() string { return measure.Of(s.Amount, s.Unit).String() }

// times is the dose of count times what the strength is given per.
func (s *Strength) times(count measure.Quantity) Result {
	above, _, _ := strings.Cut(s.Unit.String(), "/")
	unit, err := ucum.Parse(above)
	if err != nil {
		return unknown("%s", err)
	}
	q, err := measure.Mul(measure.Of(s.Amount, unit), count)
	if err != nil {
		return unknown("%s", err)
	}
	return known(q)
}

// piece is what a dose counts.
type piece int

const (
	unnamed piece = iota
	solid         // what holds its strength as a whole
	puff
	patch
	drop
)

// pieceWords are the words by which doses count pieces, in lower case: those of UCUM annotations, of
// HL7's orderableDrugForm, and plain English.
var pieceWords = map[string]piece{
	"tablet": solid, "tablets": solid, "tab": solid, "tabs": solid, "tbl": solid,
	"capsule": solid, "capsules": solid, "cap": solid, "caps": solid,
	"pill": solid, "pills": solid, "caplet": solid, "caplets": solid, "softgel": solid, "softgels": solid,
	"lozenge": solid, "lozenges": solid, "troche": solid, "troches": solid, "loz": solid,
	"suppository": solid, "suppositories": solid, "supp": solid,
	"puff": puff, "puffs": puff, "actuation": puff, "actuations": puff, "actuat": puff,
	"spray": puff, "sprays": puff, "inhalation": puff, "inhalations": puff, "metered dose": puff,
	"patch": patch, "patches": patch, "transdermal system": patch,
	"drop": drop, "drops": drop, "gtt": drop, "gtts": drop, "[drp]": drop,
}

// pieceOf reads what a Quantity counts, if it names a piece.
func pieceOf(q tree.Value) (piece, bool) {
	for _, word := range unitTexts(q) {
		if kind, ok := pieceWords[word]; ok {
			return kind, true
		}
	}
	return unnamed, false
}
