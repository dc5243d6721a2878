package store

import (
	"bytes"
	"fmt"
	"math/rand"
	"strconv"
	"testing/fstest"
)

// A shape gives a concept of a generated hierarchy its parents, all of them before it.
type shape func(random *rand.Rand, concept, n int) int

// bushy is like a terminology: wide and shallow, each parent among the nearest above.
func bushy(random *rand.Rand, concept, n int) int {
	up := concept/8 + random.Intn(max(1, concept/64+1)) - concept/128
	return min(max(up, 0), concept-1)
}

// uniform is as dense as it gets: any concept before it can be a parent.
func uniform(random *rand.Rand, concept, n int) int { return random.Intn(concept) }

// A snomedRelease is a generated RF2 snapshot.
type snomedRelease struct {
	codes   []string
	parents [][]int
}

// generateSNOMED draws n concepts with relations is-a relations of that shape.
func generateSNOMED(seed int64, n, relations int, parent shape) snomedRelease {
	random := rand.New(rand.NewSource(seed))
	r := snomedRelease{codes: make([]string, n), parents: make([][]int, n)}
	for i := range n {
		r.codes[i] = strconv.Itoa(100000000 + 997*i)
	}
	random.Shuffle(n, func(i, j int) { r.codes[i], r.codes[j] = r.codes[j], r.codes[i] })
	for drawn := 0; drawn < relations; drawn++ {
		i := 1 + drawn%(n-1)
		r.parents[i] = append(r.parents[i], parent(random, i, n))
	}
	return r
}

// files writes the release as its publisher does.
func (r snomedRelease) files() fstest.MapFS {
	var concepts, relationships, descriptions, language bytes.Buffer
	concepts.WriteString("id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\r\n")
	relationships.WriteString("id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId\r\n")
	descriptions.WriteString("id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId\r\n")
	language.WriteString("id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId\r\n")
	for i, code := range r.codes {
		fmt.Fprintf(&concepts, "%s\t20260101\t1\t900000000000207008\t900000000000074008\r\n", code)
		fmt.Fprintf(&descriptions, "%d1\t20260101\t1\t900000000000207008\t%s\ten\t900000000000003001\tGenerated concept number %d (finding)\t900000000000448009\r\n", i+1, code, i)
		fmt.Fprintf(&descriptions, "%d2\t20260101\t1\t900000000000207008\t%s\ten\t900000000000013009\tGenerated concept number %d\t900000000000448009\r\n", i+1, code, i)
		fmt.Fprintf(&language, "x\t20260101\t1\t900000000000207008\t900000000000509007\t%d2\t900000000000548007\r\n", i+1)
		for j, parent := range r.parents[i] {
			fmt.Fprintf(&relationships, "%d%d\t20260101\t1\t900000000000207008\t%s\t%s\t0\t116680003\t900000000000011006\t900000000000451002\r\n", i, j, code, r.codes[parent])
		}
	}
	return fstest.MapFS{
		"Snapshot/Terminology/sct2_Concept_Snapshot_INT_20260101.txt":                {Data: concepts.Bytes()},
		"Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20260101.txt":           {Data: relationships.Bytes()},
		"Snapshot/Terminology/sct2_Description_Snapshot-en_INT_20260101.txt":         {Data: descriptions.Bytes()},
		"Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20260101.txt": {Data: language.Bytes()},
	}
}

// above is the naive model: all that is above a concept, by walking.
func (r snomedRelease) above(i int) map[int]bool {
	out := map[int]bool{}
	for waiting := []int{i}; len(waiting) > 0; {
		at := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for _, parent := range r.parents[at] {
			if !out[parent] {
				out[parent] = true
				waiting = append(waiting, parent)
			}
		}
	}
	return out
}
