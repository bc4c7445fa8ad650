package minigrid

import (
	"slices"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// bench is a family for tests: what it generates and its rules are functions.
type bench struct {
	lay     func(w *World)
	pre     func(w *World, action int) int
	post    func(w *World, action int)
	kept    byte
	refuses error
}

func (f *bench) generate(w *World)               { f.lay(w) }
func (f *bench) mission(b []byte) []byte         { return append(b, "test"...) }
func (f *bench) before(w *World, action int) int { return f.pre(w, action) }
func (f *bench) after(w *World, action int)      { f.post(w, action) }
func (f *bench) appendState(b []byte) []byte     { return append(b, f.kept) }
func (f *bench) restoreState(_ *World, b []byte) error {
	if len(b) != 1 {
		return errLong
	}
	f.kept = b[0]
	return f.refuses
}

// newBench returns a 5 by 5 room with the agent at (1, 1) looking right at (2, 1), and 10 steps.
func newBench() (*rig, *bench) {
	f := &bench{
		lay: func(w *World) {
			w.grid.border(w.grid.all())
			w.putAgent(1, 1, 0)
		},
		pre:  func(_ *World, action int) int { return action },
		post: func(*World, int) {},
	}
	e := &entry{id: "Test-v0", w: 5, h: 5, limit: 10, family: func() family { return f }}
	r := newRigOf(newWorld(e, Default()))
	r.reset()
	return r, f
}

func TestStepSemantics(t *testing.T) {
	thing := newCell
	var (
		keyRed    = thing(kindKey, red, 0, 1)
		keyBlue   = thing(kindKey, blue, 0, 2)
		ball      = thing(kindBall, green, 0, 3)
		box       = thing(kindBox, grey, 0, 4)
		full      = thing(kindBox, purple, 0, 5) // holds keyRed
		floorCell = thing(kindFloor, blue, 0, 0)
		open      = thing(kindDoor, red, doorOpen, 6)
		closed    = thing(kindDoor, red, doorClosed, 6)
		locked    = thing(kindDoor, red, doorLocked, 6)
	)
	const won = 1 - 0.9*(1/10.)
	tests := []struct {
		name           string
		action         int
		front, carried cell
		wantFront      cell
		wantCarried    cell
		moved          bool
		end            env.End
		reward         float64
		milestones     []event
	}{
		{name: "forward onto empty", action: actForward, front: emptyCell, wantFront: emptyCell, moved: true},
		{name: "forward onto floor", action: actForward, front: floorCell, wantFront: floorCell, moved: true},
		{name: "forward into wall", action: actForward, front: wallCell, wantFront: wallCell},
		{name: "forward into key", action: actForward, front: keyRed, wantFront: keyRed},
		{name: "forward into ball", action: actForward, front: ball, wantFront: ball},
		{name: "forward into box", action: actForward, front: box, wantFront: box},
		{name: "forward through open door", action: actForward, front: open, wantFront: open, moved: true,
			milestones: []event{doorPassed}},
		{name: "forward into closed door", action: actForward, front: closed, wantFront: closed},
		{name: "forward into locked door", action: actForward, front: locked, wantFront: locked, carried: keyRed, wantCarried: keyRed},
		{name: "forward onto goal", action: actForward, front: goalCell, wantFront: goalCell, moved: true, end: env.Terminated, reward: won,
			milestones: []event{taskDone}},
		{name: "forward into lava", action: actForward, front: lavaCell, wantFront: lavaCell, moved: true, end: env.Terminated},

		{name: "pick up key", action: actPickup, front: keyRed, wantFront: emptyCell, wantCarried: keyRed, milestones: []event{keyTaken}},
		{name: "pick up ball", action: actPickup, front: ball, wantFront: emptyCell, wantCarried: ball, milestones: []event{ballTaken}},
		{name: "pick up box", action: actPickup, front: full, wantFront: emptyCell, wantCarried: full, milestones: []event{boxTaken}},
		{name: "pick up with full hands", action: actPickup, front: ball, carried: keyRed, wantFront: ball, wantCarried: keyRed},
		{name: "pick up nothing", action: actPickup, front: emptyCell, wantFront: emptyCell},
		{name: "pick up wall", action: actPickup, front: wallCell, wantFront: wallCell},
		{name: "pick up floor", action: actPickup, front: floorCell, wantFront: floorCell},
		{name: "pick up door", action: actPickup, front: closed, wantFront: closed},
		{name: "pick up goal", action: actPickup, front: goalCell, wantFront: goalCell},
		{name: "pick up lava", action: actPickup, front: lavaCell, wantFront: lavaCell},

		{name: "drop", action: actDrop, front: emptyCell, carried: ball, wantFront: ball},
		{name: "drop with empty hands", action: actDrop, front: emptyCell, wantFront: emptyCell},
		{name: "drop onto floor", action: actDrop, front: floorCell, carried: ball, wantFront: floorCell, wantCarried: ball},
		{name: "drop onto goal", action: actDrop, front: goalCell, carried: ball, wantFront: goalCell, wantCarried: ball},
		{name: "drop onto lava", action: actDrop, front: lavaCell, carried: ball, wantFront: lavaCell, wantCarried: ball},
		{name: "drop onto wall", action: actDrop, front: wallCell, carried: ball, wantFront: wallCell, wantCarried: ball},
		{name: "drop into open door", action: actDrop, front: open, carried: ball, wantFront: open, wantCarried: ball},
		{name: "drop onto box", action: actDrop, front: box, carried: ball, wantFront: box, wantCarried: ball},

		{name: "toggle open door", action: actToggle, front: open, wantFront: closed},
		{name: "toggle closed door", action: actToggle, front: closed, wantFront: open, milestones: []event{doorOpened}},
		{name: "toggle locked door", action: actToggle, front: locked, wantFront: locked},
		{name: "toggle locked door with its key", action: actToggle, front: locked, carried: keyRed, wantFront: open, wantCarried: keyRed,
			milestones: []event{doorUnlocked}},
		{name: "toggle locked door with another key", action: actToggle, front: locked, carried: keyBlue, wantFront: locked, wantCarried: keyBlue},
		{name: "toggle locked door with a ball of its colour", action: actToggle, front: locked, carried: thing(kindBall, red, 0, 3),
			wantFront: locked, wantCarried: thing(kindBall, red, 0, 3)},
		{name: "toggle empty box", action: actToggle, front: box, wantFront: emptyCell, milestones: []event{boxOpened}},
		{name: "toggle full box", action: actToggle, front: full, wantFront: keyRed, milestones: []event{boxOpened}},
		{name: "toggle empty", action: actToggle, front: emptyCell, wantFront: emptyCell},
		{name: "toggle wall", action: actToggle, front: wallCell, wantFront: wallCell},
		{name: "toggle key", action: actToggle, front: keyBlue, wantFront: keyBlue},
		{name: "toggle goal", action: actToggle, front: goalCell, wantFront: goalCell},

		{name: "done", action: actDone, front: goalCell, carried: ball, wantFront: goalCell, wantCarried: ball},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, _ := newBench()
			w.objects = 6
			w.contents[full.number()] = keyRed
			w.carrying = tt.carried
			w.grid.set(2, 1, tt.front)
			s := w.step(tt.action)
			if got := w.grid.at(2, 1); got != tt.wantFront {
				t.Errorf("square ahead: got %#x, want %#x", got, tt.wantFront)
			}
			if w.carrying != tt.wantCarried {
				t.Errorf("carries %#x, want %#x", w.carrying, tt.wantCarried)
			}
			if moved := w.x == 2 && w.y == 1; moved != tt.moved || w.dir != 0 {
				t.Errorf("agent at %d, %d, direction %d; want moved %t", w.x, w.y, w.dir, tt.moved)
			}
			if s.Reward != tt.reward || s.End != tt.end {
				t.Errorf("got %v, want %v, %v", s, tt.reward, tt.end)
			}
			for e := range events {
				if got, want := w.marked(e), slices.Contains(tt.milestones, e); got != want {
					t.Errorf("%s: %t, want %t", eventNames[e], got, want)
				}
			}
		})
	}
}

func TestTurns(t *testing.T) {
	w, _ := newBench()
	var got []int
	for _, a := range []int{actRight, actRight, actRight, actRight, actLeft, actLeft} {
		w.step(a)
		got = append(got, w.dir)
	}
	if want := []int{1, 2, 3, 0, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("directions %d, want %d", got, want)
	}
}

// TestBoxInBox unpacks one layer per toggle and keeps contents when boxes are carried about.
func TestBoxInBox(t *testing.T) {
	w, _ := newBench()
	key := w.object(kindKey, red, 0)
	inner := w.box(blue, key)
	outer := w.box(green, inner)
	w.grid.set(2, 1, outer)
	for i, want := range []struct {
		action int
		front  cell
	}{{actPickup, emptyCell}, {actDrop, outer}, {actToggle, inner}, {actPickup, emptyCell}, {actDrop, inner}, {actToggle, key}, {actToggle, key}} {
		w.step(want.action)
		if got := w.grid.at(2, 1); got != want.front {
			t.Fatalf("action %d: ahead is %#x, want %#x", i, got, want.front)
		}
		if err := newRigLike(w).RestoreState(w.AppendState(nil)); err != nil {
			t.Fatalf("action %d: %v", i, err)
		}
	}
}

// newRigLike returns another world of the same entry.
func newRigLike(r *rig) *rig { return newRigOf(newWorld(r.entry, r.config)) }

func TestTruncated(t *testing.T) {
	w, _ := newBench()
	for i := range 10 {
		want := env.Step{}
		if i == 9 {
			want.End = env.Truncated
		}
		if got := w.step(actDone); got != want {
			t.Errorf("step %d: got %v, want %v", i, got, want)
		}
	}
}

// TestGoalOnTheLastStep ends both ways at once: Terminated for learners, both flags for digests.
func TestGoalOnTheLastStep(t *testing.T) {
	w, _ := newBench()
	w.grid.set(2, 1, goalCell)
	for range 9 {
		w.step(actDone)
	}
	s := w.step(actForward)
	if want := (env.Step{Reward: 1 - 0.9, End: env.Terminated}); s.End != want.End || s.Reward < 0.0999 || s.Reward < w.Spec().Success {
		t.Errorf("got %v, want %v", s, want)
	}
	if b := w.AppendStep(nil, s); b[len(b)-2] != 1 || b[len(b)-1] != 1 {
		t.Errorf("flags %d, want both", b[len(b)-2:])
	}
}

func TestBeforeAndAfter(t *testing.T) {
	w, f := newBench()
	w.grid.set(2, 1, goalCell)
	f.pre = func(w *World, action int) int {
		if w.steps != 0 || action != actPickup {
			t.Errorf("before: step %d, action %d", w.steps, action)
		}
		return actForward
	}
	f.post = func(w *World, action int) {
		if w.x != 2 || action != actForward || !w.terminated {
			t.Errorf("after: agent at %d, action %d, terminated %t", w.x, action, w.terminated)
		}
		w.reward, w.terminated = -1, false
	}
	if got, want := w.step(actPickup), (env.Step{Reward: -1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStepPanics(t *testing.T) {
	tests := map[string]func(w *rig){
		"negative action":        func(w *rig) { w.step(-1) },
		"action beyond the last": func(w *rig) { w.step(actions) },
		"step after the end":     func(w *rig) { w.grid.set(2, 1, lavaCell); w.step(actForward); w.step(actLeft) },
		"step before the first":  func(w *rig) { newRigLike(w).step(actLeft) },
		"more objects than numbers": func(w *rig) {
			for range maxObjects + 1 {
				w.object(kindKey, red, 0)
			}
		},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if _, ok := recover().(string); !ok {
					t.Error("no panic with a string")
				}
			}()
			w, _ := newBench()
			f(w)
		})
	}
}

func TestNoAllocations(t *testing.T) {
	for _, id := range IDs() {
		w := newRig(t, id)
		w.Seed(3)
		w.reset()
		act := actor(3)
		if n := testing.AllocsPerRun(500, func() {
			if w.Step(act.next(len(w.spec.Actions)), w.obs, w.vec).End != env.Running {
				w.Reset(w.obs, w.vec)
			}
		}); n != 0 {
			t.Errorf("%s: Step allocates %v times", id, n)
		}
		if n := testing.AllocsPerRun(100, func() { w.Reset(w.obs, w.vec) }); n != 0 {
			t.Errorf("%s: Reset allocates %v times", id, n)
		}
	}
}
