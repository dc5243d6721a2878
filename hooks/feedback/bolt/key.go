package bolt

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// instant is a time as it is kept.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

const timeSize = 8

// timeKey returns a key that sorts by time, to the microsecond.
func timeKey(t time.Time, rest []byte) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, timeSize+len(rest)), uint64(t.UnixMicro())^1<<63)
	return append(key, rest...)
}

// keyPrefix stands for a key of any length.
func keyPrefix(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16:16]
}

// reportPrefix is what the keys of all reports about a card begin with.
func reportPrefix(uuid string) []byte { return append([]byte(uuid), 0) }
