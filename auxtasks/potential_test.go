package auxtasks_test

import (
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/internal/rng"
)

func TestShaping(t *testing.T) {
	phi := []float64{.2, .5, .9}
	for _, tc := range []struct {
		from, to   int
		terminated bool
		want       float64
	}{
		{0, 1, false, .25},
		{2, 0, true, -.9},
		{1, 2, false, .31},
		{2, 2, false, -.09}, // the clock: as if it went on
	} {
		if got := auxtasks.Shaping(phi[tc.from], phi[tc.to], .9, tc.terminated); math.Abs(got-tc.want) > 1e-15 {
			t.Errorf("from %d to %d, terminated %v: got %v, want %v", tc.from, tc.to, tc.terminated, got, tc.want)
		}
	}
}

// maze is a Markov decision process: a 7x7 grid with walls and three kinds of places where the task ends. Moves are certain.
type maze struct {
	goal  int
	cells []int          // where one can be
	to    [49][4]int     // where an action leads
	ends  [49]bool       // the task ends there
	pays  [49]float64    // what the step there pays
	task  [49][4]float64 // value of each action
}

const mazeGamma = .95

func newMaze(key uint64) *maze {
	m := new(maze)
	place := make([]int32, 49)
	rng.Shuffle(place, key)
	var wall [49]bool
	for _, at := range place[:10] {
		wall[at] = true
	}
	for i := range m.pays {
		m.pays[i] = -.01
	}
	for i, pays := range []float64{1, .3, -.5, -.5} { // goal, decoy, lava
		m.ends[place[10+i]], m.pays[place[10+i]] = true, pays-.01
	}
	m.goal = int(place[10])
	for at := range m.to {
		if wall[at] || m.ends[at] {
			continue
		}
		m.cells = append(m.cells, at)
		for a := range 4 {
			x, y := at%7+[4]int{1, 0, -1, 0}[a], at/7+[4]int{0, 1, 0, -1}[a]
			if m.to[at][a] = 7*y + x; x < 0 || x > 6 || y < 0 || y > 6 || wall[7*y+x] {
				m.to[at][a] = at
			}
		}
	}
	m.task = *m.solve(func(int, int, bool) float64 { return 0 })
	return m
}

// solve returns the value of each action under the task's reward and an extra one, by value iteration.
func (m *maze) solve(extra func(at, to int, ends bool) float64) *[49][4]float64 {
	rew, q := new([49][4]float64), new([49][4]float64)
	for _, at := range m.cells {
		for a, to := range m.to[at] {
			rew[at][a] = m.pays[to] + extra(at, to, m.ends[to])
		}
	}
	var v [49]float64 // 0 where the task ends
	for change := 1.; change > 1e-11; {
		change = 0
		for _, at := range m.cells {
			for a, to := range m.to[at] {
				q[at][a] = rew[at][a] + mazeGamma*v[to]
			}
			best := largest(q[at])
			change = max(change, math.Abs(best-v[at]))
			v[at] = best
		}
	}
	return q
}

func largest(x [4]float64) float64 { return max(x[0], x[1], x[2], x[3]) }

// spoilt reports whether some action that is optimal in q is not optimal in the task.
func (m *maze) spoilt(q *[49][4]float64) bool {
	for _, at := range m.cells {
		for a := range 4 {
			if q[at][a] > largest(q[at])-1e-9 && m.task[at][a] < largest(m.task[at])-1e-8 {
				return true
			}
		}
	}
	return false
}

// mazeRules are ways to turn a potential into rewards. Only the first is right. The others spoil at least so many of 100 mazes, with
// the potentials below at half, full and double scale; over 1000 mazes it is about twice as many.
var mazeRules = []struct {
	name  string
	f     func(phi, next float64, ends bool) float64
	least [2][3]int
}{
	{"A as Shaping", func(phi, next float64, ends bool) float64 { return auxtasks.Shaping(phi, next, mazeGamma, ends) }, [2][3]int{}},
	{"B nothing at the end", func(phi, next float64, ends bool) float64 {
		if ends {
			return 0
		}
		return mazeGamma*next - phi
	}, [2][3]int{{3, 12, 15}, {40, 60, 80}}},
	{"C potential kept at the end", func(phi, next float64, _ bool) float64 { return mazeGamma*next - phi }, [2][3]int{{1, 12, 15}, {5, 15, 35}}},
	{"D without discount", func(phi, next float64, ends bool) float64 { return auxtasks.Shaping(phi, next, 1, ends) }, [2][3]int{{0, 8, 95}, {2, 40, 95}}},
	{"E another discount", func(phi, next float64, ends bool) float64 { return auxtasks.Shaping(phi, next, .99, ends) }, [2][3]int{{0, 5, 95}, {1, 12, 95}}},
	{"F the potential as a bonus", func(_, next float64, _ bool) float64 { return next }, [2][3]int{{95, 95, 95}, {95, 95, 95}}},
}

// mazePotentials are a good guess and no guess at all, both 0 to 1.
var mazePotentials = []struct {
	name string
	phi  func(m *maze, key uint64, at int) float64
}{
	{"distance", func(m *maze, _ uint64, at int) float64 {
		dx, dy := at%7-m.goal%7, at/7-m.goal/7
		return 1 - float64(max(dx, -dx)+max(dy, -dy))/12
	}},
	{"random", func(_ *maze, key uint64, at int) float64 { return rng.Float64(rng.At(key, uint64(at))) }},
}

// The oracle is exact value iteration: with Shaping no action that is optimal under r + F is worse in the task, in any maze, for any
// potential on any scale. That the other rules spoil mazes shows that the test can fail.
func TestShapingKeepsTheOptimum(t *testing.T) {
	const count = 60
	var mazes [count]*maze
	for k := range mazes {
		mazes[k] = newMaze(rng.Key(uint64(k), "maze"))
	}
	for i, p := range mazePotentials {
		for _, rule := range mazeRules {
			for j, scale := range []float64{.5, 1, 2} {
				spoilt := 0
				for k, m := range mazes {
					q := m.solve(func(at, to int, ends bool) float64 {
						return rule.f(scale*p.phi(m, uint64(k), at), scale*p.phi(m, uint64(k), to), ends)
					})
					if m.spoilt(q) {
						spoilt++
					}
				}
				t.Logf("%s, potential %s x %v: %d of %d mazes spoilt", rule.name, p.name, scale, spoilt, count)
				if right := rule.least == [2][3]int{}; right && spoilt > 0 {
					t.Errorf("%s, potential %s x %v: %d of %d mazes spoilt, want none", rule.name, p.name, scale, spoilt, count)
				} else if least := rule.least[i][j]; 100*spoilt < least*count {
					t.Errorf("%s, potential %s x %v: %d of %d mazes spoilt, want %d %%", rule.name, p.name, scale, spoilt, count, least)
				}
			}
		}
	}
}

// Along an episode F sums to -Φ(s_0), and to γ^T Φ(s_T) more where the clock ended it, over as many rollouts as it takes.
func TestPotentialTelescopes(t *testing.T) {
	const worlds = 4
	bonus := newBonus(t, "potential-shaping", `{"scale": 3, "shift": 0.5}`, worlds)
	if got, want := bonus.Stream(), (auxtasks.Stream{Weight: 1, Gamma: .97, Episodic: true}); got != want {
		t.Errorf("the stream is %+v, want the world's, %+v", got, want)
	}
	g, l := tasktest.NewGame(worlds, 1), newLedger(worlds, .97)
	ends := map[bool]int{}
	for range 40 {
		b := g.Rollout(3)
		phi := make([]float32, b.Rows())
		for row := range phi {
			phi[row] = 3*b.Phi[row] + .5
		}
		rew := reward(bonus, b)
		l.add(b, rew, phi, func(i int, sum, discount, first, last float64) {
			want := -first
			if !b.Terminated[i] {
				want += discount * last
			}
			if !about(sum, want) {
				t.Errorf("an episode pays %v, want %v", sum, want)
			}
			ends[b.Terminated[i]]++
		})
		shaped := make([]float32, len(rew))
		if auxtasks.Shape(shaped, phi, b, .97); !slices.Equal(shaped, rew) {
			t.Errorf("Shape pays %v, the bonus %v", shaped, rew)
		}
	}
	if ends[true] < 10 || ends[false] < 10 {
		t.Fatalf("too few ends: %v", ends)
	}
}

// advantages is GAE as in Schulman et al. 2016, eq. 16, in float64.
func advantages(b *auxtasks.Batch, rew, val []float64, gamma, lambda float64) []float64 {
	adv := make([]float64, len(rew))
	for i := len(rew) - 1; i >= 0; i-- {
		adv[i] = rew[i] - val[i]
		if !b.Terminated[i] {
			adv[i] += gamma * val[b.Next[i]]
		}
		if !b.Ended[i] && i+b.B < len(rew) {
			adv[i] += gamma * lambda * adv[i+b.B]
		}
	}
	return adv
}

// The advantages of a shaped agent with the critic V' are those of an agent with the critic V' + Φ.
func TestOffsetIsShaping(t *testing.T) {
	const worlds, settings = 5, `{"scale": 2, "shift": -0.25}`
	shaping, offset := newBonus(t, "potential-shaping", settings, worlds), newBonus(t, "critic-offset", settings, worlds)
	g := tasktest.NewGame(worlds, 2)
	for k := range uint64(10) {
		b := g.Rollout(12)
		f, none := reward(shaping, b), reward(offset, b)
		phi := make([]float32, b.Rows())
		offset.(auxtasks.CriticOffset).Offset(phi, b)
		plain, shaped := make([]float64, len(f)), make([]float64, len(f))
		for i := range f {
			plain[i] = float64(b.Reward[i]) + float64(none[i])
			shaped[i] = float64(b.Reward[i]) + float64(f[i])
		}
		critic, whole := make([]float64, b.Rows()), make([]float64, b.Rows())
		for row := range critic {
			critic[row] = rng.Float64(rng.At(k, uint64(row)))
			whole[row] = critic[row] + float64(phi[row])
		}
		got, want := advantages(b, plain, whole, .97, .9), advantages(b, shaped, critic, .97, .9)
		for i := range want {
			if !about(got[i], want[i]) {
				t.Fatalf("advantage %d is %v with an offset, %v with rewards", i, got[i], want[i])
			}
		}
	}
}

// drifting is a potential that is learned: it changes from rollout to rollout.
func drifting(b *auxtasks.Batch, update int) []float32 {
	phi := make([]float32, b.Rows())
	for row := range phi {
		phi[row] = b.Phi[row] * float32(1+update)
	}
	return phi
}

// With Freeze the sum along an episode is free of what was done although Φ changes; without it is not. It survives being saved.
func TestFrozen(t *testing.T) {
	const worlds, gamma = 3, .97
	wrong := map[bool]int{}
	for _, freeze := range []bool{true, false} {
		g, l, f := tasktest.NewGame(worlds, 3), newLedger(worlds, gamma), auxtasks.NewFrozen(worlds)
		for update := range 60 {
			b := g.Rollout(2)
			phi := drifting(b, update)
			if freeze {
				again := auxtasks.NewFrozen(worlds)
				if err := again.RestoreState(f.AppendState(nil)); err != nil {
					t.Fatal(err)
				}
				f = again
				f.Freeze(phi, b)
			}
			rew := make([]float32, b.Transitions())
			auxtasks.Shape(rew, phi, b, gamma)
			l.add(b, rew, phi, func(i int, sum, discount, first, last float64) {
				want := -first
				if !b.Terminated[i] {
					want += discount * last
				}
				if !about(sum, want) {
					wrong[freeze]++
				}
			})
		}
	}
	if wrong[true] != 0 || wrong[false] == 0 {
		t.Errorf("episodes whose sum depends on what was done: %d with Freeze, want 0; %d without, want some", wrong[true], wrong[false])
	}
	if auxtasks.NewFrozen(2).RestoreState(make([]byte, 12)) == nil {
		t.Error("the state of three worlds is accepted by two")
	}
}
