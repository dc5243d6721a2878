package hooks

import (
	"strings"
	"time"
)

// Fill puts a request's values for the tokens of the template, escaped as they must be in a URL, with today() read
// at now. It is false where the request has no value for one, so that there is nothing to ask, and where only the
// client can fill it in: with what another prefetch holds, or from inside a field of the context.
func (t Template) Fill(r *Request, now time.Time) (query string, ok bool) {
	query, lacking := r.fill(t.Query, now)
	return query, lacking == ""
}

// fill puts a request's values for the tokens of a query. The second result is the token for which there is
// none, "" if all were filled.
func (r *Request) fill(query string, now time.Time) (filled, lacking string) {
	pieces, err := parseTemplate(query)
	if err != nil {
		return query, query
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.token == nil {
			b.WriteString(p.text)
			continue
		}
		var values []string
		for _, part := range p.token.parts {
			if value := escape(part.value(r, now)); value != "" {
				values = append(values, value)
			} else if len(p.token.parts) == 1 {
				return query, part.String()
			}
		}
		if len(values) == 0 {
			return query, p.token.parts[0].String()
		}
		b.WriteString(strings.Join(values, ","))
	}
	return b.String(), ""
}

// value is that of a part of a token; "" if there is none, or only the client can tell.
func (p tokenPart) value(r *Request, now time.Time) string {
	switch {
	case p.root == "today()" && len(p.steps) == 0:
		return now.AddDate(0, 0, p.days).Format(time.DateOnly)
	case users[p.root] != "" && len(p.steps) == 0:
		return r.token(p.root)
	case p.root == "context" && len(p.steps) == 1 && !p.steps[0].function:
		return r.token("context." + p.steps[0].name)
	}
	return ""
}
