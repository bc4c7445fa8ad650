package maze

import "github.com/auxrl/auxrl/env"

// The grid of the depth target: Mirowski et al. 2017.
const (
	bandRows = 4
	bandCols = 16
	bands    = 8
)

// signals lists what tasks may see beside observations; see the package comment.
func signals(cfg Config) []env.Field {
	fields := []env.Field{
		{Name: "depth_bands", Len: bandRows * bandCols},
		{Name: "pose", Len: 4},
		{Name: "velocity", Len: 3},
		{Name: "loop", Len: 1},
	}
	if cfg.FullDepth {
		fields = append([]env.Field{{Name: "depth", Len: cfg.Size * cfg.Size}}, fields...)
	}
	return fields
}

// Signals writes the targets that the Spec lists; see the package comment.
func (w *World) Signals(dst []float32) {
	dst = dst[:w.spec.SignalsLen()]
	if w.phase == idle {
		clear(dst)
		return
	}
	if w.stale {
		w.draw()
	}
	if w.cfg.FullDepth {
		dst = dst[copy(dst, w.camera.depth):]
	}
	w.camera.bands(dst)
	dst = dst[bandRows*bandCols:]
	dst[0], dst[1] = float32(w.body.x), float32(w.body.y)
	dst[2], dst[3] = float32(compass[w.body.heading][0]), float32(compass[w.body.heading][1])
	for i, v := range w.velocity {
		dst[4+i] = float32(v)
	}
	dst[7] = 0
	if w.trail.closed() {
		dst[7] = 1
	}
}

// bandEdges are where bands end. A depth buffer holds d = 1 - nearPlane/z; Mirowski et al. end their bands where the tenth power of
// d is 0.05, 0.175, 0.3, 0.425, 0.55, 0.675, 0.8. Here they are as 1 - d, falling: at distances of 0.39, 0.63, 0.88, 1.2, 1.7, 2.6
// and 4.5 tiles.
var bandEdges = [bands - 1]float32{0.2588656, 0.1599527, 0.1134319, 0.0820080, 0.0580317, 0.0385419, 0.0220672}

// bands writes the depth target: for each cell of a strip over half the height of the picture, in its middle, the band of its mean.
func (c *camera) bands(dst []float32) {
	top, tall := c.side/4, c.side/2
	for i := range bandRows {
		y0 := top + i*tall/bandRows
		y1 := max(top+(i+1)*tall/bandRows, y0+1)
		for j := range bandCols {
			x0 := j * c.side / bandCols
			x1 := max((j+1)*c.side/bandCols, x0+1)
			sum := float32(0)
			for y := y0; y < y1; y++ {
				for _, z := range c.depth[y*c.side+x0 : y*c.side+x1] {
					sum += nearPlane / z
				}
			}
			dst[i*bandCols+j] = float32(band(sum / float32((y1-y0)*(x1-x0))))
		}
	}
}

// band returns which band a mean of 1 - d is in.
func band(near float32) int {
	k := 0
	for k < len(bandEdges) && near <= bandEdges[k] {
		k++
	}
	return k
}
