package maze

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// guide is a player who knows the map: it walks the shortest way to what the task wants, around what does harm, with small detours
// to what else pays.
type guide struct {
	*World
	grid  grid      // the world's, with walls where harm lies
	ways  [][]int32 // [things][tiles] steps to each thing
	queue []int32
}

// detour is how many steps an apple is worth.
const detour = 2

func newGuide(t testing.TB, id string) *guide {
	w, err := New(id)
	if err != nil {
		t.Fatal(err)
	}
	return &guide{World: w.(*World)}
}

// begin starts an episode and studies the map.
func (g *guide) begin() {
	obs, vec := g.spec.Buffers()
	g.Reset(obs, vec)
	g.grid = newGrid(g.level.w, g.level.h)
	copy(g.grid.wall, g.level.wall)
	g.queue = make([]int32, len(g.grid.wall))
	for i := range g.things {
		if t := g.things[i]; value[t.kind] < 0 && g.avoidable(i) {
			g.grid.wall[t.tile] = true
		}
	}
	g.ways = make([][]int32, len(g.things))
	for i, t := range g.things {
		g.ways[i] = g.study(int(t.tile))
	}
}

// study returns the steps from everywhere to a tile.
func (g *guide) study(tile int) []int32 {
	way := make([]int32, len(g.grid.wall))
	for t := range way {
		way[t] = unreachable
	}
	way[tile] = 0
	g.grid.flood(way, g.queue)
	return way
}

// avoidable says that the level does not fall apart without the tile of thing i.
func (g *guide) avoidable(i int) bool {
	tile := g.things[i].tile
	g.grid.wall[tile] = true
	defer func() { g.grid.wall[tile] = false }()
	way := g.study(int(g.things[0].tile))
	for t, wall := range g.grid.wall {
		if !wall && way[t] == unreachable {
			return false
		}
	}
	return true
}

// target returns the thing to go to.
func (g *guide) target() int {
	tile := g.level.at(g.body.x, g.body.y)
	best := -1
	for i, t := range g.things {
		if !t.gone && g.rules.wants(g.World, i) && (best < 0 || g.ways[i][tile] < g.ways[best][tile]) {
			best = i
		}
	}
	final := best
	for i, t := range g.things {
		longer := g.ways[i][tile] + g.ways[i][g.things[final].tile] - g.ways[final][tile]
		if !t.gone && t.kind == apple && longer <= detour && g.ways[i][tile] < g.ways[best][tile] {
			best = i
		}
	}
	return best
}

// action returns the next decision.
func (g *guide) action() int {
	x, y := g.aim(g.ways[g.target()])
	ahead, right := g.body.view(x, y)
	off := math.Atan2(right, ahead) * turns / (2 * math.Pi) // to the right, in half degrees
	per, turn := float64(g.motion.repeat*g.motion.turn), 0
	if math.Abs(off) > 0.55*per { // not 0.5: it would turn to and fro
		turn = int(math.Copysign(1, off))
	}
	radius := g.motion.step / float64(g.motion.turn) * turns / (2 * math.Pi)           // of the circle that it turns in
	if math.Abs(off) < turns/6 && ahead*ahead+right*right > 2*radius*math.Abs(right) { // not within that circle: no orbits
		if i := g.deed(turn, 1); i >= 0 {
			return i
		}
	}
	if turn == 0 {
		return g.deed(0, 1)
	}
	return g.deed(turn, 0)
}

// deed returns the action that turns and walks so, or -1.
func (g *guide) deed(turn, ahead int) int {
	for i, d := range g.motion.deeds {
		if d.turn == turn && d.ahead == ahead && d.right == 0 {
			return i
		}
	}
	return -1
}

// aim returns the furthest place on the way to which the body can go straight.
func (g *guide) aim(way []int32) (x, y float64) {
	tile := g.level.at(g.body.x, g.body.y)
	x, y = g.level.middle(tile)
	for {
		next := tile
		for side := range sides {
			if t := g.grid.beyond(tile, side); !g.grid.wall[t] && way[t] < way[next] {
				next = t
			}
		}
		nx, ny := g.level.middle(next)
		if next == tile || !g.free(nx, ny) {
			return x, y
		}
		tile, x, y = next, nx, ny
	}
}

// free says that the body can go straight to a place.
func (g *guide) free(x, y float64) bool {
	const pieces = 0.1
	dx, dy := x-g.body.x, y-g.body.y
	n := int(math.Hypot(dx, dy)/pieces) + 1
	for i := 1; i <= n; i++ {
		at := body{x: g.body.x + dx*float64(i)/float64(n), y: g.body.y + dy*float64(i)/float64(n)}
		was := at
		if at.leaveWalls(&g.grid); math.Hypot(at.x-was.x, at.y-was.y) > 0.02 && i > 2 {
			return false
		}
	}
	return true
}

// play returns the return and the length of an episode.
func (g *guide) play() (ret float64, n int) {
	g.begin()
	for s := (env.Step{}); s.End == env.Running; n++ {
		s = g.advance(g.action())
		ret += s.Reward
	}
	return ret, n
}

// The return that a listing prints is what a player who knows the map gets in the mean of 16 episodes.
func TestGuide(t *testing.T) {
	const episodes = 16
	for _, r := range tasks {
		if testing.Short() && r.limit > 600 {
			continue
		}
		g := newGuide(t, "Maze/"+r.name+"-42x42-v0")
		sum := 0.0
		for seed := range uint64(episodes) {
			g.Seed(seed)
			ret, _ := g.play()
			if sum += ret; r.success > 0 && ret < r.success {
				t.Errorf("%s, seed %d: a return of %v is no success", r.name, seed, ret)
			}
		}
		if got := sum / episodes; math.Abs(got-r.best) > 0.005*r.best || g.spec.Best != r.best {
			t.Errorf("%s: the mean return is %.4g, Best says %v", r.name, got, r.best)
		}
	}
}
