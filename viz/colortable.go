package viz

// colorTable is a palette of up to 256 colours with a hash table to find them. A colour is 0xRRGGBB.
type colorTable struct {
	list  []uint32
	slots [1024]uint16 // index + 1
}

func (t *colorTable) reset() {
	t.list = t.list[:0]
	clear(t.slots[:])
}

func (t *colorTable) len() int { return len(t.list) }

// at returns colour i, black beyond the last.
func (t *colorTable) at(i int) uint32 {
	if i < len(t.list) {
		return t.list[i]
	}
	return 0
}

// slot returns where c is, or where it would be.
func (t *colorTable) slot(c uint32) *uint16 {
	for i := c * 0x9e3779b1 >> 22; ; i = (i + 1) % uint32(len(t.slots)) {
		if k := t.slots[i]; k == 0 || t.list[k-1] == c {
			return &t.slots[i]
		}
	}
}

// add enters c and reports whether there was room.
func (t *colorTable) add(c uint32) bool {
	s := t.slot(c)
	if *s != 0 {
		return true
	}
	if len(t.list) == 256 {
		return false
	}
	t.list = append(t.list, c)
	*s = uint16(len(t.list))
	return true
}

// lookup returns the index of a colour that is in the table.
func (t *colorTable) lookup(c uint32) byte { return byte(*t.slot(c) - 1) }
