package viz

import (
	"image"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// thinking returns the episode after so many steps with thoughts that look like UNREAL's, over a grid of n by n cells.
func thinking(cell, steps, n int) *Snapshot {
	e := newEpisode(cell)
	s := e.run(steps)
	g := Grid{Rows: n, Cols: n, Area: image.Rect(0, 0, n, n), Of: image.Pt(n, n)}
	nan := float32(math.NaN())
	hill := func(cx, cy, height float64) []float32 {
		x := make([]float32, n*n)
		for i := range x {
			dx, dy := float64(i%n)/float64(n)-cx, float64(i/n)/float64(n)-cy
			x[i] = float32(height * math.Exp(-12*(dx*dx+dy*dy)))
		}
		return x
	}
	change := hill(0.5, 0.8, 0.9)
	for i := range change {
		if change[i] < 0.3 {
			change[i] = 0
		}
	}
	s.Thoughts = []Thought{
		{
			Name: "pixel-control", Grid: g, Overlay: hill(0.4, 0.3, 2.2), Over: "max Q", Came: -1, Loss: 0.213, Weight: 1, Share: 0.31, Cosine: 0.12,
			Maps: []Map{{"change", change}, {"Q", hill(0.45, 0.55, 2.1)}, {"target", hill(0.5, 0.6, 1.9)}},
		},
		{
			Name: "reward-prediction", Classes: []string{"zero", "plus", "minus"}, Prob: []float32{0.21, 0.72, 0.07}, Came: 1, Said: 0.64,
			Right: 2, Rare: 3, Loss: 0.38, Weight: 1, Share: 0.12, Cosine: -0.08,
		},
		{Name: "value-replay", Came: -1, Loss: 0.0031, Weight: 0.5, Share: nan, Cosine: nan},
	}
	s.Rewards = []Part{{"world", s.Reward, s.Return}, {"potential-shaping", -0.01, 0.45}, {"counts", 0.02, 0.31}}
	s.Gamma = 0.97
	return s
}

func TestThoughtsGolden(t *testing.T) {
	grey := func(n, k int) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, n, n))
		for y := range n {
			for x := range n {
				v := uint8(120 + 60*math.Sin(float64(x+k)/7) + 50*math.Cos(float64(y-2*k)/9))
				img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
			}
		}
		return img
	}
	for _, c := range []struct {
		name           string
		w, h, steps, n int
		light          bool
		change         func(s *Snapshot)
	}{
		{"tasks-960x600", 960, 600, 90, 7, false, nil},
		{"tasks-light-960x600", 960, 600, 90, 7, true, nil},
		{"tasks-ended-1280x720", 1280, 720, 160, 20, false, func(s *Snapshot) {
			s.End = "terminated"
			s.View = grey(84, 0)
			s.Stack = []*image.RGBA{grey(84, 9), grey(84, 6), grey(84, 3)}
			for i := range s.Thoughts {
				s.Thoughts[i].Grid.Area, s.Thoughts[i].Grid.Of = image.Rect(2, 2, 82, 82), image.Pt(84, 84)
			}
		}},
		{"tasks-one-800x500", 800, 500, 30, 7, false, func(s *Snapshot) { s.Thoughts, s.Rewards = s.Thoughts[1:2], nil }},
		{"bonuses-960x600", 960, 600, 40, 7, false, func(s *Snapshot) { s.Thoughts = nil }},
		{"tasks-high-600x1000", 600, 1000, 90, 7, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := thinking(32, c.steps, c.n)
			if c.change != nil {
				c.change(s)
			}
			d := NewDashboard()
			d.Light = c.light
			img := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
			d.Draw(img, s)
			golden(t, c.name, img)
		})
	}
}

// No part covers another or leaves the frame, whatever tasks there are.
func TestTaskLayoutIsDisjoint(t *testing.T) {
	s := thinking(32, 20, 7)
	many := slices.Concat(s.Thoughts, s.Thoughts, s.Thoughts)
	for w := 1; w < 1500; w += 83 {
		for h := 1; h < 1100; h += 67 {
			for n := 0; n < len(many); n += 3 {
				s.Thoughts = many[:n]
				sh := shapeOf(image.Pt(w, h), s)
				sh.stack = n % 4
				l := newLayout(sh)
				parts := append([]image.Rectangle{l.header, l.worldPanel, l.status, l.policy, l.viewPanel, l.curve, l.rewards, l.losses}, l.panels[:]...)
				for i, a := range parts {
					if !a.In(image.Rect(0, 0, w, h)) {
						t.Fatalf("%+v: part %d is %v", sh, i, a)
					}
					for j, b := range parts[:i] {
						if a.Overlaps(b) {
							t.Fatalf("%+v: parts %d and %d overlap: %v, %v", sh, j, i, a, b)
						}
					}
				}
				if !l.world.In(l.worldPanel) || !l.view.In(l.viewPanel) || !l.stack.In(l.viewPanel) || l.stack.Overlaps(l.view) {
					t.Fatalf("%+v: world %v in %v, view %v and stack %v in %v", sh, l.world, l.worldPanel, l.view, l.stack, l.viewPanel)
				}
			}
		}
	}
}

// A map's cells have the colours of their numbers, between the least and the largest of all maps; no number has none.
func TestMapColors(t *testing.T) {
	s := thinking(32, 5, 3)
	m := s.Thoughts[0].Maps
	m[0].Cell = []float32{0, 0.5, 1, 0, 0, 0, 0, 0, float32(math.NaN())}
	m[1].Cell = []float32{2, 2, 2, 2, 2, 2, 2, 2, 2}
	m[2].Cell = nil
	img := drawn(s, 960, 600)
	l := newLayout(shapeOf(image.Pt(960, 600), s))
	p := shapeOf(image.Pt(960, 600), s).panels[0]
	size := l.mapSize(p, l.panels[0].Dx())
	at := func(which, row, col int) color.RGBA {
		x := l.panels[0].Min.X + l.pad + which*((l.panels[0].Dx()-2*l.pad+l.gap)/3) + (2*col+1)*size.X/6
		return img.RGBAAt(x, l.panels[0].Min.Y+l.captionHeight()+(2*row+1)*size.Y/6)
	}
	for _, c := range []struct {
		which, row, col int
		want            color.RGBA
	}{{0, 0, 0, heat(0)}, {0, 0, 1, heat(0.25)}, {0, 0, 2, heat(0.5)}, {0, 2, 2, rule}, {1, 1, 1, heat(1)}, {2, 1, 1, rule}} {
		if got := at(c.which, c.row, c.col); got != c.want {
			t.Errorf("map %d, cell %d, %d: got %v, want %v", c.which, c.row, c.col, got, c.want)
		}
	}
}

// The overlay is strongest where its number is largest, and lies where the grid says.
func TestOverlay(t *testing.T) {
	s := thinking(32, 5, 2)
	s.View = image.NewRGBA(image.Rect(0, 0, 6, 6))
	canvas{s.View}.fill(s.View.Rect, color.RGBA{A: 255})
	s.Thoughts[0].Overlay = []float32{0, 1, 2, 0.5}
	s.Thoughts[0].Grid = Grid{Rows: 2, Cols: 2, Area: image.Rect(1, 1, 5, 5), Of: image.Pt(6, 6)}
	img := drawn(s, 960, 600)
	l := newLayout(shapeOf(image.Pt(960, 600), s))
	k := l.view.Dx() / 6
	want := [6][6]int{{}, {0, 0, 0, 3, 3, 0}, {0, 0, 0, 3, 3, 0}, {0, 6, 6, 2, 2, 0}, {0, 6, 6, 2, 2, 0}, {}}
	for y := range 6 {
		for x := range 6 {
			got := img.RGBAAt(l.view.Min.X+x*k+k/2, l.view.Min.Y+y*k+k/2).R
			if level := lerp(0, darkColors.hot.R, want[y][x]); got != level {
				t.Errorf("pixel %d, %d: red %d, want %d", x, y, got, level)
			}
		}
	}
}

func TestThoughtsOddNumbers(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, v := range []float32{nan, inf, -inf, 3e38, -3e38} {
		s := thinking(16, 5, 5)
		s.Thoughts[0].Maps[0].Cell[3], s.Thoughts[0].Overlay[7], s.Thoughts[1].Prob[0], s.Rewards[1].Sum = v, v, v, v
		s.Thoughts[1].Came, s.Thoughts[0].Loss, s.Thoughts[0].Share, s.Gamma, s.End = 7, v, v, v, "truncated"
		drawn(s, 960, 600)
		s.Thoughts[0].Maps[1].Cell, s.Thoughts[0].Grid = nil, Grid{}
		s.Thoughts[1].Prob = nil
		drawn(s, 960, 600)
	}
}

func TestThoughtsAllocateNothing(t *testing.T) {
	s := thinking(16, 300, 20)
	s.End = "terminated"
	img := image.NewRGBA(image.Rect(0, 0, 960, 600))
	d := NewDashboard()
	d.Draw(img, s)
	if n := testing.AllocsPerRun(20, func() { d.Draw(img, s) }); n > 0 {
		t.Errorf("Draw allocates %v times", n)
	}
}

func TestHistoryReturns(t *testing.T) {
	var h History
	for _, r := range []float32{0, 1, 0, 2} { // the first is what the episode began with
		h.Append(0, r)
	}
	got, want := h.AppendReturns(nil, 0.5, 8), []float32{1 + 0.25*2 + 0.125*8, 0.5*2 + 0.25*8, 2 + 0.5*8, 8}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	h.Reset()
	for range 4 * historyLen {
		h.Append(0, 1)
	}
	got = h.AppendReturns(nil, 0.999, 1000) // what ones for ever are worth
	for i, g := range got {
		if math.Abs(float64(g)-1000) > 1 {
			t.Fatalf("point %d of stride %d: %v, want 1000", i, h.Stride(), g)
		}
	}
}

// A terminal shows of each task what there is room for: its numbers, its classes, its maps.
func TestTerminalShowsThoughts(t *testing.T) {
	for _, c := range []struct {
		w, h int
		has  []string
		not  []string
	}{
		{120, 40, []string{"pixel-control", "reward-prediction", "share 31%", "change   Q        target", "plus 72%", "came plus", "value-replay", "policy"}, nil},
		{80, 24, []string{"pixel-control", "policy"}, []string{"change   Q"}},
		{200, 50, []string{"share 31%  loss 0.21  cosine +0.12"}, nil},
		{30, 12, []string{"MiniGrid"}, []string{"pixel-control"}},
	} {
		v := newVT(c.w, c.h)
		s := thinking(32, 60, 7)
		sink := NewTerminal(v, v.size, TrueColor)
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
		for _, text := range c.has {
			if !strings.Contains(v.String(), text) {
				t.Errorf("%dx%d: %q is missing\n%s", c.w, c.h, text, v)
			}
		}
		for _, text := range c.not {
			if strings.Contains(v.String(), text) {
				t.Errorf("%dx%d: %q is there\n%s", c.w, c.h, text, v)
			}
		}
		silent := NewTerminal(io.Discard, v.size, TrueColor)
		if n := testing.AllocsPerRun(10, func() { _ = silent.Show(s) }); n != 0 {
			t.Errorf("%dx%d: a frame allocates %v times", c.w, c.h, n)
		}
		s.Thoughts[0].Maps[0].Cell, s.Thoughts[0].Grid, s.Thoughts[1].Prob = nil, Grid{}, nil
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
	}
}

// What the owner chose lies over the world or the view, with its scale; a name without cells lays nothing over, not even what a task has.
func TestOverlayChosen(t *testing.T) {
	s := thinking(32, 5, 2)
	l := newLayout(shapeOf(image.Pt(960, 600), s))
	plain := thinking(32, 5, 2)
	plain.Thoughts[0].Overlay = nil
	without := drawn(plain, 960, 600)
	s.Overlay = Overlay{Name: "none"}
	if got := drawn(s, 960, 600); !slices.Equal(got.Pix, without.Pix) {
		t.Error("a name without cells lays something over")
	}
	s.Overlay = Overlay{Name: "value", World: true, Grid: Grid{Rows: 1, Cols: 3, Area: image.Rect(0, 0, 3, 1), Of: image.Pt(3, 1)}, Cell: []float32{float32(math.NaN()), 1, 2}}
	got := drawn(s, 960, 600)
	mid := (l.world.Min.Y + l.world.Max.Y) / 2
	for i, k := range []int{0, 0, overlaySteps} {
		x := l.world.Min.X + (2*i+1)*l.world.Dx()/6
		before := without.RGBAAt(x, mid)
		if want := lerp(before.R, darkColors.hot.R, k); got.RGBAAt(x, mid).R != want {
			t.Errorf("cell %d: red %d, want %d", i, got.RGBAAt(x, mid).R, want)
		}
	}
	v := newVT(120, 40)
	term := NewTerminal(v, v.size, TrueColor)
	s.Training = "step 12k of 20k"
	if err := term.Show(s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"value 1.00…2.00", "step 12k of 20k"} {
		if !strings.Contains(v.String(), want) {
			t.Errorf("the terminal does not show %q", want)
		}
	}
}
