package maze

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
	"github.com/auxrl/auxrl/internal/rng"
)

var (
	_ env.Stateful   = (*Overhead)(nil)
	_ env.Potential  = (*Overhead)(nil)
	_ env.Milestoner = (*Overhead)(nil)
	_ env.Keyer      = (*Overhead)(nil)
	_ env.Renderer   = (*Overhead)(nil)
)

func build(t testing.TB, id string) *Overhead {
	t.Helper()
	w, err := New(id)
	if err != nil {
		t.Fatal(err)
	}
	w.Seed(1)
	return w.(*Overhead)
}

// downhill is the way to the goal.
func downhill(w env.Env, _ int) int {
	at := w.(*Overhead).at
	for action := range 4 {
		if distance[neighbour(at, action)] < distance[at] {
			return action
		}
	}
	return 0
}

func TestContract(t *testing.T) {
	for _, o := range overheads {
		envtest.Check(t, func() (env.Env, error) { return New(o.id) }, envtest.Options{Policy: downhill})
	}
}

func TestNames(t *testing.T) {
	for _, id := range IDs() {
		if Describe(id) == "" {
			t.Errorf("%s has no description", id)
		}
	}
	if _, err := New("Maze/Nowhere"); err == nil || !strings.Contains(err.Error(), "Nowhere") || Describe("Maze/Nowhere") != "" {
		t.Errorf("an unknown id: %v, %q", err, Describe("Maze/Nowhere"))
	}
}

// walls are those of the original, as column and row.
var walls = [][2]int{
	{2, 0}, {2, 1}, {4, 1}, {5, 1}, {6, 1}, {2, 2}, {6, 2}, {2, 3}, {3, 3}, {4, 3}, {2, 4}, {4, 4}, {2, 5}, {5, 6}, {6, 6},
}

// TestRules walks at random beside a second account of the rules.
func TestRules(t *testing.T) {
	for _, o := range overheads {
		id := o.id
		w := build(t, id)
		side := w.spec.H / 7
		obs, want := make([]byte, w.spec.ObsLen()), make([]byte, w.spec.ObsLen())
		light := func(x, y, c int) {
			for i := range side {
				for j := range side {
					want[((y*side+i)*w.spec.W+x*side+j)*3+c] = 255
				}
			}
		}
		r := rng.New(5)
		for range 3 {
			w.Reset(obs, nil)
			x, y := 0, 2
			for n := 1; ; n++ {
				action := r.Below(5) % 4 // up is likelier, which helps
				dx, dy := [4]int{0, 0, -1, 1}[action], [4]int{-1, 1, 0, 0}[action]
				reward, end := 0.0, env.Running
				if nx, ny := x+dx, y+dy; nx < 0 || nx > 6 || ny < 0 || ny > 6 || slices.Contains(walls, [2]int{nx, ny}) {
					reward = -1
				} else {
					x, y = nx, ny
				}
				switch {
				case x == 6 && y == 0:
					reward, end = 1, env.Terminated
				case n == 1000:
					end = env.Truncated
				}
				got := w.Step(action, obs, nil)
				clear(want)
				for _, c := range walls {
					light(c[0], c[1], 0)
				}
				light(x, y, 1)
				if got != (env.Step{Reward: reward, End: end}) || !slices.Equal(obs, want) {
					t.Fatalf("%s: step %d to (%d, %d): got %+v, want %v, %v; same image: %v", id, n, x, y, got, reward, end, slices.Equal(obs, want))
				}
				if end != env.Running {
					break
				}
			}
		}
	}
}

// TestBest plans on nothing but what Step returns from saved states. No reward but the last is above zero, and there is a way without
// any below it.
func TestBest(t *testing.T) {
	w := build(t, "Maze/Overhead-42x42-v0")
	obs := make([]byte, w.spec.ObsLen())
	w.Reset(obs, nil)
	type node struct {
		state string
		steps int
	}
	queue, seen := []node{{string(w.AppendState(nil)), 0}}, map[uint64]bool{w.Key(): true}
	shortest := 0
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for action := range 4 {
			if err := w.RestoreState([]byte(n.state)); err != nil {
				t.Fatal(err)
			}
			s := w.Step(action, obs, nil)
			switch {
			case s.End == env.Terminated && s.Reward == 1:
				shortest = max(shortest, n.steps+1)
			case s.End != env.Running || s.Reward > 0:
				t.Fatalf("cell %d, action %d: %+v", w.at, action, s)
			case s.Reward == 0 && !seen[w.Key()]:
				seen[w.Key()] = true
				queue = append(queue, node{string(w.AppendState(nil)), n.steps + 1})
			}
		}
	}
	if shortest != 20 || len(seen) != 33 {
		t.Errorf("the goal is %d steps away amid %d cells, want 20 and 33", shortest, len(seen))
	}
	w.Reset(obs, nil)
	ret, n := 0.0, 0
	for s := (env.Step{}); s.End == env.Running; n++ {
		s = w.Step(downhill(w, 0), obs, nil)
		ret += s.Reward
	}
	if ret != w.spec.Best || n != shortest {
		t.Errorf("downhill: return %v after %d steps, want %v after %d", ret, n, w.spec.Best, shortest)
	}
}

// TestWaypoints holds that there is no way around a milestone, and that far is the largest distance.
func TestWaypoints(t *testing.T) {
	most := 0
	for _, d := range distance {
		if d != math.MaxInt {
			most = max(most, d)
		}
	}
	if most != far {
		t.Errorf("the largest distance is %d, far is %d", most, far)
	}
	for _, p := range waypoints {
		seen, queue := map[int]bool{overheadStart: true}, []int{overheadStart}
		for len(queue) > 0 {
			cell := queue[0]
			queue = queue[1:]
			for action := range 4 {
				if to := neighbour(cell, action); to != p.cell && !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
		if seen[overheadGoal] {
			t.Errorf("%s can be avoided", p.name)
		}
		for cell := range seen { // order: each for itself
			if distance[cell] <= distance[p.cell] {
				t.Errorf("%s: cell %d is as near the goal, but not behind it", p.name, cell)
			}
		}
	}
}

// TestRender looks at the middle of each cell.
func TestRender(t *testing.T) {
	w := build(t, "Maze/Overhead-84x84-v0")
	w.Reset(make([]byte, w.spec.ObsLen()), nil)
	size := w.RenderSize(image.Pt(100, 80))
	if size != image.Pt(77, 77) {
		t.Fatalf("RenderSize is %v, want 77x77", size)
	}
	m := image.NewRGBA(image.Rectangle{Max: size})
	w.Render(m)
	for cell, c := range plan {
		want := map[rune]any{'#': colorWall, '.': colorFloor, 'S': colorAgent, 'G': colorGoal}[c]
		if got := m.RGBAAt(cell%7*11+5, cell/7*11+5); got != want {
			t.Errorf("cell %d: colour %v, want %v", cell, got, want)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, o := range overheads {
		b.Run("world="+o.id[len("Maze/"):], func(b *testing.B) {
			w := build(b, o.id)
			obs := make([]byte, w.spec.ObsLen())
			w.Reset(obs, nil)
			b.ReportAllocs()
			n := uint64(0)
			for b.Loop() {
				n++
				if w.Step(rng.Below(rng.At(1, n), 4), obs, nil).End != env.Running {
					w.Reset(obs, nil)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
