package minigrid

import (
	"bytes"
	"fmt"
	"image"
	"testing"
)

// rgbOf returns the pixels of img without alpha, which must be 255.
func rgbOf(t *testing.T, img *image.RGBA) []byte {
	t.Helper()
	var b []byte
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i+3] != 255 {
			t.Fatalf("pixel %d has alpha %d, want 255", i/4, img.Pix[i+3])
		}
		b = append(b, img.Pix[i:i+3]...)
	}
	return b
}

// The digests are of frames that Minigrid 3.1.0 drew after reset(seed) for seeds 0 to 9.
func TestRenderDigests(t *testing.T) {
	tests := []struct {
		id, how string
		tile    int
		want    string
	}{
		{"MiniGrid-Playground-v0", "full", 8, "63883e05de9beabf"},
		{"MiniGrid-Playground-v0", "full", 32, "6741c9985273dc79"},
		{"MiniGrid-Playground-v0", "plain", 8, "54e6608347ffe6d0"},
		{"MiniGrid-Playground-v0", "view", 8, "823e1c7d3565a2d4"},
		{"MiniGrid-DoorKey-8x8-v0", "full", 8, "b2da8c96c0164f76"},
		{"MiniGrid-DoorKey-8x8-v0", "full", 32, "7e45a9e675ea94b7"},
		{"MiniGrid-DoorKey-8x8-v0", "view", 8, "24895f688ca0d424"},
		{"MiniGrid-LavaCrossingS9N3-v0", "full", 8, "a0ad4312dce3f669"},
		{"MiniGrid-LavaCrossingS9N3-v0", "view", 8, "945cd9378bb19450"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%s%d", tt.id, tt.how, tt.tile), func(t *testing.T) {
			w := newRig(t, tt.id)
			draw := map[string]func(*image.RGBA){"full": w.Render, "plain": w.RenderPlain, "view": w.RenderView}[tt.how]
			size := image.Pt(w.grid.w, w.grid.h)
			if tt.how == "view" {
				size = image.Pt(w.view, w.view)
			}
			img := image.NewRGBA(image.Rectangle{Max: size.Mul(tt.tile)})
			var b []byte
			for seed := range uint64(10) {
				w.Seed(seed)
				w.reset()
				draw(img)
				b = append(b, rgbOf(t, img)...)
			}
			if got := digest(b); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestRenderOthers looks at points of what no digest shows: open doors and floors.
func TestRenderOthers(t *testing.T) {
	const size = 50
	tests := []struct {
		name string
		cell cell
		at   point // in units of the tile
		want rgb
	}{
		{"open door's edge", newCell(kindDoor, yellow, doorOpen, 1), point{0.90, 0.5}, paint[yellow]},
		{"open door's middle", newCell(kindDoor, yellow, doorOpen, 1), point{0.94, 0.5}, black},
		{"open door's end", newCell(kindDoor, yellow, doorOpen, 1), point{0.94, 0.99}, paint[yellow]},
		{"open door's way", newCell(kindDoor, yellow, doorOpen, 1), point{0.50, 0.5}, black},
		{"floor", newCell(kindFloor, purple, 0, 0), point{0.5, 0.5}, rgb{56, 19, 97}},
		{"floor's line", newCell(kindFloor, purple, 0, 0), point{0.5, 0.01}, lineGrey},
	}
	for _, tt := range tests {
		pix := drawTile(tileLook{tt.cell & shown, noAgent, false}, size)
		got := rgb(pix[4*(int(tt.at.y*size)*size+int(tt.at.x*size)):])
		if got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRenderSize(t *testing.T) {
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	tests := []struct{ limit, want image.Point }{
		{image.Pt(0, 0), image.Pt(32, 32)},
		{image.Pt(-5, 100), image.Pt(32, 32)},
		{image.Pt(79, 1000), image.Pt(72, 72)},
		{image.Pt(640, 480), image.Pt(480, 480)},
		{image.Pt(9000, 9000), image.Pt(1024, 1024)},
	}
	for _, tt := range tests {
		if got := w.RenderSize(tt.limit); got != tt.want {
			t.Errorf("limit %v: got %v, want %v", tt.limit, got, tt.want)
		}
	}
}

func TestRenderIntoPartOfAnImage(t *testing.T) {
	w := newRig(t, "MiniGrid-DoorKey-5x5-v0")
	w.Render(image.NewRGBA(image.Rect(0, 0, 20, 20))) // before the first episode
	w.reset()
	whole := image.NewRGBA(image.Rect(0, 0, 50, 50))
	part := whole.SubImage(image.Rect(7, 9, 37, 39)).(*image.RGBA)
	w.Render(part)
	alone := image.NewRGBA(image.Rect(0, 0, 30, 30))
	before := w.AppendState(nil)
	w.Render(alone)
	if !bytes.Equal(before, w.AppendState(nil)) {
		t.Error("rendering changes the state")
	}
	for y := range 50 {
		for x := range 50 {
			want := alone.RGBAAt(x-7, y-9) // zero outside
			if got := whole.RGBAAt(x, y); got != want {
				t.Fatalf("pixel (%d, %d): got %v, want %v", x, y, got, want)
			}
		}
	}
}

func TestRenderPanicsOnOddSizes(t *testing.T) {
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	w.reset()
	for _, size := range []image.Point{{65, 64}, {64, 72}, {0, 0}, {7, 7}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %v", size)
				}
			}()
			w.Render(image.NewRGBA(image.Rectangle{Max: size}))
		}()
	}
}

// BenchmarkRender draws after every step, with all tiles drawn before.
// A frame with a picture of the grid and one of the view, of other tiles, draws no tile a second time.
func TestRenderAllocatesNothing(t *testing.T) {
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	w.Seed(1)
	w.reset()
	grid := image.NewRGBA(image.Rectangle{Max: w.RenderSize(image.Pt(300, 300))})
	view := image.NewRGBA(image.Rectangle{Max: w.ViewSize(image.Pt(100, 100))})
	draw := func() {
		w.Render(grid)
		w.RenderView(view)
	}
	draw()
	if n := testing.AllocsPerRun(10, draw); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, tile := range []int{8, 32} {
		b.Run(fmt.Sprintf("tile=%d", tile), func(b *testing.B) {
			w := newRig(b, "MiniGrid-DoorKey-8x8-v0")
			w.Reset(w.obs, w.vec)
			img := image.NewRGBA(image.Rect(0, 0, 8*tile, 8*tile))
			b.ReportAllocs()
			dir := 0
			for b.Loop() {
				w.dir = dir & 3
				dir++
				w.Render(img)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}
