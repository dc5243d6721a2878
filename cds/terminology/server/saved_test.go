package server

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func TestRestartWithoutTheServer(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "below")
	diabetes := terminology.Code{System: terminology.SNOMED, Code: "73211009"}
	f := newFake(t, fhir(expansionOf("", "5640", "1191")))
	before := f.client(t, WithFolder(folder))
	_, err := before.ValueSet(t.Context(), valueSetURL)
	require.NoError(t, err)
	_, err = before.Descendants(t.Context(), diabetes)
	require.NoError(t, err)
	require.Empty(t, before.Stale())
	require.Empty(t, before.Unsaved())

	saved := f.now()
	f.pass(48 * time.Hour)
	for name, fault := range map[string]http.HandlerFunc{
		"500":            refuses(500, "exception", "broken"),
		"not allowed":    refuses(401, "login", "who are you"),
		"HTML":           says(200, "text/html", "<html>"),
		"wrong resource": fhir(`{"resourceType":"Bundle"}`),
		"truncated":      fhir(expansionOf(`"total":9,`, "5640")),
		"reset":          resets,
	} {
		t.Run(name, func(t *testing.T) {
			f.answer(fault)
			after := f.client(t, WithFolder(folder))
			codes, err := after.ValueSet(t.Context(), valueSetURL)
			require.NoError(t, err)
			require.Equal(t, rx("1191", "5640"), codes)
			stale := after.Stale()
			require.Len(t, stale, 1)
			require.Equal(t, valueSetURL, stale[0].Asked)
			require.Equal(t, saved, stale[0].Since)
			var e *Error
			require.ErrorAs(t, stale[0].Err, &e)
		})
	}

	t.Run("a refusal is believed", func(t *testing.T) {
		f.answer(refuses(404, "not-found", "withdrawn"))
		after := f.client(t, WithFolder(folder))
		_, err := after.ValueSet(t.Context(), valueSetURL)
		require.ErrorContains(t, err, "withdrawn (not-found)")
		f.answer(fhir(expansionOf("")))
		f.pass(negative)
		_, err = after.ValueSet(t.Context(), valueSetURL)
		require.ErrorContains(t, err, "the expansion is empty")
		require.Empty(t, after.Stale())
	})

	t.Run("too slow for the caller", func(t *testing.T) {
		f.answer(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		after := f.client(t, WithFolder(folder))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		codes, err := after.ValueSet(ctx, valueSetURL)
		require.NoError(t, err)
		require.Equal(t, rx("1191", "5640"), codes)
		require.ErrorIs(t, after.Stale()[0].Err, context.DeadlineExceeded)
	})

	t.Run("given up by the caller", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := f.client(t, WithFolder(folder)).ValueSet(ctx, valueSetURL)
		require.ErrorIs(t, err, context.Canceled)
	})

	t.Run("asked again when the server is back", func(t *testing.T) {
		f.answer(refuses(500, "exception", "broken"))
		after := f.client(t, WithFolder(folder))
		_, err := after.ValueSet(t.Context(), valueSetURL)
		require.NoError(t, err)
		require.Len(t, after.Stale(), 1)
		f.answer(fhir(expansionOf("", "7")))
		f.pass(negative)
		codes, err := after.ValueSet(t.Context(), valueSetURL)
		require.NoError(t, err)
		require.Equal(t, rx("7"), codes)
		require.Empty(t, after.Stale())
	})

	t.Run("down", func(t *testing.T) {
		f.Close()
		after := f.client(t, WithFolder(folder))
		asked := f.requests.Load()
		_, err := after.ValueSet(t.Context(), valueSetURL)
		require.NoError(t, err)
		_, err = after.Descendants(t.Context(), diabetes)
		require.NoError(t, err)
		require.Equal(t, asked, f.requests.Load())
		stale := after.Stale()
		require.Len(t, stale, 2)
		require.Equal(t, "descendants of http://snomed.info/sct|73211009", stale[0].Asked)
		require.Equal(t, errDown, stale[0].Err) // it had just been found to be down
		_, err = after.ValueSet(t.Context(), valueSetURL+"2")
		require.ErrorContains(t, err, "connection refused")
	})
}

func TestSavedExpansionsThatAreDamaged(t *testing.T) {
	other := `{"Server":"http://other","Asked":"","At":"2026-03-01T12:00:00Z","Systems":[]}`
	for _, test := range []struct {
		name   string
		damage func(path string) error
		reason string
	}{
		{"changed", func(path string) error {
			data, err := os.ReadFile(path)
			data[len(data)-10] ^= 1
			return errors.Join(err, os.WriteFile(path, data, 0o600))
		}, "its checksum is wrong"},
		{"cut", func(path string) error { return os.Truncate(path, 100) }, "its checksum is wrong"},
		{"empty", func(path string) error { return os.Truncate(path, 0) }, "its checksum is wrong"},
		{"no JSON", func(path string) error {
			return os.WriteFile(path, []byte("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"), 0o600)
		}, "it cannot be understood"},
		{"of another server", func(path string) error {
			return os.WriteFile(path, []byte(sumOf([]byte(other))+"\n"+other), 0o600)
		}, "it answers another question"},
		{"a folder", func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, "it cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			f := newFake(t, fhir(expansionOf("", "5640")))
			_, err := f.client(t, WithFolder(folder)).ValueSet(t.Context(), valueSetURL)
			require.NoError(t, err)
			path := onlyFile(t, folder)
			require.NoError(t, test.damage(path))

			f.answer(refuses(500, "exception", "broken"))
			c := f.client(t, WithFolder(folder))
			_, err = c.ValueSet(t.Context(), valueSetURL)
			require.ErrorContains(t, err, "broken (exception)")
			require.ErrorContains(t, err, "the saved expansion "+filepath.Base(path)+" is damaged: "+test.reason)
			require.Empty(t, c.Stale())
		})
	}
}

func onlyFile(t *testing.T, folder string) string {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1) // nothing temporary is left
	require.Regexp(t, "^expansion-v1-[0-9a-f]{64}.json$", files[0].Name())
	return filepath.Join(folder, files[0].Name())
}

func TestUnsaved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "gone")
	f := newFake(t, fhir(expansionOf("", "5640")))
	c := f.client(t, WithFolder(folder))
	require.NoError(t, os.RemoveAll(folder))
	codes, err := c.ValueSet(t.Context(), valueSetURL)
	require.NoError(t, err)
	require.Equal(t, rx("5640"), codes)
	require.Len(t, c.Unsaved(), 1)
	require.ErrorIs(t, c.Unsaved()[0], fs.ErrNotExist)
}
