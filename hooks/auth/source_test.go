package auth

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/elliptic"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An ehr publishes its keys, as long as it is up.
type ehr struct {
	*httptest.Server
	fetches atomic.Int32
	answer  atomic.Pointer[http.HandlerFunc]
}

func newEHR(t testing.TB, keys []byte) *ehr {
	e := &ehr{}
	e.publish(keys)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.fetches.Add(1)
		(*e.answer.Load())(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *ehr) does(f http.HandlerFunc) { e.answer.Store(&f) }
func (e *ehr) publish(keys []byte) {
	e.does(func(w http.ResponseWriter, _ *http.Request) { w.Write(keys) })
}
func (e *ehr) fail() { e.does(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }) }

// ask returns a function that sends a token with a jti of its own each time.
func ask(v *Verifier, c *clock) func(signer) Reason {
	var calls atomic.Int32
	return func(s signer) Reason {
		now := c.now().Unix()
		return reason(v, "Bearer "+s.sign(s.header(), with(claims(fmt.Sprint(calls.Add(1))), "iat", now, "exp", now+300)))
	}
}

func fromURL(url string) func(*Config) {
	return func(c *Config) { c.Issuers[0].JWKSFile, c.Issuers[0].JWKSURL = "", url }
}

func TestS5KeysAreRotated(t *testing.T) {
	old, next := es384(), signer{"next", "ES384", ellipticSigner(elliptic.P384())}
	e := newEHR(t, jwksOf(old))
	v, c := verifier(t, nil, fromURL(e.URL))
	ask := ask(v, c)
	require.Equal(t, Reason(""), ask(old))
	require.Equal(t, Reason(""), ask(old))
	require.EqualValues(t, 1, e.fetches.Load())

	e.publish(jwksOf(old, next))
	require.Equal(t, ReasonUnknownKid, ask(next), "within the minute after a fetch")
	c.pass(time.Minute)
	require.Equal(t, Reason(""), ask(next))
	require.Equal(t, Reason(""), ask(old))
	require.EqualValues(t, 2, e.fetches.Load())

	// A key that is no longer published is refused after an hour, without a call having to wait.
	e.publish(jwksOf(next))
	c.pass(59 * time.Minute)
	require.Equal(t, Reason(""), ask(old))
	require.EqualValues(t, 2, e.fetches.Load())
	c.pass(time.Minute)
	require.Equal(t, Reason(""), ask(old))
	require.Eventually(t, func() bool { return ask(old) == ReasonUnknownKid }, time.Minute, time.Millisecond)
	require.Equal(t, Reason(""), ask(next))
	require.EqualValues(t, 3, e.fetches.Load())
}

func TestS5FloodOfUnknownKeysMakesOneFetch(t *testing.T) {
	e := newEHR(t, jwksOf(rs384()))
	v, c := verifier(t, nil, fromURL(e.URL))
	ask := ask(v, c)
	flood := func() {
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for j := range 25 {
					if got := ask(signer{fmt.Sprint("none-", i, "-", j), "RS384", r2k()}); got != ReasonUnknownKid {
						t.Error(got)
					}
				}
			})
		}
		wait.Wait()
	}
	flood()
	require.EqualValues(t, 1, e.fetches.Load())
	c.pass(59 * time.Second)
	flood()
	require.EqualValues(t, 1, e.fetches.Load())
	c.pass(time.Second)
	flood()
	require.EqualValues(t, 2, e.fetches.Load())
	require.Equal(t, Reason(""), ask(rs384()))
}

// Whatever comes instead of keys, the last good ones hold, and the next fetch is a minute away.
func TestS5KeysWhileThereAreNone(t *testing.T) {
	other := newEHR(t, jwksOf(es256()))
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"an error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "status 200 was expected, not 503"},
		{"nothing", func(http.ResponseWriter, *http.Request) {}, `a JSON object with an array of objects "keys" was expected`},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, `a JSON object with an array of objects "keys" was expected`},
		{"another JSON", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"error":"x"}`) }, `a JSON object with an array of objects "keys" was expected`},
		{"half of it", func(w http.ResponseWriter, _ *http.Request) { w.Write(jwksOf(es384(), es256())[:300]) }, `a JSON object with an array of objects "keys" was expected`},
		{"a broken connection", broken, "unexpected EOF"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }, "status 200 was expected, not 302"},
		{"far too much", func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte(" "), maxKeySet+1)) }, "more than 256 KB"},
		{"a bomb", bomb, "more than 256 KB"},
		{"nothing ever", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "context deadline exceeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newEHR(t, jwksOf(es384()))
			var log bytes.Buffer
			v, c := verifier(t, nil, fromURL(e.URL+"/?key=CANARY"), func(c *Config) {
				if c.Timeout = time.Minute; test.name == "nothing ever" {
					c.Timeout = time.Second
				}
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			ask := ask(v, c)
			require.Equal(t, Reason(""), ask(es384()))
			e.does(test.answer)
			c.pass(time.Minute)
			for range 3 {
				require.Equal(t, ReasonUnknownKid, ask(es256()))
				require.Equal(t, Reason(""), ask(es384()))
			}
			require.EqualValues(t, 2, e.fetches.Load())
			require.EqualError(t, v.Fetch(context.Background()), `auth: issuer "https://ehr.example.org": `+test.want)
			require.Contains(t, log.String(), `level=ERROR msg="keys cannot be had" issuer=https://ehr.example.org error=`)
			require.NotContains(t, log.String(), "CANARY")
			e.publish(jwksOf(es384(), es256()))
			c.pass(time.Minute)
			require.Equal(t, Reason(""), ask(es256()))
		})
	}
	require.Zero(t, other.fetches.Load())
}

func broken(w http.ResponseWriter, _ *http.Request) {
	w.Write(jwksOf(es384())[:20])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// bomb answers with 100 MB of spaces.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Write(packed())
}

var packed = sync.OnceValue(func() []byte {
	var member bytes.Buffer
	z := gzip.NewWriter(&member)
	z.Write(bytes.Repeat([]byte(" "), 1_000_000))
	z.Close()
	return bytes.Repeat(member.Bytes(), 100) // a gzip file may have several members
})

func TestS5KeysThatNeverCame(t *testing.T) {
	e := newEHR(t, nil)
	e.fail()
	v, c := verifier(t, nil, fromURL(e.URL))
	ask := ask(v, c)
	require.EqualError(t, v.Fetch(context.Background()), `auth: issuer "https://ehr.example.org": status 200 was expected, not 500`)
	require.Equal(t, ReasonKeys, ask(es384()))
	require.EqualValues(t, 1, e.fetches.Load())
	e.publish(jwksOf(es384()))
	require.NoError(t, v.Fetch(context.Background()), "it need not wait for the minute")
	require.Equal(t, Reason(""), ask(es384()))
	e.Close()
	c.pass(2 * time.Hour)
	require.Equal(t, Reason(""), ask(es384()))
}

func TestS5SlowKeysHoldUpNobodyElse(t *testing.T) {
	slow, release := newEHR(t, nil), make(chan struct{})
	slow.does(func(w http.ResponseWriter, _ *http.Request) { <-release; w.Write(jwksOf(es256())) })
	v, c := verifier(t, jwksOf(es384()), func(c *Config) {
		c.Timeout = time.Minute
		c.Issuers = append(c.Issuers, Issuer{Issuer: "https://slow.example.org", JWKSURL: slow.URL})
	})
	slowToken := "Bearer " + es256().sign(es256().header(), with(claims("slow"), "iss", "https://slow.example.org"))
	waiting := make(chan error, 1)
	go func() {
		_, err := v.Verify(context.Background(), slowToken, path)
		waiting <- err
	}()
	require.Eventually(t, func() bool { return slow.fetches.Load() == 1 }, time.Minute, time.Millisecond)
	ask := ask(v, c)
	for range 10 {
		require.Equal(t, Reason(""), ask(es384()))
	}

	// A call does not wait longer than it may, and the fetch does not end with it.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := v.Verify(ctx, slowToken, path)
	require.EqualError(t, err, "auth: keys: the call ended before the issuer's keys came")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, v.Fetch(ctx), context.DeadlineExceeded)

	select {
	case err := <-waiting:
		t.Fatal("a call did not wait for the keys", err)
	default:
	}
	close(release)
	require.NoError(t, <-waiting)
	require.EqualValues(t, 1, slow.fetches.Load())
}

// A key that is known does not wait for those that are being brought.
func TestS5KnownKeyWaitsForNothing(t *testing.T) {
	e, release := newEHR(t, jwksOf(es384())), make(chan struct{})
	v, c := verifier(t, nil, fromURL(e.URL), func(c *Config) { c.Timeout = time.Minute })
	ask := ask(v, c)
	require.Equal(t, Reason(""), ask(es384()))
	e.does(func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	c.pass(2 * time.Hour)
	for range 10 {
		require.Equal(t, Reason(""), ask(es384()))
	}
	require.Eventually(t, func() bool { return e.fetches.Load() == 2 }, time.Minute, time.Millisecond)
}

// A key that cannot be used is as good as none: the issuer may have repaired it.
func TestS5KeyIsRepaired(t *testing.T) {
	e := newEHR(t, jwks(with(es384().jwk(), "use", "enc")))
	v, c := verifier(t, nil, fromURL(e.URL))
	ask := ask(v, c)
	require.Equal(t, ReasonKey, ask(es384()))
	e.publish(jwksOf(es384()))
	require.Equal(t, ReasonKey, ask(es384()))
	c.pass(time.Minute)
	require.Equal(t, Reason(""), ask(es384()))
}

// Once its private half was to be read, a key is nobody's.
func TestS5PrivateKeyIsPublished(t *testing.T) {
	e := newEHR(t, jwksOf(es384()))
	v, c := verifier(t, nil, fromURL(e.URL))
	ask := ask(v, c)
	require.Equal(t, Reason(""), ask(es384()))
	e.publish(jwks(with(es384().jwk(), "d", "CANARY")))
	require.EqualError(t, v.Fetch(context.Background()),
		`auth: issuer "https://ehr.example.org": the key set holds a private or a symmetric key`)
	require.Equal(t, ReasonKeys, ask(es384()))
	e.publish(jwksOf(es384()))
	c.pass(time.Minute)
	require.Equal(t, Reason(""), ask(es384()))
}

func TestS4JkuOfTheList(t *testing.T) {
	first, second := newEHR(t, jwksOf(es384())), newEHR(t, jwksOf(es256()))
	v, _ := verifier(t, nil, func(c *Config) {
		c.Issuers[0].JWKSFile, c.Issuers[0].JKUs = "", []string{first.URL + "/a", second.URL + "/b"}
	})
	from := func(s signer, jku string) Reason {
		return reason(v, "Bearer "+s.sign(with(s.header(), "jku", jku), claims(s.kid+jku)))
	}
	require.Equal(t, Reason(""), from(es384(), first.URL+"/a"))
	require.Equal(t, Reason(""), from(es256(), second.URL+"/b"))
	require.Equal(t, ReasonUnknownKid, from(es384(), second.URL+"/b"))
	for _, jku := range []string{first.URL, first.URL + "/A", first.URL + "/a#", first.URL + "/a/../a", "HTTP" + first.URL[4:] + "/a"} {
		require.Equal(t, ReasonJku, from(es384(), jku), jku)
	}
	require.EqualValues(t, 1, first.fetches.Load())
	require.EqualValues(t, 1, second.fetches.Load())
}

// A certificate that nobody vouches for is no https.
func TestS4CertificateOfKeys(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(jwksOf(es384())) }))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	v, c := verifier(t, nil, fromURL(server.URL))
	require.Equal(t, ReasonKeys, ask(v, c)(es384()))
	v, c = verifier(t, nil, fromURL(server.URL), func(c *Config) { c.Transport = server.Client().Transport })
	require.Equal(t, Reason(""), ask(v, c)(es384()))
}

func TestS4FileOfKeys(t *testing.T) {
	next := signer{"next", "ES384", ellipticSigner(elliptic.P384())}
	folder := t.TempDir()
	name := writeFile(t, filepath.Join(folder, "keys.json"), jwksOf(es384()))
	v, c := verifier(t, nil, func(c *Config) { c.Issuers[0].JWKSFile = name })
	ask := ask(v, c)
	require.Equal(t, Reason(""), ask(es384()))

	writeFile(t, name, jwksOf(es384(), next))
	require.Equal(t, Reason(""), ask(next), "written over")

	replaced := writeFile(t, filepath.Join(folder, "new.json"), jwksOf(next))
	require.NoError(t, os.Rename(replaced, name))
	require.Equal(t, ReasonUnknownKid, ask(es384()), "a key that is no longer there is refused at once")
	require.Equal(t, Reason(""), ask(next))

	writeFile(t, name, jwksOf(es384(), next)[:50])
	require.Equal(t, Reason(""), ask(next), "half-written")
	require.NoError(t, os.Remove(name))
	require.Equal(t, Reason(""), ask(next), "deleted")
	require.Equal(t, Reason(""), ask(next))

	one := writeFile(t, filepath.Join(folder, "1.json"), jwksOf(es384()))
	two := writeFile(t, filepath.Join(folder, "2.json"), jwksOf(next))
	require.NoError(t, os.Symlink(one, name))
	require.Equal(t, Reason(""), ask(es384()), "there again")
	require.NoError(t, os.Symlink(two, name+".new"))
	require.NoError(t, os.Rename(name+".new", name))
	require.Equal(t, Reason(""), ask(next), "a symbolic link to another")
	require.Equal(t, ReasonUnknownKid, ask(es384()))
}

func TestFileThatCannotBeUsed(t *testing.T) {
	folder := t.TempDir()
	_, err := New(Config{BaseURL: base, Issuers: []Issuer{{Issuer: iss, JWKSFile: filepath.Join(folder, "none.json")}}})
	require.ErrorIs(t, err, os.ErrNotExist)
	for _, test := range []struct {
		name string
		keys []byte
		want string
	}{
		{"empty", nil, `a JSON object with an array of objects "keys" was expected`},
		{"large", []byte(strings.Repeat(" ", maxKeySet+1)), folder + "/keys.json: more than 256 KB"},
		{"private", jwks(with(es384().jwk(), "d", "CANARY")), "the key set holds a private or a symmetric key"},
		{"only bad keys", jwks(with(es384().jwk(), "use", "enc"), with(es384().jwk(), "kid", nil)),
			`there is no key that can be used: key "es384": use is not sig; key 2 has no kid, or one that is too long`},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := writeFile(t, filepath.Join(folder, "keys.json"), test.keys)
			_, err := New(Config{BaseURL: base, Issuers: []Issuer{{Issuer: iss, JWKSFile: file}}})
			require.EqualError(t, err, `auth: issuer "https://ehr.example.org": `+test.want)
		})
	}
	_, err = New(Config{BaseURL: base, Issuers: []Issuer{{Issuer: iss, JWKSFile: folder}}})
	require.EqualError(t, err, `auth: issuer "https://ehr.example.org": `+folder+` is not a file`)
}
