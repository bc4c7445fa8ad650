package viz

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the pictures in testdata")

// golden compares a picture with the one in testdata.
func golden(t *testing.T, name string, got *image.RGBA) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	if *update {
		if err := WritePNG(file, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: size %v, want %v", file, got.Bounds(), want.Bounds())
	}
	wrong := 0
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			if color.RGBAModel.Convert(want.At(x, y)) != got.RGBAAt(x, y) {
				wrong++
			}
		}
	}
	if wrong > 0 {
		shown := filepath.Join(os.TempDir(), name+"-got.png")
		WritePNG(shown, got)
		t.Errorf("%s: %d pixels differ, see %s; go test ./viz -update accepts them", file, wrong, shown)
	}
}

func drawn(s *Snapshot, w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	NewDashboard().Draw(img, s)
	return img
}

func TestDashboardGolden(t *testing.T) {
	for _, c := range []struct {
		name              string
		w, h, cell, steps int
		change            func(s *Snapshot)
	}{
		{"start-640x400", 640, 400, 8, 0, nil},
		{"running-640x400", 640, 400, 40, 41, nil},
		{"ended-960x600", 960, 600, 60, 120, func(s *Snapshot) { s.End = "terminated" }},
		{"small-400x250", 400, 250, 32, 90, nil},
		{"upright-600x960", 600, 960, 48, 90, nil},
		{"long-1280x720", 1280, 720, 32, 2500, func(s *Snapshot) { s.End, s.StepLimit = "truncated", 2500 }},
		{"no-policy-640x400", 640, 400, 32, 30, func(s *Snapshot) { s.Policy, s.Action, s.Value = nil, -1, float32(math.NaN()) }},
		{"no-picture-640x400", 640, 400, 32, 30, func(s *Snapshot) { s.World, s.View = nil, nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newEpisode(c.cell).run(c.steps)
			if c.change != nil {
				c.change(s)
			}
			golden(t, c.name, drawn(s, c.w, c.h))
		})
	}
}

// Every pixel is written, opaque, at every size, and none beyond the picture.
func TestDashboardWritesAll(t *testing.T) {
	s := newEpisode(16).run(60)
	s.End = "truncated"
	d := NewDashboard()
	for _, size := range []image.Point{{1, 1}, {2, 50}, {50, 2}, {17, 31}, {120, 90}, {200, 300}, {319, 201}, {641, 399}, {500, 1000}} {
		var pictures [2]*image.RGBA
		for i, poison := range []byte{0x00, 0xa7} {
			whole := image.NewRGBA(image.Rect(0, 0, size.X+6, size.Y+6))
			for j := range whole.Pix {
				whole.Pix[j] = poison
			}
			r := image.Rectangle{Max: size}.Add(image.Pt(3, 3))
			d.Draw(whole.SubImage(r).(*image.RGBA), s)
			for y := range whole.Rect.Dy() {
				for x := range whole.Rect.Dx() {
					p := whole.Pix[whole.PixOffset(x, y):][:4]
					if in := image.Pt(x, y).In(r); in && p[3] != 0xff || !in && !bytes.Equal(p, bytes.Repeat([]byte{poison}, 4)) {
						t.Fatalf("size %v, poison %#x: pixel %d, %d is %v", size, poison, x, y, p)
					}
				}
			}
			pictures[i] = image.NewRGBA(image.Rectangle{Max: size})
			new(scaler).draw(pictures[i], pictures[i].Rect, whole.SubImage(r).(*image.RGBA))
		}
		if !bytes.Equal(pictures[0].Pix, pictures[1].Pix) {
			t.Errorf("size %v: what was there shines through", size)
		}
	}
}

// run returns the length of the run of a colour in the row that has the longest, within r.
func run(img *image.RGBA, r image.Rectangle, col color.RGBA) int {
	best := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		n := 0
		for x := r.Min.X; x < r.Max.X; x++ {
			if img.RGBAAt(x, y) == col {
				n++
				best = max(best, n)
			} else {
				n = 0
			}
		}
	}
	return best
}

func TestPolicyBarsAreProportional(t *testing.T) {
	s := newEpisode(8).run(3)
	s.View = nil
	p := []float32{0, 0.001, 0.125, 0.25, 0.124, 0.5, 0}
	copy(s.Policy, p)
	for s.Action = range s.Policy {
		img := drawn(s, 960, 600)
		l := newLayout(shapeOf(image.Pt(960, 600), s))
		var full int
		for a := range p {
			row := image.Rect(l.policy.Min.X, l.policy.Min.Y+l.captionHeight()+a*l.row, l.policy.Max.X, l.policy.Min.Y+l.captionHeight()+(a+1)*l.row)
			row.Min.X += l.pad + l.px(9) // beyond the arrow
			paint := skyMid
			if a == s.Action {
				paint = orange
			}
			bar, rest := run(img, row, paint), run(img, row, rule)
			if a == 0 {
				full = rest
			}
			if bar+rest != full && p[a] > 0 {
				t.Errorf("action %d: bar %d and rest %d, want %d together", a, bar, rest, full)
			}
			want := math.Round(float64(p[a]) * float64(full))
			if p[a] > 0 {
				want = max(want, 1)
			}
			if float64(bar) != want {
				t.Errorf("action %d with %v, taken %d: bar of %d pixels, want %v of %d", a, p[a], s.Action, bar, want, full)
			}
		}
	}
}

// The action taken is told apart without colours: it has an arrow.
func TestPolicyArrow(t *testing.T) {
	s := newEpisode(8).run(3)
	size := image.Pt(640, 400)
	for s.Action = range s.Policy {
		img := drawn(s, size.X, size.Y)
		l := newLayout(shapeOf(size, s))
		for a := range s.Policy {
			y := l.policy.Min.Y + l.captionHeight() + a*l.row
			arrow := image.Rect(l.policy.Min.X, y, l.policy.Min.X+l.pad+l.px(6), y+l.row)
			if got, want := run(img, arrow, orange) > 0, a == s.Action; got != want {
				t.Errorf("taken %d: action %d has an arrow: %v", s.Action, a, got)
			}
		}
	}
}

// With more actions than fit, the one taken is in sight.
func TestPolicyShowsActionTaken(t *testing.T) {
	s := newEpisode(8).run(3)
	s.Actions, s.Policy = nil, make([]float32, 60)
	for a := range s.Policy {
		s.Actions = append(s.Actions, fmt.Sprint("action ", a))
		s.Policy[a] = 1.0 / 60
	}
	for s.Action = range s.Policy {
		if run(drawn(s, 640, 400), image.Rect(0, 0, 640, 400), orange) < 2 {
			t.Fatalf("action %d of 60 is not shown", s.Action)
		}
	}
}

// The picture of the world is repeated pixel by pixel.
func TestWorldIsExact(t *testing.T) {
	frame := image.Pt(640, 400)
	rnd := noise(7)
	for _, size := range []image.Point{{10, 10}, {64, 64}, {100, 50}, WorldLimit(frame)} {
		s := newEpisode(8).run(1)
		s.World = rnd.picture(size.X, size.Y, 99)
		l := newLayout(shapeOf(frame, s))
		k := l.world.Dx() / size.X
		if l.world.Size() != size.Mul(k) || k < 1 {
			t.Fatalf("world of %v is shown as %v", size, l.world.Size())
		}
		img := drawn(s, frame.X, frame.Y)
		for y := range l.world.Dy() {
			for x := range l.world.Dx() {
				if got, want := img.RGBAAt(l.world.Min.X+x, l.world.Min.Y+y), s.World.RGBAAt(x/k, y/k); got != want {
					t.Fatalf("world of %v at %d, %d: got %v, want %v", size, x, y, got, want)
				}
			}
		}
	}
}

// No panel covers another or leaves the frame.
func TestLayoutIsDisjoint(t *testing.T) {
	for w := 1; w < 1500; w += 83 {
		for h := 1; h < 1100; h += 67 {
			frame := image.Pt(w, h)
			for _, sh := range []shape{
				{frame: frame, world: image.Pt(64, 64), view: image.Pt(56, 56), policy: 7}, {frame: frame, world: image.Pt(512, 100), view: image.Pt(84, 84), policy: 18},
				{frame: frame, view: image.Pt(10, 10)}, {frame: frame, world: image.Pt(100, 900), policy: 3, rewards: 3},
			} {
				l := newLayout(sh)
				parts := []image.Rectangle{l.header, l.worldPanel, l.status, l.policy, l.viewPanel, l.curve, l.rewards}
				for i, a := range parts {
					if !a.In(image.Rectangle{Max: frame}) {
						t.Fatalf("%+v: part %d is %v", sh, i, a)
					}
					for j, b := range parts[:i] {
						if a.Overlaps(b) {
							t.Fatalf("%+v: parts %d and %d overlap: %v, %v", sh, j, i, a, b)
						}
					}
				}
				if !l.world.In(l.worldPanel) || !l.view.In(l.viewPanel) {
					t.Fatalf("%+v: world %v in %v, view %v in %v", sh, l.world, l.worldPanel, l.view, l.viewPanel)
				}
			}
		}
	}
}

func TestDashboardOddNumbers(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	s := newEpisode(8).run(5)
	s.Title, s.Mission, s.End = "a very long title\x1b[2J\n\xff日本 that no frame has room for whatever its width", "", "ended \x00"
	for _, v := range []float32{nan, inf, -inf, 3e38, -3e38, 1e-30} {
		s.Reward, s.Return, s.Value, s.Entropy = v, v, v, v
		s.Policy[2] = v
		s.Actions = s.Actions[:2]
		s.History.Append(v, v)
		drawn(s, 640, 400)
	}
	s.Action, s.Step, s.StepLimit = 99, 1<<40, 1
	drawn(s, 640, 400)
	drawn(&Snapshot{}, 640, 400)
}

func TestDashboardAllocatesNothing(t *testing.T) {
	e := newEpisode(16)
	e.run(300)
	img := image.NewRGBA(image.Rect(0, 0, 960, 600))
	d := NewDashboard()
	d.Draw(img, &e.snap)
	if n := testing.AllocsPerRun(20, func() { d.Draw(img, &e.snap) }); n > 0 {
		t.Errorf("Draw allocates %v times", n)
	}
}

func TestAppendNumber(t *testing.T) {
	for _, c := range []struct {
		v    float32
		sign bool
		want string
	}{
		{0, true, "0"}, {0.94, true, "+0.94"}, {0.94, false, "0.94"}, {-0.3, true, "−0.30"}, {123.46, false, "123.5"},
		{-4321.9, false, "−4322"}, {2e7, false, "2.0e+07"}, {0.0012, false, "1.2e-03"}, {float32(math.Inf(-1)), true, "−∞"},
		{float32(math.NaN()), true, "–"},
	} {
		if got := string(appendNumber(nil, c.v, c.sign)); got != c.want {
			t.Errorf("%v: got %q, want %q", c.v, got, c.want)
		}
	}
}

func TestValueRange(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		val    []float32
		lo, hi float32
	}{
		{nil, 0, 1}, {[]float32{0, 0}, 0, 1}, {[]float32{nan}, 0, 1}, {[]float32{0.3, 0.93}, 0, 1}, {[]float32{-0.3, 0.9, nan}, -0.4, 1.2},
		{[]float32{-7}, -8, 0}, {[]float32{1200, float32(math.Inf(1))}, 0, 1200},
	} {
		if lo, hi := valueRange(c.val); lo != c.lo || hi != c.hi {
			t.Errorf("%v: got %v..%v, want %v..%v", c.val, lo, hi, c.lo, c.hi)
		}
	}
}

// Whatever there is to show, in whatever size: every pixel is written.
func TestDrawWritesEveryPixel(t *testing.T) {
	d := NewDashboard()
	draw := func(name string, s *Snapshot) {
		t.Helper()
		for _, w := range []int{1, 30, 97, 210, 417, 800} {
			for _, h := range []int{1, 40, 111, 260, 500} {
				img := image.NewRGBA(image.Rect(0, 0, w, h))
				d.Draw(img, s)
				for i := 3; i < len(img.Pix); i += 4 {
					if img.Pix[i] != 0xff {
						t.Fatalf("%s, %dx%d: pixel %d, %d is not written", name, w, h, i/4%w, i/4/w)
					}
				}
			}
		}
	}
	whole := func() *Snapshot { return thinking(16, 40, 7) }
	draw("everything", whole())
	nan := float32(math.NaN())
	for name, change := range map[string]func(s *Snapshot){
		"no world": func(s *Snapshot) { s.World = nil }, "no view": func(s *Snapshot) { s.View = nil },
		"neither": func(s *Snapshot) { s.World, s.View = nil, nil }, "no policy": func(s *Snapshot) { s.Policy, s.Action = nil, -1 },
		"no value": func(s *Snapshot) { s.Value = nan }, "no tasks": func(s *Snapshot) { s.Thoughts = nil },
		"plain": func(s *Snapshot) { s.Thoughts, s.Rewards = nil, nil }, "no rewards": func(s *Snapshot) { s.Rewards = nil },
		"no history": func(s *Snapshot) { s.History.Reset() }, "a stack": func(s *Snapshot) { s.Stack = []*image.RGBA{s.View, s.View} },
		"no maps yet":    func(s *Snapshot) { s.Thoughts[0].Maps[0].Cell, s.Thoughts[0].Maps[1].Cell = nil, nil },
		"no classes yet": func(s *Snapshot) { s.Thoughts[1].Prob = nil }, "ended": func(s *Snapshot) { s.End = "truncated" },
		"side by side":     func(s *Snapshot) { s.Tiles = []*Snapshot{whole(), whole(), whole()} },
		"nothing":          func(s *Snapshot) { *s = Snapshot{} },
		"plain, no policy": func(s *Snapshot) { s.Thoughts, s.Rewards, s.Policy = nil, nil, nil },
		"plain, no view":   func(s *Snapshot) { s.Thoughts, s.Rewards, s.View = nil, nil, nil },
		"plain, no world":  func(s *Snapshot) { s.Thoughts, s.Rewards, s.World = nil, nil, nil },
	} { // order: each is drawn by itself
		s := whole()
		change(s)
		draw(name, s)
	}
}
