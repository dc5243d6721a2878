// Load puts Primum's CDS Hooks service under load, beside a handler that only parses the body: client and server in
// one process, on loopback. ../README.md says what is measured.
//
//	go run ./load                three rounds of 5 s each
//	go run ./load -seconds 1     quickly
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	seconds := flag.Int("seconds", 5, "how many `seconds` each round takes")
	workers := flag.Int("workers", 8*runtime.GOMAXPROCS(0), "how many `calls` are under way at once")
	flag.Parse()
	if err := run(time.Duration(*seconds)*time.Second, *workers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rounds is how often each is measured, by turns.
const rounds = 3

func run(takes time.Duration, workers int) error {
	body := request()
	signer, err := newSigner()
	if err != nil {
		return err
	}
	defer signer.close()
	baseline, err := serveBaseline()
	if err != nil {
		return err
	}
	defer baseline.close()
	primum, err := servePrimum(signer)
	if err != nil {
		return err
	}
	defer primum.close()
	fmt.Printf("%d KB a request, %d rules, RS384, %d calls at once, %d processors, %s\n\n",
		len(body)/1000, nRules, workers, runtime.GOMAXPROCS(0), runtime.Version())
	if err := primum.check(body, signer); err != nil {
		return err
	}
	fmt.Println("| | requests/s | p50 | p99 | p99.9 | memory |")
	fmt.Println("|---|---|---|---|---|---|")
	var before, after []figure
	for range rounds {
		before = append(before, baseline.closed(body, nil, workers, takes))
		tokens := signer.sign(primum.path, enough(before, takes))
		after = append(after, primum.closed(body, tokens, workers, takes))
	}
	b, p := median(before), median(after)
	b.print("encoding/json into a map, no cards, no tokens")
	p.print("primum")
	fmt.Printf("\nPrimum answers %.2f times as many requests as the baseline.\n", p.rate()/b.rate())
	return overload(primum, body, signer, p, takes)
}

// enough is how many tokens a round may take: more than ever were taken.
func enough(before []figure, takes time.Duration) int {
	return int(3*before[len(before)-1].rate()*takes.Seconds()) + 1000
}

// overload measures what is left when more is asked than can be answered: by three times as many callers as the
// service takes on, who come again when they are told to, and by three times as many calls, come what may.
func overload(primum *service, body []byte, signer *signer, alone figure, takes time.Duration) error {
	callers := 3 * runtime.GOMAXPROCS(0) * (1 + waiting)
	tokens := signer.sign(primum.path, enough([]figure{alone}, takes))
	accepted, refused := primum.polite(body, tokens, callers, takes)
	fmt.Printf("\n%d callers, three times as many as are taken on, who wait for a second when they are refused:\n\n", callers)
	accepted.against(&refused, alone)
	rate := 3 * alone.rate()
	tokens = signer.sign(primum.path, int(rate*takes.Seconds())+1000)
	accepted, refused = primum.open(body, tokens, rate, takes)
	fmt.Printf("\n%.0f requests/s, three times as many as were answered, whatever the answers are:\n\n", rate)
	accepted.against(&refused, alone)
	return nil
}

// waiting is how many calls wait, by default, for each that is decided.
const waiting = 32
