package viz

import "slices"

// quantizer reduces colours: it counts them in bins of five bits per channel, and splits the box of bins whose colours differ
// most, at their mean, until there are enough boxes. No dithering: it would flicker, and it would not compress.
type quantizer struct {
	bins   []bin    // [32768]
	used   []uint16 // bins that are not empty
	boxes  []box
	active bool // for the frame at hand
}

// bin is the sum of the colours in it.
type bin struct {
	n, r, g, b uint64
	box        uint8
}

// box is a stretch of used bins.
type box struct {
	from, to int
	axis     int     // along which the colours differ most
	mean     float64 // there
	spread   float64 // sum of squared distances from it
}

func (q *quantizer) reset() {
	if q.bins == nil {
		q.bins = make([]bin, 1<<15)
	}
	for _, i := range q.used {
		q.bins[i] = bin{}
	}
	q.used = q.used[:0]
}

func binOf(c uint32) uint16 { return uint16(c>>9&0x7c00 | c>>6&0x3e0 | c>>3&0x1f) }

// count adds a pixel.
func (q *quantizer) count(c uint32) {
	i := binOf(c)
	b := &q.bins[i]
	if b.n == 0 {
		q.used = append(q.used, i)
	}
	b.n++
	b.r += uint64(c >> 16)
	b.g += uint64(c >> 8 & 0xff)
	b.b += uint64(c & 0xff)
}

// lookup returns the index of the colour that stands for c.
func (q *quantizer) lookup(c uint32) byte { return q.bins[binOf(c)].box }

// split fills t with at most limit colours.
func (q *quantizer) split(limit int, t *colorTable) {
	slices.Sort(q.used)
	q.boxes = append(q.boxes[:0], q.measure(0, len(q.used)))
	for len(q.boxes) < limit {
		worst := 0
		for i := range q.boxes {
			if q.boxes[i].spread > q.boxes[worst].spread {
				worst = i
			}
		}
		b := q.boxes[worst]
		mid := q.partition(b)
		if mid == b.from || mid == b.to {
			break // nothing differs any more
		}
		q.boxes[worst] = q.measure(b.from, mid)
		q.boxes = append(q.boxes, q.measure(mid, b.to))
	}
	t.reset()
	for k, b := range q.boxes {
		var sum bin
		for _, i := range q.used[b.from:b.to] {
			e := &q.bins[i]
			e.box = uint8(k)
			sum.n, sum.r, sum.g, sum.b = sum.n+e.n, sum.r+e.r, sum.g+e.g, sum.b+e.b
		}
		half := sum.n / 2
		t.list = append(t.list, uint32((sum.r+half)/sum.n<<16|(sum.g+half)/sum.n<<8|(sum.b+half)/sum.n))
	}
}

// channel returns the mean of the colours in a bin along an axis.
func (b *bin) channel(axis int) float64 {
	return float64([...]uint64{b.r, b.g, b.b}[axis]) / float64(b.n)
}

// measure returns the box of used[from:to].
func (q *quantizer) measure(from, to int) box {
	best := box{from: from, to: to}
	for axis := range 3 {
		var n, sum, squares float64
		for _, i := range q.used[from:to] {
			b := &q.bins[i]
			v := b.channel(axis)
			n += float64(b.n)
			sum += float64(b.n) * v
			squares += float64(b.n) * v * v
		}
		if s := squares - sum*sum/n; axis == 0 || s > best.spread {
			best.axis, best.mean, best.spread = axis, sum/n, s
		}
	}
	return best
}

// partition puts the bins of a box below the mean first and returns where the others begin.
func (q *quantizer) partition(b box) int {
	mid := b.from
	for i := b.from; i < b.to; i++ {
		if q.bins[q.used[i]].channel(b.axis) < b.mean {
			q.used[i], q.used[mid] = q.used[mid], q.used[i]
			mid++
		}
	}
	return mid
}
