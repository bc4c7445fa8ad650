package maze

import (
	"fmt"
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// visit plays a task for n decisions, half of them by a player who knows the map, and calls see before each.
func visit(t *testing.T, w *World, n int, see func()) {
	t.Helper()
	g := &guide{World: w}
	g.Seed(3)
	g.begin()
	last := 0
	for i := range uint64(n) {
		see()
		if r := rng.At(5, i); r%6 == 0 {
			last = rng.Below(r, len(w.spec.Actions))
		}
		action := last
		if i/40%2 == 0 {
			action = g.action()
		}
		if w.advance(action).End != env.Running {
			g.begin()
		}
	}
	see()
}

func TestLoopClosure(t *testing.T) {
	for _, name := range []string{"Static01", "Memory9", "MyWayHome-Dense", "SeekAvoid"} {
		w := small(t, name, Levels{})
		var xs, ys []float64
		signals := make([]float32, w.spec.SignalsLen())
		back, steps := 0, 0
		visit(t, w, 1200, func() {
			if w.steps == 0 {
				xs, ys = nil, nil
			}
			xs, ys = append(xs, w.body.x), append(ys, w.body.y)
			w.Signals(signals)
			got := signals[len(signals)-1]
			if want := closed(xs, ys); got != want {
				t.Fatalf("%s, decision %d: loop closure %v, want %v", name, w.steps, got, want)
			}
			back += int(got)
			steps++
		})
		if back == 0 || back == steps {
			t.Errorf("%s: %d of %d places close a loop", name, back, steps)
		}
	}
}

// closed is the definition: 1 iff there is an earlier t' with |p_t - p_t'| <= 1 and, for some k between, |p_k - p_t| > 2. Distances
// are compared by their squares: of actions that take the agent two tiles away the root would be rounded to 2.
func closed(xs, ys []float64) float32 {
	t := len(xs) - 1
	apart := func(i int) float64 {
		dx, dy := xs[i]-xs[t], ys[i]-ys[t]
		return float64(dx*dx) + float64(dy*dy)
	}
	for e := range t {
		if apart(e) > 1 {
			continue
		}
		for k := e + 1; k < t; k++ {
			if apart(k) > 4 {
				return 1
			}
		}
	}
	return 0
}

func TestDepthBands(t *testing.T) {
	seen := map[float32]int{}
	for id, size := range map[string]int{"Maze/Static01-84x84-v0": 84, "Maze/SeekAvoid-42x42-v0": 42, "Maze/Memory9-64x64-v0": 8} {
		cfg, _ := Default(id)
		cfg.Size, cfg.FullDepth = size, true
		w, err := NewWith(id, cfg)
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, w.spec.SignalsLen())
		visit(t, w, 150, func() {
			w.Signals(dst)
			depth, got := dst[:size*size], dst[size*size:]
			if err := checkBands(depth, got, size); err != nil {
				t.Fatalf("size %d: %v", size, err)
			}
			for _, band := range got[:bandRows*bandCols] {
				seen[band]++
			}
		})
	}
	if len(seen) != bands {
		t.Errorf("only the bands %v were seen", seen)
	}
}

// checkBands compares the bands of a picture with their definition, where rounding cannot decide.
func checkBands(depth, got []float32, size int) error {
	for i := range bandRows {
		for j := range bandCols {
			d := meanDepth(depth, size, i, j)
			want, sure := 0, true
			for _, edge := range []float64{0.05, 0.175, 0.3, 0.425, 0.55, 0.675, 0.8} {
				if math.Pow(d, 10) >= edge {
					want++
				}
				sure = sure && math.Abs(math.Pow(d, 10)-edge) > 1e-5
			}
			if g := got[i*bandCols+j]; sure && g != float32(want) {
				return fmt.Errorf("row %d, column %d: band %v, want %d (mean depth %v)", i, j, g, want, d)
			}
		}
	}
	return nil
}

// meanDepth returns the mean of 1 - nearPlane/z over a cell of the target.
func meanDepth(depth []float32, size, row, col int) float64 {
	sum, n := 0.0, 0
	add := func(x, y int) {
		sum += 1 - nearPlane/float64(depth[y*size+x])
		n++
	}
	for y := range size {
		for x := range size {
			if x >= col*size/16 && x < (col+1)*size/16 && y >= size/4+row*(size/2)/4 && y < size/4+(row+1)*(size/2)/4 {
				add(x, y)
			}
		}
	}
	if n == 0 { // fewer pixels than cells: the one in which the cell begins
		add(col*size/16, size/4+row*(size/2)/4)
	}
	return sum / float64(n)
}

// The potential is the negative length of the way, from a slow search, over the number of tiles of floor.
func TestPotential(t *testing.T) {
	for _, r := range tasks {
		w := small(t, r.name, Levels{})
		decisions := 300
		if testing.Short() {
			decisions = 30
		}
		visit(t, w, decisions, func() {
			if err := checkPotential(w, map[int32][]int{}); err != nil {
				t.Fatalf("%s, decision %d: %v", r.name, w.steps, err)
			}
		})
	}
}

// checkPotential compares the potential with its definition. ways holds the slow search's ways to tiles of this level.
func checkPotential(w *World, ways map[int32][]int) error {
	g := &w.level.grid
	want := math.Inf(1)
	for i, thing := range w.things {
		if thing.gone || !w.rules.wants(w, i) {
			continue
		}
		if ways[thing.tile] == nil {
			ways[thing.tile] = steps(g, int(thing.tile))
		}
		tile := g.at(w.body.x, w.body.y)
		for _, u := range []int{tile, tile - 1, tile + 1, tile - g.w, tile + g.w} {
			if !g.wall[u] {
				x, y := g.middle(u)
				want = min(want, math.Hypot(x-w.body.x, y-w.body.y)+float64(ways[thing.tile][u]))
			}
		}
	}
	want = -max(want-0.4, 0) / float64(g.floors())
	if w.finished && w.marks>>wayMarks != 0 {
		want = 0
	}
	if got := w.Potential(); math.Abs(got-want) > 1e-12 {
		return fmt.Errorf("potential %v, want %v", got, want)
	}
	return nil
}

// TestSignalsOfRandomMazes compares bands, loop closure and potential with their definitions in a thousand mazes, in each of which
// the agent runs about for a while.
func TestSignalsOfRandomMazes(t *testing.T) {
	const size, decisions = 16, 60
	mazes := 1000
	if testing.Short() {
		mazes = 50
	}
	loops := 0
	for i := range mazes {
		name := []string{"Static01", "Static02", "RandomGoal01", "RandomGoal02", "RandomGoal03", "Memory9", "Memory13", "Memory15"}[i%8]
		id := "Maze/" + name + "-42x42-v0"
		cfg := Config{Size: size, Actions: Memory6, Levels: Levels{First: uint32(i), Count: 1}, Layout: 11, FullDepth: true} // who turns quickly
		w, err := NewWith(id, cfg)
		if err != nil {
			t.Fatal(err)
		}
		obs, vec := w.Spec().Buffers()
		w.Seed(uint64(i))
		w.Reset(obs, vec)
		signals, ways := make([]float32, w.spec.SignalsLen()), map[int32][]int{}
		var xs, ys []float64
		for n := range decisions {
			w.Signals(signals)
			xs, ys = append(xs, w.body.x), append(ys, w.body.y)
			got, want := signals[len(signals)-1], closed(xs, ys)
			if got != want {
				t.Fatalf("%s, level %d, decision %d: loop closure %v, want %v", id, i, n, got, want)
			}
			loops += int(got)
			err := checkPotential(w, ways)
			if err == nil && n%10 == 0 {
				err = checkBands(signals[:size*size], signals[size*size:], size)
			}
			if err != nil {
				t.Fatalf("%s, level %d, decision %d: %v", id, i, n, err)
			}
			w.Step(dash(rng.At(uint64(i), uint64(n/6))), obs, vec)
		}
	}
	if all := mazes * decisions; loops < all/50 || loops > all/2 {
		t.Errorf("loops are closed in %d of %d places", loops, all)
	}
}

// dash returns an action of Memory Maze: more often ahead than round.
func dash(random uint64) int {
	return []int{1, 1, 1, 2, 3}[rng.Below(random, 5)]
}

// At the goal the potential is 0, and on the way there it rises.
func TestPotentialRises(t *testing.T) {
	for _, name := range []string{"MyWayHome-VerySparse", "TMaze10"} {
		g := newGuide(t, "Maze/"+name+"-42x42-v0")
		g.begin()
		first, rises, falls := g.Potential(), 0, 0
		for g.phase == running {
			before := g.Potential()
			g.advance(g.action())
			if now := g.Potential(); now > before {
				rises++
			} else if now < before {
				falls++
			}
		}
		if g.Potential() != 0 || first >= 0 || falls > rises/10 {
			t.Errorf("%s: from %v to %v, %d rises, %d falls", name, first, g.Potential(), rises, falls)
		}
	}
}

func TestVelocityAndPose(t *testing.T) {
	w := small(t, "SeekAvoid", Levels{})
	obs, vec := w.Spec().Buffers()
	w.Reset(obs, vec)
	signals := make([]float32, w.spec.SignalsLen())
	for i, want := range [][3]float32{{0, 0, -1}, {0, 0, 1}, {0, -1, 0}, {0, 1, 0}, {1, 0, 0}, {-1, 0, 0}} {
		w.body = body{6.5, 6.5, 77}
		w.things = w.things[:0]
		w.Step(i, obs, vec)
		w.Signals(signals)
		for k := range want {
			if math.Abs(float64(vec[k]-want[k])) > 1e-6 || signals[bandRows*bandCols+4+k] != vec[k] {
				t.Errorf("%s: velocity %v, want %v", w.spec.Actions[i], vec, want)
			}
		}
	}
	pose := signals[bandRows*bandCols:][:4]
	angle := 77 * 2 * math.Pi / turns
	for k, want := range []float64{w.body.x, w.body.y, math.Cos(angle), math.Sin(angle)} {
		if math.Abs(float64(pose[k])-want) > 1e-6 {
			t.Errorf("pose %v, component %d should be %v", pose, k, want)
		}
	}
}

func TestMilestones(t *testing.T) {
	g := newGuide(t, "Maze/Memory9-42x42-v0")
	g.begin()
	if g.Milestones() != 0 {
		t.Errorf("at the start: %b", g.Milestones())
	}
	gains, last := 0, uint64(0)
	for g.phase == running {
		s := g.advance(g.action())
		gains += int(s.Reward)
		now := g.Milestones()
		if now&last != last {
			t.Fatalf("%b became %b", last, now)
		}
		last = now
		want := uint64(0)
		for k := range 8 {
			if gains >= 1<<k {
				want |= 1 << k
			}
		}
		if now>>wayMarks != want {
			t.Fatalf("after %d balls: %b", gains, now)
		}
	}
	m := newGuide(t, "Maze/MyWayHome-VerySparse-42x42-v0")
	m.begin()
	for want := range uint64(4) {
		for m.Milestones() < 1<<want-1 {
			if m.advance(m.action()).End != env.Running {
				t.Fatalf("milestones %b at the end", m.Milestones())
			}
		}
		if left := m.distance() / m.outset; m.Milestones() != 1<<want-1 || left > 1-float64(want)/4 || left < 0.97-float64(want)/4 {
			t.Errorf("milestones %b with %v of the way left", m.Milestones(), left)
		}
	}
}

func TestKey(t *testing.T) {
	w := reset(t, "SeekAvoid")
	w.body = body{6.3, 6.4, 100}
	base := w.Key()
	change := func(name string, same bool, f func()) {
		body, gone, asked := w.body, w.things[3].gone, w.asked
		if f(); (w.Key() == base) != same {
			t.Errorf("%s: the key is the same: %v", name, !same)
		}
		w.body, w.things[3].gone, w.asked = body, gone, asked
	}
	change("nothing", true, func() {})
	change("a little further", true, func() { w.body.x += 0.3 })
	change("a little to the side", true, func() { w.body.heading += 10 })
	change("another tile", false, func() { w.body.x++ })
	change("the other way", false, func() { w.body.heading += turns / 2 })
	change("an apple less", false, func() { w.things[3].gone = true })
	change("something else is asked for", false, func() { w.asked++ })
}
