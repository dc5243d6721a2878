package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/primum-cds/primum/hooks/server"
)

func ExampleServer() {
	dir, err := os.MkdirTemp("", "rules")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "trial.yaml")
	save := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			fmt.Println(err)
		}
	}
	save(ruleFile("1"))
	s, err := server.New(context.Background(), server.Config{Rules: server.Rules{Paths: server.Paths{Packs: []string{dir}}, Load: load()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := func() {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/cds-services/primum-order-sign", strings.NewReader(orderSign)))
		_, rest, _ := strings.Cut(w.Body.String(), `"summary":"`)
		summary, _, _ := strings.Cut(rest, `"`)
		fmt.Println(w.Code, summary)
	}
	call()
	save("pack: trial\nrule: []\n")
	fmt.Println("broken:", s.Reload(context.Background()) != nil)
	call()
	save(ruleFile("2"))
	fmt.Println("broken:", s.Reload(context.Background()) != nil)
	call()
	// Output:
	// 200 version 1
	// broken: true
	// 200 version 1
	// broken: false
	// 200 version 2
}
