// Server is a CDS Hooks service with the embedded rules, for loopback: whoever can reach it may call it.
//
//	go run ./examples/server &
//	curl http://127.0.0.1:8080/cds-services
//	curl --data @examples/server/order-sign.json http://127.0.0.1:8080/cds-services/primum-order-sign
package main

import (
	"log"
	"net/http"

	"github.com/primum-cds/primum/cds"
	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/rules"
)

func main() {
	check(http.ListenAndServe("127.0.0.1:8080", service()))
}

func service() http.Handler {
	packs, err := rules.Embedded()
	check(err)
	engine, err := cds.New(packs)
	check(err)
	handler, err := hooks.New(engine, hooks.Config{})
	check(err)
	return handler
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
