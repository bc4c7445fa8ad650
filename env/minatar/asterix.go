package minatar

import (
	"image/color"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// The channels of Asterix.
const (
	asterixPlayer = iota
	asterixEnemy
	asterixTrail // behind whatever moves
	asterixGold
	asterixChannels
)

var asterixTitle = title{
	name:    "Asterix",
	about:   "collect gold and stay out of the enemies' way",
	minimal: []int{actNoop, actLeft, actUp, actRight, actDown},
	palette: []color.RGBA{
		asterixPlayer: white,
		asterixEnemy:  vermilion,
		asterixTrail:  grey,
		asterixGold:   yellow,
	},
	build: func(ramping bool) game { return &asterix{ramping: ramping} },
}

// The clocks of Asterix at the start, in steps.
const (
	asterixSpawn = 10
	asterixMove  = 5
	asterixRamp  = 100
	asterixRamps = 9 // until both speeds are 1
)

// asterix is a board that things cross, one in each of eight rows.
//
//   - Goal: collect the gold that passes, and keep away from the enemies.
//   - Actions: left, up, right and down move the player.
//   - Observation: player, enemy, trail, gold. The trail is the square behind an enemy or gold, so it shows the direction.
//   - Reward: 1 for each gold.
//   - End: an enemy and the player meet. With ramping things come more often and faster every 100 steps.
type asterix struct {
	ramping bool

	x, y       int
	slots      [side - 2]passer // in rows 1 to 8
	spawnSpeed int              // steps between things
	spawnTimer int
	moveSpeed  int // steps that a thing takes for a square
	moveTimer  int
	rampTimer  int
	ramps      int // how often it became harder
}

// passer is a thing that crosses the board.
type passer struct {
	there, right, gold bool
	x                  int
}

func (g *asterix) reset(*npyrand.RandomState) {
	*g = asterix{
		ramping: g.ramping,
		x:       5, y: 5,
		spawnSpeed: asterixSpawn, spawnTimer: asterixSpawn,
		moveSpeed: asterixMove, moveTimer: asterixMove,
		rampTimer: asterixRamp,
	}
}

func (g *asterix) step(action int, rng *npyrand.RandomState) (reward int, over bool) {
	if g.spawnTimer == 0 {
		g.spawn(rng)
		g.spawnTimer = g.spawnSpeed
	}
	g.walk(action)
	reward, over = g.meet()
	if g.moveTimer == 0 {
		g.moveTimer = g.moveSpeed
		g.move()
		more, caught := g.meet()
		reward, over = reward+more, over || caught
	}
	g.spawnTimer--
	g.moveTimer--
	g.ramp()
	return reward, over
}

// spawn sends a thing across a free row, if there is one.
func (g *asterix) spawn(rng *npyrand.RandomState) {
	right := rng.Float64() < 1./2
	gold := rng.Float64() < 1./3
	var room [len(g.slots)]int
	free := room[:0]
	for i := range g.slots {
		if !g.slots[i].there {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return
	}
	p := passer{there: true, right: right, gold: gold}
	if !right {
		p.x = side - 1
	}
	g.slots[free[rng.Int(0, len(free))]] = p
}

func (g *asterix) walk(action int) {
	switch action {
	case actLeft:
		g.x = max(g.x-1, 0)
	case actRight:
		g.x = min(g.x+1, side-1)
	case actUp:
		g.y = max(g.y-1, 1)
	case actDown:
		g.y = min(g.y+1, side-2)
	}
}

// meet collects gold and finds enemies where the player is. Only one thing can be in its row.
func (g *asterix) meet() (reward int, caught bool) {
	p := &g.slots[g.y-1]
	if !p.there || p.x != g.x {
		return 0, false
	}
	if !p.gold {
		return 0, true
	}
	*p = passer{}
	return 1, false
}

// move moves everything that passes and takes off what leaves.
func (g *asterix) move() {
	for i := range g.slots {
		p := &g.slots[i]
		if !p.there {
			continue
		}
		p.x += towards(p.right)
		if !inside(p.x) {
			*p = passer{}
		}
	}
}

func (g *asterix) ramp() {
	if !g.ramping || g.spawnSpeed <= 1 && g.moveSpeed <= 1 {
		return
	}
	if g.rampTimer >= 0 {
		g.rampTimer--
		return
	}
	if g.moveSpeed > 1 && g.ramps%2 == 1 {
		g.moveSpeed--
	}
	if g.spawnSpeed > 1 {
		g.spawnSpeed--
	}
	g.ramps++
	g.rampTimer = asterixRamp
}

func (g *asterix) draw(obs []byte) {
	mark(obs, asterixChannels, asterixPlayer, g.x, g.y)
	for i := range g.slots {
		p := &g.slots[i]
		if !p.there {
			continue
		}
		kind := asterixEnemy
		if p.gold {
			kind = asterixGold
		}
		mark(obs, asterixChannels, kind, p.x, i+1)
		if back := p.x - towards(p.right); inside(back) {
			mark(obs, asterixChannels, asterixTrail, back, i+1)
		}
	}
}

func (g *asterix) code(c *codec) {
	c.int(&g.x, 0, side-1)
	c.int(&g.y, 1, side-2)
	for i := range g.slots {
		p := &g.slots[i]
		c.flag(&p.there)
		c.flag(&p.right)
		c.flag(&p.gold)
		c.int(&p.x, 0, side-1)
	}
	c.int(&g.spawnSpeed, 1, asterixSpawn)
	c.int(&g.spawnTimer, 0, asterixSpawn)
	c.int(&g.moveSpeed, 1, asterixMove)
	c.int(&g.moveTimer, 0, asterixMove)
	c.int(&g.rampTimer, -1, asterixRamp)
	c.int(&g.ramps, 0, asterixRamps)
}
