package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/primum-cds/primum/cds/terminology"
	"github.com/primum-cds/primum/cds/terminology/store"
)

// temporary returns a path to write an example to.
func temporary() (path string, remove func()) {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
	}
	return filepath.Join(folder, "terminology"), func() { os.RemoveAll(folder) }
}

func ExampleOpen() {
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	s := w.System(store.SystemInfo{URL: terminology.SNOMED, Version: "20260101", Source: "by hand"})
	s.Hierarchical()
	for code, display := range map[string]string{"73211009": "Diabetes mellitus", "44054006": "Type 2 diabetes mellitus"} {
		if err := s.Add(code, display, false); err != nil {
			fmt.Println(err)
		}
	}
	if err := errors.Join(s.IsA("44054006", "73211009"), s.Close(), w.Finish()); err != nil {
		fmt.Println(err)
	}

	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Systems())
	snomed, _ := f.System(terminology.SNOMED)
	fmt.Println(snomed.Subsumes("73211009", "44054006"))
	fmt.Println(snomed.Subsumes("73211009", "38341003")) // not in the file: not known
	fmt.Println(snomed.Descendants("73211009"))
	// Output:
	// [{http://snomed.info/sct 20260101 2 by hand}]
	// true true
	// false false
	// [44054006] true
}

func ExampleOpen_damaged() {
	path, remove := temporary()
	defer remove()
	if err := os.WriteFile(path, []byte("RXCUI|LAT|TS|LUI|STT|SUI|ISPREF|RXAUI"), 0o600); err != nil {
		fmt.Println(err)
	}
	_, err := store.Open(path)
	var wrong *store.FormatError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Message)
	}
	// Output: is not a terminology file of primum
}

func ExampleImportRxNorm() {
	release := fstest.MapFS{ // os.DirFS of the unpacked release, or a zip.Reader
		"rrf/RXNCONSO.RRF": {Data: []byte("" +
			"11289|ENG||||||1|||11289|RXNORM|IN|11289|warfarin||N||\n" +
			"855333|ENG||||||2|||855333|RXNORM|SCDC|855333|warfarin sodium 5 MG||N||\n" +
			"317541|ENG||||||3|||317541|RXNORM|DF|317541|Oral Tablet||N||\n" +
			"855332|ENG||||||4|||855332|RXNORM|SCD|855332|warfarin sodium 5 MG Oral Tablet||N||\n")},
		"rrf/RXNREL.RRF": {Data: []byte("" +
			"11289||CUI|RO|855333||CUI|has_ingredient|||RXNORM||||||\n" +
			"855333||CUI|RO|855332||CUI|consists_of|||RXNORM||||||\n" +
			"317541||CUI|RO|855332||CUI|has_dose_form|||RXNORM||||||\n")},
		"rrf/RXNSAT.RRF": {Data: []byte("" +
			"855332|||4|AUI|855332|||NDC|RXNORM|00056017270|N|4096|\n")},
	}
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	if err := errors.Join(store.ImportRxNorm(w, release, nil), w.Finish()); err != nil {
		fmt.Println(err)
	}
	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	drugs, _ := f.Drugs()
	rxcui, _ := drugs.NDC("0056-0172-70")
	drug, _ := drugs.Lookup(rxcui)
	fmt.Println(drugs.Name(rxcui), drug.Ingredients, drug.Form)
	// Output: warfarin sodium 5 MG Oral Tablet [{11289 warfarin 5 MG}] Oral Tablet
}

func ExampleImportSNOMED_error() {
	release := fstest.MapFS{
		"sct2_Concept_Snapshot_INT_20260101.txt":      {Data: []byte("id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n44054006\t20260101\t1\tm\td\n")},
		"sct2_Relationship_Snapshot_INT_20260101.txt": {Data: []byte("id\n1\t20260101\t1\tm\t44054006\t73211009\t0\t116680003\tc\td\n")},
	}
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	fmt.Println(store.ImportSNOMED(w, release, nil))
	// Output: sct2_Relationship_Snapshot_INT_20260101.txt:2: concept 73211009 is in no concept file
}

func ExampleImportICD10CM() {
	release := fstest.MapFS{"icd10cm-order-2026.txt": {Data: []byte("" +
		"00001 E11     0 Type 2 diabetes mellitus                                     Type 2 diabetes mellitus\n" +
		"00002 E119    1 Type 2 diabetes mellitus without complications               Type 2 diabetes mellitus without complications\n")}}
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	if err := errors.Join(store.ImportICD10CM(w, release, nil), w.Finish()); err != nil {
		fmt.Println(err)
	}
	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	icd, _ := f.System(terminology.ICD10CM)
	fmt.Println(icd.Descendants("E11"))
	// Output: [E11.9] true
}

func ExampleImportLOINC() {
	release := fstest.MapFS{"LoincTable/Loinc.csv": {Data: []byte(
		"LOINC_NUM,STATUS,LONG_COMMON_NAME,VersionLastChanged\n2160-0,ACTIVE,Creatinine [Mass/volume] in Serum or Plasma,2.80\n")}}
	path, remove := temporary()
	defer remove()
	w, err := store.Create(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	if err := errors.Join(store.ImportLOINC(w, release, nil), w.Finish()); err != nil {
		fmt.Println(err)
	}
	f, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	loinc, _ := f.System(terminology.LOINC)
	fmt.Println(loinc.Display("2160-0"))
	fmt.Println(loinc.Descendants("2160-0")) // it came without a hierarchy
	// Output:
	// Creatinine [Mass/volume] in Serum or Plasma
	// [] false
}
