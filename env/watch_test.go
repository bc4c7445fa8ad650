package env_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/env/envtest"
	"github.com/auxrl/auxrl/internal/team"
)

// frank is a drift that has every ability; what it tells is another number in every state.
type frank struct{ drift }

func newFrank() (env.Env, error) { return new(frank), nil }

func (w *frank) Spec() env.Spec {
	s := w.drift.Spec()
	s.ID = "Frank-v0"
	s.Success = 0 // its potential knows no goal
	s.Signals = []env.Field{{Name: "clock", Len: 2}}
	s.Milestones = []string{"one step", "two steps", "three steps"}
	return s
}

func (w *frank) Signals(dst []float32) { dst[0], dst[1] = float32(w.steps), float32(w.episode) }
func (w *frank) Potential() float64    { return -float64(w.episode)/512 - float64(w.steps)/4096 }
func (w *frank) Milestones() uint64    { return 1<<min(w.steps, 3) - 1 }
func (w *frank) Key() uint64           { return uint64(w.episode)<<8 | uint64(w.steps) }

func TestFrankKeepsTheContract(t *testing.T) { envtest.Check(t, newFrank, envtest.Options{}) }

var everything = env.Watch{Signals: true, Potential: true, Milestones: true, Keys: true}

// told asks a world by hand.
func told(w env.Env) env.Watched {
	f := w.(*frank)
	s := make([]float32, 2)
	f.Signals(s)
	return env.Watched{Signals: s, Phi: []float32{float32(f.Potential())}, Marks: []uint64{f.Milestones()}, Key: []uint64{f.Key()}}
}

// of returns what is watched of world i.
func of(w env.Watched, i int) env.Watched {
	return env.Watched{Signals: w.Signals[2*i : 2*i+2], Phi: w.Phi[i : i+1], Marks: w.Marks[i : i+1], Key: w.Key[i : i+1]}
}

func equal(a, b env.Watched) bool {
	return slices.Equal(a.Signals, b.Signals) && slices.Equal(a.Phi, b.Phi) && slices.Equal(a.Marks, b.Marks) && slices.Equal(a.Key, b.Key)
}

// The oracle asks every world by hand, the ended ones before it resets them.
func TestWatchIsLikeAskingSingleWorlds(t *testing.T) {
	const n, seed = 13, 5
	for _, workers := range []int{1, 2, 5} {
		crew := team.New(workers)
		defer crew.Close()
		b := newBench(t, n, seed, crew, newFrank)
		if err := b.Watch(everything); err != nil {
			t.Fatal(err)
		}
		obs, vec := b.Vec.Spec().Buffers()
		worlds := make([]env.Env, n)
		b.reset()
		for i := range worlds {
			worlds[i], _ = newFrank()
			worlds[i].Seed(env.TrainSeed(seed, i))
			worlds[i].Reset(obs, vec)
			if got, want := of(b.Now, i), told(worlds[i]); !equal(got, want) {
				t.Fatalf("Reset: world %d tells %+v, want %+v", i, got, want)
			}
		}
		ends := map[env.End]int{}
		for k := range 300 {
			b.step()
			for i, w := range worlds {
				end := w.Step(int(b.act[i]), obs, vec).End
				if ends[end]++; end != env.Running {
					if got, want := of(b.Last, i), told(w); !equal(got, want) {
						t.Fatalf("step %d: world %d told at last %+v, want %+v", k, i, got, want)
					}
					w.Reset(obs, vec)
				}
				if got, want := of(b.Now, i), told(w); !equal(got, want) {
					t.Fatalf("step %d: world %d tells %+v, want %+v", k, i, got, want)
				}
			}
		}
		if ends[env.Terminated] == 0 || ends[env.Truncated] == 0 {
			t.Fatalf("not all ends were seen: %v", ends)
		}
	}
}

// Watching some of it leaves the rest nil, and changes nothing of what the worlds do.
func TestWatchChangesNothing(t *testing.T) {
	plain, watched := newBench(t, 9, 1, nil, newFrank), newBench(t, 9, 1, nil, newFrank)
	for _, w := range []env.Watch{{Signals: true}, {Potential: true}, {Milestones: true}, {Keys: true}, everything, {}} {
		if err := watched.Watch(w); err != nil {
			t.Fatal(err)
		}
		for _, got := range []env.Watched{watched.Now, watched.Last} {
			has := env.Watch{Signals: got.Signals != nil, Potential: got.Phi != nil, Milestones: got.Marks != nil, Keys: got.Key != nil}
			if has != w {
				t.Errorf("asked for %+v, got %+v", w, has)
			}
		}
		plain.reset()
		watched.reset()
		for range 50 {
			plain.step()
			watched.step()
			if !bytes.Equal(plain.obs, watched.obs) || !slices.Equal(plain.Reward, watched.Reward) || !slices.Equal(plain.End, watched.End) {
				t.Fatalf("watching %+v changed the worlds", w)
			}
		}
	}
}

func TestWatchAfterRestore(t *testing.T) {
	a, b := newBench(t, 5, 1, nil, newFrank), newBench(t, 5, 2, nil, newFrank)
	for _, v := range []*bench{a, b} {
		if err := v.Watch(everything); err != nil {
			t.Fatal(err)
		}
	}
	a.reset()
	for range 40 {
		a.step()
		if err := b.RestoreState(a.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		if !equal(a.Now, b.Now) {
			t.Fatalf("restored worlds tell %+v, want %+v", b.Now, a.Now)
		}
	}
}

func TestWatchErrors(t *testing.T) {
	for _, tc := range []struct {
		build func() (env.Env, error)
		ask   env.Watch
		want  string
	}{
		{newDrift, env.Watch{Signals: true}, "env: Drift-v0 is no Signaler"},
		{newDrift, env.Watch{Potential: true}, "env: Drift-v0 is no Potential"},
		{newDrift, env.Watch{Milestones: true}, "env: Drift-v0 is no Milestoner"},
		{newDrift, env.Watch{Keys: true}, "env: Drift-v0 is no Keyer"},
		{func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") }, everything, "Probe/Corridor-v0 is no Keyer"},
	} {
		b := newBench(t, 2, 1, nil, tc.build)
		if err := b.Watch(tc.ask); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v, want ...%s...", tc.ask, err, tc.want)
		}
		b.reset() // as if nothing had been asked
		b.step()
		if b.Now.Phi != nil || b.Now.Marks != nil {
			t.Errorf("%+v: something is watched after an error", tc.ask)
		}
	}
}

func TestWatchAllocatesNothing(t *testing.T) {
	b := newBench(t, 10, 1, nil, newFrank)
	if err := b.Watch(everything); err != nil {
		t.Fatal(err)
	}
	b.reset()
	if n := testing.AllocsPerRun(5, func() {
		for range 200 {
			b.Step(b.act, b.obs, b.vec)
		}
	}); n != 0 {
		t.Errorf("200 steps allocate %v times", n)
	}
}
