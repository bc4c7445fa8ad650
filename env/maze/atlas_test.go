package maze

import (
	"bytes"
	"image"
	"image/color"
	"testing"
)

// The view is the image, each pixel a square.
func TestView(t *testing.T) {
	w := small(t, "SeekAvoid", Levels{})
	obs, vec := w.Spec().Buffers()
	black := image.NewRGBA(image.Rect(0, 0, smallest, smallest))
	if w.RenderView(black); black.RGBAAt(3, 3) != (color.RGBA{A: 255}) {
		t.Error("before the first episode something is seen")
	}
	w.Reset(obs, vec)
	size := w.ViewSize(image.Pt(3*smallest+5, 100))
	if size != image.Pt(3*smallest, 3*smallest) || w.ViewSize(image.Pt(-1, 1)) != image.Pt(smallest, smallest) {
		t.Errorf("sizes %v and %v", size, w.ViewSize(image.Pt(-1, 1)))
	}
	img := image.NewRGBA(image.Rectangle{Max: size}.Add(image.Pt(7, 9)))
	w.RenderView(img)
	for y := range size.Y {
		for x := range size.X {
			p := obs[3*(y/3*smallest+x/3):]
			if got := img.RGBAAt(7+x, 9+y); got != (color.RGBA{p[0], p[1], p[2], 255}) {
				t.Fatalf("at %d, %d: %v, want %v", x, y, got, p[:3])
			}
		}
	}
}

// The map shows walls, zones, things and the agent where they are.
func TestMap(t *testing.T) {
	w := reset(t, "Static01")
	w.body = body{1.5, 1.5, 0}
	for _, tile := range []int{1, 2, 5, 9, 24} {
		img := image.NewRGBA(image.Rect(0, 0, tile*w.rules.w, tile*w.rules.h))
		w.Render(img)
		at := func(t int) color.RGBA { return img.RGBAAt(t%w.rules.w*tile+tile/2, t/w.rules.w*tile+tile/2) }
		agent := w.level.tile(1, 1)
		if at(agent) != mapAgent {
			t.Errorf("%d pixels a tile: the agent is %v", tile, at(agent))
		}
		for i, wall := range w.level.wall {
			x, y := i%w.rules.w, i/w.rules.w
			switch {
			case x < 4 && y < 4: // the agent and its light
			case wall && at(i) != mapWall && at(i) != mapEdge:
				t.Errorf("%d pixels a tile: the wall at %d, %d is %v", tile, x, y, at(i))
			case !wall && vacant(&w.level.grid, w.things, i) && tile > 2 && at(i) != palette()[w.level.tint[w.level.zone[i]]]:
				t.Errorf("%d pixels a tile: the floor at %d, %d is %v", tile, x, y, at(i))
			}
		}
		i := first(w, apple)
		with := bytes.Clone(img.Pix)
		w.things[i].gone = true
		if w.Render(img); bytes.Equal(img.Pix, with) {
			t.Errorf("%d pixels a tile: an apple is not seen", tile)
		}
		w.things[i].gone = false
	}
}

func TestPicturesThatDoNotFit(t *testing.T) {
	w := reset(t, "Static01")
	img := image.NewRGBA(image.Rect(0, 0, 50, 11))
	for name, draw := range map[string]func(){"map": func() { w.Render(img) }, "view": func() { w.RenderView(img) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			draw()
		}()
	}
}

// Telling allocates nothing.
func TestTellingAllocates(t *testing.T) {
	w := reset(t, "RandomGoal03")
	signals := make([]float32, w.spec.SignalsLen())
	tell := func() {
		w.Signals(signals)
		w.Potential()
		w.Milestones()
		w.Key()
	}
	if n := testing.AllocsPerRun(100, tell); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
