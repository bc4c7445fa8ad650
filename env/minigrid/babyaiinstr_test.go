package minigrid

import (
	"testing"

	"github.com/auxrl/auxrl/env"
)

// newTestLevel returns a room of 7 by 7 squares with the agent in its middle, looking right at (4, 3): a red ball lies there,
// a blue key at (3, 2), a green box at (1, 1), and the left wall has a grey door at (0, 3). ask says what is to be done.
func newTestLevel(ask func(l *level)) *rig {
	l := newLevel(oneRoom(7), func(l *level) {
		w := l.w
		w.putAgent(3, 3, 0)
		w.grid.set(4, 3, w.object(kindBall, red, 0))
		w.grid.set(3, 2, w.object(kindKey, blue, 0))
		w.grid.set(1, 1, w.object(kindBox, green, 0))
		w.grid.set(0, 3, w.object(kindDoor, grey, doorClosed))
		ask(l)
	})
	e := &entry{id: "Test-v0", w: 7, h: 7, limit: 100, words: 72, clauses: maxClauses, family: func() family { return l }}
	w := newRigOf(newWorld(e, Default()))
	w.reset()
	return w
}

var (
	redBall  = desc{kind: kindBall, colour: red}
	blueKey  = desc{kind: kindKey, colour: blue}
	greenBox = desc{kind: kindBox, colour: green}
	anyDoor  = desc{kind: kindDoor, colour: anyColour}
)

// TestInstructions plays instructions. Actions are: l, r, f, p(ick up), d(rop), t(oggle), -(done).
func TestInstructions(t *testing.T) {
	one := func(c clause) func(l *level) { return func(l *level) { l.ask(c) } }
	two := func(a clause, o order, b clause) func(l *level) { return func(l *level) { l.askBoth(a, o, b) } }
	both := func(a, b clause) func(l *level) {
		return func(l *level) {
			l.askBoth(a, alone, b)
			l.parts = [2]int{2, 0}
		}
	}
	to := func(d desc) clause { return clause{verb: goTo, what: d} }
	pick := func(d desc) clause { return clause{verb: pickUp, what: d} }
	opened := func(d desc) clause { return clause{verb: openIt, what: d} }
	next := func(a, b desc) clause { return clause{verb: putNext, what: a, next: b} }
	strict := func(c clause) clause { c.strict = true; return c }

	tests := []struct {
		name, mission, actions string
		ask                    func(l *level)
		want                   verdict // of the last action; those before leave it open
		clauses                uint64  // milestones of clauses
	}{
		{"go to what is ahead", "go to the red ball", "-", one(to(redBall)), fulfilled, 0},
		{"go to what is aside", "go to the blue key", "-l", one(to(blueKey)), fulfilled, 0},
		{"go to any kind", "go to the red object", "-", one(to(desc{kind: anyKind, colour: red})), fulfilled, 0},
		{"go to what has just been taken", "go to the red ball", "p", one(to(redBall)), fulfilled, 0},
		{"go to where a thing was until something was dropped", "pick up the blue key, then go to the red ball", "prdllpr",
			two(pick(blueKey), then, to(redBall)), open, 1},
		{"go to where it is now", "pick up the blue key, then go to the red ball", "prdllprr", two(pick(blueKey), then, to(redBall)), fulfilled, 3},
		{"pick up", "pick up the red ball", "p", one(pick(redBall)), fulfilled, 0},
		{"pick up another", "pick up the blue key", "p-lpdlp", one(pick(blueKey)), open, 0},
		{"pick up with full hands", "pick up the blue key", "plp", one(pick(blueKey)), open, 0},
		{"pick up another, strictly", "pick up the blue key", "p", one(strict(pick(blueKey))), failed, 0},
		{"pick up nothing, strictly", "pick up the blue key", "rp", one(strict(pick(blueKey))), open, 0},
		{"open", "open the door", "llfft", one(opened(anyDoor)), fulfilled, 0},
		{"close", "open the door", "llff-", one(opened(anyDoor)), open, 0},
		{"put next", "put the blue key next to the green box", "lpffld", one(next(blueKey, greenBox)), fulfilled, 0},
		{"put at a corner", "put the red ball next to the blue key", "prrd", one(next(redBall, blueKey)), open, 0},
		{"put where there is no room", "put the red ball next to the blue key", "pld", one(next(redBall, blueKey)), open, 0},
		{"both, one by one", "go to the red ball and go to the blue key", "-l", both(to(redBall), to(blueKey)), fulfilled, 3},
		{"both, the other way", "go to the blue key and go to the red ball", "-l", both(to(blueKey), to(redBall)), fulfilled, 3},
		{"both, one of them", "go to the red ball and pick up the blue key", "-l", both(to(redBall), pick(blueKey)), open, 1},
		{"then", "go to the red ball, then go to the blue key", "-l", two(to(redBall), then, to(blueKey)), fulfilled, 3},
		{"then, too early", "go to the blue key, then go to the red ball", "-l", two(to(blueKey), then, to(redBall)), open, 1},
		{"then, both at once", "go to the red ball, then pick up the red ball", "p", two(to(redBall), then, pick(redBall)), fulfilled, 3},
		{"after", "go to the blue key after you go to the red ball", "-l", two(to(blueKey), after, to(redBall)), fulfilled, 3},
		{"after, too early", "go to the red ball after you go to the blue key", "-l", two(to(redBall), after, to(blueKey)), open, 2},
		{"by bearing", "go to the key on your left", "l", one(to(desc{kind: kindKey, colour: anyColour, bearing: toTheLeft})), fulfilled, 0},
		{"in front", "pick up the ball in front of you", "p", one(pick(desc{kind: kindBall, colour: anyColour, bearing: inFront})), fulfilled, 0},
		{"grey objects are walls too", "pick up a grey object", "p", one(pick(desc{kind: anyKind, colour: grey})), open, 0},
	}
	keys := map[rune]int{'l': actLeft, 'r': actRight, 'f': actForward, 'p': actPickup, 'd': actDrop, 't': actToggle, '-': actDone}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTestLevel(tt.ask)
			got := open
			for i, key := range tt.actions {
				s := w.step(keys[key])
				switch {
				case s.Reward > 0:
					got = fulfilled
				case s.End == env.Terminated:
					got = failed
				}
				if got != open && i < len(tt.actions)-1 {
					t.Fatalf("%v after %q", s, tt.actions[:i+1])
				}
			}
			if got != tt.want || w.Milestones()&(1<<maxClauses-1) != tt.clauses {
				t.Errorf("got verdict %d, milestones %b; want %d, clauses %b", got, w.Milestones(), tt.want, tt.clauses)
			}
			if w.Mission() != tt.mission {
				t.Errorf("mission %q, want %q", w.Mission(), tt.mission)
			}
		})
	}
}
