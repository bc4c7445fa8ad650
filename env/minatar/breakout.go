package minatar

import (
	"image/color"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// The channels of Breakout.
const (
	breakoutPaddle = iota
	breakoutBall
	breakoutTrail // where the ball was
	breakoutBrick
	breakoutChannels
)

var breakoutTitle = title{
	name:    "Breakout",
	about:   "keep the ball in play and break the wall with it",
	minimal: []int{actNoop, actLeft, actRight},
	palette: []color.RGBA{
		breakoutPaddle: yellow,
		breakoutBall:   white,
		breakoutTrail:  grey,
		breakoutBrick:  vermilion,
	},
	build: func(bool) game { return &breakout{} },
}

// The directions of the ball. Reversing both ways is +2 modulo 4.
const (
	upLeft = iota
	upRight
	downRight
	downLeft
)

// The rows of the wall.
const (
	wallTop    = 1
	wallBottom = 3
)

// breakout is a paddle, a ball and a wall of three rows.
//
//   - Goal: keep the ball in play; it breaks the bricks that it strikes. A new wall follows the last brick.
//   - Actions: left and right move the paddle.
//   - Observation: paddle, ball, trail, brick. The trail is where the ball was a step ago.
//   - Reward: 1 for each brick. The ball strikes one at a time: it flies through others until it has left the wall.
//   - End: the ball passes the paddle.
type breakout struct {
	paddle       int
	x, y         int // the ball
	lastX, lastY int
	dir          int
	strike       bool  // the ball struck a brick and has not left the wall since
	bricks       board // in three rows
}

func (g *breakout) reset(rng *npyrand.RandomState) {
	*g = breakout{paddle: 4, y: 3, dir: downRight}
	if rng.Int(0, 2) == 1 {
		g.x, g.dir = 9, downLeft
	}
	g.lastX, g.lastY = g.x, g.y
	g.build()
}

// build fills the wall.
func (g *breakout) build() {
	for y := wallTop; y <= wallBottom; y++ {
		g.bricks[y] = full
	}
}

func (g *breakout) step(action int, _ *npyrand.RandomState) (reward int, over bool) {
	switch action {
	case actLeft:
		g.paddle = max(g.paddle-1, 0)
	case actRight:
		g.paddle = min(g.paddle+1, side-1)
	}
	g.lastX, g.lastY = g.x, g.y
	x := g.x + towards(g.dir == upRight || g.dir == downRight)
	y := g.y + towards(g.dir >= downRight)
	if !inside(x) {
		x = clamp(x, 0, side-1)
		g.dir ^= 1
	}
	touching := false
	switch {
	case y < 0:
		y = 0
		g.dir = 3 - g.dir
	case g.bricks.has(x, y):
		touching = true
		if !g.strike {
			reward, g.strike = 1, true
			g.bricks[y] &^= 1 << x
			y = g.lastY
			g.dir = 3 - g.dir
		}
	case y == side-1:
		y, over = g.ground(x, y)
	}
	if !touching {
		g.strike = false
	}
	g.x, g.y = x, y
	return reward, over
}

// ground is what happens to a ball on its way to column x of the lowest row, y. It returns the row that the ball comes to,
// and whether it is lost. A paddle below the ball mirrors it; one where the ball would land sends it back where it came from.
func (g *breakout) ground(x, y int) (row int, lost bool) {
	if g.bricks == (board{}) {
		g.build()
	}
	switch g.paddle {
	case g.x:
		g.dir = 3 - g.dir
		return g.lastY, false
	case x:
		g.dir = (g.dir + 2) % 4
		return g.lastY, false
	}
	return y, true
}

func (g *breakout) draw(obs []byte) {
	g.bricks.draw(obs, breakoutChannels, breakoutBrick)
	mark(obs, breakoutChannels, breakoutPaddle, g.paddle, side-1)
	mark(obs, breakoutChannels, breakoutBall, g.x, g.y)
	mark(obs, breakoutChannels, breakoutTrail, g.lastX, g.lastY)
}

func (g *breakout) code(c *codec) {
	for _, v := range []*int{&g.paddle, &g.x, &g.y, &g.lastX, &g.lastY} {
		c.int(v, 0, side-1)
	}
	c.check(c.over || g.y < side-1)
	c.int(&g.dir, upLeft, downLeft)
	c.flag(&g.strike)
	c.board(&g.bricks, wallTop, wallBottom)
}
