package maze

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/auxrl/auxrl/env"
)

const (
	cells         = 7 // of a side
	overheadLimit = 1000
)

// plan is the maze of Overhead: # is a wall, S the start, G the goal.
const plan = "" +
	"..#...G" +
	"..#.###" +
	"S.#...#" +
	"..###.." +
	"..#.#.." +
	"..#...." +
	".....##"

// Cells of the plan, row by row.
const (
	overheadStart = 2 * cells
	overheadGoal  = cells - 1
)

// waypoints are cells that every way to the goal leads through, in this order, and what they are called.
var waypoints = []struct {
	cell int
	name string
}{
	{6*cells + 2, "wall passed"}, {3*cells + 5, "middle passed"}, {3, "last corner"}, {overheadGoal, "goal"},
}

// distance is how many steps the goal is away from each cell; walls have none.
var distance = distances()

// far is the largest distance there is.
const far = 22

// Overhead is Maze/Overhead-84x84-v0 and, smaller, Maze/Overhead-42x42-v0: the maze that a re-implementation of UNREAL is tested
// with (github.com/miyosuda/unreal). The one reward is far, and on the way to it there is only the price of walls: what moves pixels
// and what leads to reward are worth learning beside the policy.
//
// Goal: walk from the left edge to the top right corner of seven by seven cells, twenty steps at least. It is the same maze every
// time.
//
// Actions: up, down, left, right. Walking into a wall or off the edge goes nowhere.
//
// Observation: [84, 84, 3] or [42, 42, 3], intensities of 0 or 255: walls in the first channel, the agent in the second, cells of 12 or
// 6 pixels a side. The goal is not shown.
//
// Reward: 1 at the goal, -1 for going nowhere, otherwise 0. The best return is 1. Random actions get to the goal in 1415 decisions
// on average, with 489 bumps.
//
// End: terminates at the goal, a success whatever the return; truncated after 1000 decisions, where the original goes on.
type Overhead struct {
	spec  env.Spec
	side  int    // pixels of a cell
	walls []byte // the image without the agent

	running  bool
	at, near int // cell of the agent, smallest distance it has been at
	steps    int // decisions taken in this episode
}

func newOverhead(id string, side int) *Overhead {
	w := &Overhead{side: side, spec: env.Spec{
		ID: id, H: cells * side, W: cells * side, C: 3, Frames: 1, Actions: []string{"up", "down", "left", "right"},
		StepLimit: overheadLimit, Goal: true, Best: 1,
	}}
	for _, p := range waypoints {
		w.spec.Milestones = append(w.spec.Milestones, p.name)
	}
	w.walls = make([]byte, w.spec.ObsLen())
	for cell, c := range plan {
		if c == '#' {
			w.fill(w.walls, cell, 0)
		}
	}
	return w
}

// Spec describes the world.
func (w *Overhead) Spec() env.Spec { return w.spec }

// Seed does nothing but end the episode: nothing is drawn.
func (w *Overhead) Seed(uint64) { w.running = false }

// Reset begins an episode.
func (w *Overhead) Reset(obs []byte, _ []float32) {
	w.running, w.at, w.near, w.steps = true, overheadStart, distance[overheadStart], 0
	w.observe(obs)
}

// Step walks one cell.
func (w *Overhead) Step(action int, obs []byte, _ []float32) env.Step {
	if uint(action) >= uint(len(w.spec.Actions)) {
		panic("maze: Step: no such action")
	}
	if !w.running {
		panic("maze: Step: no episode is running")
	}
	w.steps++
	to := neighbour(w.at, action)
	s := env.Step{}
	if to == w.at {
		s.Reward = -1
	}
	w.at, w.near = to, min(w.near, distance[to])
	w.observe(obs)
	switch {
	case to == overheadGoal:
		s = env.Step{Reward: 1, End: env.Terminated}
	case w.steps == overheadLimit:
		s.End = env.Truncated
	}
	w.running = s.End == env.Running
	return s
}

// neighbour returns where an action leads from a cell.
func neighbour(cell, action int) int {
	col, row := cell%cells, cell/cells
	switch action {
	case 0:
		row--
	case 1:
		row++
	case 2:
		col--
	case 3:
		col++
	}
	to := row*cells + col
	if uint(col) >= cells || uint(row) >= cells || plan[to] == '#' {
		return cell
	}
	return to
}

// distances measures the plan from the goal.
func distances() (d [cells * cells]int) {
	for i := range d {
		d[i] = math.MaxInt
	}
	d[overheadGoal] = 0
	queue := []int{overheadGoal}
	for len(queue) > 0 {
		cell := queue[0]
		queue = queue[1:]
		for action := range 4 {
			if to := neighbour(cell, action); d[to] > d[cell]+1 {
				d[to] = d[cell] + 1
				queue = append(queue, to)
			}
		}
	}
	return d
}

func (w *Overhead) observe(obs []byte) {
	copy(obs, w.walls)
	w.fill(obs, w.at, 1)
}

// fill lights one channel of a cell.
func (w *Overhead) fill(obs []byte, cell, channel int) {
	stride := w.spec.W * 3
	at := cell/cells*w.side*stride + cell%cells*w.side*3
	for range w.side {
		row := obs[at : at+w.side*3]
		for i := channel; i < len(row); i += 3 {
			row[i] = 255
		}
		at += stride
	}
}

// Potential returns the negative distance to the goal as a fraction of the largest there is.
func (w *Overhead) Potential() float64 { return -float64(distance[w.at]) / far }

// Milestones returns a bit for each of four cells on the way that the agent was at.
func (w *Overhead) Milestones() uint64 {
	reached := uint64(0)
	for k, p := range waypoints {
		if w.near <= distance[p.cell] {
			reached |= 1 << k
		}
	}
	return reached
}

// Key returns the agent's cell. The clock, which nothing shows, is not in it.
func (w *Overhead) Key() uint64 { return uint64(w.at) }

// overheadState is the length of a state: cell, smallest distance, decisions.
const overheadState = 4

var errState = errors.New("maze: restore: not a state of this world")

// AppendState appends the episode; where none is running, the start of one, because what follows is a Reset.
func (w *Overhead) AppendState(b []byte) []byte {
	at, near, steps := w.at, w.near, w.steps
	if !w.running {
		at, near, steps = overheadStart, distance[overheadStart], 0
	}
	return binary.LittleEndian.AppendUint16(append(b, byte(at), byte(near)), uint16(steps))
}

// RestoreState continues what AppendState saved.
func (w *Overhead) RestoreState(b []byte) error {
	if len(b) != overheadState {
		return errState
	}
	at, near, steps := int(b[0]), int(b[1]), int(binary.LittleEndian.Uint16(b[2:]))
	if at >= len(plan) || plan[at] == '#' || at == overheadGoal || near < 1 || near > min(distance[at], distance[overheadStart]) ||
		steps >= overheadLimit || steps < (distance[overheadStart]-near)+(distance[at]-near) {
		return errState
	}
	w.running, w.at, w.near, w.steps = true, at, near, steps
	return nil
}

// RenderSize returns the largest picture of square cells within limit.
func (w *Overhead) RenderSize(limit image.Point) image.Point {
	side := max(1, min(limit.X, limit.Y)/cells)
	return image.Pt(side*cells, side*cells)
}

var (
	colorFloor = color.RGBA{38, 40, 48, 255}
	colorWall  = color.RGBA{120, 126, 142, 255}
	colorGoal  = color.RGBA{80, 190, 100, 255}
	colorAgent = color.RGBA{235, 110, 60, 255}
)

// Render draws the maze, and the goal too.
func (w *Overhead) Render(dst *image.RGBA) {
	side := dst.Rect.Dx() / cells
	paint := func(cell, inset int, c color.RGBA) {
		r := image.Rect(0, 0, side, side).Add(image.Pt(cell%cells*side, cell/cells*side)).Add(dst.Rect.Min)
		draw.Draw(dst, r.Inset(inset), image.NewUniform(c), image.Point{}, draw.Src)
	}
	for cell, c := range plan {
		switch c {
		case '#':
			paint(cell, 0, colorWall)
		case 'G':
			paint(cell, 0, colorGoal)
		default:
			paint(cell, 0, colorFloor)
		}
	}
	paint(w.at, side/6, colorAgent)
}
