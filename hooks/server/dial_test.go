package server_test

import (
	"errors"
	"net"
	"syscall"
)

// notTaken reports whether a call failed before the server has seen it: there was no connection, or the listener
// was closed before it was accepted.
func notTaken(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || errors.Is(err, syscall.ECONNRESET))
}
