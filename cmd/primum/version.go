package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func (c *command) version(args []string) error {
	f := c.flags("version", "", "Says what this is and which rules are embedded.")
	if rest, err := parse(f, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return usageError{fmt.Sprintf("version takes no arguments, found %q", rest[0]), "version"}
	}
	packs, err := rules.Embedded()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "primum %s, %s %s/%s\n", moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, p := range packs {
		nRules, nRows := size([]cds.Pack{p})
		fmt.Fprintf(c.out, "  %s %s: %s, %s\n", p.Name, p.Version, count(nRules, "rule"), count(nRows, "table row"))
	}
	return nil
}

// moduleVersion is that of the module this was built from.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
