package kleene_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "github.com/primum-cds/primum/cds/internal/kleene"
)

func TestLogic(t *testing.T) {
	for _, c := range []struct{ a, b, and, or Truth }{
		{False, False, False, False},
		{False, Unknown, False, Unknown},
		{False, True, False, True},
		{Unknown, False, False, Unknown},
		{Unknown, Unknown, Unknown, Unknown},
		{Unknown, True, Unknown, True},
		{True, False, False, True},
		{True, Unknown, Unknown, True},
		{True, True, True, True},
	} {
		require.Equal(t, c.and, And(c.a, c.b), "%s and %s", c.a, c.b)
		require.Equal(t, c.or, Or(c.a, c.b), "%s or %s", c.a, c.b)
	}
	require.Equal(t, []Truth{Unknown, True, False}, []Truth{Not(Unknown), Not(False), Not(True)})
	require.Equal(t, []Truth{False, True}, []Truth{Of(false), Of(true)})
}

func TestTheZeroTruthIsUnknown(t *testing.T) {
	var zero Truth
	require.Equal(t, "unknown", zero.String())
}
