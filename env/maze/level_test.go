package maze

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// smallest is the image of worlds whose pictures do not matter.
const smallest = 8

// small returns a world of a task with a tiny image and a chosen set of levels.
func small(t testing.TB, name string, levels Levels) *World {
	id := "Maze/" + name + "-42x42-v0"
	cfg, err := Default(id)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Size = smallest
	if levels != (Levels{}) {
		cfg.Levels = levels
	}
	w, err := NewWith(id, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// reachable returns how many tiles of floor can be reached from one, by a search of its own.
func reachable(g *grid, from int) int {
	seen := map[[2]int]bool{}
	todo := [][2]int{{from % g.w, from / g.w}}
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		if p[0] < 0 || p[1] < 0 || p[0] >= g.w || p[1] >= g.h || g.wall[p[1]*g.w+p[0]] || seen[p] {
			continue
		}
		seen[p] = true
		todo = append(todo, [2]int{p[0] + 1, p[1]}, [2]int{p[0] - 1, p[1]}, [2]int{p[0], p[1] + 1}, [2]int{p[0], p[1] - 1})
	}
	return len(seen)
}

// sound checks what holds for every level and the things in it.
func sound(w *World) error {
	g := &w.level.grid
	for i, wall := range g.wall {
		if x, y := i%g.w, i/g.w; !wall && (x == 0 || y == 0 || x == g.w-1 || y == g.h-1) {
			return fmt.Errorf("the border is open at %d, %d", x, y)
		}
		if (w.level.zone[i] == 0) != wall {
			return fmt.Errorf("tile %d: zone %d, wall %v", i, w.level.zone[i], wall)
		}
	}
	start := g.at(w.body.x, w.body.y)
	if n := reachable(g, start); g.wall[start] || n != g.floors() {
		return fmt.Errorf("%d of %d tiles of floor can be reached", n, g.floors())
	}
	for i, t := range w.things {
		if g.wall[t.tile] || t.gone {
			return fmt.Errorf("thing %d is in a wall, or gone: %+v", i, t)
		}
		for _, u := range w.things[:i] {
			if u.tile == t.tile {
				return fmt.Errorf("two things at tile %d", t.tile)
			}
		}
		if int(t.tile) == start {
			return fmt.Errorf("the agent begins where a %d is", t.kind)
		}
	}
	return nil
}

func count(w *World, k kind) int {
	n := 0
	for _, t := range w.things {
		if t.kind == k {
			n++
		}
	}
	return n
}

// Mazes that nobody has looked at: connected, the ring within reach, the agent not too near to it.
func TestRandomMazes(t *testing.T) {
	mazes := 1000
	if testing.Short() {
		mazes = 100
	}
	walls := map[string]bool{}
	for _, name := range []string{"Static01", "Static03", "RandomGoal01", "RandomGoal02", "RandomGoal03", "Memory9", "Memory15"} {
		w := small(t, name, Levels{First: 7, Count: 1 << 30})
		obs, vec := w.Spec().Buffers()
		for seed := range uint64(mazes/7 + 1) {
			w.Seed(seed)
			for range 2 { // the second may find what the first left behind
				w.Reset(obs, vec)
			}
			if err := sound(w); err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			layout := fmt.Sprint(name, w.level.wall)
			if walls[layout] {
				t.Errorf("%s, seed %d: a maze for the second time", name, seed)
			}
			walls[layout] = true
			if !strings.HasPrefix(name, "Random") {
				continue
			}
			way := steps(&w.level.grid, int(w.things[0].tile))
			if d := way[w.level.at(w.body.x, w.body.y)]; d <= goalDistance || d == math.MaxInt {
				t.Errorf("%s, seed %d: the agent begins %d steps from the ring", name, seed, d)
			}
			if got, want := count(w, apple), int(math.Floor(0.1*float64(w.level.floors())+0.5)); got != want {
				t.Errorf("%s, seed %d: %d apples on %d tiles, want %d", name, seed, got, w.level.floors(), want)
			}
		}
	}
}

// steps returns the length of the way from every tile to one: no tile's is more than one over its neighbours'.
func steps(g *grid, to int) []int {
	way := make([]int, len(g.wall))
	for i := range way {
		way[i] = math.MaxInt
	}
	way[to] = 0
	for changed := true; changed; {
		changed = false
		for i := range way {
			for _, j := range []int{i - 1, i + 1, i - g.w, i + g.w} {
				if j >= 0 && j < len(way) && !g.wall[i] && !g.wall[j] && way[j] < math.MaxInt && way[j]+1 < way[i] {
					way[i], changed = way[j]+1, true
				}
			}
		}
	}
	return way
}

// Every listed task's own level is sound, and its dimensions are the original's.
func TestDimensions(t *testing.T) {
	for _, tt := range []struct {
		name           string
		w, h, limit    int
		spawns, apples int // -1: any
	}{
		{"Static01", 21, 11, 900, 43, 5},
		{"Static02", 31, 19, 2250, 128, 13},
		{"Static03", 41, 27, 4500, -1, -1},
		{"RandomGoal01", 21, 11, 900, 0, -1},
		{"RandomGoal02", 31, 19, 2250, 0, -1},
		{"RandomGoal03", 41, 27, 4500, 0, -1},
		{"SeekAvoid", 13, 13, 300, 0, 15},
		{"Stairway", 20, 11, 900, -1, 14},
		{"MyWayHome-Dense", 21, 18, 525, 8, 0},
		{"MyWayHome-Sparse", 21, 18, 525, 1, 0},
		{"MyWayHome-VerySparse", 21, 18, 525, 1, 0},
		{"Memory9", 11, 11, 1000, 0, 0},
		{"Memory11", 13, 13, 2000, 0, 0},
		{"Memory13", 15, 15, 3000, 0, 0},
		{"Memory15", 17, 17, 4000, 0, 0},
		{"TMaze5", 9, 8, 110, 1, 0},
		{"TMaze10", 9, 13, 160, 1, 0},
		{"TMaze20", 9, 23, 260, 1, 0},
	} {
		w := small(t, tt.name, Levels{})
		obs, vec := w.Spec().Buffers()
		w.Reset(obs, vec)
		if err := sound(w); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if l := w.level; l.w != tt.w || l.h != tt.h || w.spec.StepLimit != tt.limit {
			t.Errorf("%s: %d by %d tiles, %d decisions", tt.name, l.w, l.h, w.spec.StepLimit)
		}
		if n := len(w.level.spawns); tt.spawns >= 0 && n != tt.spawns {
			t.Errorf("%s: %d places to begin, want %d", tt.name, n, tt.spawns)
		}
		if n := count(w, apple); tt.apples >= 0 && n != tt.apples {
			t.Errorf("%s: %d apples, want %d", tt.name, n, tt.apples)
		}
	}
	if n := count(reset(t, "SeekAvoid"), lemon); n != 8 {
		t.Errorf("SeekAvoid: %d lemons", n)
	}
	for i, name := range []string{"Memory9", "Memory11", "Memory13", "Memory15"} {
		if n := len(reset(t, name).things); n != 3+i {
			t.Errorf("%s: %d balls", name, n)
		}
	}
}

// reset returns a small world in its first episode.
func reset(t testing.TB, name string) *World {
	w := small(t, name, Levels{})
	obs, vec := w.Spec().Buffers()
	w.Reset(obs, vec)
	return w
}

// Seeds of layout, texture and episodes each change what is theirs and nothing else.
func TestSeedsAreApart(t *testing.T) {
	type look struct{ walls, things, faces, place string }
	of := func(layout, texture, seed uint64) look {
		cfg, _ := Default("Maze/Static01-42x42-v0")
		cfg.Layout, cfg.Texture = layout, texture
		w, err := NewWith("Maze/Static01-42x42-v0", cfg)
		if err != nil {
			t.Fatal(err)
		}
		obs, vec := w.Spec().Buffers()
		w.Seed(seed)
		w.Reset(obs, vec)
		return look{fmt.Sprint(w.level.wall), fmt.Sprint(w.things), fmt.Sprint(w.level.face), fmt.Sprint(w.body)}
	}
	base, layout, texture, seed := of(1, 1, 1), of(2, 1, 1), of(1, 2, 1), of(1, 1, 2)
	if layout.walls == base.walls || layout.things == base.things {
		t.Error("another seed of layout, the same walls or things")
	}
	if texture.walls != base.walls || texture.things != base.things || texture.place != base.place || texture.faces == base.faces {
		t.Error("the seed of texture changes more or less than the looks")
	}
	if seed.walls != base.walls || seed.things != base.things || seed.faces != base.faces || seed.place == base.place {
		t.Error("the seed of episodes changes more or less than them")
	}
}

// Levels to train on and levels to test on never meet.
func TestSplits(t *testing.T) {
	seen := map[uint32]bool{}
	train, test := small(t, "RandomGoal01-Train", Levels{}), small(t, "RandomGoal01-Test", Levels{})
	obs, vec := train.Spec().Buffers()
	for range 2000 {
		train.Reset(obs, vec)
		if train.number >= 200 {
			t.Fatalf("training takes place in level %d", train.number)
		}
		seen[train.number] = true
		if test.enter(test.cfg.Levels.pick(test.draws.Uint64())); test.number < TestLevel {
			t.Fatalf("a test takes place in level %d", test.number)
		}
	}
	if len(seen) != 200 {
		t.Errorf("%d of 200 levels were trained on in 2000 episodes", len(seen))
	}
	for _, v := range []struct {
		levels Levels
		number uint32
		want   bool
	}{
		{Levels{}, TestLevel - 1, true}, {Levels{}, TestLevel, false}, {Levels{5, 2}, 4, false}, {Levels{5, 2}, 6, true}, {Levels{5, 2}, 7, false},
		{TestLevels, 0, false}, {TestLevels, math.MaxUint32, true},
	} {
		if got := v.levels.has(v.number); got != v.want {
			t.Errorf("%v has %d: %v", v.levels, v.number, got)
		}
	}
	for i := range uint64(1000) {
		for _, v := range []Levels{{}, {5, 2}, TestLevels, {TestLevel + 9, 1}} {
			if n := v.pick(rng.At(1, i)); !v.has(n) {
				t.Fatalf("%v picks %d", v, n)
			}
		}
	}
}

func TestConfig(t *testing.T) {
	good, err := Default("Maze/Static01-84x84-v0")
	if err != nil || good.Validate() != nil {
		t.Fatal(err, good.Validate())
	}
	for _, spoil := range []func(*Config){
		func(c *Config) { c.Size = 7 }, func(c *Config) { c.Size = 257 }, func(c *Config) { c.Actions = 4 },
		func(c *Config) { c.Levels = Levels{TestLevel - 1, 2} }, func(c *Config) { c.Levels = Levels{0, TestLevel + 1} },
		func(c *Config) { c.Levels = Levels{math.MaxUint32, 2} }, func(c *Config) { c.Levels = Levels{math.MaxUint32, math.MaxUint32} },
	} {
		c := good
		spoil(&c)
		if _, err := NewWith("Maze/Static01-84x84-v0", c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	if _, err := New("Maze/Static04-84x84-v0"); err == nil {
		t.Error("there is no Static04")
	}
	if _, err := Default("x"); err == nil || Describe("x") != "" {
		t.Error("x is known")
	}
	names := map[Actions]string{Lab8: "Lab-8", Six: "six", Doom3: "Doom-3", Memory6: "Memory-Maze-6", 9: "Actions(9)"}
	for a, want := range names {
		if a.String() != want {
			t.Errorf("%d is called %v", a, a)
		}
	}
	for a, n := range map[Actions]int{Lab8: 8, Six: 6, Doom3: 3, Memory6: 6} {
		c := good
		c.Actions = a
		w, err := NewWith("Maze/Static01-84x84-v0", c)
		if err != nil || len(w.Spec().Actions) != n {
			t.Errorf("%v: %v, %q", a, err, w.Spec().Actions)
		}
	}
	if !slices.Contains(IDs(), "Maze/RandomGoal02-Test-64x64-v0") {
		t.Error("levels to test on are not listed")
	}
}

func TestOptions(t *testing.T) {
	const id = "Maze/Static01-42x42-v0"
	for options, want := range map[string]string{
		"layout=0":                                 "",
		"actions=lab-8":                            "",
		"depth, actions=SIX":                       ":actions=six,depth",
		"texture=18446744073709551615,layout=7":    ":layout=7,texture=18446744073709551615",
		"actions=Memory-Maze-6,texture=1,layout=2": ":layout=2,texture=1,actions=Memory-Maze-6",
	} {
		w, err := New(id + ":" + options)
		if err != nil || w.Spec().ID != id+want {
			t.Fatalf("%q: %v, want %q", options, err, want)
		}
		if want == "" {
			continue
		}
		if again, err := New(w.Spec().ID); err != nil || again.(*World).cfg != w.(*World).cfg {
			t.Errorf("%q: read back as %+v, %v", w.Spec().ID, again, err)
		}
	}
	for full, want := range map[string]string{
		id + ":":                          `no option ""; there are layout=N, texture=N, actions=NAME, depth`,
		id + ":lay=1":                     `no option "lay=1"`,
		id + ":depth=yes":                 `no option "depth=yes"`,
		id + ":layout=-1":                 `layout takes a seed, a whole number such as layout=7, not "-1"`,
		id + ":texture":                   `texture takes a seed`,
		id + ":actions=Lab":               `no actions "Lab"; there are Lab-8, six, Doom-3, Memory-Maze-6`,
		id + ":layout=1,layout=1":         "option layout is given twice",
		id + ":depth:depth":               "no option",
		"Maze/Static09-42x42-v0:layout=1": "unknown id",
		"Maze/Overhead-84x84-v0:layout=1": "Maze/Overhead-84x84-v0 takes no options",
	} {
		if w, err := New(full); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want ...%s...", full, w, err, want)
		}
	}
}
