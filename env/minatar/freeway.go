package minatar

import (
	"image/color"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// The channels of Freeway.
const (
	freewayChicken  = iota
	freewayCar      // and the square behind a car is in one of five channels:
	freewaySpeed1   // it moves every second step
	freewaySpeed2   // every third
	freewaySpeed3   // every fourth
	freewaySpeed4   // every fifth
	freewaySpeed5   // every sixth
	freewayChannels // channel freewayCar+s is that of a car with s steps of rest
)

var freewayTitle = title{
	name:    "Freeway",
	about:   "cross the road between the cars, again and again",
	minimal: []int{actNoop, actUp, actDown},
	palette: []color.RGBA{
		freewayChicken: white,
		freewayCar:     yellow,
		freewaySpeed1:  vermilion,
		freewaySpeed2:  orange,
		freewaySpeed3:  pink,
		freewaySpeed4:  sky,
		freewaySpeed5:  blue,
	},
	build: func(bool) game { return &freeway{} },
}

const (
	freewayX     = 4    // the chicken's column
	freewayMove  = 3    // steps that the chicken rests after a move
	freewayClock = 2500 // steps left at the start; it runs down to -1
	freewaySpeed = 5    // the longest rest of a car between two moves
)

// freeway is a road of eight lanes, and a chicken.
//
//   - Goal: cross the road from the lowest row to the highest.
//   - Actions: up and down move the chicken, which then rests for three steps.
//   - Observation: chicken, car, speed1 to speed5. The square behind a car is marked in the channel of its speed; speed1 is the
//     fastest. Cars leave the board on one side and come in on the other.
//   - Reward: 1 for each crossing, after which the lanes' speeds are drawn anew. A car that hits the chicken sends it back.
//   - End: after 2501 steps, as a termination.
type freeway struct {
	y     int
	rest  int // steps until the chicken can move
	clock int
	cars  [side - 2]car // in rows 1 to 8
}

// car is the car of one lane. Its speed is how many steps it rests between moves, negative where it drives to the left.
type car struct {
	x, rest, speed int
}

func (g *freeway) reset(rng *npyrand.RandomState) {
	*g = freeway{y: side - 1, rest: freewayMove, clock: freewayClock}
	g.randomize(rng)
}

// randomize draws the speeds of all lanes; the cars stay where they are.
func (g *freeway) randomize(rng *npyrand.RandomState) {
	for i := range g.cars {
		g.cars[i].rest = rng.Int(1, freewaySpeed+1)
	}
	for i := range g.cars {
		c := &g.cars[i]
		switch u := rng.Float64(); {
		case u > 0.5:
			c.speed = c.rest
		case u < 0.5:
			c.speed = -c.rest
		default: // once in 2^53: the sign is 0 and the car never moves
			c.speed, c.rest = 0, 0
		}
	}
}

func (g *freeway) step(action int, rng *npyrand.RandomState) (reward int, over bool) {
	g.walk(action)
	if g.y == 0 {
		reward = 1
		g.randomize(rng)
		g.y = side - 1
	}
	for i := range g.cars {
		g.drive(&g.cars[i], i+1)
	}
	if g.rest > 0 {
		g.rest--
	}
	g.clock--
	return reward, g.clock < 0
}

func (g *freeway) walk(action int) {
	if g.rest > 0 {
		return
	}
	switch action {
	case actUp:
		g.y = max(g.y-1, 0)
		g.rest = freewayMove
	case actDown:
		g.y = min(g.y+1, side-1)
		g.rest = freewayMove
	}
}

// drive moves the car of row y if it is time, and sends the chicken back if the car was or is on it.
func (g *freeway) drive(c *car, y int) {
	hit := c.x == freewayX
	if c.rest == 0 {
		c.rest = abs(c.speed)
		c.x = wrapped(c.x + sign(c.speed))
		hit = hit || c.x == freewayX
	} else {
		c.rest--
	}
	if hit && g.y == y {
		g.y = side - 1
	}
}

func (g *freeway) draw(obs []byte) {
	mark(obs, freewayChannels, freewayChicken, freewayX, g.y)
	for i := range g.cars {
		c := &g.cars[i]
		mark(obs, freewayChannels, freewayCar, c.x, i+1)
		behind := wrapped(c.x - towards(c.speed > 0))
		mark(obs, freewayChannels, freewayCar+abs(c.speed), behind, i+1)
	}
}

func (g *freeway) code(c *codec) {
	c.int(&g.y, 1, side-1)
	c.int(&g.rest, 0, freewayMove)
	c.int(&g.clock, -1, freewayClock)
	for i := range g.cars {
		v := &g.cars[i]
		c.int(&v.x, 0, side-1)
		c.int(&v.rest, 0, freewaySpeed)
		c.int(&v.speed, -freewaySpeed, freewaySpeed)
	}
}

// wrapped returns column x, at most one beyond the board, as that at the other side.
func wrapped(x int) int {
	switch x {
	case -1:
		return side - 1
	case side:
		return 0
	}
	return x
}

func abs(x int) int { return max(x, -x) }

func sign(x int) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
