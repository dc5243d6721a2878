package store

import (
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/terminology"
)

// A rrf is a release of RxNorm that is made up line by line.
type rrf struct{ names, relations, attributes strings.Builder }

func (r *rrf) name(rxcui int, kind, name, suppress string) {
	fmt.Fprintf(&r.names, "%d|ENG||||||%d|||%d|RXNORM|%s|%d|%s||%s|4096|\n", rxcui, rxcui, rxcui, kind, rxcui, name, suppress)
}

// relation says what the second is to the first, as RXNREL does.
func (r *rrf) relation(first int, what string, second int) {
	fmt.Fprintf(&r.relations, "%d||CUI|RO|%d||CUI|%s|||RXNORM||||||\n", first, second, what)
}

func (r *rrf) attribute(rxcui int, name, source, value string) {
	fmt.Fprintf(&r.attributes, "%d|||%d|AUI|%d|||%s|%s|%s|N|4096|\n", rxcui, rxcui, rxcui, name, source, value)
}

func (r *rrf) files() fstest.MapFS {
	return fstest.MapFS{
		"rrf/RXNCONSO.RRF":           {Data: []byte(r.names.String())},
		"rrf/RXNREL.RRF":             {Data: []byte(r.relations.String())},
		"rrf/RXNSAT.RRF":             {Data: []byte(r.attributes.String())},
		"rrf/RXNSAB.RRF":             {Data: []byte("C1||RXNORM_20AA_261102F|RXNORM|RxNorm Vocabulary||20AA_261102F|||\n")},
		"prescribe/rrf/RXNCONSO.RRF": {Data: []byte("broken")},
	}
}

func someRxNorm() *rrf {
	r := &rrf{}
	r.name(161, "IN", "acetaminophen", "N")
	r.name(7804, "IN", "oxycodone", "N")
	r.name(82063, "PIN", "oxycodone hydrochloride", "N")
	r.name(214183, "MIN", "acetaminophen / oxycodone", "N")
	r.name(42844, "BN", "Percocet", "N")
	r.name(313782, "SCDC", "acetaminophen 325 MG", "N")
	r.name(330507, "SCDC", "oxycodone hydrochloride 5 MG", "N")
	r.name(317541, "DF", "Oral Tablet", "N")
	r.name(1049221, "PSN", "oxyCODONE-acetaminophen 5 MG-325 MG Oral Tablet", "N")
	r.name(1049221, "SCD", "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet", "N")
	r.name(1049221, "SY", "APAP 325 MG / oxycodone 5 MG Oral Tablet", "N")
	r.name(1049225, "SBD", "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet [Percocet]", "N")
	r.name(372000, "SCDF", "acetaminophen / oxycodone Oral Tablet", "N")
	r.relation(161, "has_ingredient", 313782)
	r.relation(313782, "ingredient_of", 161)
	r.relation(82063, "has_precise_ingredient", 330507)
	r.relation(7804, "has_ingredient", 330507)
	r.relation(7804, "form_of", 82063)
	r.relation(161, "has_part", 214183)
	r.relation(7804, "has_part", 214183)
	r.relation(313782, "consists_of", 1049221)
	r.relation(330507, "consists_of", 1049221)
	r.relation(317541, "has_dose_form", 1049221)
	r.relation(317541, "has_dose_form", 1049225)
	r.relation(214183, "has_ingredients", 1049221)
	r.relation(1049221, "tradename_of", 1049225)
	r.relation(313782, "consists_of", 1049225)
	r.relation(161, "tradename_of", 42844)
	r.relation(7804, "tradename_of", 42844)
	r.relation(161, "has_ingredient", 372000)
	r.relation(7804, "has_ingredient", 372000)
	r.attribute(313782, "RXN_STRENGTH", "RXNORM", "325 MG")
	r.attribute(1049221, "NDC", "RXNORM", "00406052301")
	r.attribute(1049225, "NDC", "MTHSPL", "63481-623-70")
	r.attribute(1049225, "NDC", "VANDF", "063481062385")
	r.attribute(1049221, "NDC", "MTHSPL", "0406-0523-05")
	r.attribute(1049225, "NDC", "GS", "00406052305")
	r.attribute(1049221, "NDC", "GS", "0406052301")

	// A pack of two strengths and a tablet without, and one of one drug.
	r.name(8703, "IN", "norethindrone", "N")
	r.name(748794, "IN", "inert ingredients", "N")
	r.name(1, "SCDC", "norethindrone 0.5 MG", "N")
	r.name(2, "SCDC", "inert ingredients 1 MG", "N")
	r.name(3, "SCD", "norethindrone 0.5 MG Oral Tablet", "N")
	r.name(4, "SCD", "inert ingredients 1 MG Oral Tablet", "N")
	r.name(5, "GPCK", "{21 (norethindrone 0.5 MG Oral Tablet) / 7 (inert ingredients 1 MG Oral Tablet) } Pack", "N")
	r.name(6, "BPCK", "{21 (norethindrone 0.5 MG Oral Tablet) / 7 (inert) } Pack [Some]", "N")
	r.name(7, "GPCK", "{6 (norethindrone 0.5 MG Oral Tablet) } Pack", "N")
	r.relation(8703, "has_ingredient", 1)
	r.relation(748794, "has_ingredient", 2)
	r.relation(1, "consists_of", 3)
	r.relation(2, "consists_of", 4)
	r.relation(3, "contains", 5)
	r.relation(4, "contains", 5)
	r.relation(5, "tradename_of", 6)
	r.relation(3, "contains", 7)

	// What relations do not tell.
	r.name(8, "SCD", "acetaminophen 500 MG Oral Tablet", "O")
	r.name(9, "SCD", "acetaminophen 500 MG / unheard 5 MG Oral Tablet", "N")
	r.relation(313782, "consists_of", 9)
	r.name(10, "SCD", "unheard 5 MG Oral Tablet", "N")
	r.name(11, "SY", "a synonym of nothing", "N")
	return r
}

func importedRxNorm(t testing.TB, files fstest.MapFS) *File {
	return written(t, func(w *Writer) error { return ImportRxNorm(w, files, nil) })
}

func TestImportRxNorm(t *testing.T) {
	f := importedRxNorm(t, someRxNorm().files())
	require.Equal(t, []SystemInfo{{terminology.RxNorm, "20AA_261102F", 24, "RXNCONSO.RRF"}}, f.Systems())
	drugs, ok := f.Drugs()
	require.True(t, ok)
	acetaminophen := terminology.Ingredient{RxCUI: "161", Name: "acetaminophen", Strength: "325", Unit: "MG"}
	oxycodone := terminology.Ingredient{RxCUI: "7804", Name: "oxycodone", Strength: "5", Unit: "MG"}
	norethindrone := terminology.Ingredient{RxCUI: "8703", Name: "norethindrone", Strength: "0.5", Unit: "MG"}
	bare := func(in terminology.Ingredient) terminology.Ingredient {
		in.Strength, in.Unit = "", ""
		return in
	}
	inert := terminology.Ingredient{RxCUI: "748794", Name: "inert ingredients"}
	both := []terminology.Ingredient{bare(acetaminophen), bare(oxycodone)}
	half := acetaminophen
	half.Strength = "500"
	for _, want := range []terminology.Drug{
		{RxCUI: "161", Kind: "IN", Ingredients: both[:1]},
		{RxCUI: "82063", Kind: "PIN", Ingredients: both[1:]},
		{RxCUI: "214183", Kind: "MIN", Ingredients: both},
		{RxCUI: "42844", Kind: "BN", Ingredients: both},
		{RxCUI: "313782", Kind: "SCDC", Ingredients: []terminology.Ingredient{acetaminophen}},
		{RxCUI: "330507", Kind: "SCDC", Ingredients: []terminology.Ingredient{oxycodone}},
		{RxCUI: "1049221", Kind: "SCD", Form: "Oral Tablet", Ingredients: []terminology.Ingredient{acetaminophen, oxycodone}},
		{RxCUI: "1049225", Kind: "SBD", Form: "Oral Tablet", Ingredients: []terminology.Ingredient{acetaminophen, oxycodone}},
		{RxCUI: "372000", Kind: "SCDF", Ingredients: both},
		{RxCUI: "5", Kind: "GPCK", Ingredients: []terminology.Ingredient{bare(norethindrone), inert}},
		{RxCUI: "6", Kind: "BPCK", Ingredients: []terminology.Ingredient{bare(norethindrone), inert}},
		{RxCUI: "7", Kind: "GPCK", Ingredients: []terminology.Ingredient{norethindrone}},
		{RxCUI: "8", Kind: "SCD", Form: "Oral Tablet", Ingredients: []terminology.Ingredient{half}, ByName: true, Obsolete: true},
		{RxCUI: "9", Kind: "SCD", Ingredients: []terminology.Ingredient{acetaminophen}, Partial: true},
		{RxCUI: "10", Kind: "SCD", Partial: true},
	} {
		got, ok := drugs.Lookup(want.RxCUI)
		require.True(t, ok, want.RxCUI)
		require.Equal(t, want, got)
	}
	for _, rxcui := range []string{"11", "317541", "12", "", "x", "4294967457"} {
		_, ok := drugs.Lookup(rxcui)
		require.False(t, ok, rxcui)
	}
	require.Equal(t, "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet", drugs.Name("1049221"))
	named, ok := drugs.ByName("Oxycodone Hydrochloride 10 MG Oral Tablet")
	require.True(t, ok)
	require.Equal(t, "7804", named.Ingredients[0].RxCUI)
	for ndc, want := range map[string]string{
		"0406-0523-01": "1049221",
		"63481-623-70": "1049225",
		"63481062385":  "1049225",
		"0406-0523-05": "", // the sources differ
		"0406052301":   "",
		"99999999999":  "",
	} {
		got, ok := drugs.NDC(ndc)
		require.Equal(t, want, got, ndc)
		require.Equal(t, want != "", ok, ndc)
	}
	s, _ := f.System(terminology.RxNorm)
	require.Equal(t, "Percocet", s.Display("42844"))
	require.True(t, s.Inactive("8"))
	require.False(t, s.Inactive("9"))
	_, known := s.Subsumes("161", "1049221")
	require.False(t, known)
}

func TestImportRxNormErrors(t *testing.T) {
	good := someRxNorm().files()
	for _, test := range []struct{ file, data, want string }{
		{"rrf/RXNCONSO.RRF", "x|ENG\n", `rrf/RXNCONSO.RRF:1: expected an RXCUI and 17 more columns, found "x|ENG"`},
		{"rrf/RXNCONSO.RRF", "\ufeff1|ENG||||||1|||1|MTHSPL|SU|1|x||N||\r\n", "rrf/RXNCONSO.RRF: it has no names of RxNorm's own (SAB RXNORM)"},
		{"rrf/RXNREL.RRF", "\r\n161||CUI|RO|12||CUI|has_part|||RXNORM||||||\r\n", "rrf/RXNREL.RRF:2: RXCUI 12 has no name of RxNorm's in RXNCONSO"},
		{"rrf/RXNREL.RRF", "161||CUI|RO", `rrf/RXNREL.RRF:1: expected a relation, found "161||CUI|RO"`},
		{"rrf/RXNREL.RRF", strings.Repeat("x", maxLine+1<<18), "rrf/RXNREL.RRF:1: the line is longer than 1048576 bytes"},
		{"rrf/RXNSAT.RRF", "161\n", `rrf/RXNSAT.RRF:1: expected an attribute, found "161"`},
		{"rrf/RXNSAT.RRF", "\xff\n", "rrf/RXNSAT.RRF:1: the line is not UTF-8"},
		{"rrf/RXNSAT.RRF", "", "this is no RxNorm RRF release: it has no rrf/RXNSAT.RRF"},
	} {
		files := fstest.MapFS{}
		for name, file := range good {
			files[name] = file
		}
		if files[test.file] = (&fstest.MapFile{Data: []byte(test.data)}); test.data == "" {
			delete(files, test.file)
		}
		w, err := Create(t.TempDir() + "/f")
		require.NoError(t, err)
		require.EqualError(t, ImportRxNorm(w, files, nil), test.want)
		w.Abort()
	}
}

// A generatedDrug is what the model knows of a drug: its ingredients and strengths.
type generatedDrug struct{ ingredients, strengths []int }

// generateRxNorm draws ingredients, components, clinical and branded drugs until there are so many
// relations.
func generateRxNorm(seed int64, relations int) (*rrf, map[int]generatedDrug) {
	random := rand.New(rand.NewSource(seed))
	r, model := &rrf{}, map[int]generatedDrug{}
	r.name(1, "DF", "Oral Tablet", "N")
	next, made := 2, 0
	link := func(first int, what, inverse string, second int) {
		r.relation(first, what, second)
		r.relation(second, inverse, first)
		made += 2
	}
	var ingredients []int
	for range max(3, relations/100) {
		r.name(next, "IN", "substance"+strconv.Itoa(next), "N")
		ingredients = append(ingredients, next)
		next++
	}
	for made < relations {
		scd, sbd := next, next+1
		next += 2
		drug, name := generatedDrug{}, []string{}
		for range 1 + random.Intn(3) {
			in, strength, scdc := ingredients[random.Intn(len(ingredients))], 1+random.Intn(1000), next
			next++
			text := fmt.Sprintf("substance%d %d MG", in, strength)
			r.name(scdc, "SCDC", text, "N")
			r.attribute(scdc, "RXN_STRENGTH", "RXNORM", fmt.Sprintf("%d MG", strength))
			link(in, "has_ingredient", "ingredient_of", scdc)
			link(scdc, "consists_of", "constitutes", scd)
			drug.ingredients, drug.strengths, name = append(drug.ingredients, in), append(drug.strengths, strength), append(name, text)
		}
		full := strings.Join(name, " / ") + " Oral Tablet"
		r.name(scd, "SCD", full, "N")
		r.name(scd, "PSN", strings.ToUpper(full), "N")
		r.name(sbd, "SBD", full+" [Brand]", "N")
		link(scd, "tradename_of", "has_tradename", sbd)
		link(1, "has_dose_form", "dose_form_of", scd)
		link(1, "has_dose_form", "dose_form_of", sbd)
		for range 4 {
			r.attribute(scd, "NDC", "RXNORM", fmt.Sprintf("%011d", next*5+random.Intn(5)))
		}
		model[scd], model[sbd] = drug, drug
	}
	return r, model
}

func TestImportRxNormAgainstModel(t *testing.T) {
	for seed := range int64(10) {
		r, model := generateRxNorm(seed, 400)
		drugs, ok := importedRxNorm(t, r.files()).Drugs()
		require.True(t, ok)
		for rxcui, want := range model {
			got, ok := drugs.Lookup(strconv.Itoa(rxcui))
			require.True(t, ok)
			require.False(t, got.Partial)
			require.Equal(t, "Oral Tablet", got.Form)
			var found, wanted []string
			for _, in := range got.Ingredients {
				found = append(found, in.RxCUI+" "+in.Name+" "+in.Strength+" "+in.Unit)
			}
			for i, in := range want.ingredients {
				wanted = append(wanted, fmt.Sprintf("%d substance%d %d MG", in, in, want.strengths[i]))
			}
			slices.Sort(found)
			slices.Sort(wanted)
			require.Equal(t, wanted, found)
		}
	}
}

// TestLargeRRF imports 1,000,000 relations.
func TestLargeRRF(t *testing.T) {
	if !*large {
		t.Skip("only with -large")
	}
	r, model := generateRxNorm(1, 1_000_000)
	path := importLarge(t, r.files(), ImportRxNorm, 60*time.Second)
	begin := time.Now()
	f, err := Open(path)
	require.NoError(t, err)
	defer f.Close()
	drugs, ok := f.Drugs()
	require.True(t, ok)
	took := time.Since(begin)
	t.Logf("opened in %v, %d drugs", took, len(model))
	require.Less(t, took, 300*time.Millisecond)
	for rxcui := range model {
		drug, ok := drugs.Lookup(strconv.Itoa(rxcui))
		require.True(t, ok)
		require.False(t, drug.Partial)
	}
}
