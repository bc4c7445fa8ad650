package minigrid

import (
	"bytes"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

func newRigWith(t testing.TB, id string, c Config) *rig {
	t.Helper()
	w, err := c.New(id)
	if err != nil {
		t.Fatal(err)
	}
	return newRigOf(w)
}

func TestParseConfig(t *testing.T) {
	tests := []struct {
		options string
		want    Config
		written string
	}{
		{"codes", Default(), ""},
		{"full", Config{Full: true, View: 7, Tile: 8}, "full"},
		{"view=9", Config{View: 9, Tile: 8}, "view=9"},
		{"onehot, view=3", Config{View: 3, Obs: OneHot, Tile: 8}, "view=3,onehot"},
		{"tile=16,rgb,full", Config{Full: true, View: 7, Obs: RGB, Tile: 16}, "full,rgb,tile=16"},
		{"rgb,tile=8", Config{View: 7, Obs: RGB, Tile: 8}, "rgb"},
		{"full,view=5", Config{Full: true, View: 5, Tile: 8}, "full"},
	}
	for _, tt := range tests {
		got, err := ParseConfig(tt.options)
		if err != nil || got != tt.want || got.String() != tt.written {
			t.Errorf("%q: %+v, %q, %v, want %+v, %q", tt.options, got, got.String(), err, tt.want, tt.written)
		}
		if tt.written == "" {
			continue
		}
		if again, err := ParseConfig(got.String()); err != nil || again.String() != got.String() {
			t.Errorf("%q: read back as %+v, %v", got.String(), again, err)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	tests := map[string]string{
		"":                          "no option \"\"",
		"fool":                      `no option "fool"; there are full, view=N`,
		"full,":                     `no option ""`,
		"full=1":                    "no option",
		"view":                      "no option",
		"view=":                     "takes a whole number",
		"view=x":                    `option view takes a whole number such as view=7, not "x"`,
		"view=8":                    "view is 8, must be odd, 3 to 31",
		"view=1":                    "must be odd",
		"view=33":                   "must be odd",
		"view=-7":                   "must be odd",
		"full,full":                 "option full is given twice",
		"codes,rgb":                 "option codes, onehot or rgb is given twice",
		"tile=8":                    "option tile goes with rgb alone",
		"rgb,tile=0":                "tile is 0 pixels, must be 1 to 128",
		"rgb,tile=129":              "must be 1 to 128",
		"view=99999999999999999999": "takes a whole number",
	}
	for options, want := range tests {
		if _, err := ParseConfig(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want ...%s", options, err, want)
		}
	}
	if err := (Config{View: 7, Obs: 3}).Validate(); err == nil || !strings.Contains(err.Error(), "Obs(3)") {
		t.Errorf("an Obs of 3: %v", err)
	}
	for _, id := range []string{"MiniGrid-Empty-5x5-v0:", "MiniGrid-Empty-5x5-v0:view=4", "MiniGrid-Empty-5x5-v9:full", "MiniGrid-Empty-5x5-v0:full:full"} {
		if w, err := New(id); err == nil {
			t.Errorf("%s: no error, %v", id, w.Spec())
		}
	}
}

// FuzzParseConfig reads anything: what is no error makes a world, and is read back as it is written.
func FuzzParseConfig(f *testing.F) {
	for _, options := range []string{"", "full", "view=9,onehot", "rgb,tile=16", "full,rgb,view=31,tile=2", "view=8", "tile=8", "codes,codes", "view=-1"} {
		f.Add(options)
	}
	f.Fuzz(func(t *testing.T, options string) {
		c, err := ParseConfig(options)
		if err != nil || c.Tile > 20 { // larger ones take a second to be drawn
			return
		}
		w, err := New("MiniGrid-Empty-5x5-v0:" + options)
		if err != nil {
			t.Fatalf("%q is read, but makes no world: %v", options, err)
		}
		obs, vec := w.Spec().Buffers()
		w.Reset(obs, vec)
		if written := c.String(); written != "" {
			again, err := ParseConfig(written)
			if err != nil || again.String() != written {
				t.Errorf("%q: written as %q, which is read as %+v, %v", options, written, again, err)
			}
		}
	})
}

// specs are what worlds of DoorKey-6x6 look like.
func TestConfigSpec(t *testing.T) {
	tests := []struct {
		options string
		shape   [3]int
		codes   []int
		floats  int
	}{
		{"view=9", [3]int{9, 9, 3}, []int{11, 6, 4}, 4},
		{"full", [3]int{6, 6, 3}, []int{11, 6, 4}, 13},
		{"onehot", [3]int{7, 7, 20}, slices.Repeat([]int{2}, 20), 4},
		{"onehot,full", [3]int{6, 6, 21}, slices.Repeat([]int{2}, 21), 13},
		{"rgb", [3]int{56, 56, 3}, nil, 4},
		{"rgb,full,tile=5", [3]int{30, 30, 3}, nil, 13},
	}
	for _, tt := range tests {
		w, err := New("MiniGrid-DoorKey-6x6-v0:" + tt.options)
		if err != nil {
			t.Fatal(err)
		}
		s := w.Spec()
		if got := [3]int{s.H, s.W, s.C}; got != tt.shape || !slices.Equal(s.Codes, tt.codes) || s.VecLen() != tt.floats {
			t.Errorf("%s: %v, codes %v, %d floats", tt.options, got, s.Codes, s.VecLen())
		}
		if again, err := New(s.ID); err != nil || again.Spec().ID != s.ID {
			t.Errorf("%s: the id %s is not that of a world: %v", tt.options, s.ID, err)
		}
	}
}

// TestFull compares with the layout that digests hash, in which squares stand column by column.
func TestFull(t *testing.T) {
	w := newRigWith(t, "MiniGrid-KeyCorridorS3R2-v0", Config{Full: true, View: 7, Tile: 8})
	w.Seed(3)
	w.reset()
	act := actor(3)
	carried := false
	for range 3000 {
		layout := w.AppendLayout(nil)
		for x := range w.grid.w {
			for y := range w.grid.h {
				want := layout[3*(x*w.grid.h+y):][:3]
				if x == w.x && y == w.y {
					want = []byte{10, 0, byte(w.dir)}
				}
				if got := w.obs[3*(y*w.grid.w+x):][:3]; !bytes.Equal(got, want) {
					t.Fatalf("square (%d, %d): got %d, want %d", x, y, got, want)
				}
			}
		}
		want := slices.Clone(w.vec) // the mission stands in between
		clear(want[:4])
		want[w.dir] = 1
		carry := want[len(want)-carryLen:]
		clear(carry)
		if c := w.carrying; c != nothing {
			carried = true
			carry[c.kind()-kindKey], carry[3+int(c.colour())] = 1, 1
		}
		if !slices.Equal(w.vec, want) || len(want) != 4+5+9 {
			t.Fatalf("vector %v, want %v", w.vec, want)
		}
		w.poison()
		if w.step(act.next(actions)).End != env.Running {
			w.reset()
		}
	}
	if !carried {
		t.Error("nothing was ever carried")
	}
}

// TestOneHot compares with the codes.
func TestOneHot(t *testing.T) {
	for _, full := range []bool{false, true} {
		codes := newRigWith(t, "MiniGrid-DoorKey-8x8-v0", Config{Full: full, View: 7})
		hot := newRigWith(t, "MiniGrid-DoorKey-8x8-v0", Config{Full: full, View: 7, Obs: OneHot})
		act := actor(1)
		codes.reset()
		hot.reset()
		for range 1000 {
			n := hot.spec.C
			for i := range len(codes.obs) / 3 {
				want := make([]byte, n)
				c := codes.obs[3*i:]
				want[c[0]], want[11+c[1]], want[17+c[2]] = 1, 1, 1
				if got := hot.obs[n*i : n*(i+1)]; !bytes.Equal(got, want) {
					t.Fatalf("square %d: got %d, want %d", i, got, want)
				}
			}
			a := act.next(actions)
			hot.poison()
			if codes.step(a) != hot.step(a) {
				t.Fatal("the worlds go apart")
			}
			if codes.phase == over {
				codes.reset()
				hot.reset()
			}
		}
	}
}

// The digests are those of TestRenderDigests: of frames that Minigrid 3.1.0 drew, the full ones with the squares in view lit.
func TestRGBDigests(t *testing.T) {
	tests := []struct{ id, want string }{
		{"MiniGrid-Playground-v0:full,rgb", "63883e05de9beabf"},
		{"MiniGrid-Playground-v0:full,rgb,tile=32", "6741c9985273dc79"},
		{"MiniGrid-Playground-v0:rgb", "823e1c7d3565a2d4"},
		{"MiniGrid-DoorKey-8x8-v0:full,rgb", "b2da8c96c0164f76"},
		{"MiniGrid-DoorKey-8x8-v0:full,rgb,tile=32", "7e45a9e675ea94b7"},
		{"MiniGrid-DoorKey-8x8-v0:rgb", "24895f688ca0d424"},
		{"MiniGrid-LavaCrossingS9N3-v0:full,rgb", "a0ad4312dce3f669"},
		{"MiniGrid-LavaCrossingS9N3-v0:rgb", "945cd9378bb19450"},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			w := newRig(t, tt.id)
			var b []byte
			for seed := range uint64(10) {
				w.Seed(seed)
				w.poison()
				w.reset()
				b = append(b, w.obs...)
			}
			if got := digest(b); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestRGBMatchesRendering plays through what no reset shows: open doors, things in hand, the agent on all it can stand on.
func TestRGBMatchesRendering(t *testing.T) {
	for _, c := range []Config{{View: 7, Obs: RGB, Tile: 5}, {View: 5, Obs: RGB, Tile: 4, Full: true}} {
		w := newRigWith(t, "MiniGrid-DoorKey-8x8-v0", c)
		w.reset()
		rnd := seeded(7)
		img := image.NewRGBA(image.Rect(0, 0, w.spec.W, w.spec.H))
		for range 300 {
			scatter(w.World, rnd)
			if c := w.grid.at(w.x, w.y); !c.walkable() {
				w.grid.set(w.x, w.y, emptyCell)
			}
			w.poison()
			w.observe(w.obs, w.vec)
			w.RenderView(img)
			if !bytes.Equal(w.obs, rgbOf(t, img)) {
				t.Fatalf("%v: agent %d %d %d on %#x carrying %#x: the observation is not what RenderView draws", c, w.x, w.y, w.dir,
					w.grid.at(w.x, w.y), w.carrying)
			}
		}
	}
}

// TestConfigChangesNothing plays worlds that look different side by side.
func TestConfigChangesNothing(t *testing.T) {
	for _, options := range []string{"full", "view=3", "view=11,onehot", "rgb,tile=1", "full,rgb,tile=2"} {
		a, b := newRig(t, "MiniGrid-ObstructedMaze-2Dlh-v0"), newRig(t, "MiniGrid-ObstructedMaze-2Dlh-v0:"+options)
		a.reset()
		b.reset()
		act := actor(2)
		for range 2000 {
			n := act.next(actions)
			if a.step(n) != b.step(n) || !bytes.Equal(a.AppendState(nil), b.AppendState(nil)) {
				t.Fatalf("%s changes the world", options)
			}
			if a.phase == over {
				a.reset()
				b.reset()
			}
		}
		if n := testing.AllocsPerRun(200, func() {
			if b.Step(act.next(actions), b.obs, b.vec).End != env.Running {
				b.Reset(b.obs, b.vec)
			}
		}); n != 0 {
			t.Errorf("%s: Step allocates %v times", options, n)
		}
	}
}

// BenchmarkConfig steps one world seen in many ways.
func BenchmarkConfig(b *testing.B) {
	for _, options := range []string{"codes", "view=3", "view=5", "view=9", "view=11", "full", "onehot", "full,onehot", "rgb", "full,rgb", "rgb,tile=32"} {
		b.Run("see="+options, func(b *testing.B) {
			w := newRig(b, "MiniGrid-DoorKey-8x8-v0:"+options)
			w.reset()
			act := actor(1)
			b.ReportAllocs()
			for b.Loop() {
				if w.Step(act.next(len(w.spec.Actions)), w.obs, w.vec).End != env.Running {
					w.Reset(w.obs, w.vec)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
