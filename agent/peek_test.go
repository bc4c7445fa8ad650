package agent

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// curious is a world that asks for a frame, and for parameters, in every step.
type curious struct {
	*minigrid.World
	p *live.Peek
}

func (c curious) Step(act int, obs []byte, vec []float32) env.Step {
	c.p.Ask()
	c.p.Want()
	return c.World.Step(act, obs, vec)
}

// Whoever looks, however often, changes no bit of the run.
func TestPeekChangesNothing(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		t.Run(name, func(t *testing.T) {
			p := live.NewPeek()
			alone, watched := trainer(t, cfg, grid), trainer(t, cfg, func() (env.Env, error) {
				w, err := minigrid.New(gridID)
				return curious{w, p}, err
			})
			alone.Train()
			watched.Peek(p)
			p.Watch(true)
			updates, last := 0, uint64(0)
			for ; !watched.Finished(); updates++ {
				watched.Update()
				last = p.Take().Serial
				<-p.Params()
			}
			if want := uint64(updates*cfg.Horizon - 1); last < want {
				t.Errorf("%d frames were left, there were %d steps", last, want+1)
			}
			if !bytes.Equal(checkpoint(t, alone), checkpoint(t, watched)) {
				t.Error("the run that was watched ended in another checkpoint")
			}
		})
	}
}

// A frame tells what was: its world, given the action, goes on as the run's did, and its parameters act as the run's do.
func TestPeekTellsWhatWas(t *testing.T) {
	for name, cfg := range variants(t, grid) {
		t.Run(name, func(t *testing.T) {
			tr := trainer(t, cfg, grid)
			p := live.NewPeek()
			tr.Peek(p)
			p.Watch(true)
			world, err := tr.Build()()
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				p.Ask()
				p.Want()
				step, net := tr.Step(), tr.Net().CopyOn(1, nil)
				tr.Update()
				f, b := p.Take(), &tr.roll.batch
				if f == nil || p.Take() != nil {
					t.Fatal("one frame was asked for; there is none, or another")
				}
				obs, vec := tr.roll.rows(0, 1)
				if !slices.Equal(f.Obs, obs) || !slices.Equal(f.Vec, vec) || f.Action != int64(b.Action[0]) || f.Step != int64(step) {
					t.Fatalf("the frame of step %d, action %d is not of the rollout's first row", f.Step, f.Action)
				}
				if logp := math.Log(float64(f.Policy[f.Action])); math.Abs(logp-float64(b.LogP[0])) > 1e-5 {
					t.Errorf("log-probability of the action %v, want %v", logp, b.LogP[0])
				}
				m := net.NewMemory(1)
				copy(m.State, f.State)
				m.Saw(0, int32(f.LastAction), f.LastReward)
				logits, values := net.Act(f.Obs, f.Vec, m, 1)
				prob := make([]float32, len(logits))
				nn.Softmax(prob, make([]float32, len(logits)), logits, len(logits))
				if !slices.Equal(prob, f.Policy) || values[0] != f.Value || f.Trace[len(f.Trace)-1] != (live.Moment{Value: f.Value, Reward: f.LastReward}) {
					t.Errorf("what the agent remembered gives %v, %v; the frame says %v, %v", prob, values, f.Policy, f.Value)
				}
				if err := world.(env.Stateful).RestoreState(f.World); err != nil {
					t.Fatal(err)
				}
				s := world.Step(int(f.Action), obs, vec)
				next := int(b.Next[0])
				if want, _ := tr.roll.rows(next, next+1); float32(s.Reward) != b.Reward[0] || !slices.Equal(obs, want) {
					t.Errorf("the frame's world goes on otherwise than the run's")
				}
				params := <-p.Params()
				c := params.Checkpoint()
				loaded, err := policy.New(ShapeOf(tr.Spec()), cfg.Net, tr.extras.names(), 1, 9, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := policy.Load(loaded, c); err != nil {
					t.Fatal(err)
				}
				for i, arena := range loaded.Params() {
					if !slices.Equal(arena.W, tr.Net().Params()[i].W) {
						t.Error("the parameters are not those after the update")
					}
				}
			}
		})
	}
}

func TestPeekTrace(t *testing.T) {
	tr := trainer(t, small(t, "ppo", grid), grid)
	p := live.NewPeek()
	tr.Peek(p)
	p.Watch(true)
	for range 40 {
		tr.Update()
	}
	p.Ask()
	before := tr.worlds.Running(0)
	tr.Update()
	f := p.Take()
	if f.Age != int64(before.Len) || f.Return != before.Return || len(f.Trace) != before.Len+1 {
		t.Errorf("%d steps and return %v, of which %d are in the trace; the world has taken %d and returned %v", f.Age, f.Return, len(f.Trace), before.Len, before.Return)
	}
	if last := f.Trace[len(f.Trace)-1]; last.Value != f.Value {
		t.Errorf("the trace ends with %v, the value is %v", last, f.Value)
	}
}

// Nothing is done while nobody looks, and a frame allocates nothing.
func TestPeekAllocatesNothing(t *testing.T) {
	unsaved := func() (env.Env, error) {
		w, err := minigrid.New(gridID)
		return struct {
			env.Env
			env.Renderer
		}{w, w}, err
	}
	for name, build := range map[string]func() (env.Env, error){"saved": grid, "unsaved": unsaved} {
		cfg := small(t, "ppo", build)
		add(t, &cfg, "pixel-control", "episodic-counts")
		tr := trainer(t, cfg, build)
		p := live.NewPeek()
		tr.Peek(p)
		tr.Update()
		logits := tr.actor.Logits().Act
		look := func() { tr.roll.peek.look(tr.roll, 3, logits) }
		if look(); p.Take() != nil || len(tr.roll.peek.trace) != 0 {
			t.Errorf("%s: something is done while nobody looks", name)
		}
		p.Watch(true)
		for range 3 {
			p.Ask()
			look()
		}
		if n := testing.AllocsPerRun(100, func() { p.Ask(); look() }); n != 0 {
			t.Errorf("%s: a frame allocates %v times", name, n)
		}
		if n := testing.AllocsPerRun(3*live.MaxTrace, look); n != 0 || p.Take() == nil {
			t.Errorf("%s: a step between frames allocates %v times", name, n)
		}
		if f := p.Frame(); (name == "unsaved") != (len(f.Picture) > 0) || (name == "saved") != (len(f.World) > 0) {
			t.Errorf("%s: %d bytes of picture, %d of state", name, len(f.Picture), len(f.World))
		}
	}
}
