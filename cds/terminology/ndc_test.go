package terminology

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

var ndcSource = flag.String("ndc", "", "write ndc.bin from this CSV `file` of NDCs (eleven digits) and RxCUIs, with a head line")

type ndcRow struct {
	ndc   uint64
	rxcui int64
}

// encodeNDCs is how ndc.bin was written. The rows are sorted, each NDC once.
func encodeNDCs(rows []ndcRow) ndcTable {
	var index, blocks []byte
	n := 0
	for block := range slices.Chunk(rows, ndcBlock) {
		n++
		index = binary.LittleEndian.AppendUint64(index, block[0].ndc)
		index = binary.LittleEndian.AppendUint32(index, uint32(len(blocks)))
		blocks = binary.AppendUvarint(blocks, uint64(block[0].rxcui))
		for i := 1; i < len(block); i++ {
			step := (block[i].ndc - block[i-1].ndc) * 2
			if block[i].rxcui == block[i-1].rxcui {
				blocks = binary.AppendUvarint(blocks, step)
				continue
			}
			blocks = binary.AppendUvarint(blocks, step+1)
			blocks = binary.AppendVarint(blocks, block[i].rxcui-block[i-1].rxcui)
		}
	}
	return ndcTable(slices.Concat(binary.LittleEndian.AppendUint32(nil, uint32(n)), index, blocks))
}

func TestWriteNDCs(t *testing.T) {
	if *ndcSource == "" {
		t.Skip("only with -ndc")
	}
	f, err := os.Open(*ndcSource)
	require.NoError(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var rows []ndcRow
	for _, line := range lines[1:] {
		ndc, err := strconv.ParseUint(line[0], 10, 64)
		require.NoError(t, err)
		rxcui, err := strconv.ParseInt(line[1], 10, 32)
		require.NoError(t, err)
		rows = append(rows, ndcRow{ndc, rxcui})
	}
	slices.SortFunc(rows, func(a, b ndcRow) int { return int(a.ndc) - int(b.ndc) })
	require.NoError(t, os.WriteFile("ndc.bin", []byte(encodeNDCs(rows)), 0o644))
}

func TestNormalNDC(t *testing.T) {
	tests := []struct{ ndc, want string }{
		{"00002015201", "00002015201"},
		{"00002-0152-01", "00002015201"},
		{"0002-0152-01", "00002015201"},
		{"55289-123-30", "55289012330"},
		{"55289-1234-3", "55289123403"},
		{" 0002-0152-01\n", "00002015201"},
		{"0002015201", ""},   // 0002-0152-01, 00020-152-01 or 00020-1520-1
		{"0002-0152", ""},    // any package
		{"000002015201", ""}, // twelve digits
		{"00002-015201", ""}, // one hyphen
		{"00002-0152-1", "00002015201"},
		{"0002-152-01", ""}, // nine digits
		{"00002-0152-01-1", ""},
		{"0002-O152-01", ""},
		{"0000201520١", ""},
		{"", ""}, {"--", ""}, {"-----------", ""},
	}
	for _, test := range tests {
		got, ok := NormalNDC(test.ndc)
		require.Equal(t, test.want, got, test.ndc)
		require.Equal(t, test.want != "", ok, test.ndc)
	}
}

func TestNDC(t *testing.T) {
	for ndc, want := range map[string]string{
		"00002015201":   "2679323",
		"0002-0152-01":  "2679323",
		"00002-0152-01": "2679323",
		"0002015201":    "",
		"00000000000":   "",
		"99999999999":   "",
		"00002015202":   "",
		"":              "",
	} {
		got, ok := shipped(t).NDC(ndc)
		require.Equal(t, want != "", ok, ndc)
		if ok {
			require.Equal(t, want, got, ndc)
		}
	}
}

// The digest was taken from the source table: "NDC,RxCUI" a line, sorted.
func TestEveryNDCIsReadAsItWasWritten(t *testing.T) {
	require.Less(t, len(ndcFile)+len(drugFile)+len(saltFile), 5_000_000)
	digest, n := sha256.New(), 0
	for block := range int(shippedNDCs.uint32(0)) {
		for _, row := range decodeBlock(shippedNDCs, block) {
			digits := fmt.Sprintf("%011d", row.ndc)
			rxcui, ok := shipped(t).NDC(digits)
			require.True(t, ok)
			require.Equal(t, strconv.FormatInt(row.rxcui, 10), rxcui)
			fmt.Fprintf(digest, "%s,%s\n", digits, rxcui)
			n++
		}
	}
	require.Equal(t, 220286, n)
	require.Equal(t, "97b8c85ce6dc51b2ac7b6537bb733317c5cc0659274a0742d9d4f375f7f1e5e8", hex.EncodeToString(digest.Sum(nil)))
}

// decodeBlock reads a whole block plainly.
func decodeBlock(t ndcTable, block int) []ndcRow {
	blocks := int(t.uint32(0))
	at, end := 4+12*blocks+int(t.uint32(4+12*block+8)), len(t)
	if block+1 < blocks {
		end = 4 + 12*blocks + int(t.uint32(4+12*(block+1)+8))
	}
	data := []byte(t[at:end])
	rxcui, n := binary.Uvarint(data)
	rows := []ndcRow{{t.first(block), int64(rxcui)}}
	for data = data[n:]; len(data) > 0; data = data[n:] {
		row := rows[len(rows)-1]
		step, used := binary.Uvarint(data)
		row.ndc += step / 2
		n = used
		if step%2 == 1 {
			differs, more := binary.Varint(data[used:])
			row.rxcui += differs
			n += more
		}
		rows = append(rows, row)
	}
	return rows
}

func TestNDCsOfRandomTables(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 50 {
		want := map[uint64]int64{}
		for range random.Intn(500) {
			want[uint64(random.Int63n(1000)*random.Int63n(99_999_999))] = random.Int63n(1 << 32)
		}
		var rows []ndcRow
		for ndc, rxcui := range want {
			rows = append(rows, ndcRow{ndc, rxcui})
		}
		slices.SortFunc(rows, func(a, b ndcRow) int { return int(a.ndc) - int(b.ndc) })
		table := encodeNDCs(rows)
		for _, row := range rows {
			for _, near := range []uint64{row.ndc, row.ndc + 1} {
				rxcui, ok := table.find(fmt.Sprintf("%011d", near))
				value, listed := want[near]
				require.Equal(t, listed, ok)
				if ok {
					require.Equal(t, strconv.FormatInt(value, 10), rxcui)
				}
			}
		}
	}
}

func FuzzNDCTable(f *testing.F) {
	f.Add([]byte(encodeNDCs([]ndcRow{{1, 2}, {5, 2}, {9, 1}})), "00000000005")
	f.Add([]byte{255, 255, 255, 255}, "00000000005")
	f.Fuzz(func(t *testing.T, data []byte, ndc string) {
		ndcTable(data).find(ndc)
		if digits, ok := NormalNDC(ndc); ok {
			require.Len(t, digits, 11)
			again, ok := NormalNDC(digits)
			require.True(t, ok)
			require.Equal(t, digits, again)
		}
	})
}

func BenchmarkNDC(b *testing.B) {
	d := shipped(b)
	b.ReportAllocs()
	for b.Loop() {
		d.NDC("0002-0152-01")
	}
}
