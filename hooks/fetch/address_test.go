package fetch

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestForbidden(t *testing.T) {
	for _, test := range []struct {
		address             string
		forbidden, loopback bool // loopback: forbidden also where loopback is allowed
	}{
		{"10.1.2.3", false, false},
		{"172.16.0.1", false, false},
		{"192.168.1.1", false, false},
		{"100.64.0.1", false, false},
		{"203.0.113.7", false, false},
		{"fd12:3456::1", false, false},
		{"2001:db8::1", false, false},
		{"::ffff:10.1.2.3", false, false},
		{"64:ff9b::10.1.2.3", false, false},
		{"2002:0a01:0203::1", false, false},
		{"127.0.0.1", true, false},
		{"127.8.8.8", true, false},
		{"::1", true, false},
		{"::ffff:127.0.0.1", true, false},
		{"::127.0.0.1", true, true},
		{"64:ff9b::127.0.0.1", true, true},
		{"0.0.0.0", true, true},
		{"0.1.2.3", true, true},
		{"::", true, true},
		{"169.254.169.254", true, true},
		{"169.254.170.2", true, true},
		{"::ffff:169.254.169.254", true, true},
		{"::ffff:a9fe:a9fe", true, true},
		{"::169.254.169.254", true, true},
		{"64:ff9b::a9fe:a9fe", true, true},
		{"64:ff9b:1::a9fe:a9fe", true, true},
		{"2002:a9fe:a9fe::1", true, true},
		{"2001:0:1::1", true, true},
		{"fe80::1", true, true},
		{"fe80::1%eth0", true, true},
		{"febf::1", true, true},
		{"fec0::1", true, true},
		{"fd00:ec2::254", true, true},
		{"fd00:ec2::23", true, true},
		{"fd20:ce::254", true, true},
		{"100.100.100.200", true, true},
		{"168.63.129.16", true, true},
		{"192.0.0.192", true, true},
		{"224.0.0.1", true, true},
		{"239.255.255.250", true, true},
		{"ff02::1", true, true},
		{"255.255.255.255", true, true},
	} {
		ip := netip.MustParseAddr(test.address)
		require.Equal(t, test.forbidden, forbidden(ip, false), test.address)
		require.Equal(t, test.loopback, forbidden(ip, true), test.address)
		err := guard{}.control(t.Context(), "tcp", netip.AddrPortFrom(ip, 443).String(), nil)
		require.Equal(t, test.forbidden, err != nil, test.address)
	}
	require.True(t, forbidden(netip.Addr{}, true))
	require.ErrorIs(t, guard{loopback: true}.control(t.Context(), "unix", "/run/docker.sock", nil), errAddress)
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "fhir.localhost": true, "127.0.0.1": true, "127.1.1.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"example.org": false, "localhost.example.org": false, "10.0.0.1": false, "2130706433": false, "": false,
	} {
		require.Equal(t, want, isLoopback(host), host)
	}
}

// names is a resolver that knows one IPv4 address for every name, another one for each look-up.
func names(looked *atomic.Int64, addresses ...string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			for {
				query, err := message(ours)
				if err != nil {
					return
				}
				var found []byte
				if binary.BigEndian.Uint16(query[len(query)-4:]) == 1 { // A
					n := looked.Add(1)
					found = netip.MustParseAddr(addresses[min(int(n), len(addresses))-1]).AsSlice()
				}
				if _, err := ours.Write(resolved(query, found)); err != nil {
					return
				}
			}
		}()
		return theirs, nil
	}}
}

// message reads the question of a DNS message as it comes over TCP, header included, without what follows.
func message(conn io.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	m := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, m); err != nil {
		return nil, err
	}
	end := 12
	for m[end] != 0 {
		end += int(m[end]) + 1
	}
	return m[:end+5], nil
}

// resolved answers a DNS question with an address, or with none.
func resolved(query, address []byte) []byte {
	m := append([]byte{}, query...)
	m[2], m[3] = 0x81, 0x80
	copy(m[4:12], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	if address != nil {
		m[7] = 1
		m = append(m, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		m = append(m, address...)
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...)
}

// A listed name is no way to an address that is never dialed, whenever it begins to resolve to it.
func TestListedNameOfAForbiddenAddress(t *testing.T) {
	for _, address := range []string{"169.254.169.254", "127.0.0.1", "100.100.100.200", "0.0.0.0"} {
		t.Run(address, func(t *testing.T) {
			var looked atomic.Int64
			c, err := newClient(Config{Servers: []Server{{Base: "http://ehr.example.org/fhir", PlainHTTP: true}}, Timeout: generous},
				seams{resolver: names(&looked, address), now: time.Now, random: func() float64 { return 0 }})
			require.NoError(t, err)
			got := c.Get(t.Context(), Request{Server: "http://ehr.example.org/fhir", Token: secret, Queries: []Query{{URL: search}}})
			require.Equal(t, Refused, got[0].Absent)
			require.Equal(t, 1, got[0].Requests)
			require.NotZero(t, looked.Load())
		})
	}
}

// A name is looked up for each connection, and guarded each time: that it was harmless does not count.
func TestNameThatChangesItsAddress(t *testing.T) {
	f := newFake(t, fhir(bundle("", "1")))
	_, port, err := net.SplitHostPort(f.Listener.Addr().String())
	require.NoError(t, err)
	listed := "http://fhir.localhost:" + port
	var looked atomic.Int64
	c, err := newClient(Config{Servers: []Server{{Base: listed}}, Timeout: generous},
		seams{resolver: names(&looked, "127.0.0.1", "169.254.169.254"), now: time.Now, random: func() float64 { return 0 }})
	require.NoError(t, err)
	ask := func() Reason {
		defer c.Close()
		return c.Get(t.Context(), Request{Server: listed, Queries: []Query{{URL: search}}})[0].Absent
	}
	require.Empty(t, ask())
	require.Equal(t, Refused, ask())
	require.EqualValues(t, 1, f.requests.Load())
}
