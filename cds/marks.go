package cds

// marks are numbers below a limit: quick to ask for, and as quick to forget as they are few.
type marks struct {
	bits []uint64
	list []int32 // in the order of marking
}

func newMarks(limit int) marks { return marks{bits: make([]uint64, (limit+63)/64)} }

func (m *marks) mark(n int32) {
	if !m.has(n) {
		m.bits[n>>6] |= 1 << (n & 63)
		m.list = append(m.list, n)
	}
}

func (m *marks) has(n int32) bool { return m.bits[n>>6]&(1<<(n&63)) != 0 }

func (m *marks) clear() {
	for _, n := range m.list {
		m.bits[n>>6] = 0
	}
	m.list = m.list[:0]
}
