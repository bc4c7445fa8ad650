package maze

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/auxrl/auxrl/env"
)

var update = flag.Bool("update", false, "draw the pictures of docs/maze anew")

// gallery is where the pictures are.
const gallery = "../../docs/maze"

// shot plays a task until a player who knows the map has what it wants before its eyes, and returns what the agent sees, enlarged,
// beside the map.
func shot(t *testing.T, r *rules) *image.RGBA {
	g := newGuide(t, "Maze/"+r.name+"-84x84-v0")
	g.Seed(2)
	g.begin()
	for s := (env.Step{}); s.End == env.Running && !g.facing(); {
		s = g.advance(g.action())
	}
	const gap = 12
	view := g.ViewSize(image.Pt(336, 336))
	top := g.RenderSize(image.Pt(504, 336))
	img := image.NewRGBA(image.Rect(0, 0, view.X+top.X+3*gap, view.Y+2*gap))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{24, 26, 32, 255}), image.Point{}, draw.Src)
	g.RenderView(img.SubImage(image.Rectangle{Max: view}.Add(image.Pt(gap, gap))).(*image.RGBA))
	g.Render(img.SubImage(image.Rectangle{Max: top}.Add(image.Pt(view.X+2*gap, gap+(view.Y-top.Y)/2))).(*image.RGBA))
	return img
}

// facing says that what the agent wants is near and in its view; in the arena, that a lemon is so too.
func (g *guide) facing() bool {
	if g.steps < 2 {
		return g.rules.limit < 200 // the cue of a T-maze is at the beginning
	}
	wanted, lemons := false, g.left(lemon) < arenaLemons
	for i, t := range g.things {
		x, y := g.level.middle(int(t.tile))
		ahead, right := g.body.view(x, y)
		if t.gone || ahead < 0.8 || math.Abs(right) > ahead*0.7 {
			continue
		}
		wanted = wanted || ahead < 2.5 && g.rules.wants(g.World, i) && g.free(x, y)
		lemons = lemons || ahead < 3 && t.kind == lemon
	}
	return wanted && lemons
}

func TestGallery(t *testing.T) {
	for _, r := range tasks {
		img := shot(t, r)
		name := filepath.Join(gallery, r.name+".png")
		if *update {
			var b bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		old, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same := image.NewRGBA(old.Bounds())
		draw.Draw(same, same.Rect, old, image.Point{}, draw.Src)
		if same.Rect != img.Rect || !bytes.Equal(same.Pix, img.Pix) {
			t.Errorf("%s is not what the task looks like: run go test ./env/maze -run Gallery -update", name)
		}
	}
}
