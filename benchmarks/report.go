package main

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// print writes a comparison as a Markdown table: for each column the median of an engine, how many times
// that of parsing it is, and its allocations.
func (c *Comparison) print(w io.Writer, title string) {
	fmt.Fprintf(w, "\n## %s\n\n| engine |", title)
	for _, column := range c.Columns {
		fmt.Fprintf(w, " %s | × fastjson | allocations |", column)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("--:|--:|--:|", len(c.Columns)))
	for _, engine := range c.Engines {
		fmt.Fprintf(w, "| %s |", engine)
		for i := range c.Columns {
			s, floor := c.Series[i][engine], c.Series[i]["fastjson"]
			if s == nil {
				fmt.Fprint(w, " – | – | – |")
				continue
			}
			ratio := "–"
			if floor != nil {
				ratio = readable(s.over(floor))
			}
			fmt.Fprintf(w, " %s | %s | %s |", microseconds(s.Median()), ratio, thousands(int(s.Allocs())))
		}
		fmt.Fprintln(w)
	}
}

// printFigures writes what Primum must reach, and whether it did.
func printFigures(w io.Writer, figures []Figure) {
	fmt.Fprintf(w, "\n## Targets\n\n| figure | target | measured | |\n|---|--:|--:|---|\n")
	for _, f := range figures {
		target, verdict := f.goal()
		fmt.Fprintf(w, "| %s | %s | %s%s | %s |\n", f.What, target, readable(f.Measured), f.Unit, verdict)
	}
}

// goal writes the target of a figure, and whether it was reached.
func (f Figure) goal() (target, verdict string) {
	if f.Target == 0 {
		return "–", ""
	}
	target, verdict = "≤ ", "**missed**"
	if f.AtLeast {
		target = "≥ "
	}
	if f.Met() {
		verdict = "ok"
	}
	return target + readable(f.Target) + f.Unit, verdict
}

func printHead(w io.Writer, m Meter, clock string) {
	fmt.Fprintf(w, "# Primum beside other engines\n\n%s, %s/%s, %d cores, %s. %s, medians of %d rounds, µs a patient, from bytes to result.\n",
		time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), clock, m.Rounds)
}

func microseconds(d time.Duration) string {
	us := float64(d) / float64(time.Microsecond)
	if us < 100 {
		return strconv.FormatFloat(us, 'f', 1, 64)
	}
	return thousands(int(us + 0.5))
}

// readable writes a number with as many digits as say something.
func readable(x float64) string {
	switch {
	case x >= 100 || x == float64(int(x)):
		return thousands(int(x + 0.5))
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// thousands writes a number with commas: 10,050.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
