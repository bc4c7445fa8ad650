package auxtasks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// visits counts exactly how often keys were seen, up to a fixed number of different ones. A key that no longer fits is not kept.
type visits struct {
	seen  []visit  // in the order of first visits; its capacity is the limit
	slots []uint32 // hash table with linear probing: 1 + index into seen, 0 for free; a power of two, at least twice the limit
	shift uint8    // a hash's upper bits index slots
}

type visit struct {
	key  uint64
	n    uint32
	slot uint32 // where it stands in slots
}

func newVisits(limit int) *visits {
	size := bits.Len(uint(2*limit - 1))
	return &visits{seen: make([]visit, 0, limit), slots: make([]uint32, 1<<size), shift: uint8(64 - size)}
}

// add counts a visit and returns how many there have been, this one included; 0 if the key does not fit. Counts stop at 2^32-1.
func (v *visits) add(key uint64) uint32 {
	mask := uint64(len(v.slots) - 1)
	at := key * 0x9e3779b97f4a7c15 >> v.shift // Fibonacci hashing
	for ; v.slots[at] != 0; at = (at + 1) & mask {
		if e := &v.seen[v.slots[at]-1]; e.key == key {
			if e.n < math.MaxUint32 {
				e.n++
			}
			return e.n
		}
	}
	if len(v.seen) == cap(v.seen) {
		return 0
	}
	v.seen = append(v.seen, visit{key: key, n: 1, slot: uint32(at)})
	v.slots[at] = uint32(len(v.seen))
	return 1
}

// forget begins anew.
func (v *visits) forget() {
	for i := range v.seen {
		v.slots[v.seen[i].slot] = 0
	}
	v.seen = v.seen[:0]
}

// appendState appends the keys and their counts, in the order of first visits.
func (v *visits) appendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(v.seen)))
	for _, e := range v.seen {
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(b, e.key), e.n)
	}
	return b
}

// restore continues what appendState saved at the beginning of b, and returns what follows it.
func (v *visits) restore(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errShort
	}
	const each = 12 // bytes of a key and its count
	n := int64(binary.LittleEndian.Uint32(b))
	if b = b[4:]; n > int64(cap(v.seen)) {
		return nil, fmt.Errorf("auxtasks: restore: %d keys, but there is room for %d", n, cap(v.seen))
	}
	if int64(len(b)) < each*n {
		return nil, errShort
	}
	v.forget()
	for range n {
		key, count := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:])
		if count == 0 || v.add(key) != 1 {
			return nil, errors.New("auxtasks: restore: a key that was never seen, or stands twice")
		}
		v.seen[len(v.seen)-1].n = count
		b = b[each:]
	}
	return b, nil
}
