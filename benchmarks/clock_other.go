//go:build !unix

package main

import "time"

// cpuTime is the time of day here.
func cpuTime() time.Duration { return wallTime() }
