package fetch

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// A guard keeps connections from addresses that are no FHIR server's. It sees addresses after names are
// resolved, so that a name that changes its address is of no use to anybody.
type guard struct {
	loopback bool // may be dialed
}

var errAddress = errors.New("the address is refused")

func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	dialed, err := netip.ParseAddrPort(address)
	if err != nil || forbidden(dialed.Addr(), g.loopback) {
		return errAddress
	}
	return nil
}

// forbidden reports whether an address is never dialed: link-local, multicast, unspecified, of cloud
// metadata, and loopback unless it is allowed; also where it is written as, or wrapped in, an IPv6 address.
func forbidden(ip netip.Addr, loopback bool) bool {
	ip = ip.WithZone("").Unmap()
	switch {
	case !ip.IsValid(), ip.IsUnspecified(), ip.IsMulticast(), ip.IsLinkLocalUnicast():
		return true
	case ip.IsLoopback():
		return !loopback
	}
	if inner, ok := wrapped(ip); ok && forbidden(inner, false) {
		return true
	}
	return slices.ContainsFunc(never, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// never are addresses of metadata services outside link-local, and others at which no server is.
var never = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),          // this network: some systems take it for loopback
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba Cloud
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle Cloud
	netip.MustParsePrefix("255.255.255.255/32"), // broadcast
	netip.MustParsePrefix("fd00:ec2::/32"),      // AWS
	netip.MustParsePrefix("fd20:ce::/32"),       // Google Cloud
	netip.MustParsePrefix("fec0::/10"),          // site-local, which is no more
	netip.MustParsePrefix("2001::/32"),          // Teredo, whose inner address is disguised
}

// wrapped returns the IPv4 address that packets to an IPv6 address may end up at.
func wrapped(ip netip.Addr) (netip.Addr, bool) {
	b := ip.As16()
	first := -1
	switch {
	case !ip.Is6():
	case within(ip, "2002::/16"): // 6to4
		first = 2
	case within(ip, "::/96"), within(ip, "64:ff9b::/96"), within(ip, "64:ff9b:1::/48"): // IPv4-compatible, NAT64
		first = 12
	}
	if first < 0 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(b[first : first+4])), true
}

func within(ip netip.Addr, prefix string) bool {
	p, err := netip.ParsePrefix(prefix)
	return err == nil && p.Contains(ip)
}

// isLoopback reports whether a host of a URL is this machine by its name, and not by what it resolves to.
func isLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
