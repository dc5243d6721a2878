// Load puts Primum's CDS Hooks service under load on loopback, beside a handler that only parses the body. Each of the
// two is a process of its own, which this one starts. ../README.md says what is measured.
//
//	go run ./load                five rounds of 3 s for each
//	go run ./load -seconds 1     quickly
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	serve := flag.String("serve", "", "be the `service` that is asked: baseline, primum or full")
	jwks := flag.String("jwks", "", "a `file` with the keys of tokens, for -serve")
	seconds := flag.Float64("seconds", 3, "how many `seconds` each measurement takes")
	rounds := flag.Int("rounds", 5, "how many `rounds` are measured")
	workers := flag.Int("workers", 8*runtime.GOMAXPROCS(0), "how many `calls` are under way at once without overload")
	flag.Parse()
	var err error
	if *serve != "" {
		err = serveUntilTold(*serve, *jwks)
	} else {
		err = run(&plan{body: request(), takes: time.Duration(*seconds * float64(time.Second)), rounds: *rounds, workers: *workers})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A plan says what is measured.
type plan struct {
	body    []byte
	takes   time.Duration
	rounds  int
	workers int
	signer  *signer
}

// waiting is how many calls wait, by default, for each that is decided.
const waiting = 32

func run(p *plan) (err error) {
	if p.signer, err = newSigner(); err != nil {
		return err
	}
	defer p.signer.close()
	baseline, err := start("baseline", "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, baseline.close()) }()
	primum, err := start("primum", p.signer.jwks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, primum.close()) }()
	full, err := start("full", p.signer.jwks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, full.close()) }()
	filling, err := full.fill()
	if err != nil {
		return err
	}
	defer filling.Close()
	fmt.Printf("%d KB a request, %d rules, RS384, %d calls at once, %d processors, %s\n\n",
		len(p.body)/1000, nRules, p.workers, runtime.GOMAXPROCS(0), runtime.Version())
	if err := primum.check(p.body, p.signer); err != nil {
		return err
	}
	var m measured
	for range p.rounds {
		if err := p.round(baseline, primum, full, &m); err != nil {
			return err
		}
	}
	m.print()
	return nil
}

// round measures each once: the two without overload; the service when it refuses all; and then by three times as many
// callers as the service takes on, who come again when they are told to, and by three times as many calls, come what
// may.
func (p *plan) round(baseline, primum, full *service, m *measured) error {
	b, err := baseline.measure(p, 0, closed(p.workers, 0))
	if err != nil {
		return err
	}
	enough := int(3*b.rate()*p.takes.Seconds()) + 2000
	alone, err := primum.measure(p, enough, closed(p.workers, 0))
	if err != nil {
		return err
	}
	refusing, err := full.measure(p, p.workers, closed(p.workers, 0))
	if err != nil {
		return err
	}
	polite, err := primum.measure(p, enough, closed(3*runtime.GOMAXPROCS(0)*(1+waiting), time.Second))
	if err != nil {
		return err
	}
	overrun, err := primum.measure(p, enough, open(3*alone.rate()))
	if err != nil {
		return err
	}
	m.baseline, m.alone, m.refusing = append(m.baseline, b), append(m.alone, alone), append(m.refusing, refusing)
	m.polite, m.open = append(m.polite, polite), append(m.open, overrun)
	return nil
}
