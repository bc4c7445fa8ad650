package viz

import (
	"image"
	"image/color"
	"math"
)

// gridworld is a picture of a world to look at: eight by eight cells with a wall, a door, a key, a goal and an agent.
type gridworld struct {
	x, y, dir int // of the agent; dir 0 is right, 1 down
	open      bool
	key       bool
}

var (
	gridFloor = color.RGBA{0, 0, 0, 255}
	gridLine  = color.RGBA{100, 100, 100, 255}
	gridLit   = color.RGBA{76, 76, 76, 255}
	gridWall  = color.RGBA{100, 100, 100, 255}
	gridGoal  = color.RGBA{0, 255, 0, 255}
	gridDoor  = color.RGBA{255, 255, 0, 255}
	gridAgent = color.RGBA{255, 0, 0, 255}
)

// picture draws the whole world with cells of n pixels.
func (g gridworld) picture(n int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 8*n, 8*n))
	for y := range 8 {
		for x := range 8 {
			g.cell(img, x, y, x*n, y*n, n, x >= g.x-2 && x <= g.x+3 && y >= g.y-3 && y <= g.y+3)
		}
	}
	g.agent(img, g.x*n, g.y*n, n, g.dir)
	return img
}

// view draws what the agent sees: seven by seven cells, itself at the bottom, looking up.
func (g gridworld) view(n int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 7*n, 7*n))
	for r := range 7 {
		for c := range 7 {
			ahead, right := 6-r, c-3
			x, y := g.x+ahead, g.y+right
			if g.dir == 1 {
				x, y = g.x-right, g.y+ahead
			}
			g.cell(img, x, y, c*n, r*n, n, false)
		}
	}
	g.agent(img, 3*n, 6*n, n, 3)
	return img
}

func (g gridworld) cell(img *image.RGBA, x, y, px, py, n int, lit bool) {
	c := canvas{img}
	r := image.Rect(px, py, px+n, py+n)
	floor := gridFloor
	if lit {
		floor = gridLit
	}
	c.fill(r, gridLine)
	edge := max(n/16, 1)
	inner := image.Rect(px+edge, py+edge, px+n, py+n)
	c.fill(inner, floor)
	switch {
	case x < 0 || x > 7 || y < 0 || y > 7:
		c.fill(r, gridFloor)
	case x == 0 || y == 0 || x == 7 || y == 7, x == 4 && y != 3:
		c.fill(r, gridWall)
	case x == 4 && y == 3 && g.open:
		c.fill(image.Rect(px+n-n/5, py, px+n, py+n), gridDoor)
	case x == 4 && y == 3:
		c.fill(r, gridDoor)
		c.fill(r.Inset(max(n/10, 1)), color.RGBA{90, 90, 0, 255})
		c.fill(image.Rect(px+n*6/10, py+n*4/10, px+n*8/10, py+n*6/10), gridDoor)
	case x == 6 && y == 6:
		c.fill(inner, gridGoal)
	case x == 2 && y == 5 && !g.key:
		c.fill(image.Rect(px+n*5/10, py+n*2/10, px+n*6/10+1, py+n*9/10), gridDoor)
		c.fill(image.Rect(px+n*3/10, py+n*7/10, px+n*6/10, py+n*8/10), gridDoor)
		c.fill(image.Rect(px+n*4/10, py+n*2/10, px+n*7/10, py+n*4/10), gridDoor)
	}
}

// agent draws a triangle that points in a direction.
func (g gridworld) agent(img *image.RGBA, px, py, n, dir int) {
	for y := range n {
		for x := range n {
			u, v := float64(2*x+1)/float64(2*n), float64(2*y+1)/float64(2*n)
			switch dir {
			case 1:
				u, v = v, 1-u
			case 3:
				u, v = 1-v, u
			}
			if u > 0.12 && u < 0.87 && math.Abs(v-0.5) < 0.38*(0.87-u)/0.75 {
				img.SetRGBA(px+x, py+y, gridAgent)
			}
		}
	}
}

// episode plays the world: a scripted walk of the agent with thoughts that look like thoughts.
type episode struct {
	snap Snapshot
	grid gridworld
	cell int
}

var episodeActions = []string{"left", "right", "forward", "pickup", "drop", "toggle", "done"}

func newEpisode(cell int) *episode {
	e := &episode{cell: cell, grid: gridworld{x: 1, y: 1}}
	e.snap = Snapshot{
		Title: "MiniGrid-DoorKey-8x8-v0", Mission: "use the key to open the door and then get to the goal",
		Episode: 12, StepLimit: 640, Actions: episodeActions, Policy: make([]float32, 7),
	}
	e.think(0)
	e.look()
	return e
}

// run steps until n decisions have been taken.
func (e *episode) run(n int) *Snapshot {
	for e.snap.Step < n {
		e.advance()
	}
	e.look()
	return &e.snap
}

// step takes one decision and draws new pictures.
func (e *episode) step() {
	e.advance()
	e.look()
}

func (e *episode) look() { e.snap.World, e.snap.View = e.grid.picture(e.cell), e.grid.view(e.cell) }

func (e *episode) advance() {
	s := &e.snap
	s.Step++
	k := s.Step
	e.grid.x, e.grid.y = 1+k/5%3, 1+k*2/7%6
	e.grid.dir = k / 3 % 2
	e.grid.key, e.grid.open = k > 20, k > 30
	s.Reward = 0
	if k%40 == 39 {
		s.Reward = 0.94
	}
	if k%55 == 50 {
		s.Reward = -0.3
	}
	s.Return += s.Reward
	e.think(k)
}

func (e *episode) think(k int) {
	s := &e.snap
	var sum, ent float64
	for a := range s.Policy {
		p := math.Exp(1.6 * math.Sin(float64(k)*0.37+float64(a)*2.3))
		s.Policy[a] = float32(p)
		sum += p
	}
	s.Action = 0
	for a := range s.Policy {
		s.Policy[a] /= float32(sum)
		ent -= float64(s.Policy[a]) * math.Log(float64(s.Policy[a]))
		if s.Policy[a] > s.Policy[s.Action] {
			s.Action = a
		}
	}
	s.Entropy = float32(ent)
	s.Value = float32(0.55 + 0.3*math.Sin(float64(k)*0.11) + 0.08*math.Sin(float64(k)*0.9))
	s.History.Append(s.Value, s.Reward)
}
