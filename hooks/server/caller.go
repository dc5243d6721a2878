package server

import (
	"context"
	"errors"

	"github.com/primum-cds/primum/hooks"
	"github.com/primum-cds/primum/hooks/auth"
)

// callers counts which calls are refused, and tells it as far as the ration goes.
type callers struct {
	hooks.Authenticator
	server *Server
}

// Verify says who made a call.
func (c callers) Verify(ctx context.Context, authorization, path string) (auth.Caller, error) {
	caller, err := c.Authenticator.Verify(ctx, authorization, path)
	if err == nil {
		return caller, nil
	}
	reason, issuer := "unknown", ""
	var refused *auth.Error
	if errors.As(err, &refused) {
		reason, issuer = string(refused.Reason), refused.Issuer
	}
	c.server.metrics.unknown.WithLabelValues(reason).Inc()
	if c.server.strangers.allows(reason) {
		c.server.log.Info("a call is refused", "reason", reason, "issuer", issuer)
	}
	return auth.Caller{}, err
}
