package maze

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// tracer is the slow camera: for every pixel it meets a ray in space with every surface there is and keeps the nearest.
type tracer struct {
	*World
	sure bool // of the pixel's colour: no texel's border is so near that rounding decides
	edge bool // such a border is one of a thing, so that rounding decides what is seen
}

// point is a pixel's depth and colour.
type point struct {
	z   float64
	rgb tint
}

// border is how near to a texel's border, in texels, a camera that rounds may take the other side.
const border = 0.03

// texel returns which texel a coordinate 0..n lies in.
func (r *tracer) texel(at float64, n int) int {
	k := math.Floor(at)
	if f := at - k; f < border || f > 1-border {
		r.sure = false
	}
	return int(k) & (n - 1)
}

// pixel returns what is seen in column x and row y.
func (r *tracer) pixel(x, y int) point {
	r.sure, r.edge = true, false
	side := float64(r.cfg.Size)
	lane, up := (2*float64(x)+1-side)/side, (side-2*float64(y)-1)/side
	a := float64(r.body.heading) * 2 * math.Pi / turns
	cos, sin := math.Cos(a), math.Sin(a)
	dx, dy := cos-lane*sin, sin+lane*cos // for each tile ahead
	best := point{z: math.Inf(1)}
	l := r.level
	for tile, wall := range l.wall {
		if wall {
			r.meetWall(&best, tile, dx, dy, up)
		}
	}
	if z := 0.5 / math.Abs(up); up != 0 && z < best.z {
		p := l.floor
		if up > 0 {
			p = l.ceiling
		}
		r.sure = true
		u, v := r.texel((r.body.x+z*dx)*texels, planeTexels), r.texel((r.body.y+z*dy)*texels, planeTexels)
		best = point{z, lamps()[0][hazeAt(z)][p[detailAt(z*z*4*texels/side)][v*planeTexels+u]]}
	}
	for _, t := range r.things {
		if !t.gone {
			r.meetThing(&best, t, cos, sin, lane, up)
		}
	}
	return best
}

// meetWall meets a ray with the four faces of a tile of wall.
func (r *tracer) meetWall(best *point, tile int, dx, dy, up float64) {
	l := r.level
	x0, y0 := float64(tile%l.w), float64(tile/l.w)
	for face := range sides {
		var z, along float64
		switch face {
		case north, south:
			z = (y0 + float64(face/2) - r.body.y) / dy
			along = r.body.x + z*dx - x0
		default:
			z = (x0 + float64(1-face/2) - r.body.x) / dx
			along = r.body.y + z*dy - y0
		}
		height := 0.5 + z*up
		if !(z > 0 && z < best.z && along >= 0 && along <= 1 && height > 0 && height < 1) {
			continue
		}
		if face == north || face == east {
			along = 1 - along
		}
		r.sure = true
		u, v := r.texel(along*texels, texels), r.texel((1-height)*texels, texels)
		paper := &wallpaper()[l.face[tile][face]]
		*best = point{z, lamps()[face&1][hazeAt(z)][paper[detailAt(2*texels*z/float64(r.cfg.Size))][u*texels+v]]}
	}
}

// meetThing meets a ray with a thing.
func (r *tracer) meetThing(best *point, t thing, cos, sin, lane, up float64) {
	tx, ty := r.level.middle(int(t.tile))
	dx, dy := tx-r.body.x, ty-r.body.y
	z, right := dx*cos+dy*sin, dy*cos-dx*sin
	f := figures[t.kind]
	if z < nearPlane || z >= best.z {
		return
	}
	u, v := (z*lane-right)/f.size+0.5, (f.above+f.size-0.5-z*up)/f.size
	if u < -border/texels || u > 1+border/texels || v < -border/texels || v > 1+border/texels {
		return
	}
	before := r.sure
	r.sure = true
	i, j := r.texel(u*texels, texels), r.texel(v*texels, texels)
	r.edge = r.edge || !r.sure
	if u < 0 || u >= 1 || v < 0 || v >= 1 {
		return
	}
	perPixel := texels * 2 * z / (f.size * float64(r.cfg.Size))
	if c := sprites()[t.kind][detailAt(perPixel)][i*texels+j]; c != 0 {
		*best = point{z, lamps()[0][hazeAt(z)][c]}
	} else {
		r.sure = before
	}
}

// TestTracer compares the camera with the tracer, pixel by pixel.
func TestTracer(t *testing.T) {
	shots := 20
	if testing.Short() {
		shots = 4
	}
	for i, tt := range []struct {
		id   string
		size int
	}{
		{"Maze/Static01-84x84-v0", 84}, {"Maze/SeekAvoid-84x84-v0", 84}, {"Maze/Memory9-64x64-v0", 64}, {"Maze/Stairway-42x42-v0", 42},
		{"Maze/TMaze5-42x42-v0", 42}, {"Maze/MyWayHome-Dense-42x42-v0", 21}, {"Maze/RandomGoal01-42x42-v0", 8},
	} {
		cfg, err := Default(tt.id)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Size, cfg.Texture = tt.size, uint64(i)
		w, err := NewWith(tt.id, cfg)
		if err != nil {
			t.Fatal(err)
		}
		w.rules = without(w.rules)
		r := tracer{World: w}
		obs, vec := w.Spec().Buffers()
		w.Seed(uint64(i))
		w.Reset(obs, vec)
		pixels, unsure := 0, 0
		for shot := range shots {
			for n := range 13 + shot {
				if w.Step(rng.Below(rng.At(uint64(i), uint64(100*shot+n/4)), len(w.spec.Actions)), obs, vec).End != env.Running {
					w.Reset(obs, vec)
				}
			}
			for y := range tt.size {
				for x := range tt.size {
					want := r.pixel(x, y)
					at := y*tt.size + x
					pixels++
					if got := float64(w.camera.depth[at]); !r.edge && math.Abs(got-want.z) > 1e-4 {
						t.Fatalf("%s, shot %d, column %d, row %d: depth %v, want %v", tt.id, shot, x, y, got, want.z)
					}
					p := obs[3*at:]
					got := tint{p[0], p[1], p[2]}
					if r.edge || !r.sure {
						unsure++
					} else if got != want.rgb {
						t.Fatalf("%s, shot %d, column %d, row %d: colour %v, want %v", tt.id, shot, x, y, got, want.rgb)
					}
				}
			}
		}
		if unsure > pixels/5 {
			t.Errorf("%s: %d of %d pixels are too near to a border to be compared", tt.id, unsure, pixels)
		}
	}
}

// without returns the rules without the frame around the picture.
func without(r *rules) *rules {
	plain := *r
	plain.frame = false
	return &plain
}
