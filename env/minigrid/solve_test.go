package minigrid

import (
	"fmt"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// solver plays an episode knowing the whole grid.
type solver struct {
	*rig
	t    *testing.T
	last env.Step
}

// pose is where the agent is.
type pose struct{ x, y, dir int }

func (p pose) front() (x, y int) {
	dx, dy := toward(p.dir)
	return p.x + dx, p.y + dy
}

// do takes an action unless the episode has ended.
func (s *solver) do(action int) {
	if s.last.End == env.Running {
		s.last = s.step(action)
	}
}

// walk goes the shortest way, through closed doors, into the first pose that will do.
func (s *solver) walk(what string, will func(p pose) bool) {
	s.t.Helper()
	start := pose{s.x, s.y, s.dir}
	from := map[pose]pose{start: start}
	for todo := []pose{start}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		if will(p) {
			s.retrace(from, p)
			return
		}
		next := []pose{{p.x, p.y, (p.dir + 3) & 3}, {p.x, p.y, (p.dir + 1) & 3}}
		if x, y := p.front(); s.passable(x, y) {
			next = append(next, pose{x, y, p.dir})
		}
		for _, n := range next {
			if _, ok := from[n]; !ok {
				from[n] = p
				todo = append(todo, n)
			}
		}
	}
	s.t.Fatalf("no way to %s", what)
}

func (s *solver) passable(x, y int) bool {
	c := s.grid.at(x, y)
	return c.walkable() && c.kind() != kindLava || c.kind() == kindDoor && c.state() == doorClosed
}

// retrace goes the way to p that was found.
func (s *solver) retrace(from map[pose]pose, p pose) {
	if from[p] == p {
		return
	}
	was := from[p]
	s.retrace(from, was)
	switch p.dir {
	case (was.dir + 3) & 3:
		s.do(actLeft)
	case (was.dir + 1) & 3:
		s.do(actRight)
	default:
		if s.grid.at(p.x, p.y).kind() == kindDoor && s.grid.at(p.x, p.y).state() == doorClosed {
			s.do(actToggle)
		}
		s.do(actForward)
	}
}

// find returns the only square for which is holds.
func (s *solver) find(what string, is func(c cell) bool) (x, y int) {
	s.t.Helper()
	x = -1
	for i := range s.grid.h {
		for j, c := range s.grid.row(i) {
			if is(c) && x >= 0 {
				s.t.Fatalf("two squares with %s", what)
			}
			if is(c) {
				x, y = j, i
			}
		}
	}
	if x < 0 {
		s.t.Fatalf("no %s", what)
	}
	return x, y
}

// face walks to where (x, y) is ahead.
func (s *solver) face(x, y int) {
	s.t.Helper()
	s.walk(fmt.Sprintf("(%d, %d)", x, y), func(p pose) bool {
		fx, fy := p.front()
		return fx == x && fy == y
	})
}

// take picks up the only thing of that kind and colour.
func (s *solver) take(k kind, c colour) {
	s.t.Helper()
	s.face(s.find(c.String()+" "+kindNames[k], func(v cell) bool { return v.kind() == k && v.colour() == c }))
	s.do(actPickup)
}

// aside drops what is carried where it is in nobody's way.
func (s *solver) aside() {
	s.t.Helper()
	s.walk("a place to drop something", func(p pose) bool {
		x, y := p.front()
		if s.grid.at(x, y) != emptyCell {
			return false
		}
		for dir := range 4 {
			dx, dy := toward(dir)
			if s.grid.at(x+dx, y+dy).kind() == kindDoor {
				return false
			}
		}
		return true
	})
	s.do(actDrop)
}

// unlock opens the only locked door, and drops the key.
func (s *solver) unlock() {
	s.t.Helper()
	x, y := s.find("locked door", func(c cell) bool { return c.kind() == kindDoor && c.state() == doorLocked })
	s.take(kindKey, s.grid.at(x, y).colour())
	s.face(x, y)
	s.do(actToggle)
	s.aside()
}

// goal walks onto the goal.
func (s *solver) goal() {
	s.t.Helper()
	x, y := s.find("goal", func(c cell) bool { return c == goalCell })
	s.walk("the goal", func(p pose) bool { return p.x == x && p.y == y })
}

// target takes what the family's episode is about.
func (s *solver) target(f *task) { s.t.Helper(); s.take(f.first.cell.kind(), f.first.cell.colour()) }

// solutions say how worlds are solved.
var solutions = map[string]func(s *solver){
	"MiniGrid-DoorKey-16x16-v0":   func(s *solver) { s.unlock(); s.goal() },
	"MiniGrid-MultiRoom-N6-v0":    (*solver).goal,
	"MiniGrid-MultiRoom-N4-S5-v0": (*solver).goal,
	"MiniGrid-MultiRoom-N4-S5-v1": (*solver).goal,
	"MiniGrid-LavaGapS7-v0":       (*solver).goal,
	"MiniGrid-DistShift2-v0":      (*solver).goal,
	"MiniGrid-LockedRoom-v0":      func(s *solver) { s.unlock(); s.goal() },
	"MiniGrid-Unlock-v0":          (*solver).unlock,
	"MiniGrid-UnlockPickup-v0": func(s *solver) {
		s.unlock()
		s.target(&s.family.(*unlockPickup).task)
	},
	"MiniGrid-BlockedUnlockPickup-v0": func(s *solver) {
		s.face(s.find("ball", func(c cell) bool { return c.kind() == kindBall }))
		s.do(actPickup)
		s.aside()
		s.unlock()
		s.target(&s.family.(*unlockPickup).task)
	},
	"MiniGrid-KeyCorridorS6R3-v0": func(s *solver) {
		s.unlock()
		s.target(&s.family.(*keyCorridor).task)
	},
	"MiniGrid-ObstructedMaze-1Dl-v0": func(s *solver) {
		s.unlock()
		s.take(kindBall, blue)
	},
	"MiniGrid-ObstructedMaze-1Dlhb-v0": func(s *solver) {
		s.take(kindBall, green)
		s.aside()
		s.face(s.find("box", func(c cell) bool { return c.kind() == kindBox }))
		s.do(actToggle)
		s.unlock()
		s.take(kindBall, blue)
	},
	"MiniGrid-Fetch-8x8-N3-v0": func(s *solver) {
		f := s.family.(*fetch)
		s.walk("the thing", func(p pose) bool { x, y := p.front(); return s.grid.at(x, y)&shown == f.first.cell&shown })
		s.do(actPickup)
	},
	"MiniGrid-GoToDoor-8x8-v0": func(s *solver) {
		f := s.family.(*goToDoor)
		s.face(f.first.x, f.first.y)
		s.do(actDone)
	},
	"MiniGrid-GoToObject-8x8-N2-v0": func(s *solver) {
		f := s.family.(*goToObject)
		s.face(f.first.x, f.first.y)
		s.do(actDone)
	},
	"MiniGrid-GoToObject-6x6-N2-v0": func(s *solver) { // where it was, with the thing in hand; the digests do not show that
		f := s.family.(*goToObject)
		s.target(&f.task)
		s.walk("where the thing was", func(p pose) bool { return f.first.beside(p.x, p.y) })
		s.do(actDone)
	},
	"MiniGrid-PutNear-8x8-N3-v0": func(s *solver) {
		f := s.family.(*putNear)
		s.target(&f.task)
		s.walk("the other thing", func(p pose) bool {
			x, y := p.front()
			return f.second.near(x, y) && s.grid.at(x, y) == emptyCell
		})
		s.do(actDrop)
	},
	"MiniGrid-MemoryS17Random-v0": func(s *solver) {
		f := s.family.(*memory)
		s.walk("the thing", func(p pose) bool { return p.x == f.first.x && p.y == f.first.y })
	},
	"MiniGrid-RedBlueDoors-8x8-v0": func(s *solver) {
		f := s.family.(*redBlueDoors)
		for _, d := range []target{f.first, f.second} {
			s.face(d.x, d.y)
			s.do(actToggle)
		}
	},
	// The bot of the original solves the others; see TestPlayed.
	"BabyAI-KeyInBox-v0":                 (*solver).unbox,
	"BabyAI-PutNextS5N2Carrying-v0":      func(s *solver) { s.deliver(&s.family.(*carrying).level) },
	"BabyAI-PutNextS5N2CarryingFixed-v0": func(s *solver) { s.deliver(&s.family.(*holding).level) },
	"BabyAI-PutNextS6N3Carrying-v0":      func(s *solver) { s.deliver(&s.family.(*carrying).level) },
	"BabyAI-PutNextS6N3CarryingFixed-v0": func(s *solver) { s.deliver(&s.family.(*holding).level) },
	"BabyAI-PutNextS7N4Carrying-v0":      func(s *solver) { s.deliver(&s.family.(*carrying).level) },
	"BabyAI-PutNextS7N4CarryingFixed-v0": func(s *solver) { s.deliver(&s.family.(*holding).level) },
}

// unbox takes the key out of the only box and opens the only door.
func (s *solver) unbox() {
	s.t.Helper()
	s.face(s.find("box", func(c cell) bool { return c.kind() == kindBox }))
	s.do(actToggle)
	x, y := s.find("locked door", func(c cell) bool { return c.kind() == kindDoor })
	s.take(kindKey, s.grid.at(x, y).colour())
	s.face(x, y)
	s.do(actToggle)
}

// deliver drops what is in hand next to what the first clause asks for. It turns around first, for the thing to be in hand.
func (s *solver) deliver(l *level) {
	s.t.Helper()
	s.do(actLeft)
	to := l.where[l.clauses[0].next.set.next(0)]
	s.walk("the other thing", func(p pose) bool {
		x, y := p.front()
		return s.grid.at(x, y) == emptyCell && to.beside(spot{uint8(x), uint8(y)})
	})
	s.do(actDrop)
}

// failures say how episodes are lost.
var failures = map[string]func(s *solver){
	"MiniGrid-LavaGapS7-v0": func(s *solver) {
		s.walk("the lava", func(p pose) bool { x, y := p.front(); return s.grid.at(x, y) == lavaCell })
		s.do(actForward)
	},
	"MiniGrid-Fetch-8x8-N3-v0": func(s *solver) {
		f := s.family.(*fetch)
		s.walk("another thing", func(p pose) bool {
			x, y := p.front()
			c := s.grid.at(x, y)
			return c.portable() && c&shown != f.first.cell&shown
		})
		s.do(actPickup)
	},
	"MiniGrid-GoToDoor-8x8-v0": func(s *solver) { // in front of the door, but the other action
		f := s.family.(*goToDoor)
		s.face(f.first.x, f.first.y)
		s.do(actToggle)
	},
	"MiniGrid-GoToObject-8x8-N2-v0": func(s *solver) { // at a corner
		f := s.family.(*goToObject)
		s.walk("a corner", func(p pose) bool { return f.first.near(p.x, p.y) && !f.first.beside(p.x, p.y) })
		s.do(actDone)
	},
	"MiniGrid-PutNear-6x6-N2-v0": func(s *solver) { // the wrong thing
		f := s.family.(*putNear)
		s.take(f.second.cell.kind(), f.second.cell.colour())
	},
	"MiniGrid-PutNear-8x8-N3-v0": func(s *solver) { // no room
		f := s.family.(*putNear)
		s.target(&f.task)
		s.face(f.second.x, f.second.y)
		s.do(actDrop)
	},
	"MiniGrid-MemoryS17Random-v0": func(s *solver) {
		f := s.family.(*memory)
		s.walk("the wrong thing", func(p pose) bool { return p.x == f.second.x && p.y == f.second.y })
	},
	"MiniGrid-RedBlueDoors-8x8-v0": func(s *solver) {
		f := s.family.(*redBlueDoors)
		s.face(f.second.x, f.second.y)
		s.do(actToggle)
	},
}

// TestSolve ends episodes well that random play does not, in time.
func TestSolve(t *testing.T) {
	for id, solve := range solutions {
		t.Run(id, func(t *testing.T) {
			s := &solver{rig: newRig(t, id), t: t}
			for seed := range uint64(5) {
				s.Seed(seed)
				s.reset()
				s.last = env.Step{}
				solve(s)
				want := 1 - float64(0.9*float64(float64(s.steps)/float64(s.limit)))
				if s.last.End != env.Terminated || s.last.Reward != want || !s.marked(taskDone) {
					t.Errorf("seed %d: %v after %d steps, milestones %b; want reward %v", seed, s.last, s.steps, s.Milestones(), want)
				}
			}
		})
	}
}

// TestFail ends episodes without success.
func TestFail(t *testing.T) {
	for id, fail := range failures {
		t.Run(id, func(t *testing.T) {
			s := &solver{rig: newRig(t, id), t: t}
			for seed := range uint64(5) {
				s.Seed(seed)
				s.reset()
				s.last = env.Step{}
				fail(s)
				if want := (env.Step{End: env.Terminated}); s.last != want || s.marked(taskDone) {
					t.Errorf("seed %d: %v after %d steps, milestones %b; want %v", seed, s.last, s.steps, s.Milestones(), want)
				}
			}
		})
	}
}
