package store

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

func order(number int, code, billable, short, long string) string {
	return fmt.Sprintf("%05d %-7s %s %-60s %s\r\n", number, code, billable, short, long)
}

func TestImportICD10CM(t *testing.T) {
	files := fstest.MapFS{"icd10cm-order-2026.txt": {Data: []byte(
		order(1, "E11", "0", "Type 2 diabetes mellitus", "Type 2 diabetes mellitus") +
			order(2, "E112", "0", "Type 2 diabetes w kidney complications", "Type 2 diabetes mellitus with kidney complications") +
			order(3, "E1122", "1", "Type 2 diabetes w diabetic CKD", "Type 2 diabetes mellitus with diabetic chronic kidney disease") +
			order(4, "S82", "0", "Fracture of lower leg", "") +
			order(5, "S82001A", "1", "Unsp fracture of right patella, init", "") +
			order(6, "A09", "1", "Infectious gastroenteritis", "Infectious gastroenteritis and colitis, unspecified"))},
		"icd10cm-order-addenda-2026.txt": {Data: []byte("not read")},
	}
	f := written(t, func(w *Writer) error { return ImportICD10CM(w, files, nil) })
	require.Equal(t, []SystemInfo{{URL: terminology.ICD10CM, Version: "2026", Codes: 6, Source: "icd10cm-order-2026.txt"}}, f.Systems())
	s, _ := f.System(terminology.ICD10CM)
	require.Equal(t, []string{"A09", "E11", "E11.2", "E11.22", "S82", "S82.001A"}, s.All())
	require.Equal(t, "Type 2 diabetes mellitus with diabetic chronic kidney disease", s.Display("E11.22"))
	require.Equal(t, "Unsp fracture of right patella, init", s.Display("S82.001A"))
	for code, want := range map[string][]string{"E11": {"E11.2", "E11.22"}, "S82": {"S82.001A"}, "A09": {}} {
		below, ok := s.Descendants(code)
		require.True(t, ok)
		require.Equal(t, want, below)
	}
}

func TestImportICD10CMErrors(t *testing.T) {
	const file = "icd10cm-order-2026.txt"
	for _, test := range []struct{ name, data, want string }{
		{"other.txt", "", "this is no ICD-10-CM release: it has no icd10cm-order-….txt"},
		{file, "", file + ": it has no codes"},
		{file, order(1, "A09", "1", "x", "") + "A00 Cholera\n", file + `:2: expected an order number, a code, 0 or 1 and descriptions, found "A00 Cholera"`},
		{file, order(1, "a09", "1", "x", ""), file + `:1: expected an order number, a code, 0 or 1 and descriptions, found "00001 a09     1 x                                                            "`},
	} {
		w, err := Create(t.TempDir() + "/f")
		require.NoError(t, err)
		require.EqualError(t, ImportICD10CM(w, fstest.MapFS{test.name: {Data: []byte(test.data)}}, nil), test.want)
		w.Abort()
	}
}
