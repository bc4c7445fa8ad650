package viz

import "image"

// drawTiles draws dashboards side by side below the header.
func (d *Dashboard) drawTiles(s *Snapshot) {
	if len(d.tiles) != len(s.Tiles) {
		d.tiles = make([]Dashboard, len(s.Tiles))
	}
	room := d.tilesRoom()
	size, cols := tileSize(room.Size(), len(s.Tiles))
	for i, tile := range s.Tiles {
		at := room.Min.Add(image.Pt(i%cols*size.X, i/cols*size.Y))
		d.tile = image.RGBA{Pix: d.target.Pix[d.target.PixOffset(at.X, at.Y):], Stride: d.target.Stride, Rect: image.Rectangle{Max: size}}
		d.tiles[i].Light = d.Light
		d.tiles[i].Draw(&d.tile, tile)
	}
	d.tile = image.RGBA{}
}

// tilesRoom returns what the title leaves. Tiles have margins of their own.
func (m *metrics) tilesRoom() image.Rectangle {
	return image.Rectangle{Min: image.Pt(0, m.margin+m.titleSize), Max: m.frame}
}

// TileSize returns the size of each of n dashboards that are shown side by side on one of the given size.
func TileSize(frame image.Point, n int) image.Point {
	m := newMetrics(frame, false)
	size, _ := tileSize(m.tilesRoom().Size(), n)
	return size
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
