package minatar

import (
	"testing"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// What the recorded traces never come to.

func TestBreakoutCeiling(t *testing.T) {
	g := &breakout{x: 4, y: 0, dir: upLeft}
	if reward, over := g.step(actNoop, nil); reward != 0 || over || g.x != 3 || g.y != 0 || g.dir != downLeft {
		t.Errorf("got reward %d, over %t, %+v; want the ball at (3, 0), on its way down-left", reward, over, g)
	}
}

func TestBreakoutNewWall(t *testing.T) {
	g := &breakout{x: 4, y: 8, dir: downRight, paddle: 4}
	if _, over := g.step(actNoop, nil); over || g.bricks.count() != 3*side || g.dir != upRight {
		t.Errorf("got over %t, %d bricks, direction %d; want a new wall and the ball on its way up-right", over, g.bricks.count(), g.dir)
	}
}

// A full board takes nothing more, but whether it would have been gold is drawn.
func TestAsterixFull(t *testing.T) {
	g := &asterix{}
	for i := range g.slots {
		g.slots[i] = passer{there: true, x: i}
	}
	was := g.slots
	var a, b npyrand.RandomState
	a.Seed(1)
	b.Seed(1)
	g.spawn(&a)
	b.Float64()
	b.Float64()
	if g.slots != was || a != b {
		t.Errorf("got %v, want %v; the generator is as expected: %t", g.slots, was, a == b)
	}
}

func TestSpaceInvadersNewBlock(t *testing.T) {
	tests := []struct {
		ramping        bool
		interval, want int
	}{
		{true, 12, 11}, {true, 7, 6}, {true, 6, 6}, {false, 12, 12},
	}
	for _, tt := range tests {
		g := &spaceInvaders{ramping: tt.ramping, interval: tt.interval, moveTimer: 5, shotTimer: 5, right: true, x: 5}
		g.aliens.add(2, 4)
		g.friendly.add(2, 5)
		reward, over := g.step(actNoop, nil)
		if reward != 1 || over || g.interval != tt.want || g.aliens.count() != 24 || !g.right || g.friendly.count() != 0 {
			t.Errorf("%+v: got reward %d, over %t, %+v", tt, reward, over, g)
		}
	}
}

func TestSpaceInvadersLanding(t *testing.T) {
	g := &spaceInvaders{interval: 12, shotTimer: 5, x: 5}
	g.aliens.add(0, 9)
	g.aliens.add(3, 4)
	if _, over := g.step(actNoop, nil); !over || !g.aliens.has(0, 0) || !g.aliens.has(3, 5) {
		t.Errorf("got over %t, aliens %v; want an end, with what had landed at the top", over, g.aliens)
	}
}

// deep returns a sea in which nothing happens by itself.
func deep() *seaquest {
	g := newSeaquest(true)
	g.reset(nil)
	g.y, g.crew = 1, 1
	return g
}

func TestSeaquestFullLoad(t *testing.T) {
	g := deep()
	g.crew, g.air, g.surface = seaquestCrew, 139, false
	if reward, over := g.step(actUp, nil); reward != 6 || over || g.crew != -1 || g.air != 200 || !g.surface {
		t.Errorf("got reward %d, over %t, %+v; want 6 and one diver too few", reward, over, g)
	}
	if g.spawnSpeed != 19 || g.moveSpeed != 5 || g.ramps != 1 {
		t.Errorf("got speeds %d and %d, want 19 and 5", g.spawnSpeed, g.moveSpeed)
	}
	obs := make([]byte, side*side*seaquestChannels)
	g.draw(obs)
	for x := range side {
		if obs[((side-1)*side+x)*seaquestChannels+seaquestGauge] != 0 {
			t.Errorf("the gauge shows a diver at %d", x)
		}
	}
	g.step(actDown, nil)
	if _, over := g.step(actUp, nil); over || g.crew != -2 || g.spawnSpeed != 18 || g.moveSpeed != 4 {
		t.Errorf("coming up again: over %t, %+v; want another diver missing, speeds 18 and 4", over, g)
	}
}

func TestSeaquestCrewOfOne(t *testing.T) {
	g := deep()
	g.surface = false
	if _, over := g.step(actUp, nil); over || g.crew != 0 {
		t.Errorf("with a diver: over %t, %d divers; want it to go on without", over, g.crew)
	}
	g.step(actDown, nil)
	if _, over := g.step(actUp, nil); !over {
		t.Error("without divers: not over")
	}
}

// A bullet that equals another when it hits takes the other off the list in its place, and flies on.
func TestSeaquestRemovalByValue(t *testing.T) {
	g := deep()
	g.friendly = append(g.friendly, swimmer{x: 4, y: 6, right: true}, swimmer{x: 3, y: 6, right: true})
	g.fish = append(g.fish, swimmer{x: 4, y: 6, timer: 3})
	reward, _ := g.step(actNoop, nil)
	if reward != 1 || len(g.fish) != 0 || len(g.friendly) != 1 || g.friendly[0].x != 5 {
		t.Errorf("got reward %d, fish %v, bullets %v; want 1, none, and one at x 5", reward, g.fish, g.friendly)
	}
}

func TestSeaquestShots(t *testing.T) {
	g := deep()
	g.subs = append(g.subs, swimmer{x: 0, y: 5, timer: 0, shot: 0}, swimmer{x: 5, y: 5, timer: 2, shot: 0})
	g.step(actNoop, nil)
	if len(g.subs) != 1 || g.subs[0].shot != seaquestShot || len(g.enemy) != 1 || g.enemy[0].x != 4 {
		t.Errorf("got submarines %v, bullets %v; want one each: what leaves the board shoots beyond it", g.subs, g.enemy)
	}
}

func TestSeaquestFullOfDivers(t *testing.T) {
	g := deep()
	g.crew = seaquestCrew
	g.divers = append(g.divers, swimmer{x: g.x, y: g.y, timer: 3}, swimmer{x: g.x + 1, y: g.y, timer: 0})
	g.step(actNoop, nil)
	if g.crew != seaquestCrew || len(g.divers) != 2 {
		t.Errorf("got %d divers on board and %v, want nobody taken", g.crew, g.divers)
	}
}

func TestFreewayStandstill(t *testing.T) {
	g := &freeway{y: 9, clock: 100}
	for range 3 {
		g.step(actNoop, nil)
	}
	if c := g.cars[0]; c != (car{}) {
		t.Errorf("a car of speed 0 is %+v, want it unmoved", c)
	}
	g.draw(make([]byte, side*side*freewayChannels))
}
