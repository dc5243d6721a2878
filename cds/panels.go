package cds

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/primum-cds/primum/cds/terminology"
)

// The observations that hold others as components: a search by code finds a component only by the code of
// what holds it.
//
//go:embed panels.csv
var panelsCSV string

// readPanels returns the panels of each component.
func readPanels() (map[terminology.Code][]terminology.Code, error) {
	rows, err := csv.NewReader(strings.NewReader(panelsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("the panels cannot be read: %w", err)
	}
	out := map[terminology.Code][]terminology.Code{}
	for _, row := range rows[1:] {
		component := terminology.Code{System: row[0], Code: row[2]}
		out[component] = append(out[component], terminology.Code{System: row[0], Code: row[1]})
	}
	return out, nil
}
