package server

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A flood costs a line a refusal at first, and then one a minute.
func TestRation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := &told{}
		plain := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		r := &ration{log: slog.New(slog.NewTextHandler(told, &slog.HandlerOptions{ReplaceAttr: plain}))}
		flood := func(n int, reason string) (logged int) {
			for range n {
				if r.allows(reason) {
					logged++
				}
			}
			return logged
		}
		require.Equal(t, 3, flood(3, "aud"))
		require.Equal(t, 7, flood(100, "expired"))
		require.Zero(t, flood(5, "aud"))
		n, err := fmt.Fprintln(r, "http: TLS handshake error from 192.0.2.1:1: EOF")
		require.NoError(t, err)
		require.Equal(t, 48, n)
		require.Empty(t, told.taken())
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, "level=WARN msg=\"there were more refusals within a minute than are logged one by one\" more=\"map[aud:5 connection:1 expired:93]\"\n", told.taken())

		// The next minute begins with the next refusal; one in which all was logged has no line of its own.
		time.Sleep(time.Hour)
		fmt.Fprintln(r, "http: TLS handshake error from 192.0.2.1:1: EOF")
		require.Equal(t, 9, flood(9, "aud"))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, "level=WARN msg=\"http: TLS handshake error from 192.0.2.1:1: EOF\"\n", told.taken())

		// What was counted when the server ends is told.
		require.Equal(t, 10, flood(11, "aud"))
		r.end()
		require.Equal(t, "level=WARN msg=\"there were more refusals within a minute than are logged one by one\" more=map[aud:1]\n", told.taken())
		r.end()
	})
}
