package store

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

const (
	conceptFile      = "Snapshot/Terminology/sct2_Concept_Snapshot_INT_20260101.txt"
	relationshipFile = "Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20260101.txt"
	descriptionFile  = "Snapshot/Terminology/sct2_Description_Snapshot-en_INT_20260101.txt"
	languageFile     = "Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20260101.txt"
)

// tabbed writes lines of words as RF2 has them; _ stands for a blank.
func tabbed(lines string) []byte {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		out.WriteString(strings.ReplaceAll(strings.Join(strings.Fields(line), "\t"), "_", " ") + "\r\n")
	}
	return []byte(out.String())
}

func someSNOMED() fstest.MapFS {
	return fstest.MapFS{
		conceptFile: {Data: append([]byte("\ufeff"), tabbed(`id effectiveTime active moduleId definitionStatusId
			138875005 20020131 1 900000000000207008 900000000000074008
			404684003 20020131 1 900000000000207008 900000000000074008
			64572001 20020131 1 900000000000207008 900000000000074008
			73211009 20020131 1 900000000000207008 900000000000074008
			44054006 20020131 1 900000000000207008 900000000000074008
			1234567 20020131 0 900000000000207008 900000000000074008`)...)},
		relationshipFile: {Data: tabbed(`id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId characteristicTypeId modifierId
			1 20020131 1 m 404684003 138875005 0 116680003 c d
			2 20020131 1 m 64572001 404684003 0 116680003 c d
			3 20020131 1 m 73211009 64572001 0 116680003 c d
			4 20020131 1 m 44054006 73211009 0 116680003 c d
			5 20020131 0 m 44054006 1234567 0 116680003 c d
			6 20020131 1 m 44054006 1234567 0 363698007 c d`)},
		descriptionFile: {Data: tabbed(`id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId
			11 20020131 1 m 73211009 en 900000000000003001 Diabetes_mellitus_(disorder) c
			12 20020131 1 m 73211009 en 900000000000013009 DM_-_Diabetes_mellitus c
			13 20020131 1 m 73211009 en 900000000000013009 Diabetes_mellitus c
			21 20020131 1 m 64572001 en 900000000000013009 Illness c
			22 20020131 1 m 64572001 en 900000000000003001 Disease_(disorder) c
			31 20020131 1 m 44054006 en 900000000000003001 "Diabetes_type_2"_(disorder) c
			32 20020131 1 m 44054006 en 900000000000013009 British_name c
			33 20020131 0 m 44054006 en 900000000000013009 Withdrawn c
			41 20020131 1 m 1234567 es 900000000000003001 Antiguo c`)},
		languageFile: {Data: tabbed(`id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId
			a 20020131 1 m 900000000000509007 11 900000000000548007
			b 20020131 1 m 900000000000509007 13 900000000000548007
			c 20020131 1 m 900000000000509007 12 900000000000549004
			d 20020131 1 m 900000000000508004 12 900000000000548007
			e 20020131 1 m 900000000000508004 32 900000000000548007
			f 20020131 1 m 900000000000509007 33 900000000000548007`)},
		"Full/Terminology/sct2_Concept_Full_INT_20260101.txt":                            {Data: []byte("not read")},
		"Snapshot/Terminology/sct2_StatedRelationship_Snapshot_INT_20260101.txt":         {Data: []byte("not read")},
		"Snapshot/Terminology/sct2_RelationshipConcreteValues_Snapshot_INT_20260101.txt": {Data: []byte("not read")},
	}
}

func TestImportSNOMED(t *testing.T) {
	for name, release := range map[string]fs.FS{"folder": someSNOMED(), "archive": archived(t, someSNOMED())} {
		t.Run(name, func(t *testing.T) {
			var done, total int64
			f := written(t, func(w *Writer) error {
				return ImportSNOMED(w, release, func(d, all int64) { done, total = d, all })
			})
			require.Positive(t, total)
			require.Equal(t, total, done)
			require.Equal(t, []SystemInfo{{URL: terminology.SNOMED, Version: "20260101", Codes: 6, Source: "sct2_Concept_Snapshot_INT_20260101.txt"}}, f.Systems())
			s, ok := f.System("urn:oid:2.16.840.1.113883.6.96")
			require.True(t, ok)
			below, ok := s.Descendants("64572001")
			require.True(t, ok)
			require.Equal(t, []string{"44054006", "73211009"}, below)
			above, ok := s.Ancestors("73211009")
			require.True(t, ok)
			require.Equal(t, []string{"64572001", "138875005", "404684003"}, above)
			for code, want := range map[string]string{
				"73211009": "Diabetes mellitus", "64572001": "Disease (disorder)", "44054006": "British name", "1234567": "Antiguo", "138875005": "",
			} {
				require.Equal(t, want, s.Display(code))
				require.Equal(t, code == "1234567", s.Inactive(code))
			}
			_, known := s.Subsumes("138875005", "1234567")
			require.False(t, known)
			require.Equal(t, []string{"false"}, s.Property("73211009", "inactive"))
			require.Equal(t, []string{"64572001"}, s.Property("73211009", "parent"))
			require.Equal(t, []string{"44054006"}, s.Property("73211009", "child"))
			require.Nil(t, s.Property("73211009", "colour"))
			require.False(t, s.HasProperty("colour"))
		})
	}
}

func archived(t *testing.T, files fstest.MapFS) fs.FS {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	require.NoError(t, w.AddFS(files))
	require.NoError(t, w.Close())
	r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	return r
}

func TestImportSNOMEDErrors(t *testing.T) {
	for _, test := range []struct{ file, data, want string }{
		{conceptFile, "", "this is no SNOMED CT RF2 release: it has no sct2_Concept_Snapshot_….txt"},
		{relationshipFile, "", "this is no SNOMED CT RF2 release: it has no sct2_Relationship_Snapshot_….txt"},
		{conceptFile, "id\nhello\n", conceptFile + `:2: expected a concept, found "hello"`},
		{relationshipFile, "id\n1\t2\t1\n", relationshipFile + `:2: expected a relationship, found "1\t2\t1"`},
		{relationshipFile, "id\n1\t2\t1\tm\t44054006\t999\t0\t116680003\tc\td\n", relationshipFile + ":2: concept 999 is in no concept file"},
		{relationshipFile, "id\n1\t2\t1\tm\t999\t44054006\t0\t116680003\tc\td\n", relationshipFile + ":2: concept 999 is in no concept file"},
		{relationshipFile, "id\n1\t2\t1\tm\t44054006\t73211009\t0\t116680003\n2\t2\t1\tm\t73211009\t44054006\t0\t116680003\n",
			"code system http://snomed.info/sct: is-a runs in a circle: 44054006 → 73211009 → 44054006"},
		{descriptionFile, "id\n1\t2\t1\tm\t999\ten\tx\ty\n", descriptionFile + ":2: concept 999 is in no concept file"},
		{descriptionFile, "id\n1\n", descriptionFile + `:2: expected a description, found "1"`},
		{languageFile, "id\n1\t2\t1\tm\tr\tx\t900000000000548007\n", languageFile + `:2: expected a description's id, found "x"`},
	} {
		files := someSNOMED()
		if files[test.file] = (&fstest.MapFile{Data: []byte(test.data)}); test.data == "" {
			delete(files, test.file)
		}
		w, err := Create(t.TempDir() + "/f")
		require.NoError(t, err)
		require.EqualError(t, ImportSNOMED(w, files, nil), test.want)
		w.Abort()
	}
}

func TestImportSNOMEDAgainstModel(t *testing.T) {
	for seed := range int64(5) {
		release := generateSNOMED(seed, 200, 600, bushy)
		f := written(t, func(w *Writer) error { return ImportSNOMED(w, release.files(), nil) })
		s, _ := f.System(terminology.SNOMED)
		for b, code := range release.codes {
			above := release.above(b)
			for a, other := range release.codes {
				got, known := s.Subsumes(other, code)
				require.True(t, known)
				require.Equal(t, a == b || above[a], got)
			}
		}
	}
}
