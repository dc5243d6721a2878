package expr

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What can be read has no mistake of syntax.
var sound = []string{
	"true", "a.b.c", "a.b[0].c", "a.f(1, 2.5, -3e5, 0x1F, 5u)", "f()", "a.f()", "[]", "[1, 2,]", "{}", "{'a': 1, 'b': [2]}", "a ? b : c ? d : e",
	"!a && -b < +1", "'it\\'s'", `"\u00e9\n"`, "r'\\d'", "b'x'", "'''a ' b\n'''", `"""a"b"""`, "a // comment", "// first\na", "a in [b] || !(c in d)",
	"T{f: 1}", "a.?b.orValue(c)", "a[?0]", ".a.b", "(((a)))", "a.map(x, x ? {'k': x} : {})", "x.in_", "not + 1", "a == not", "a[.0] + .5", "0U + 0x1fu", "5use",
}

func TestWhatCanBeReadHasNoMistakeOfSyntax(t *testing.T) {
	env, _ := testScope(t)
	for _, source := range sound {
		p, found := diagnose(source)
		_, issues := env.base.Parse(source)
		require.False(t, found && issues.Err() == nil, "%s: %s", source, p.Message)
	}
}

// A mistake of syntax is one to CEL's parser, too, and stands in the text.
func FuzzSyntax(f *testing.F) {
	for _, source := range sound {
		f.Add(source)
	}
	for _, source := range []string{"(a", "a)", "a b", "5 mg", "a = b", "'a", "a ? b", "{a}", "a.", "a..b", "not a", "a and b", "[a, , b]", "f(,)", "“a”", "\\"} {
		f.Add(source)
	}
	env, scope := testScope(f)
	f.Fuzz(func(t *testing.T, source string) {
		if !utf8.ValidString(source) || len(source) > 1000 {
			return
		}
		_, problems := env.Compile(source, scope, false)
		for _, p := range problems {
			require.GreaterOrEqual(t, p.Offset, 0)
			require.LessOrEqual(t, p.Offset, utf8.RuneCountInString(source))
			require.NotContains(t, p.Message, "panic")
		}
		if p, found := diagnose(source); found {
			_, issues := env.base.Parse(source)
			require.Error(t, issues.Err(), p.Message)
		}
	})
}
