//go:build unix

package main

import (
	"syscall"
	"time"
)

// processorTime is the processor time that the process has used, its garbage collector included. Other
// processes do not change it, as they do the time of day.
func processorTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
