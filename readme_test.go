package primum_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the README shows is a part of a file that is compiled or tested: the one named in the comment
// before it.
func TestTheReadmeShowsWhatIsReal(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)<!-- (\\S+) -->\n```\\w*\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, shown)
	for _, block := range shown {
		file, err := os.ReadFile(block[1])
		require.NoError(t, err)
		require.Contains(t, flush(string(file)), flush(block[2]), "in %s", block[1])
	}
}

// The two commands that set a newcomer up are in it, as they are.
func TestTheReadmeNamesTheSetUpCommands(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	command := regexp.MustCompile(`(?m)^go run \./cmd/primum eval (examples/patients/\S+\.json)\ngo test \./\.\.\.$`).FindStringSubmatch(string(readme))
	require.NotNil(t, command)
	require.FileExists(t, command[1])
}

// flush takes the indentation of each line away.
func flush(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
