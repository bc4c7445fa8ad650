package viz

import "image"

// newTilesLayout has a line at the top, and tiles below, which have margins of their own.
func newTilesLayout(sh shape) layout {
	l := layout{tilesRoom: image.Rectangle{Max: sh.frame}}
	for range 2 { // the line is measured as the tiles are, whose size depends on it
		l.tileSize, l.tileCols = tileSize(l.tilesRoom.Size(), sh.tiles)
		l.metrics = newMetrics(l.tileSize, false)
		l.tilesRoom.Min.Y = min(l.margin+l.px(17), sh.frame.Y)
	}
	l.header = image.Rect(l.margin, l.margin, sh.frame.X-l.margin, l.tilesRoom.Min.Y)
	return l
}

// tileSize returns the size of n tiles, and how many stand side by side: so many that everything is as large as can be.
func tileSize(room image.Point, n int) (size image.Point, cols int) {
	best := -1.0
	for c := 1; c <= n; c++ {
		t := image.Pt(room.X/c, room.Y/((n+c-1)/c))
		if m := newMetrics(t, false); m.scale > best {
			best, size, cols = m.scale, t, c
		}
	}
	return size, cols
}

// TileRoom is WorldRoom for each of several dashboards that are shown side by side on one of the given size.
func TileRoom(frame image.Point, tiles []*Snapshot) image.Point {
	return worldRoom(tilesShape(newTilesLayout(shape{frame: frame, tiles: len(tiles)}).tileSize, tiles))
}

// tilesShape returns the shape of which all tiles are part, so that their parts stand in the same places.
func tilesShape(size image.Point, tiles []*Snapshot) shape {
	sh := shape{frame: size}
	for _, tile := range tiles {
		sh.include(shapeOf(size, tile))
	}
	return sh
}

// include makes room for what b has.
func (sh *shape) include(b shape) {
	sh.world, sh.view = largest(sh.world, b.world), largest(sh.view, b.view)
	sh.policy, sh.stack, sh.rewards = max(sh.policy, b.policy), max(sh.stack, b.stack), max(sh.rewards, b.rewards)
	sh.tasks = max(sh.tasks, b.tasks)
	for i, p := range b.panels {
		own := &sh.panels[i]
		*own = panelShape{max(own.task, p.task), max(own.maps, p.maps), max(own.rows, p.rows), max(own.cols, p.cols), max(own.classes, p.classes)}
	}
}

func largest(a, b image.Point) image.Point { return image.Pt(max(a.X, b.X), max(a.Y, b.Y)) }

// drawTiles draws dashboards side by side below the header.
func (d *Dashboard) drawTiles(s *Snapshot) {
	if len(d.tiles) != len(s.Tiles) {
		d.tiles = make([]Dashboard, len(s.Tiles))
	}
	room := tilesShape(d.tileSize, s.Tiles)
	for i, tile := range s.Tiles {
		at := d.tilesRoom.Min.Add(image.Pt(i%d.tileCols*d.tileSize.X, i/d.tileCols*d.tileSize.Y))
		if d.tileSize.X == 0 || d.tileSize.Y == 0 {
			break
		}
		d.tile = image.RGBA{Pix: d.target.Pix[d.target.PixOffset(at.X, at.Y):], Stride: d.target.Stride, Rect: image.Rectangle{Max: d.tileSize}}
		d.tiles[i].Light = d.Light
		d.tiles[i].draw(&d.tile, tile, shapeOf(d.tileSize, tile), room)
	}
	d.tile = image.RGBA{}
}
