package fetch

import (
	"net/netip"
	"net/url"
	"strings"
)

// A base is a base URL in the one form that makes equal ones equal.
type base struct {
	scheme string
	host   string // in lower case, without brackets
	port   string // "" for the scheme's own
	path   string // as escaped, without a slash at the end
}

// parseBase is not ok if the text is no absolute http or https URL, or says more than a base.
func parseBase(text string) (b base, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") || !plain(u) {
		return base{}, false
	}
	b = origin(u)
	b.path = strings.TrimRight(u.EscapedPath(), "/")
	return b, (b.scheme == "http" || b.scheme == "https") && b.host != ""
}

// origin returns the base of a URL without its path.
func origin(u *url.URL) base {
	b := base{scheme: strings.ToLower(u.Scheme), host: strings.ToLower(u.Hostname()), port: u.Port()}
	if b.scheme == "https" && b.port == "443" || b.scheme == "http" && b.port == "80" {
		b.port = ""
	}
	return b
}

// String returns the base URL.
func (b base) String() string {
	host := b.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if b.port != "" {
		host += ":" + b.port
	}
	return b.scheme + "://" + host + b.path
}

func (b base) loopback() bool { return isLoopback(b.host) }

// forbidden reports whether the host is an address that is never dialed.
func (b base) forbidden() bool {
	ip, err := netip.ParseAddr(b.host)
	return err == nil && forbidden(ip, true)
}

// resolve returns the URL of a query: relative to the base, or absolute and below it. A query that still
// holds a prefetch token is none.
func (b base) resolve(query string) (*url.URL, bool) {
	text := escaped(query)
	if query == "" || strings.Contains(strings.ToLower(text), "%7b%7b") {
		return nil, false
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" && u.Scheme != "" {
		return nil, false
	}
	if u.Host == "" {
		u, err = url.Parse(b.String() + "/" + strings.TrimPrefix(text, "/"))
	}
	if err != nil || !b.holds(u) {
		return nil, false
	}
	return u, true
}

// next returns the URL of a page that a page at another URL links to, if it is on the same server.
func (b base) next(link string, from *url.URL) (*url.URL, bool) {
	ref, err := url.Parse(escaped(link))
	if err != nil || link == "" || !plain(ref) {
		return nil, false // dots are looked for before resolving makes them disappear
	}
	u := from.ResolveReference(ref)
	u.Fragment, u.RawFragment = "", ""
	return u, b.holds(u)
}

// holds reports whether a URL is of the same origin and not above the base.
func (b base) holds(u *url.URL) bool {
	o := origin(u)
	o.path = b.path
	path := u.EscapedPath()
	return o == b && u.Fragment == "" && plain(u) && (path == b.path || strings.HasPrefix(path, b.path+"/"))
}

// below returns the path of a URL from the base on.
func (b base) below(u *url.URL) string {
	return strings.Trim(strings.TrimPrefix(u.EscapedPath(), b.path), "/")
}

// plain reports whether a URL means the same to everybody: it has no credentials, and its path leads
// nowhere else once somebody behind decodes or cleans it.
func plain(u *url.URL) bool {
	if u.User != nil || u.Opaque != "" || strings.Contains(u.Host, "%") {
		return false
	}
	if path := strings.ToLower(u.EscapedPath()); strings.Contains(path, `\`) ||
		strings.Contains(path, "%2f") || strings.Contains(path, "%5c") || strings.Contains(path, "%25") {
		return false
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		name, _, _ := strings.Cut(segment, ";") // "..;" is ".." to some servers
		if name == "." || name == ".." {
			return false
		}
	}
	return true
}

// escaped writes a URL as HTTP wants it: people write spaces and bars in searches.
func escaped(text string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>^`{|}", c) >= 0 {
			out.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}
