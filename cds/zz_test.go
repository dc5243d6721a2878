package cds_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"testing/fstest"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/rules"
)

func TestZZHeap(t *testing.T) {
	var files fstest.MapFS
	switch os.Getenv("ZZ") {
	case "table":
		files = tableOf(100_000)
	case "alike":
		files = singleRules(10_000, func(i int) string {
			return fmt.Sprintf("order.drug in drug_%d && patient.takes(other_%d)", i, i)
		})
	case "different":
		files = singleRules(10_000, func(i int) string {
			return fmt.Sprintf("order.drug in drug_%d && (patient.takes(other_%d) || patient.age() > days(%d))", i, i, 1000+i)
		})
	default:
		t.Skip()
	}
	runtime.MemProfileRate = 512
	packs, _ := rules.LoadFS(files, ".")
	e, err := cds.New(packs)
	if err != nil {
		t.Fatal(err)
	}
	packs = nil
	runtime.GC()
	runtime.GC()
	f, _ := os.Create("/tmp/zz.heap")
	pprof.WriteHeapProfile(f)
	f.Close()
	runtime.KeepAlive(e)
	runtime.KeepAlive(files)
}
