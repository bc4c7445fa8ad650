package minigrid

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// quickest returns the fewest steps to success, found by trying everything in order of steps, or -1 if there is no way in time.
func (r *rig) quickest() int {
	w := *r.World // to try things in
	w.grid.cells = slices.Clone(w.grid.cells)
	still := func() []byte { // what counts of the state, with the clock at the start
		w.steps, w.milestones, w.reward, w.phase, w.terminated, w.truncated = 0, 0, 0, running, false, false
		return w.AppendState(nil)
	}
	frontier := [][]byte{still()}
	seen := map[string]bool{string(frontier[0]): true}
	for steps := 1; len(frontier) > 0 && steps <= r.limit-r.steps; steps++ {
		var next [][]byte
		for _, state := range frontier {
			for action := range r.spec.Actions {
				if err := w.RestoreState(state); err != nil {
					panic(err)
				}
				s := w.Step(action, r.obs, r.vec)
				if s.Reward > 0 {
					return steps
				}
				if s.End == env.Terminated {
					continue
				}
				if after := still(); !seen[string(after)] {
					seen[string(after)] = true
					next = append(next, after)
				}
			}
		}
		frontier = next
	}
	return -1
}

// TestPlanIsQuickest compares with trying everything, in worlds small enough for that: from the start and after random steps.
func TestPlanIsQuickest(t *testing.T) {
	for _, id := range []string{
		"MiniGrid-Empty-Random-5x5-v0", "MiniGrid-DoorKey-5x5-v0", "MiniGrid-FourRooms-v0", "MiniGrid-LavaCrossingS9N2-v0",
		"MiniGrid-SimpleCrossingS9N3-v0", "MiniGrid-DistShift1-v0", "MiniGrid-LavaGapS5-v0", "MiniGrid-Fetch-5x5-N2-v0",
		"MiniGrid-GoToDoor-5x5-v0", "MiniGrid-GoToObject-6x6-N2-v0", "MiniGrid-PutNear-6x6-N2-v0", "MiniGrid-MemoryS7-v0",
		"MiniGrid-RedBlueDoors-6x6-v0", "MiniGrid-MultiRoom-N2-S4-v0", "MiniGrid-KeyCorridorS3R1-v0",
		"BabyAI-GoToLocalS5N2-v0", "BabyAI-GoToObjMazeS4R2-v0", "BabyAI-PutNextS4N1-v0", "BabyAI-PutNextS5N2CarryingFixed-v0",
		"BabyAI-GoToSeqS5R2-v0", "BabyAI-OpenDoorsOrderN2-v0", "BabyAI-OpenDoorsOrderN2Debug-v0", "BabyAI-PickupDistDebug-v0",
	} {
		t.Run(id, func(t *testing.T) {
			w := newRig(t, id)
			act := actor(1)
			for seed := range uint64(4) {
				w.Seed(seed)
				w.reset()
				for range 3 * seed { // the last ones are in the middle of something
					if w.step(act.next(len(w.spec.Actions))).End != env.Running {
						w.reset()
					}
				}
				if err := w.agrees(); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

// agrees compares the plan with trying everything, and takes it.
func (r *rig) agrees() error {
	want := r.quickest()
	before := r.AppendState(nil)
	p, err := r.Plan(PlanStates)
	near, nearErr := r.NearPlan(PlanStates)
	switch {
	case string(before) != string(r.AppendState(nil)):
		return errors.New("planning changed the world")
	case want < 0 && (!errors.Is(err, ErrNoWay) || !errors.Is(nearErr, ErrNoWay)):
		return errors.Join(errors.New("there is no way, but the planner says otherwise"), err, nearErr)
	case want < 0:
		return nil
	case err != nil || nearErr != nil:
		return errors.Join(err, nearErr)
	case len(p.Actions) != want:
		return errors.New("the plan is not the quickest")
	case len(near.Actions) < want || len(near.Actions) > want+want/4:
		return fmt.Errorf("the near plan takes %d steps, the quickest %d", len(near.Actions), want)
	}
	if err := r.take(near); err != nil {
		return err
	}
	if err := r.RestoreState(before); err != nil {
		return err
	}
	return r.take(p)
}

// take plays a plan, which must end the episode with success, no sooner than at its end, and pay what it says.
func (r *rig) take(p Plan) error {
	for i, a := range p.Actions {
		s := r.step(a)
		last := i == len(p.Actions)-1
		if last && (s.End != env.Terminated || s.Reward != p.Return) || !last && s != (env.Step{}) {
			return errors.New("the plan does not lead to what it says")
		}
	}
	return nil
}

func TestPlanErrors(t *testing.T) {
	for id, want := range map[string]error{
		"MiniGrid-Playground-v0":            ErrNoTask,
		"MiniGrid-Dynamic-Obstacles-5x5-v0": ErrChance,
	} {
		w := newRig(t, id)
		w.reset()
		if p, err := w.Plan(PlanStates); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v, want %v", id, p, err, want)
		}
	}
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	if _, err := w.Plan(PlanStates); !errors.Is(err, ErrNoTask) {
		t.Errorf("before the first episode: %v", err)
	}
	w.reset()
	if _, err := w.Plan(10); !errors.Is(err, ErrStates) {
		t.Errorf("with room for a single situation: %v", err)
	}
	p, err := w.Plan(PlanStates)
	if err != nil {
		t.Fatal(err)
	}
	for w.steps < w.limit-len(p.Actions)+1 {
		w.step(actDone)
	}
	if _, err := w.Plan(PlanStates); !errors.Is(err, ErrNoWay) {
		t.Errorf("with one step too few left: %v", err)
	}
}

// TestBest plans the episodes that Spec.Best is the mean of. Where there is none, it looks at a few for plans that are wrong.
// near lists ids of which some episodes have so many states that NearPlan's returns count.
var near = []string{
	"BabyAI-UnlockFixed-v0", "BabyAI-MoveTwoAcrossS8N9-v0", "BabyAI-SynthSeq-v0", "BabyAI-SynthSeqFixed-v0", "BabyAI-BossLevel-v0",
	"BabyAI-BossLevelNoUnlock-v0",
}

func TestBest(t *testing.T) {
	for i, id := range IDs() {
		w := newRig(t, id)
		b := bests[id]
		if w.spec.Best != b.mean {
			t.Errorf("%s: the Spec says %v, the table %v", id, w.spec.Best, b.mean)
		}
		if testing.Short() && (b.seeds < 100 || i%4 != 0) {
			continue
		}
		if b.seeds == 0 {
			w.tryPlans(t)
			continue
		}
		sum, n := 0.0, 0
		for seed := range uint64(max(b.seeds, 1)) {
			w.Seed(seed)
			w.reset()
			p, err := w.bestPlan(slices.Contains(near, id))
			if err != nil && !errors.Is(err, ErrNoWay) {
				break
			}
			if err == nil {
				if err := w.take(p); err != nil {
					t.Fatalf("%s: seed %d: %v", id, seed, err)
				}
			}
			sum += p.Return
			n++
		}
		mean := sum / float64(max(n, 1))
		if d := mean - b.mean; d < -5e-5 || d > 5e-5 || n != b.seeds {
			t.Errorf("\t%q: {%d, %.4f}, // got, want %v", id, n, mean, b)
		}
	}
}

// bestPlan is Plan, or NearPlan where that takes long.
func (r *rig) bestPlan(near bool) (Plan, error) {
	if !near {
		return r.Plan(PlanStates)
	}
	p, err := r.Plan(PlanStates / 32)
	if errors.Is(err, ErrStates) {
		return r.NearPlan(PlanStates)
	}
	return p, err
}

// tryPlans takes the plans that are found at once.
func (r *rig) tryPlans(t *testing.T) {
	t.Helper()
	for seed := range uint64(3) {
		r.Seed(seed)
		r.reset()
		p, err := r.Plan(PlanStates / 32)
		switch {
		case errors.Is(err, ErrStates), errors.Is(err, ErrNoTask), errors.Is(err, ErrChance):
			continue
		case err == nil:
			err = r.take(p)
		}
		if err != nil {
			t.Errorf("%s: seed %d: %v", r.entry.id, seed, err)
		}
	}
}

// TestPotential compares with plans: never more than it takes, exactly that where only the way counts, one step at a time.
func TestPotential(t *testing.T) {
	exact := []string{"MiniGrid-DoorKey", "MiniGrid-MultiRoom", "MiniGrid-Unlock-", "MiniGrid-RedBlue", "MiniGrid-Empty", "MiniGrid-FourRooms",
		"MiniGrid-LavaGap", "MiniGrid-Memory", "MiniGrid-Fetch", "MiniGrid-Simple", "MiniGrid-GoToDoor",
		"BabyAI-OpenTwo", "BabyAI-GoToObjMaze"}
	for _, id := range []string{
		"MiniGrid-Empty-Random-6x6-v0", "MiniGrid-FourRooms-v0", "MiniGrid-LavaGapS7-v0", "MiniGrid-MemoryS9-v0", "MiniGrid-Fetch-8x8-N3-v0",
		"MiniGrid-SimpleCrossingS9N3-v0", "MiniGrid-GoToDoor-8x8-v0", "MiniGrid-GoToObject-8x8-N2-v0", "MiniGrid-PutNear-8x8-N3-v0",
		"MiniGrid-RedBlueDoors-8x8-v0", "MiniGrid-DoorKey-8x8-v0", "MiniGrid-MultiRoom-N6-v0", "MiniGrid-LockedRoom-v0",
		"MiniGrid-UnlockPickup-v0", "MiniGrid-KeyCorridorS3R3-v0", "MiniGrid-ObstructedMaze-1Dlhb-v0", "MiniGrid-Unlock-v0",
		"BabyAI-OpenTwoDoors-v0", "BabyAI-GoToObjMazeS4R2-v0", "BabyAI-GoToSeqS5R2-v0", "BabyAI-PutNextS5N2-v0", "BabyAI-MoveTwoAcrossS5N2-v0",
		"BabyAI-PutNextS5N2Carrying-v0", "BabyAI-UnlockLocalDist-v0", "BabyAI-SynthS5R2-v0",
	} {
		t.Run(id, func(t *testing.T) {
			w := newRig(t, id)
			w.reset()
			act := actor(2)
			for i := range 300 {
				if i%5 == 0 {
					w.checkPotential(t, slices.ContainsFunc(exact, func(p string) bool { return strings.HasPrefix(id, p) }))
				}
				if w.step(act.next(len(w.spec.Actions))).End != env.Running {
					w.reset()
				}
			}
			if n := testing.AllocsPerRun(100, func() { w.measured = false; w.Potential() }); n != 0 {
				t.Errorf("Potential allocates %v times", n)
			}
		})
	}
}

func (r *rig) checkPotential(t *testing.T, exact bool) {
	t.Helper()
	scale := float64(4 * (r.grid.w + r.grid.h))
	got := -r.Potential() * scale
	p, err := r.Plan(PlanStates / 32)
	if errors.Is(err, ErrStates) {
		return
	}
	steps := float64(len(p.Actions))
	if err != nil { // perhaps there is no time left
		steps = scale
	}
	if got > steps+1e-9 || exact && err == nil && got < steps-1e-9 {
		t.Fatalf("agent %d %d %d: potential says %v steps, the plan has %v (%v)", r.x, r.y, r.dir, got, steps, err)
	}
}

// TestPotentialRises along a plan, by a step's worth at least three times in four.
func TestPotentialRises(t *testing.T) {
	for _, id := range []string{"MiniGrid-DoorKey-16x16-v0", "MiniGrid-KeyCorridorS6R3-v0", "MiniGrid-LockedRoom-v0", "MiniGrid-BlockedUnlockPickup-v0"} {
		w := newRig(t, id)
		w.Seed(3)
		w.reset()
		p, err := w.Plan(PlanStates)
		if err != nil {
			t.Fatal(err)
		}
		rises, before := 0, w.Potential()
		for _, a := range p.Actions {
			w.step(a)
			if now := w.Potential(); now > before {
				rises++
			}
			before = w.Potential()
		}
		if before != 0 || 4*rises < 3*len(p.Actions) {
			t.Errorf("%s: %d rises in %d steps, %v at the goal", id, rises, len(p.Actions), before)
		}
	}
}

// BenchmarkPotential asks at every step of random play.
func BenchmarkPotential(b *testing.B) {
	for _, id := range []string{"MiniGrid-Empty-8x8-v0", "MiniGrid-DoorKey-8x8-v0", "MiniGrid-MultiRoom-N6-v0", "MiniGrid-ObstructedMaze-Full-v1",
		"BabyAI-GoToLocal-v0", "BabyAI-BossLevel-v0"} {
		for _, changed := range []bool{false, true} {
			name := "id=" + id + "/grid=kept"
			if changed {
				name = "id=" + id + "/grid=changed"
			}
			b.Run(name, func(b *testing.B) {
				w := newRig(b, id)
				w.reset()
				w.Potential()
				b.ReportAllocs()
				for b.Loop() {
					w.measured = w.measured && !changed
					w.Potential()
				}
			})
		}
	}
}

// BenchmarkPlan plans episodes one after the other.
func BenchmarkPlan(b *testing.B) {
	for _, id := range []string{"MiniGrid-DoorKey-16x16-v0", "MiniGrid-KeyCorridorS6R3-v0", "MiniGrid-ObstructedMaze-Full-v1", "BabyAI-GoTo-v0"} {
		b.Run("id="+id, func(b *testing.B) {
			w := newRig(b, id)
			for b.Loop() {
				w.reset()
				if _, err := w.Plan(PlanStates); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestPlanToggledPlace has a box where the thing must be put.
func TestPlanToggledPlace(t *testing.T) {
	w := newRig(t, "MiniGrid-PutNear-6x6-N2-v0")
	w.reset()
	f := w.family.(*putNear)
	g := &w.grid
	for y := range g.h {
		g.horz(0, y, g.w, wallCell)
	}
	w.objects = 0
	f.first.cell = w.object(kindKey, red, 0)
	f.second = target{w.object(kindBall, blue, 0), 3, 1}
	w.carrying = f.first.cell
	w.putAgent(1, 1, 0)
	g.set(1, 1, emptyCell)
	g.set(2, 1, w.box(green, nothing))
	g.set(3, 1, f.second.cell)
	w.measured = false
	if p, err := w.Plan(PlanStates); err != nil || !slices.Equal(p.Actions, []int{actToggle, actDrop}) {
		t.Errorf("got %v, %v", p, err)
	}
	if got, want := w.Potential(), -2.0/48; got != want {
		t.Errorf("Potential is %v, want %v", got, want)
	}
}

// TestPotentialAtTheEnd is 0 for success alone.
func TestPotentialAtTheEnd(t *testing.T) {
	for id, fail := range failures {
		s := &solver{rig: newRig(t, id), t: t}
		if got := s.Potential(); got != -1 {
			t.Errorf("%s: Potential is %v before the first episode", id, got)
		}
		s.reset()
		fail(s)
		if got := s.Potential(); got != -1 {
			t.Errorf("%s: Potential is %v after failure", id, got)
		}
	}
	for id, solve := range solutions {
		s := &solver{rig: newRig(t, id), t: t}
		s.reset()
		solve(s)
		if got := s.Potential(); got != 0 {
			t.Errorf("%s: Potential is %v after success", id, got)
		}
	}
}
