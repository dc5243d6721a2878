package hooks

import (
	"net/http"
	"slices"
)

// allowOrigin lets a browser's page from an allowed origin read the answer, whatever it is.
func (h *Handler) allowOrigin(w http.ResponseWriter, r *http.Request) {
	if len(h.config.Origins) == 0 {
		return
	}
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); h.allows(origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Allow, Retry-After")
	}
}

func (h *Handler) allows(origin string) bool {
	return origin != "" && (slices.Contains(h.config.Origins, origin) || slices.Contains(h.config.Origins, "*"))
}

// preflight answers what a browser asks before it calls. That is asked without a token.
func (c *call) preflight(methods string) {
	header := c.w.Header()
	header.Set("Allow", methods+", OPTIONS")
	if c.allows(c.r.Header.Get("Origin")) {
		header.Set("Access-Control-Allow-Methods", methods+", OPTIONS")
		header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		header.Set("Access-Control-Max-Age", "600")
	}
	c.answered, c.outcome.Status = true, http.StatusNoContent
	c.w.WriteHeader(http.StatusNoContent)
}
