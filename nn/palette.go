package nn

import "github.com/auxrl/auxrl/internal/f32"

const (
	paletteMax  = 256     // kinds of cells that a byte can name
	paletteKeys = 1 << 10 // combinations of symbols that are looked for
	paletteChan = 8       // channels of a cell
	paletteRoom = 1 << 12 // cells that are looked up at a time
	paletteRows = 8       // rows from which on it pays
)

// palette is the list of different cells in the rows of a pass. Worlds have few: floor, wall, a key. Each is a symbol by itself,
// whose rows of W are added up once, so that a cell of an observation is one row to add and not one for each channel.
type palette struct {
	count int
	codes [paletteMax * paletteChan]byte // [count, C]
	kind  [paletteKeys]uint16            // by combination of symbols: 1 + where it stands in the list
	cells [paletteRoom]byte              // of the rows under way: where they stand
	rows  int                            // that the last Forward found all at once, so that Backward need not; 0: none
	first *byte                          // of these rows
	layer *CodeConv                      // that found them
}

// paletteLen returns how many kinds of cells there can be in a palette; 0 means that the layer does without.
func (c *CodeConv) paletteLen() int {
	keys := 1
	for _, n := range c.Codes {
		if keys *= n; keys > paletteKeys {
			return 0
		}
	}
	if len(c.Codes) < 2 || len(c.Codes) > paletteChan || c.H*c.W > paletteRoom {
		return 0
	}
	return min(keys, paletteMax)
}

// forget makes Backward look for cells itself.
func (x *Rows) forget() {
	if x.help != nil && x.help.palette != nil {
		x.help.palette.rows = 0
	}
}

func (p *palette) clear() {
	p.count, p.rows = 0, 0
	clear(p.kind[:])
}

// find translates cells, of which there is room for, and adds those it sees for the first time to the list. It returns false if
// that gets too long.
func (p *palette) find(x []byte, codes []int) bool {
	ch := len(codes)
	cells := p.cells[:len(x)/ch]
	if ch == 3 { // worlds of the MiniGrid kind, three times as fast
		n0, n1, n2 := uint(codes[0]), uint(codes[1]), uint(codes[2])
		for i := range cells {
			cell := x[3*i : 3*i+3 : 3*i+3]
			v0, v1, v2 := uint(cell[0]), uint(cell[1]), uint(cell[2])
			if v0 >= n0 || v1 >= n1 || v2 >= n2 {
				panic(wrongSymbol)
			}
			at := p.kind[((v0*n1+v1)*n2+v2)%paletteKeys]
			if at == 0 {
				if at = p.add(cell, int((v0*n1+v1)*n2+v2)); at == 0 {
					return false
				}
			}
			cells[i] = byte(at - 1)
		}
		return true
	}
	for i := range cells {
		cell := x[i*ch : (i+1)*ch : (i+1)*ch]
		key := 0
		for k, v := range cell {
			n := codes[k]
			if int(v) >= n {
				panic(wrongSymbol)
			}
			key = key*n + int(v)
		}
		at := p.kind[key%paletteKeys]
		if at == 0 {
			if at = p.add(cell, key); at == 0 {
				return false
			}
		}
		cells[i] = byte(at - 1)
	}
	return true
}

const wrongSymbol = "nn: CodeConv: a byte is no symbol of its channel"

// add appends a cell to the list and returns how long that is; 0: it is full.
func (p *palette) add(cell []byte, key int) uint16 {
	if p.count == paletteMax {
		return 0
	}
	copy(p.codes[p.count*len(cell):], cell)
	p.count++
	p.kind[key] = uint16(p.count)
	return uint16(p.count)
}

// rowsAtOnce returns how many rows a palette takes at a time; 0: so few rows are better computed without.
func (c *CodeConv) rowsAtOnce(x Rows, rows int) int {
	if x.help == nil || x.help.palette == nil || rows < paletteRows || c.paletteLen() == 0 {
		return 0
	}
	return min(rows, paletteRoom/(c.H*c.W))
}

// kinds describes, for the kinds of cells from first on, the sums of the rows of W that they name where they are cell at of the
// kernel.
func (c *CodeConv) kinds(p *palette, first, at int) f32.Lookup {
	ch := len(c.Codes)
	return f32.Lookup{
		X: p.codes[first*ch : p.count*ch], Places: c.places[at*ch : (at+1)*ch],
		Rows: 1, Tiles: 1, M: p.count - first, N: c.Out, Segs: 1, K: ch, Group: ch, XRow: ch,
	}
}

// found describes the convolution of rows of cells that a palette has found.
func (c *CodeConv) found(p *palette, rows int) f32.Lookup {
	oh, ow, _ := c.Shape()
	return f32.Lookup{
		X: p.cells[:rows*c.H*c.W], Places: c.cells, Rows: rows, Tiles: oh, M: ow, N: c.Out, Segs: c.KH, K: c.KW, Group: 1,
		XBatch: c.H * c.W, XTile: c.W, XRow: 1, XSeg: c.W,
	}
}

// table returns where the sums for kinds from..to-1 of cell at of the kernel stand in scratch.
func (c *CodeConv) table(scratch []float32, at, from, to int) []float32 {
	at *= c.paletteLen()
	return scratch[(at+from)*c.Out : (at+to)*c.Out]
}

// forwardPalette is Forward without the nonlinearity but its floor; y gets the same bits.
func (c *CodeConv) forwardPalette(y, w, b []float32, floor float32, x Rows, scratch []float32, rows, step int) {
	p := x.help.palette
	p.clear()
	size := len(y) / rows
	sums, zeros := scratch[:len(c.cells)*c.paletteLen()*c.Out], scratch[len(c.cells)*c.paletteLen()*c.Out:][:c.Out]
	clear(zeros)
	for lo := 0; lo < rows; lo += step {
		hi := min(lo+step, rows)
		part := c.part(x, lo, hi)
		known := p.count
		ok := p.find(part.Bytes, c.Codes)
		for at := range c.cells {
			if known < p.count {
				l := c.kinds(p, known, at)
				f32.Embed(c.table(sums, at, known, p.count), w, zeros, negInf, &l)
			}
		}
		if ok {
			l := c.found(p, hi-lo)
			f32.Embed(y[lo*size:hi*size], sums, b, floor, &l)
			if step == rows {
				p.rows, p.first, p.layer = rows, &x.Bytes[0], c
			}
		} else {
			l := c.lookup(part, hi-lo)
			f32.Embed(y[lo*size:hi*size], w, b, floor, &l)
		}
	}
}

// backwardPalette adds the gradients of weights and bias.
func (c *CodeConv) backwardPalette(w, b, dy []float32, x Rows, scratch []float32, rows, step int) {
	p := x.help.palette
	again := p.rows == rows && p.first == &x.Bytes[0] && p.layer == c
	if !again {
		p.clear()
	}
	size := len(dy) / rows
	sums, bin := scratch[:len(c.cells)*c.paletteLen()*c.Out], scratch[len(c.cells)*c.paletteLen()*c.Out:][:c.Out]
	for lo := 0; lo < rows; lo += step {
		hi := min(lo+step, rows)
		part := c.part(x, lo, hi)
		known := 0
		ok := again
		if !again {
			known = p.count
			ok = p.find(part.Bytes, c.Codes)
		}
		for at := range c.cells {
			clear(c.table(sums, at, known, p.count))
		}
		if ok {
			l := c.found(p, hi-lo)
			f32.EmbedBack(sums, b, dy[lo*size:hi*size], &l)
		} else {
			l := c.lookup(part, hi-lo)
			f32.EmbedBack(w, b, dy[lo*size:hi*size], &l)
		}
	}
	for at := range c.cells {
		l := c.kinds(p, 0, at)
		f32.EmbedBack(w, bin, c.table(sums, at, 0, p.count), &l) // what this adds to a bias is in b already
	}
}

// part returns rows lo..hi-1.
func (c *CodeConv) part(x Rows, lo, hi int) Rows {
	size := c.H * c.W * len(c.Codes)
	return Rows{Bytes: x.Bytes[lo*size : hi*size]}
}
