package maze

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// eat puts the agent on thing i and takes a decision that does not move it.
func eat(w *World, i int) env.Step {
	x, y := w.level.middle(int(w.things[i].tile))
	w.body = body{x: x, y: y}
	return w.advance(w.turnOnly())
}

// turnOnly returns an action that does not move the agent.
func (w *World) turnOnly() int {
	return slices.IndexFunc(w.motion.deeds, func(d deed) bool { return d.ahead == 0 && d.right == 0 })
}

// first returns the first thing of a kind.
func first(w *World, k kind) int {
	return slices.IndexFunc(w.things, func(t thing) bool { return t.kind == k })
}

func TestLabMazes(t *testing.T) {
	for _, name := range []string{"Static01", "Static02", "Static03", "RandomGoal01", "RandomGoal02", "RandomGoal03"} {
		w := reset(t, name)
		before := slices.Clone(w.things)
		a := first(w, apple)
		if s := eat(w, a); s != (env.Step{Reward: 1}) || !w.things[a].gone {
			t.Errorf("%s: an apple: %+v", name, s)
		}
		if s := w.advance(w.turnOnly()); s != (env.Step{}) {
			t.Errorf("%s: an apple that is gone: %+v", name, s)
		}
		if s := eat(w, first(w, goal)); s != (env.Step{Reward: 10}) || !slices.Equal(w.things, before) || w.velocity != [3]float64{} {
			t.Errorf("%s: the ring: %+v, %v", name, s, w.things)
		}
		begins := map[int]bool{}
		for range 400 {
			w.restart()
			begins[w.level.at(w.body.x, w.body.y)] = true
			if strings.HasPrefix(name, "Random") && w.way[w.level.at(w.body.x, w.body.y)] <= goalDistance {
				t.Errorf("%s: the agent returns next to the ring", name)
			}
		}
		if len(begins) < 30 {
			t.Errorf("%s: the agent begins in %d places only", name, len(begins))
		}
	}
}

// The ring of a static maze stays, that of a random one does not; both keep their walls.
func TestGoalPlaces(t *testing.T) {
	for name, want := range map[string]bool{"Static01": false, "RandomGoal01": true} {
		w := small(t, name, Levels{})
		obs, vec := w.Spec().Buffers()
		places, walls := map[int32]bool{}, map[string]bool{}
		for range 50 {
			w.Reset(obs, vec)
			places[w.things[first(w, goal)].tile] = true
			walls[fmt.Sprint(w.level.wall)] = true
		}
		if moves := len(places) > 1; moves != want || len(walls) != 1 {
			t.Errorf("%s: %d places of the ring, %d layouts", name, len(places), len(walls))
		}
	}
}

func TestSeekAvoid(t *testing.T) {
	w := reset(t, "SeekAvoid")
	if s := eat(w, first(w, lemon)); s != (env.Step{Reward: -1}) {
		t.Errorf("a lemon: %+v", s)
	}
	for i := range w.things {
		if w.things[i].kind == apple {
			if n := w.left(apple); eat(w, i) != (env.Step{Reward: 1}) || n > 1 && w.left(apple) != n-1 {
				t.Errorf("apple %d", i)
			}
		}
	}
	if w.left(apple) != arenaApples || w.left(lemon) != arenaLemons {
		t.Errorf("after the last apple there are %d apples and %d lemons", w.left(apple), w.left(lemon))
	}
}

func TestStairway(t *testing.T) {
	w := reset(t, "Stairway")
	for i := range w.things {
		if w.things[i].kind == apple {
			if s := eat(w, i); s != (env.Step{Reward: 1}) {
				t.Errorf("apple: %+v", s)
			}
		}
	}
	if w.left(apple) != 0 {
		t.Error("the map starts again before the melon is eaten")
	}
	if s := eat(w, first(w, lemon)); s != (env.Step{Reward: -1}) {
		t.Errorf("the lemon: %+v", s)
	}
	if s := eat(w, first(w, melon)); s != (env.Step{Reward: 20}) || w.left(apple) != 14 || w.left(lemon) != 1 {
		t.Errorf("the melon: %+v", s)
	}
}

func TestMyWayHome(t *testing.T) {
	w := reset(t, "MyWayHome-Dense")
	sum, n := 0.0, 0
	for s := (env.Step{}); s.End == env.Running; n++ {
		s = w.advance(0)
		if sum += s.Reward; n == 524 && s.End != env.Truncated {
			t.Errorf("the end is %v", s.End)
		}
	}
	if math.Abs(sum+0.21) > 1e-9 || n != 525 {
		t.Errorf("turning for %d decisions costs %v, want 0.21", n, -sum)
	}
	w = reset(t, "MyWayHome-Sparse")
	if s := eat(w, 0); s.End != env.Terminated || math.Abs(s.Reward-(1-0.0001)) > 1e-12 || w.Potential() != 0 {
		t.Errorf("the vest: %+v", s)
	}
}

func TestMemoryMaze(t *testing.T) {
	w := small(t, "Memory15", Levels{})
	obs, vec := w.Spec().Buffers()
	w.Reset(obs, vec)
	for range 100 {
		asked := w.asked
		for i := range w.things {
			if s := eat(w, i); i != asked && (s.Reward != 0 || w.asked != asked) {
				t.Fatalf("ball %d, while %d is asked for: %+v", i, asked, s)
			} else if i == asked {
				if s.Reward != 1 || w.asked == asked {
					t.Fatalf("the ball that is asked for: %+v, then %d is", s, w.asked)
				}
				break
			}
		}
		w.observe(obs, vec)
		c := palette()[shade(figures[w.things[w.asked].kind].ramp, mid)]
		if want := []byte{c.R, c.G, c.B}; !bytes.Equal(obs[:3], want) || !bytes.Equal(obs[len(obs)-3:], want) {
			t.Fatalf("the border is %v, want %v", obs[:3], want)
		}
	}
}

// The arrow shows the arm that pays, and once it is gone nothing else does.
func TestTMaze(t *testing.T) {
	var views [2][]byte
	for asked := range 2 {
		g := newGuide(t, "Maze/TMaze5-42x42-v0")
		obs, vec := g.Spec().Buffers()
		for g.begin(); g.asked != asked; {
			g.begin()
		}
		if cue := first(g.World, cueLeft+kind(asked)); cue != 2 {
			t.Errorf("arm %d: the cue is thing %d", asked, cue)
		}
		cueSeen := false
		for n := 0; g.body.y > 2.6; n++ {
			g.Step(g.deed(0, 1), obs, vec)
			if cueSeen = cueSeen || n == 0; g.things[2].gone {
				views[asked] = append(views[asked], obs...)
			}
		}
		if !cueSeen || len(views[asked]) == 0 {
			t.Errorf("arm %d: the cue does not vanish", asked)
		}
		if ret, _ := g.play(); ret != 1 {
			t.Errorf("arm %d: a return of %v", asked, ret)
		}
		g.begin()
		if s := eat(g.World, 1-g.asked); s != (env.Step{Reward: -1, End: env.Terminated}) || g.Potential() > -0.1 {
			t.Errorf("the other arm: %+v", s)
		}
		g.begin()
		if s := eat(g.World, g.asked); s != (env.Step{Reward: 1, End: env.Terminated}) {
			t.Errorf("the arm: %+v", s)
		}
	}
	if !bytes.Equal(views[0], views[1]) {
		t.Error("without the cue, the two episodes look different")
	}
}

// Corridors have any length.
func TestCorridors(t *testing.T) {
	for _, n := range []int{1, 2, 37, 100} {
		g := newGuide(t, fmt.Sprintf("Maze/TMaze%d-42x42-v0", n))
		if ret, long := g.play(); ret != 1 || long < 4*n || long >= g.spec.StepLimit || g.level.h != n+3 {
			t.Errorf("a corridor of %d tiles: a return of %v after %d decisions", n, ret, long)
		}
	}
	for _, id := range []string{"Maze/TMaze0-42x42-v0", "Maze/TMaze101-42x42-v0", "Maze/TMaze7-43x43-v0", "Maze/TMaze-3-42x42-v0", "Maze/TMaze07-42x42-v0"} {
		if w, err := New(id); w != nil || err == nil {
			t.Errorf("%s: %v, %v", id, w, err)
		}
	}
}

func TestStepOutsideEpisode(t *testing.T) {
	for name, prepare := range map[string]func(w *World, obs []byte, vec []float32){
		"new":    func(*World, []byte, []float32) {},
		"seeded": func(w *World, obs []byte, vec []float32) { w.Reset(obs, vec); w.Seed(1) },
		"ended":  func(w *World, obs []byte, vec []float32) { w.Reset(obs, vec); eat(w, 0) },
	} {
		w := small(t, "TMaze5", Levels{})
		obs, vec := w.Spec().Buffers()
		prepare(w, obs, vec)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Step did not panic", name)
				}
			}()
			w.Step(0, obs, vec)
		}()
	}
}
