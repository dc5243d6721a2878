package main

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed data
var files embed.FS

// A Drug is what prescriptions are about: a tablet or capsule with one ingredient.
type Drug struct {
	RxCUI      string // of the clinical drug (SCD)
	Name       string
	Ingredient string // its RxCUI
	Dose       string // mg, as it is written
	PerDay     int
}

// Daily is the dose of a day in mg.
func (d Drug) Daily() float64 { return number(d.Dose) * float64(d.PerDay) }

// A Test is what observations report.
type Test struct {
	LOINC, Name, Unit, Low, High string
	Decimals                     int
	Newest                       string // the value of the newest result; older ones lie between Low and High
	Category                     string
}

// A Problem is what conditions are about.
type Problem struct {
	SNOMED, Name, ICD10, ICD10Name string
	Active                         bool // some condition of a record is; all others are resolved
}

// A Substance is what allergies are about.
type Substance struct {
	System, Code, Name, Category, Criticality string
}

// A Catalogue is all that records are made of.
type Catalogue struct {
	Drugs      []Drug // the first are those that are active
	Tests      []Test
	Problems   []Problem
	Substances []Substance
}

// Ingredient tells the ingredient of each drug by its RxCUI: what the other engines know of drugs.
func (c *Catalogue) Ingredient() map[string]string {
	out := map[string]string{}
	for _, d := range c.Drugs {
		out[d.RxCUI] = d.Ingredient
	}
	return out
}

func readCatalogue() (*Catalogue, error) {
	c := &Catalogue{}
	return c, firstError(
		eachLine("drugs.csv", func(f map[string]string) {
			c.Drugs = append(c.Drugs, Drug{f["rxcui"], f["name"], f["ingredient"], f["mg"], int(number(f["per_day"]))})
		}),
		eachLine("results.csv", func(f map[string]string) {
			c.Tests = append(c.Tests, Test{f["loinc"], f["name"], f["unit"], f["low"], f["high"], int(number(f["decimals"])), f["newest"], f["category"]})
		}),
		eachLine("problems.csv", func(f map[string]string) {
			c.Problems = append(c.Problems, Problem{f["snomed"], f["name"], f["icd10"], f["icd10_name"], f["active"] == "true"})
		}),
		eachLine("allergies.csv", func(f map[string]string) {
			c.Substances = append(c.Substances, Substance{f["system"], f["code"], f["name"], f["category"], f["criticality"]})
		}),
	)
}

// eachLine hands on the lines of a CSV file in data, each as its cells by column.
func eachLine(name string, line func(cells map[string]string)) error {
	file, err := files.Open("data/" + name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, cells := range lines[1:] {
		byColumn := map[string]string{}
		for i, column := range lines[0] {
			byColumn[column] = cells[i]
		}
		line(byColumn)
	}
	return nil
}

// number reads a number of our own files. One that is none counts as 0, which the oracle would notice.
func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ";")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
