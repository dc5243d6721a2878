package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// A service listens on loopback, in a process of its own.
type service struct {
	addr string
	in   io.WriteCloser
	out  *bufio.Reader
	wait func() error
}

// start starts a service.
func start(name, jwks string) (*service, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self, "-serve", name, "-jwks", jwks)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &service{in: in, out: bufio.NewReader(out), wait: c.Wait}
	addr, err := s.out.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not say where it listens", name), s.close())
	}
	s.addr = addr[:len(addr)-1]
	return s, nil
}

func (s *service) close() error {
	return errors.Join(s.in.Close(), s.wait())
}

// tell tells the process that a measurement begins or ends, and returns what it says to that.
func (s *service) tell() ([]byte, error) {
	if _, err := fmt.Fprintln(s.in); err != nil {
		return nil, err
	}
	return s.out.ReadBytes('\n')
}

// measure makes calls as a way says, with some tokens; with none, none is sent.
func (s *service) measure(p *plan, tokens int, way func(*fire)) (out figure, err error) {
	f := &fire{service: s, body: p.body, takes: p.takes}
	if tokens > 0 {
		f.tokens = p.signer.sign(path, tokens)
	}
	if _, err := s.tell(); err != nil {
		return out, err
	}
	client, begin := processorTime(), time.Now()
	way(f)
	f.out.client, f.out.lasted = processorTime()-client, time.Since(begin)
	counted, err := s.tell()
	if err != nil {
		return out, err
	}
	err = json.Unmarshal(counted, &f.out.counted)
	return f.out, err
}

// fill makes a call that does not end before the connection is closed.
func (s *service) fill() (net.Conn, error) {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n\r\n{", path, s.addr)
	c := &caller{addr: s.addr}
	defer c.close()
	for err == nil && c.call([]byte("{}"), "") != http.StatusServiceUnavailable {
	}
	return conn, err
}

// check makes sure that there are cards to be had.
func (s *service) check(body []byte, keys *signer) error {
	r, err := http.NewRequest(http.MethodPost, "http://"+s.addr+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+keys.sign(path, 1)[0])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	var response struct{ Cards []struct{ Summary string } }
	if err != nil || json.Unmarshal(text, &response) != nil || answer.StatusCode != http.StatusOK || len(response.Cards) < 2 {
		return fmt.Errorf("cards were expected: %d %s %v", answer.StatusCode, text, err)
	}
	fmt.Printf("%d cards in %d bytes: %s, …\n\n", len(response.Cards), len(text), response.Cards[0].Summary)
	return nil
}
