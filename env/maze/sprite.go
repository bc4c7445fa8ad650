package maze

import "sync"

// kind is what a thing is.
type kind uint8

const (
	apple kind = iota
	lemon
	strawberry
	fungus
	goal
	melon
	vest
	ballRed
	ballGreen
	ballBlue
	ballYellow
	ballViolet
	ballCyan
	cueLeft
	cueRight
	kinds
)

// figure is how big a kind of thing is, in tiles: things are flat, upright and turned to whoever looks.
type figure struct {
	size  float64 // width and height
	above float64 // of its lower edge over the floor
	ramp  int     // its main colour
	draw  func(x, y int) uint8
}

var figures = [kinds]figure{
	apple:      {0.44, 0.12, red, drawApple},
	lemon:      {0.44, 0.12, yellow, drawLemon},
	strawberry: {0.44, 0.12, pink, drawStrawberry},
	fungus:     {0.50, 0, cream, drawFungus},
	goal:       {0.80, 0.06, cyan, drawGoal},
	melon:      {0.70, 0.06, green, drawMelon},
	vest:       {0.66, 0.10, green, drawVest},
	ballRed:    ball(red),
	ballGreen:  ball(green),
	ballBlue:   ball(blue),
	ballYellow: ball(yellow),
	ballViolet: ball(violet),
	ballCyan:   ball(cyan),
	cueLeft:    cue(red, true),
	cueRight:   cue(blue, false),
}

// sprites returns the textures of things.
var sprites = sync.OnceValue(func() *[kinds]texture {
	var bank [kinds]texture
	for k := range bank {
		bank[k] = paint(figures[k].draw)
	}
	return &bank
})

func ball(ramp int) figure {
	return figure{0.56, 0.04, ramp, func(x, y int) uint8 { return rimmed(x, y, ramp) }}
}

// rimmed is a ball with a dark rim, so that it shows before a wall of its own colour.
func rimmed(x, y, ramp int) uint8 {
	if c := sphere(x, y, 16, 16, 14, ramp); c != 0 {
		return c
	}
	if sphere(x, y, 16, 16, 16, ramp) != 0 {
		return shade(grey, 1)
	}
	return 0
}

// cue is an arrow on a disc.
func cue(ramp int, left bool) figure {
	return figure{0.60, 0.20, ramp, func(x, y int) uint8 {
		if !left {
			x = texels - 1 - x
		}
		d := max(y-15, 16-y) // from the middle line
		if head, shaft := x >= 5 && x < 15 && d <= x-4, x >= 15 && x < 27 && d <= 4; head || shaft {
			return shade(cream, 14)
		}
		return rimmed(x, y, ramp)
	}}
}

// sphere returns the colour of a ball of radius r around cx, cy, lit from the upper left, or 0 beside it.
func sphere(x, y, cx, cy, r, ramp int) uint8 {
	dx, dy := 2*(x-cx)+1, 2*(y-cy)+1
	d := dx*dx + dy*dy
	if d > 4*r*r {
		return 0
	}
	lx, ly := dx+r, dy+r // from the spot of light
	return shade(ramp, 14-(lx*lx+ly*ly)*11/(10*r*r)-d*3/(4*r*r))
}

func drawApple(x, y int) uint8 {
	switch {
	case y < 9 && x >= 15 && x <= 16:
		return shade(brown, mid-4)
	case y >= 1 && y < 7 && x > 16 && x < 25 && (x-17)+(6-y) > 2 && x-17 < 12-2*max(y-3, 3-y):
		return shade(green, mid+2)
	case y < 9 && (x == 15 || x == 16):
		return 0
	}
	left, right := sphere(x, y, 13, 19, 12, red), sphere(x, y, 19, 19, 12, red)
	if left == 0 {
		return right
	}
	return left
}

func drawLemon(x, y int) uint8 {
	if d := max(y-15, 16-y); d < 3 && x > 0 && x < 31 && (x < 5 || x > 26) {
		return shade(yellow, mid-2)
	}
	return sphere(x, 16+(y-16)*13/10, 16, 16, 13, yellow)
}

func drawStrawberry(x, y int) uint8 {
	half := max(x-15, 16-x)
	switch {
	case y >= 2 && y < 9 && half < 11 && (half+y)%5 < 4 && half < 14-y/2:
		return shade(green, mid-y/3+2)
	case y < 6 || half > 13 || 2*half > 57-2*y+10-y*y/64*4:
		return 0
	case (x+y)%6 == 0 && (x-y+64)%6 < 2:
		return shade(yellow, mid+3)
	}
	return shade(pink, mid+2-(x+y)/10+1)
}

func drawFungus(x, y int) uint8 {
	half := max(x-15, 16-x)
	if y >= 17 {
		if half <= 5+y/12 {
			return shade(cream, mid+3-x/5)
		}
		return 0
	}
	for _, spot := range [][2]int{{10, 10}, {20, 6}, {23, 13}, {15, 14}} {
		if dx, dy := x-spot[0], y-spot[1]; dx*dx+dy*dy < 6 {
			if sphere(x, y, 16, 17, 15, violet) != 0 {
				return shade(cream, 15)
			}
		}
	}
	return sphere(x, y, 16, 17, 15, violet)
}

// drawGoal is a ring of gold with a bright lens.
func drawGoal(x, y int) uint8 {
	dx, dy := 2*x-31, 2*y-31
	d := dx*dx + dy*dy
	switch {
	case d > 31*31:
		return 0
	case d > 20*20:
		if (dx > 0) == (dy > 0) {
			return shade(yellow, 13)
		}
		return shade(orange, mid+1)
	case d > 17*17:
		return shade(brown, 3)
	case max(dx, -dx)+max(dy, -dy) < 9:
		return shade(cream, 15)
	}
	return shade(cyan, 14-d/48)
}

func drawMelon(x, y int) uint8 {
	c := sphere(x, y, 16, 16, 15, green)
	if bend := (x - 16) * 16 / (17 - (y-16)*(y-16)/20); c != 0 && (bend+64)%10 < 4 {
		return shade(olive, int(c)%shades+2)
	}
	return c
}

func drawVest(x, y int) uint8 {
	half := max(x-15, 16-x)
	switch {
	case y < 2 || y > 29 || half > 12:
		return 0
	case y < 14 && 2*half < 12-y: // the neck
		return 0
	case y < 5 && half > 9+y/2: // the shoulders
		return 0
	case y >= 5 && y < 15 && half > 8+max(y-11, 0): // the arms
		return 0
	case half == 1 && y >= 10:
		return shade(grey, 3)
	case y >= 18 && y < 21 || y >= 25 && y < 27:
		return shade(cream, 14)
	}
	return shade(green, mid+4-half/2+(16-x)/8)
}
