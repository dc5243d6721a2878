package store

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func someLOINC() fstest.MapFS {
	return fstest.MapFS{
		"Loinc_2.80/LoincTable/Loinc.csv": {Data: []byte("\ufeff" + `"LOINC_NUM","COMPONENT","STATUS","LONG_COMMON_NAME","VersionLastChanged"` + "\r\n" +
			`"2345-7","Glucose","ACTIVE","Glucose [Mass/volume] in Serum, ""or"" Plasma","2.9"` + "\r\n" +
			`"2339-0","Glucose","DEPRECATED","","2.80"` + "\r\n" +
			`"72166-2","Tobacco","ACTIVE","Tobacco` + "\n" + `smoking status","2.73"` + "\r\n")},
		"Loinc_2.80/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv": {Data: []byte(`PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT
,1,,LP1-8,LOINC
LP1-8.LP2-6,1,LP2-6,2345-7,Glucose
LP1-8,1,LP1-8,LP2-6,Chemistry
`)},
		"Loinc_2.80/AccessoryFiles/AnswerFile/AnswerList.csv": {Data: []byte(`"AnswerListId","AnswerListName","AnswerStringId","DisplayText"
"LL1-9","Smoking","LA1-6","Smoker"
"LL1-9","Smoking","LA2-4","Never"
"LL2-7","Elsewhere","",""
`)},
	}
}

func TestImportLOINC(t *testing.T) {
	f := written(t, func(w *Writer) error { return ImportLOINC(w, someLOINC(), nil) })
	require.Equal(t, []SystemInfo{{URL: terminology.LOINC, Version: "2.80", Codes: 7, Source: "Loinc.csv"}}, f.Systems())
	s, _ := f.System(terminology.LOINC)
	require.Equal(t, []string{"2339-0", "2345-7", "72166-2", "LA1-6", "LA2-4", "LP1-8", "LP2-6"}, s.All())
	require.Equal(t, `Glucose [Mass/volume] in Serum, "or" Plasma`, s.Display("2345-7"))
	require.Equal(t, "Glucose", s.Display("2339-0"))
	require.Equal(t, "Tobacco\nsmoking status", s.Display("72166-2"))
	require.True(t, s.Inactive("2339-0"))
	below, ok := s.Descendants("LP1-8")
	require.True(t, ok)
	require.Equal(t, []string{"2345-7", "LP2-6"}, below)
	_, ok = s.Descendants("72166-2")
	require.False(t, ok)
	require.Equal(t, []string{"http://loinc.org/vs/LL1-9"}, f.ValueSets())
	v, ok := f.ValueSet("http://loinc.org/vs/LL1-9")
	require.True(t, ok)
	require.Equal(t, ValueSet{URL: "http://loinc.org/vs/LL1-9", Version: "2.80", Source: "AnswerList.csv", Codes: []terminology.Code{
		{System: terminology.LOINC, Code: "LA1-6"}, {System: terminology.LOINC, Code: "LA2-4"}}}, v)
}

func TestImportLOINCErrors(t *testing.T) {
	const table, hierarchy = "Loinc_2.80/LoincTable/Loinc.csv", "Loinc_2.80/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv"
	for _, test := range []struct{ file, data, want string }{
		{table, "", "this is no LOINC release: it has no Loinc.csv"},
		{table, "LOINC_NUM,STATUS\n", table + ":1: it has no column LONG_COMMON_NAME"},
		{table, "LOINC_NUM,STATUS,LONG_COMMON_NAME\n1-8,ACTIVE\n", table + ":2: the line ends before its last column"},
		{table, "LOINC_NUM,STATUS,LONG_COMMON_NAME\n,ACTIVE,x\n", table + `:2: "" is not a code`},
		{table, "LOINC_NUM,STATUS,LONG_COMMON_NAME\n", table + ": it has no codes"},
		{hierarchy, "IMMEDIATE_PARENT,CODE,CODE_TEXT\n\n,LP1-8,x\nLP9-9,LP2-6,y\n", hierarchy + ":4: code LP9-9 is not listed"},
	} {
		files := someLOINC()
		if files[test.file] = (&fstest.MapFile{Data: []byte(test.data)}); test.data == "" {
			delete(files, test.file)
		}
		w, err := Create(t.TempDir() + "/f")
		require.NoError(t, err)
		require.EqualError(t, ImportLOINC(w, files, nil), test.want)
		w.Abort()
	}
}
