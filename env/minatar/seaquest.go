package minatar

import (
	"image/color"
	"slices"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// The channels of Seaquest.
const (
	seaquestFront = iota // of the player's submarine
	seaquestBack
	seaquestFriendly // the player's bullets
	seaquestTrail    // behind fish, submarines and divers
	seaquestEnemy    // the enemies' bullets
	seaquestFish
	seaquestSub
	seaquestOxygen // a bar in the lowest row, from the left
	seaquestGauge  // divers on board, a bar in the lowest row that ends one before the right
	seaquestDiver
	seaquestChannels
)

var seaquestTitle = title{
	name:    "Seaquest",
	about:   "shoot fish and submarines, save divers and come up for air",
	minimal: []int{actNoop, actLeft, actUp, actRight, actDown, actFire},
	palette: []color.RGBA{
		seaquestFront:    yellow,
		seaquestBack:     orange,
		seaquestFriendly: white,
		seaquestTrail:    grey,
		seaquestEnemy:    silver,
		seaquestFish:     vermilion,
		seaquestSub:      pink,
		seaquestOxygen:   sky,
		seaquestGauge:    blue,
		seaquestDiver:    green,
	},
	build: func(ramping bool) game { return newSeaquest(ramping) },
}

// The numbers of Seaquest. Times are in steps.
const (
	seaquestAir      = 200
	seaquestCrew     = 6  // divers that fit on board
	seaquestSpawn    = 20 // between enemies, at the start
	seaquestMove     = 5  // that an enemy takes for a square, at the start
	seaquestMoveFast = 2  // and in the end
	seaquestDivers   = 30 // between divers
	seaquestDrift    = 5  // that a diver takes for a square
	seaquestReload   = 5
	seaquestShot     = 10 // between shots of an enemy submarine
	seaquestSwimmers = 64 // of one kind: more than there can be, at one a step and 30 steps to cross
	seaquestFewest   = -1 << 30
)

// seaquest is a sea below a surface, a submarine, its enemies, and divers to be saved.
//
//   - Goal: shoot fish and enemy submarines, collect divers, and bring up six of them.
//   - Actions: left, up, right and down move the submarine, fire shoots where it looks, every fifth step at most.
//   - Observation: sub_front, sub_back, friendly_bullet, trail, enemy_bullet, enemy_fish, enemy_sub, oxygen, diver_gauge, diver.
//     Trails are behind fish, submarines and divers. The lowest row shows the oxygen and the divers on board.
//   - Reward: 1 for each enemy, and for each tenth of the oxygen left when six divers are brought up.
//   - End: an enemy or its bullet meets the submarine, the oxygen is used up, or the submarine comes up without divers.
//
// Coming up with fewer than six divers costs one of them. With ramping, enemies come more often and faster each time.
type seaquest struct {
	ramping bool

	x, y    int // the submarine
	right   bool
	air     int
	crew    int  // divers on board; one too few after a full load
	surface bool // it has not been below since it came up
	reload  int  // steps until it can shoot

	spawnSpeed, spawnTimer, diverTimer int
	moveSpeed                          int // steps that an enemy takes for a square
	ramps                              int

	friendly, enemy    []swimmer // bullets
	fish, subs, divers []swimmer
}

// swimmer is anything else that moves. Bullets have no timers, only submarines have shots.
type swimmer struct {
	x, y  int
	right bool
	timer int // steps until it moves
	shot  int // steps until it shoots
}

func newSeaquest(ramping bool) *seaquest {
	g := &seaquest{ramping: ramping}
	for _, list := range g.lists() {
		*list = make([]swimmer, 0, seaquestSwimmers)
	}
	return g
}

func (g *seaquest) lists() [5]*[]swimmer {
	return [5]*[]swimmer{&g.friendly, &g.enemy, &g.fish, &g.subs, &g.divers}
}

func (g *seaquest) reset(*npyrand.RandomState) {
	*g = seaquest{
		ramping: g.ramping,
		x:       5, air: seaquestAir, surface: true,
		spawnSpeed: seaquestSpawn, spawnTimer: seaquestSpawn, diverTimer: seaquestDivers,
		moveSpeed: seaquestMove,
		friendly:  g.friendly[:0], enemy: g.enemy[:0],
		fish: g.fish[:0], subs: g.subs[:0], divers: g.divers[:0],
	}
}

func (g *seaquest) step(action int, rng *npyrand.RandomState) (reward int, over bool) {
	if g.spawnTimer == 0 {
		g.spawnEnemy(rng)
		g.spawnTimer = g.spawnSpeed
	}
	if g.diverTimer == 0 {
		g.spawnDiver(rng)
		g.diverTimer = seaquestDivers
	}
	g.act(action)
	o := outcome{reward: g.moveFriendly()}
	g.moveDivers()
	o.add(g.moveSubs())
	o.add(0, g.moveEnemy())
	o.add(g.moveFish())
	g.spawnTimer = max(g.spawnTimer-1, 0)
	g.diverTimer = max(g.diverTimer-1, 0)
	g.reload = max(g.reload-1, 0)
	o.add(g.breathe())
	return o.reward, o.over
}

// outcome is what the parts of a step come to.
type outcome struct {
	reward int
	over   bool
}

func (o *outcome) add(reward int, over bool) {
	o.reward += reward
	o.over = o.over || over
}

// spawnEnemy sends a fish or a submarine along a row, unless another comes the other way.
func (g *seaquest) spawnEnemy(rng *npyrand.RandomState) {
	right := rng.Float64() < 1./2
	sub := rng.Float64() < 1./3
	s := swimmer{y: rng.Int(1, side-1), right: right, timer: g.moveSpeed}
	against := func(o swimmer) bool { return o.y == s.y && o.right != s.right }
	if slices.ContainsFunc(g.fish, against) || slices.ContainsFunc(g.subs, against) {
		return
	}
	if !right {
		s.x = side - 1
	}
	if sub {
		s.shot = seaquestShot
		g.subs = append(g.subs, s)
	} else {
		g.fish = append(g.fish, s)
	}
}

func (g *seaquest) spawnDiver(rng *npyrand.RandomState) {
	s := swimmer{right: rng.Float64() < 1./2, timer: seaquestDrift}
	s.y = rng.Int(1, side-1)
	if !s.right {
		s.x = side - 1
	}
	g.divers = append(g.divers, s)
}

func (g *seaquest) act(action int) {
	switch action {
	case actFire:
		if g.reload == 0 {
			g.friendly = append(g.friendly, swimmer{x: g.x, y: g.y, right: g.right})
			g.reload = seaquestReload
		}
	case actLeft:
		g.x, g.right = max(g.x-1, 0), false
	case actRight:
		g.x, g.right = min(g.x+1, side-1), true
	case actUp:
		g.y = max(g.y-1, 0)
	case actDown:
		g.y = min(g.y+1, side-2)
	}
}

// All lists are gone through backwards, and taking something off a list takes off the first that equals it. Where that is
// another one, what was meant stays, moves down one place and has its turn again.

// remove takes the first swimmer equal to (*list)[i] off the list and returns the place where (*list)[i] now is, or -1.
func remove(list *[]swimmer, i int) int {
	first := slices.Index(*list, (*list)[i])
	*list = slices.Delete(*list, first, first+1)
	if first == i {
		return -1
	}
	return i - 1
}

// removeAt takes off the first swimmer at x, y, if there is one.
func removeAt(list *[]swimmer, x, y int) bool {
	for i := range *list {
		if s := &(*list)[i]; s.x == x && s.y == y {
			remove(list, i)
			return true
		}
	}
	return false
}

// met says whether s is where the player is.
func (g *seaquest) met(s *swimmer) bool { return s.x == g.x && s.y == g.y }

func (g *seaquest) moveFriendly() (reward int) {
	for i := len(g.friendly) - 1; i >= 0; i-- {
		s := &g.friendly[i]
		s.x += towards(s.right)
		switch {
		case !inside(s.x):
			remove(&g.friendly, i)
		case removeAt(&g.fish, s.x, s.y) || removeAt(&g.subs, s.x, s.y):
			remove(&g.friendly, i)
			reward++
		}
	}
	return reward
}

func (g *seaquest) moveDivers() {
	for i := len(g.divers) - 1; i >= 0; i-- {
		s := &g.divers[i]
		switch {
		case g.met(s) && g.crew < seaquestCrew:
			g.crew++
			remove(&g.divers, i)
		case s.timer == 0:
			s.timer = seaquestDrift
			s.x += towards(s.right)
			if !inside(s.x) {
				remove(&g.divers, i)
			} else if g.met(s) && g.crew < seaquestCrew {
				g.crew++
				remove(&g.divers, i)
			}
		default:
			s.timer--
		}
	}
}

func (g *seaquest) moveSubs() (reward int, over bool) {
	var o outcome
	for i := len(g.subs) - 1; i >= 0; i-- {
		s, at, part := g.swim(&g.subs, i)
		o.add(part.reward, part.over)
		if s.shot == 0 { // even if it is gone
			s.shot = seaquestShot
			g.enemy = append(g.enemy, swimmer{x: s.x, y: s.y, right: s.right})
		} else {
			s.shot--
		}
		if at >= 0 {
			g.subs[at] = s
		}
	}
	return o.reward, o.over
}

func (g *seaquest) moveFish() (reward int, over bool) {
	var o outcome
	for i := len(g.fish) - 1; i >= 0; i-- {
		_, _, part := g.swim(&g.fish, i)
		o.add(part.reward, part.over)
	}
	return o.reward, o.over
}

// swim moves enemy i of a list. It returns the enemy, its place in the list, -1 if it is gone, and what came of it.
func (g *seaquest) swim(list *[]swimmer, i int) (s swimmer, at int, o outcome) {
	e := &(*list)[i]
	o.over = g.met(e)
	if e.timer > 0 {
		e.timer--
		return *e, i, o
	}
	e.timer = g.moveSpeed
	e.x += towards(e.right)
	s, at = *e, i
	switch {
	case !inside(s.x):
		at = remove(list, i)
	case g.met(&s):
		o.over = true
	case removeAt(&g.friendly, s.x, s.y):
		at = remove(list, i)
		o.reward = 1
	}
	return s, at, o
}

// moveEnemy moves the enemies' bullets and says whether one met the player.
func (g *seaquest) moveEnemy() (over bool) {
	for i := len(g.enemy) - 1; i >= 0; i-- {
		s := &g.enemy[i]
		over = over || g.met(s)
		s.x += towards(s.right)
		if !inside(s.x) {
			remove(&g.enemy, i)
		} else {
			over = over || g.met(s)
		}
	}
	return over
}

// breathe uses up oxygen below the surface and fetches it at the top.
func (g *seaquest) breathe() (reward int, over bool) {
	over = g.air <= 0
	switch {
	case g.y > 0:
		g.air--
		g.surface = false
	case g.surface:
	case g.crew == 0:
		over = true
	default:
		reward = g.comeUp()
	}
	return reward, over
}

// comeUp unloads the divers, of whom it always counts one more than there are, and fills up the oxygen.
func (g *seaquest) comeUp() (reward int) {
	g.surface = true
	if g.crew == seaquestCrew {
		g.crew = 0
		reward = tenths(g.air)
	}
	g.air = seaquestAir
	g.crew--
	if g.ramping && (g.spawnSpeed > 1 || g.moveSpeed > seaquestMoveFast) {
		if g.moveSpeed > seaquestMoveFast && g.ramps%2 == 1 {
			g.moveSpeed--
		}
		if g.spawnSpeed > 1 {
			g.spawnSpeed--
		}
		g.ramps++
	}
	return reward
}

// tenths returns the whole tenths of all the oxygen there can be.
func tenths(air int) int { return max(air, 0) * 10 / seaquestAir }

func (g *seaquest) draw(obs []byte) {
	mark(obs, seaquestChannels, seaquestFront, g.x, g.y)
	mark(obs, seaquestChannels, seaquestBack, g.x-towards(g.right), g.y)
	for x := range tenths(g.air) {
		mark(obs, seaquestChannels, seaquestOxygen, x, side-1)
	}
	for x := side - 1 - g.crew; x < side-1; x++ {
		mark(obs, seaquestChannels, seaquestGauge, x, side-1)
	}
	drawAll(obs, g.friendly, seaquestFriendly, false)
	drawAll(obs, g.enemy, seaquestEnemy, false)
	drawAll(obs, g.fish, seaquestFish, true)
	drawAll(obs, g.subs, seaquestSub, true)
	drawAll(obs, g.divers, seaquestDiver, true)
}

func drawAll(obs []byte, list []swimmer, channel int, trail bool) {
	for i := range list {
		s := &list[i]
		mark(obs, seaquestChannels, channel, s.x, s.y)
		if back := s.x - towards(s.right); trail && inside(back) {
			mark(obs, seaquestChannels, seaquestTrail, back, s.y)
		}
	}
}

func (g *seaquest) code(c *codec) {
	c.int(&g.x, 0, side-1)
	c.int(&g.y, 0, side-2)
	c.flag(&g.right)
	c.check(inside(g.x - towards(g.right)))
	c.int(&g.air, -1, seaquestAir)
	c.int(&g.crew, seaquestFewest, seaquestCrew)
	c.flag(&g.surface)
	c.int(&g.reload, 0, seaquestReload)
	c.int(&g.spawnSpeed, 1, seaquestSpawn)
	c.int(&g.spawnTimer, 0, seaquestSpawn)
	c.int(&g.diverTimer, 0, seaquestDivers)
	c.int(&g.moveSpeed, seaquestMoveFast, seaquestMove)
	c.int(&g.ramps, 0, seaquestSpawn)
	for _, list := range g.lists() {
		n := len(*list)
		c.int(&n, 0, seaquestSwimmers)
		if c.restore && c.err == nil {
			*list = (*list)[:n]
		}
		for i := range *list {
			s := &(*list)[i]
			c.int(&s.x, 0, side-1)
			c.int(&s.y, 0, side-2)
			c.flag(&s.right)
			c.int(&s.timer, 0, seaquestMove)
			c.int(&s.shot, 0, seaquestShot)
		}
	}
}
