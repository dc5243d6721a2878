package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/primum-cds/primum/cds"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Every character of a Text stands in the file where its Spans say, in every style of scalar, unless
// an escape stands there.
func TestEveryCharacterStandsWhereItsSpanSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	located := map[yaml.Style]int{}
	for range 8_000 {
		text := randomScalar(random)
		var m mistakes
		file, ok := source("random.yaml", []byte(text), &m)
		require.True(t, ok, "%q", text)
		root, _, err := decode(strings.NewReader(file.Text))
		if err != nil || len(root.Content) == 0 {
			continue
		}
		d := &document{file: file, mistakes: &m, cursor: start(file.Text)}
		if d.refuse(root); m.count > 0 {
			continue
		}
		for _, n := range scalars(root.Content[0]) {
			if n.Value == "" {
				continue
			}
			folded := locate(file, d.at(n), n, false)
			require.Equal(t, n.Value, folded.Value, "%q", text)
			requirePlaces(t, folded, text)
			expression := locate(file, d.at(n), n, true)
			requirePlaces(t, expression, text)
			require.Equal(t, strings.Fields(n.Value), strings.Fields(expression.Value), "%q", text)
			if n.Value != strings.Repeat("\n", len(n.Value)) {
				located[n.Style]++
			}
		}
	}
	for _, style := range []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle} {
		require.Greater(t, located[style], 300, "style %d", style)
	}
}

func scalars(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	var all []*yaml.Node
	for _, child := range n.Content {
		all = append(all, scalars(child)...)
	}
	return all
}

func requirePlaces(t *testing.T, text cds.Text, in string) {
	t.Helper()
	require.NotEmpty(t, text.Spans, "%q", in)
	require.Zero(t, text.Spans[0].Offset)
	for i, r := range []rune(text.Value) {
		p := text.At(i)
		line := []rune(p.File.Line(p.Line))
		require.GreaterOrEqual(t, p.Column, 1)
		require.LessOrEqual(t, p.Column, len(line)+1, "character %d of %q in %q", i, text.Value, in)
		rest := line[p.Column-1:]
		switch {
		case len(rest) > 0 && rest[0] == r:
		case len(rest) > 0 && rest[0] == '\\':
		case (r == '\n' || r == ' ') && strings.TrimLeft(string(rest), " \t") == "":
		default:
			require.Fail(t, "wrong place", "character %d (%q) of %q: at %s stands %q in %q", i, r, text.Value, p, string(rest), in)
		}
	}
}

// randomScalar writes scalars of all styles between other keys, with odd indentation and line ends.
func randomScalar(random *rand.Rand) string {
	words := []string{"a", "bc", "é", "𝛼β", "x > 1", "{{ gfr }}", "'q'", "//", "0123", "#b", "-", "!", "&c"}
	word := func() string { return words[random.IntN(len(words))] }
	indent := strings.Repeat(" ", random.IntN(3)+1)
	lines := func(between func() string) string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(between() + word() + strings.Repeat(" ", random.IntN(3)))
		}
		return b.String()
	}
	breaks := func() string {
		if random.IntN(3) > 0 {
			return " "
		}
		return strings.Repeat("\n", random.IntN(3)+1) + indent + strings.Repeat(" ", random.IntN(3))
	}
	var value string
	switch random.IntN(6) {
	case 0:
		value = word() + lines(breaks)
	case 1:
		value = "'" + strings.ReplaceAll(word()+lines(breaks), "'", "''") + "'"
	case 2:
		escapes := []string{`\n`, `\"`, `\u00e9`, `\x41`, `\U0001F600`, `\\`, `\t`, "\\\n" + indent, `\ `, ` \` + "\n\n" + indent + "  "}
		value = `"` + lines(func() string { return breaks() + escapes[random.IntN(len(escapes))] }) + `"`
	case 3:
		value = "{k: " + word() + lines(breaks) + `, "l" : "m\u0041 n"}`
	default:
		style := []string{"|", ">"}[random.IntN(2)]
		content := indent
		if random.IntN(4) == 0 {
			style += "2"
			content = "    "
		}
		style += []string{"", "-", "+"}[random.IntN(3)] + []string{"", " # note"}[random.IntN(2)]
		value = style + "\n" + strings.Repeat("\n", random.IntN(2)) + content + word()
		for range random.IntN(5) {
			value += "\n" + []string{content, content + "  ", content + "\t", "", " "}[random.IntN(5)] + word()
			if random.IntN(3) == 0 {
				value += "\n\n"
			}
		}
	}
	text := fmt.Sprintf("é: 1\nkey: %s", value)
	if random.IntN(4) > 0 {
		text += strings.Repeat("\n", random.IntN(3)+1) + "z: 1\n"
	}
	if random.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

func TestExpressionKeepsItsLines(t *testing.T) {
	tests := []struct{ name, yaml, template, expression string }{
		{"plain", "when: a // why\n  && b\n", "a // why && b", "a // why\n&& b"},
		{"folded", "when: >\n  a // why\n  && b\n\n  && c\n", "a // why && b\n&& c\n", "a // why\n&& b\n\n&& c\n"},
		{"literal", "when: |-\n  a // why\n    && b\n", "a // why\n  && b", "a // why\n  && b"},
		{"quoted", "when: \"a // why\n  && b\"\n", "a // why && b", "a // why\n&& b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m mistakes
			d := parse("x.yaml", []byte(tt.yaml), &m)
			n := d.root.Content[1]
			require.Equal(t, tt.template, d.template(n, "when").Value)
			require.Equal(t, tt.expression, d.expression(n, "when").Value)
		})
	}
}
