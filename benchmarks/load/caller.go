package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// A caller makes calls over one connection, with as little work as it takes: client and service share the processors.
type caller struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

const callTimeout = 30 * time.Second

// call returns the status of an answer, 0 if there was none.
func (c *caller) call(body []byte, token string) int {
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.addr)
		if err != nil {
			return 0
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	status, again, err := c.exchange(body, token)
	if err != nil || !again {
		c.close()
	}
	return status
}

func (c *caller) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// exchange sends a request and reads the answer; again says whether the connection can be used again.
func (c *caller) exchange(body []byte, token string) (status int, again bool, err error) {
	head := fmt.Appendf(nil, "POST %s HTTP/1.1\r\n%s%d\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, sentHeader, time.Now().UnixNano(), c.addr, len(body))
	if token != "" {
		head = fmt.Appendf(head, "Authorization: Bearer %s\r\n", token)
	}
	if err := c.conn.SetDeadline(time.Now().Add(callTimeout)); err != nil {
		return 0, false, err
	}
	request := net.Buffers{append(head, "\r\n"...), body}
	if _, err := request.WriteTo(c.conn); err != nil {
		return 0, false, err
	}
	line, err := c.in.ReadString('\n')
	if err != nil || len(line) < len("HTTP/1.1 200") {
		return 0, false, err
	}
	if status, err = strconv.Atoi(line[9:12]); err != nil {
		return 0, false, err
	}
	length, again := 0, true
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return 0, false, err
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch strings.ToLower(name) {
		case "":
			_, err = io.CopyN(io.Discard, c.in, int64(length))
			return status, again, err
		case "content-length":
			if length, err = strconv.Atoi(value); err != nil {
				return 0, false, err
			}
		case "connection":
			again = value != "close"
		}
	}
}
