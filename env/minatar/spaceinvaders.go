package minatar

import (
	"image/color"
	"math/bits"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// The channels of Space Invaders.
const (
	invadersCannon = iota
	invadersAlien
	invadersLeft  // an alien of a block that moves to the left
	invadersRight // or to the right
	invadersFriendly
	invadersEnemy // the aliens' bullets
	invadersChannels
)

var spaceInvadersTitle = title{
	name:    "SpaceInvaders",
	about:   "shoot the aliens before they come down, and dodge their bullets",
	minimal: []int{actNoop, actLeft, actRight, actFire},
	palette: []color.RGBA{
		invadersCannon:   sky,
		invadersAlien:    orange,
		invadersLeft:     green,
		invadersRight:    pink,
		invadersFriendly: white,
		invadersEnemy:    vermilion,
	},
	build: func(ramping bool) game { return &spaceInvaders{ramping: ramping} },
}

// The clocks of Space Invaders, in steps.
const (
	invadersSlow   = 12 // between moves of the first block
	invadersFast   = 6  // and of the last that is faster than the one before
	invadersShot   = 10 // between shots of the aliens
	invadersReload = 5
)

// invadersBlock is a row of a new block; there are invadersRows from the top.
const (
	invadersBlock = 0b0011111100
	invadersRows  = 4
)

// spaceInvaders is a cannon on the ground and a block of aliens above.
//
//   - Goal: shoot the aliens. They march sideways and come down a row at each edge of the board, and the nearest column shoots
//     back. A new block follows the last alien.
//   - Actions: left and right move the cannon, fire shoots every fifth step at most.
//   - Observation: cannon, alien, alien_left, alien_right, friendly_bullet, enemy_bullet. Every alien is also marked in the
//     channel of the direction in which the block moves.
//   - Reward: 1 for each alien.
//   - End: a bullet or an alien meets the cannon, or the block turns while it touches the ground. The block is the faster the
//     fewer aliens there are, and with ramping each new one is faster than the one before.
type spaceInvaders struct {
	ramping bool

	x         int // the cannon
	reload    int // steps until it can shoot
	aliens    board
	right     bool // where the block moves
	interval  int  // steps between its moves, when it is large
	moveTimer int
	shotTimer int
	friendly  board // bullets
	enemy     board
}

func (g *spaceInvaders) reset(*npyrand.RandomState) {
	*g = spaceInvaders{
		ramping: g.ramping,
		x:       5, interval: invadersSlow, moveTimer: invadersSlow, shotTimer: invadersShot,
	}
	g.land()
}

// land brings a new block.
func (g *spaceInvaders) land() {
	for y := range invadersRows {
		g.aliens[y] = invadersBlock
	}
}

func (g *spaceInvaders) step(action int, _ *npyrand.RandomState) (reward int, over bool) {
	g.act(action)
	copy(g.friendly[:], g.friendly[1:])
	g.friendly[side-1] = 0
	copy(g.enemy[1:], g.enemy[:])
	g.enemy[0] = 0
	over = g.enemy.has(g.x, side-1) || g.aliens.has(g.x, side-1)
	if g.moveTimer == 0 {
		g.moveTimer = min(g.aliens.count(), g.interval)
		landed := g.march()
		over = over || landed || g.aliens.has(g.x, side-1)
	}
	if g.shotTimer == 0 {
		g.shotTimer = invadersShot
		g.shoot()
	}
	reward = g.kill()
	if g.reload > 0 {
		g.reload--
	}
	g.moveTimer--
	g.shotTimer--
	if g.aliens == (board{}) {
		if g.ramping && g.interval > invadersFast {
			g.interval--
		}
		g.land()
	}
	return reward, over
}

func (g *spaceInvaders) act(action int) {
	switch action {
	case actFire:
		if g.reload == 0 {
			g.friendly.add(g.x, side-1)
			g.reload = invadersReload
		}
	case actLeft:
		g.x = max(g.x-1, 0)
	case actRight:
		g.x = min(g.x+1, side-1)
	}
}

// march moves the block, or turns it at an edge. It says whether the block turned on the ground, where it comes up again at
// the top of the last image.
func (g *spaceInvaders) march() (landed bool) {
	edge := 0
	if g.right {
		edge = side - 1
	}
	if g.aliens.columns()>>edge&1 == 1 {
		g.right = !g.right
		lowest := g.aliens[side-1]
		copy(g.aliens[1:], g.aliens[:])
		g.aliens[0] = lowest
		return lowest != 0
	}
	for y := range g.aliens {
		if g.right {
			g.aliens[y] <<= 1
		} else {
			g.aliens[y] >>= 1
		}
	}
	return false
}

// shoot fires from the lowest alien of the column nearest to the cannon, the left one of two.
func (g *spaceInvaders) shoot() {
	columns := g.aliens.columns()
	x, best := 0, side
	for ; columns != 0; columns &= columns - 1 {
		if i := bits.TrailingZeros16(columns); abs(i-g.x) < best {
			x, best = i, abs(i-g.x)
		}
	}
	for y := side - 1; y >= 0; y-- {
		if g.aliens.has(x, y) {
			g.enemy.add(x, y)
			return
		}
	}
}

// kill takes off the aliens that bullets meet, and the bullets.
func (g *spaceInvaders) kill() (killed int) {
	for y := range g.aliens {
		hit := g.aliens[y] & g.friendly[y]
		g.aliens[y] &^= hit
		g.friendly[y] &^= hit
		killed += bits.OnesCount16(hit)
	}
	return killed
}

func (g *spaceInvaders) draw(obs []byte) {
	mark(obs, invadersChannels, invadersCannon, g.x, side-1)
	g.aliens.draw(obs, invadersChannels, invadersAlien)
	direction := invadersLeft
	if g.right {
		direction = invadersRight
	}
	g.aliens.draw(obs, invadersChannels, direction)
	g.friendly.draw(obs, invadersChannels, invadersFriendly)
	g.enemy.draw(obs, invadersChannels, invadersEnemy)
}

func (g *spaceInvaders) code(c *codec) {
	c.int(&g.x, 0, side-1)
	c.int(&g.reload, 0, invadersReload)
	c.flag(&g.right)
	c.int(&g.interval, invadersFast, invadersSlow)
	c.int(&g.moveTimer, 0, invadersSlow)
	c.int(&g.shotTimer, 0, invadersShot)
	c.board(&g.aliens, 0, side-1)
	c.board(&g.friendly, 0, side-1)
	c.board(&g.enemy, 0, side-1)
	c.check(g.aliens != board{})
}
