package minigrid

import "encoding/binary"

// What agents see other than the codes of viewSize by viewSize squares ahead; see Config.

// carryLen is the length of the vector's field "carrying": one-hot among portable kinds and among colours.
const carryLen = len(portables) + int(colours)

// present writes an observation of any Config.
func (w *World) present(obs []byte, vec []float32) {
	c := &w.config
	if c.Full {
		w.showCarrying((*[carryLen]float32)(vec[4+len(w.spoken):]))
	}
	switch c.Obs {
	case RGB:
		w.drawTiles(obs)
	case OneHot:
		w.writeCodes(w.codes)
		expand(obs, w.codes, c.symbols())
	default:
		w.writeCodes(obs)
	}
}

// showCarrying writes what is carried.
func (w *World) showCarrying(v *[carryLen]float32) {
	*v = [carryLen]float32{}
	if c := w.carrying; c != nothing {
		v[c.kind()-kindKey] = 1
		v[len(portables)+int(c.colour())] = 1
	}
}

// writeCodes writes three bytes for each square that is shown.
func (w *World) writeCodes(dst []byte) {
	switch {
	case w.config.Full:
		w.writeGrid(dst)
	case w.view == viewSize:
		w.lookUsual(dst)
	default:
		w.lookAny(dst)
	}
}

// writeGrid writes three bytes for each square of the grid, and the agent.
func (w *World) writeGrid(dst []byte) {
	g := &w.grid
	for y := range g.h {
		row := dst[3*g.w*y : 3*g.w*(y+1)]
		cells := g.row(y)
		last := len(cells) - 1
		for _, c := range cells[:last] {
			binary.LittleEndian.PutUint32(row, uint32(c)) // the next square overwrites the fourth byte
			row = row[3:]
		}
		show(row, cells[last])
	}
	show(dst[3*(w.y*g.w+w.x):], newCell(kindAgent, red, state(w.dir), 0))
}

// expand writes codes, three bytes per square, as n bytes of 0 and 1 per square.
func expand(dst, codes []byte, n int) {
	clear(dst)
	for len(codes) >= 3 {
		square := dst[:n:n]
		square[codes[0]] = 1
		square[int(kinds)+int(codes[1])] = 1
		square[int(kinds)+int(colours)+int(codes[2])] = 1
		codes, dst = codes[3:], dst[n:]
	}
}

// drawTiles draws the squares that are shown, as RenderView and Render do.
func (w *World) drawTiles(dst []byte) {
	across := w.view
	if w.config.Full {
		across = w.grid.w
		w.lookAtGrid()
	} else {
		w.lookAhead()
	}
	tile := w.config.Tile
	line := 3 * tile        // bytes of a line of pixels in a tile
	stride := across * line // and in the picture
	for looks := w.looks; len(looks) > 0; looks = looks[across:] {
		for y := range tile {
			copyLines(dst[:stride], w.atlas.pix[y*line:], looks[:across], line)
			dst = dst[stride:]
		}
	}
}

// copyLines writes one line of pixels of each of a row of tiles, which begin at the given places of pix.
func copyLines(dst, pix []byte, tiles []uint32, line int) {
	if line == 24 { // the usual tiles of 8 pixels: not worth a call each
		le := binary.LittleEndian
		for _, at := range tiles {
			from, to := pix[at:at+24], dst[:24]
			le.PutUint64(to, le.Uint64(from))
			le.PutUint64(to[8:], le.Uint64(from[8:]))
			le.PutUint64(to[16:], le.Uint64(from[16:]))
			dst = dst[24:]
		}
		return
	}
	for _, at := range tiles {
		dst = dst[copy(dst, pix[at:int(at)+line]):]
	}
}

// lookAhead sets looks to the tiles of the view.
func (w *World) lookAhead() {
	var rows [maxView]uint32
	w.visible(rows[:])
	i, right := w.corner()
	for vy := w.view - 1; vy >= 0; vy-- {
		for vx := range w.view {
			at := darkTile
			if rows[vy]>>vx&1 == 1 {
				at = tileCode(w.grid.cells[i+vx*right], noAgent, true)
			}
			w.looks[vy*w.view+vx] = w.atlas.at[at]
		}
		i += w.grid.ahead(w.dir)
	}
	w.looks[w.view*(w.view-1)+w.view/2] = w.atlas.at[tileCode(w.held(), up, true)]
}

// lookAtGrid sets looks to the tiles of the grid.
func (w *World) lookAtGrid() {
	g := &w.grid
	lit := w.lit(true)
	for y := range g.h {
		looks := w.looks[y*g.w : (y+1)*g.w]
		for x, c := range g.row(y) {
			looks[x] = w.atlas.at[tileCode(c, noAgent, lit[y*g.w+x])]
		}
	}
	at := w.y*g.w + w.x
	w.looks[at] = w.atlas.at[tileCode(g.at(w.x, w.y), w.dir, lit[at])]
}
