package env_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/env/envtest"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
)

// drift is a world with a vector, rewards whose sum depends on the order, and episodes of random length with both ends. Its
// image tells the episode, the decision, the last action and a number drawn.
type drift struct {
	draws          rng.Stream
	episode, steps byte
}

const driftLimit = 6

func newDrift() (env.Env, error) { return new(drift), nil }

func (w *drift) Spec() env.Spec {
	return env.Spec{
		ID: "Drift-v0", H: 1, W: 2, C: 2, Frames: 1, Vector: []env.Field{{Name: "noise", Len: 2}, {Name: "clock", Len: 1}},
		Actions: []string{"a", "b", "c"}, StepLimit: driftLimit, Success: 0.25,
	}
}

func (w *drift) Seed(seed uint64) { w.draws.Seed(seed); w.episode = 0 }

func (w *drift) Reset(obs []byte, vec []float32) {
	w.episode++
	w.steps = 0
	w.observe(obs, vec, 0xff)
}

func (w *drift) Step(action int, obs []byte, vec []float32) env.Step {
	if uint(action) >= 3 {
		panic("drift: no such action")
	}
	w.steps++
	w.observe(obs, vec, byte(action))
	s := env.Step{Reward: w.draws.Float64() - 0.5 + 0.1*float64(action)}
	switch {
	case w.draws.Below(4) == 0:
		s.End = env.Terminated
	case w.steps == driftLimit:
		s.End = env.Truncated
	}
	return s
}

func (w *drift) observe(obs []byte, vec []float32, action byte) {
	obs[0], obs[1], obs[2], obs[3] = w.episode, w.steps, action, byte(w.draws.Below(256))
	vec[0], vec[1], vec[2] = float32(w.draws.Float64()), float32(w.draws.Float64()), float32(w.steps)
}

func (w *drift) AppendState(b []byte) []byte {
	return w.draws.AppendState(append(b, w.episode, w.steps))
}

func (w *drift) RestoreState(b []byte) error {
	if len(b) < 2 || b[1] >= driftLimit {
		return errors.New("drift: bad state")
	}
	w.episode, w.steps = b[0], b[1]
	return w.draws.RestoreState(b[2:])
}

func TestDriftKeepsTheContract(t *testing.T) { envtest.Check(t, newDrift, envtest.Options{}) }

// bench is a Vec with its buffers, which lie between guards and hold poison before every call.
type bench struct {
	*env.Vec
	obs []byte
	vec []float32
	act []int32

	guardedObs []byte
	guardedVec []float32
	calls      uint64
}

func newBench(t testing.TB, n int, seed uint64, workers *team.Team, build func() (env.Env, error)) *bench {
	t.Helper()
	v, err := env.NewVec(n, seed, workers, build)
	if err != nil {
		t.Fatal(err)
	}
	spec := v.Spec()
	obs, vec := make([]byte, n*spec.ObsLen()+2), make([]float32, n*spec.VecLen()+2)
	return &bench{
		Vec: v, obs: obs[1 : len(obs)-1], vec: vec[1 : len(vec)-1], act: make([]int32, n), guardedObs: obs, guardedVec: vec,
	}
}

func (b *bench) poison() {
	for i := range b.guardedObs {
		b.guardedObs[i] = 0xa5
	}
	for i := range b.guardedVec {
		b.guardedVec[i] = -7
	}
	for i := range b.Final {
		b.Final[i] = 0xa5
	}
	for i := range b.FinalVec {
		b.FinalVec[i] = -7
	}
}

func (b *bench) reset() {
	b.poison()
	b.Reset(b.obs, b.vec)
}

// step takes actions that depend on nothing but their number.
func (b *bench) step() {
	b.poison()
	for i := range b.act {
		b.act[i] = int32(rng.Below(rng.At(uint64(i), b.calls), len(b.Vec.Spec().Actions)))
	}
	b.calls++
	b.Step(b.act, b.obs, b.vec)
}

func (b *bench) guarded() bool {
	return b.guardedObs[0] == 0xa5 && b.guardedObs[len(b.guardedObs)-1] == 0xa5 &&
		b.guardedVec[0] == -7 && b.guardedVec[len(b.guardedVec)-1] == -7
}

// The oracle steps every world by hand.
func TestVecIsLikeSingleWorlds(t *testing.T) {
	const seed, steps = 5, 300
	for _, n := range []int{1, 3, 8, 13} {
		for _, workers := range []int{0, 1, 2, 5} { // 0: no team
			t.Run(fmt.Sprintf("n=%d/workers=%d", n, workers), func(t *testing.T) {
				var crew *team.Team
				if workers > 0 {
					crew = team.New(workers)
					defer crew.Close()
				}
				compareWithSingles(t, newBench(t, n, seed, crew, newDrift), seed, steps)
			})
		}
	}
}

func compareWithSingles(t *testing.T, b *bench, seed uint64, steps int) {
	t.Helper()
	n, spec := b.Len(), b.Spec()
	size, floats := spec.ObsLen(), spec.VecLen()
	worlds := make([]env.Env, n)
	running := make([]env.Episode, n)
	obs, vec := make([]byte, size), make([]float32, floats)
	b.reset()
	for i := range worlds {
		worlds[i], _ = newDrift()
		worlds[i].Seed(env.TrainSeed(seed, i))
		worlds[i].Reset(obs, vec)
		running[i].World = i
		if got := b.obs[i*size:][:size]; !bytes.Equal(got, obs) {
			t.Fatalf("Reset: world %d shows %v, want %v", i, got, obs)
		}
		if got := b.vec[i*floats:][:floats]; !slices.Equal(got, vec) {
			t.Fatalf("Reset: world %d shows %v, want %v", i, got, vec)
		}
	}
	for k := range steps {
		b.step()
		var ended []env.Episode
		for i, w := range worlds {
			s := w.Step(int(b.act[i]), obs, vec)
			if b.Reward[i] != s.Reward || b.End[i] != s.End {
				t.Fatalf("step %d, world %d: got %v %v, want %v", k, i, b.Reward[i], b.End[i], s)
			}
			e := &running[i]
			e.Return += s.Reward
			e.Len++
			if s.End != env.Running {
				if got := b.Final[i*size:][:size]; !bytes.Equal(got, obs) {
					t.Fatalf("step %d, world %d: Final is %v, want %v", k, i, got, obs)
				}
				if got := b.FinalVec[i*floats:][:floats]; !slices.Equal(got, vec) {
					t.Fatalf("step %d, world %d: FinalVec is %v, want %v", k, i, got, vec)
				}
				e.Frames, e.End, e.Success = e.Len, s.End, e.Return >= spec.Success
				ended = append(ended, *e)
				*e = env.Episode{World: i}
				w.Reset(obs, vec)
			}
			if got := b.obs[i*size:][:size]; !bytes.Equal(got, obs) {
				t.Fatalf("step %d, world %d: shows %v, want %v", k, i, got, obs)
			}
			if got := b.vec[i*floats:][:floats]; !slices.Equal(got, vec) {
				t.Fatalf("step %d, world %d: shows %v, want %v", k, i, got, vec)
			}
		}
		if !slices.Equal(b.Episodes, ended) {
			t.Fatalf("step %d: Episodes are %+v, want %+v", k, b.Episodes, ended)
		}
		if !b.guarded() {
			t.Fatalf("step %d: wrote outside the observations", k)
		}
	}
}

// The statistics of a world whose episodes are known: seven steps to the right.
func TestVecStatistics(t *testing.T) {
	b := newBench(t, 2, 1, nil, func() (env.Env, error) { return catalog.New("Probe/Corridor-v0") })
	b.reset()
	var got []env.Episode
	act := []int32{1, 0}
	for range 32 {
		b.Step(act, b.obs, b.vec)
		got = append(got, b.Episodes...)
	}
	won := env.Episode{World: 0, Return: b.Spec().Best, Len: 7, Frames: 7, End: env.Terminated, Success: true}
	want := []env.Episode{won, won, won, won, {World: 1, Return: -0.5, Len: 32, Frames: 32, End: env.Truncated}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	b.Step(act, b.obs, b.vec)
	b.reset() // gives up the running episodes: they count nowhere
	for range 7 {
		b.Step(act, b.obs, b.vec)
	}
	if want := []env.Episode{won}; !slices.Equal(b.Episodes, want) {
		t.Errorf("after Reset in mid-episode: got %+v, want %+v", b.Episodes, want)
	}
}

// Without a notion of success no episode is one.
func TestVecWithoutSuccess(t *testing.T) {
	b := newBench(t, 1, 1, nil, func() (env.Env, error) { return catalog.New("Probe/Truncation-v0") })
	b.reset()
	for range 8 {
		b.step()
	}
	if want := []env.Episode{{Return: 1, Len: 8, Frames: 8, End: env.Truncated}}; !slices.Equal(b.Episodes, want) {
		t.Errorf("got %+v, want %+v", b.Episodes, want)
	}
}

// Where worlds have a goal, an episode is a success if the world ended it, and not if time did, whatever its return.
func TestEpisodeGoal(t *testing.T) {
	for _, test := range []struct {
		spec env.Spec
		end  env.End
		paid float64
		want bool
	}{
		{env.Spec{Goal: true}, env.Terminated, -7, true},
		{env.Spec{Goal: true}, env.Truncated, 7, false},
		{env.Spec{Goal: true, Success: 5}, env.Truncated, 7, true},
		{env.Spec{Success: 5}, env.Terminated, 7, true},
		{env.Spec{Success: 5}, env.Terminated, 4, false},
		{env.Spec{}, env.Terminated, 7, false},
	} {
		var e env.Episode
		e.Count(env.Step{Reward: test.paid, End: test.end})
		if e.Finish(nil, test.end, &test.spec); e.Success != test.want {
			t.Errorf("%+v ends %v with %v: success is %v", test.spec, test.end, test.paid, e.Success)
		}
		if got := test.spec.Succeeds(); got != (test.spec.Goal || test.spec.Success != 0) {
			t.Errorf("%+v: Succeeds is %v", test.spec, got)
		}
	}
}

func TestVecStateRoundTrip(t *testing.T) {
	crew := team.New(2)
	defer crew.Close()
	a, b := newBench(t, 9, 1, crew, newDrift), newBench(t, 9, 2, nil, newDrift)
	a.reset()
	b.reset()
	if !a.Stateful() {
		t.Fatal("worlds are Stateful, the Vec is not")
	}
	for round := range 20 {
		for range 7 + round {
			a.step()
			b.step()
		}
		saved := a.AppendState([]byte("head"))[4:]
		if own := a.World(8).(env.Stateful).AppendState(nil); !bytes.HasSuffix(saved, own) {
			t.Fatalf("round %d: the state ends in %x, want the last world's %x", round, saved[len(saved)-len(own):], own)
		}
		if err := b.RestoreState(bytes.Clone(saved)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.AppendState(nil), saved) {
			t.Fatalf("round %d: a restored Vec saves something else", round)
		}
		b.calls = a.calls
		for k := range 20 {
			a.step()
			b.step()
			same := bytes.Equal(a.obs, b.obs) && slices.Equal(a.vec, b.vec) && slices.Equal(a.Reward, b.Reward) &&
				slices.Equal(a.End, b.End) && bytes.Equal(a.Final, b.Final) && slices.Equal(a.FinalVec, b.FinalVec) &&
				slices.Equal(a.Episodes, b.Episodes)
			if !same {
				t.Fatalf("round %d: step %d after restoring differs", round, k)
			}
		}
		b.calls += 1000 // until the next round it does something else
	}
}

func TestVecRestoreErrors(t *testing.T) {
	b := newBench(t, 3, 1, nil, newDrift)
	b.reset()
	b.step()
	saved := b.AppendState(nil)
	one := len(saved) / 3
	edited := func(at int, v byte) []byte {
		bad := bytes.Clone(saved)
		bad[at] = v
		return bad
	}
	for name, tc := range map[string]struct {
		state []byte
		want  string
	}{
		"more worlds":        {slices.Concat(saved, saved[:one]), "too long"},
		"fewer worlds":       {saved[:2*one], "too short"},
		"bad world":          {edited(one+20+1, driftLimit), "restore world 1: drift: bad state"},
		"endless episode":    {edited(8+7, 1), "restore world 0: an episode of"},
		"world beyond state": {edited(2*one+16+3, 0xff), "too short"},
	} {
		if err := b.RestoreState(tc.state); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want ...%s...", name, err, tc.want)
		}
	}
	for n := range saved {
		if b.RestoreState(saved[:n]) == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(saved))
		}
	}
	if err := b.RestoreState(saved); err != nil {
		t.Errorf("the state itself: %v", err)
	}

	bare := newBench(t, 3, 1, nil, func() (env.Env, error) { return struct{ env.Env }{new(drift)}, nil })
	if bare.Stateful() {
		t.Error("a Vec of worlds that cannot be saved claims to be Stateful")
	}
	if err := bare.RestoreState(saved); err == nil || !strings.Contains(err.Error(), "cannot be restored") {
		t.Errorf("worlds that cannot be saved: got %v", err)
	}
	if err := bare.RestoreState(bare.AppendState(nil)); err != nil {
		t.Errorf("their statistics alone: %v", err)
	}
}

func TestNewVecErrors(t *testing.T) {
	made := 0
	for name, tc := range map[string]struct {
		n     int
		build func() (env.Env, error)
		want  string
	}{
		"no worlds":    {0, newDrift, "env: 0 worlds, must be at least 1"},
		"minus one":    {-1, newDrift, "env: -1 worlds"},
		"build fails":  {2, func() (env.Env, error) { return nil, errors.New("out of clay") }, "out of clay"},
		"of two kinds": {2, func() (env.Env, error) { made++; return catalog.New(catalog.IDs()[made%2]) }, "differs in its Spec"},
	} {
		v, err := env.NewVec(tc.n, 1, nil, tc.build)
		if v != nil || err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want ...%s...", name, err, tc.want)
		}
	}
}

func TestVecMisuse(t *testing.T) {
	b := newBench(t, 2, 1, nil, newDrift)
	for name, tc := range map[string]struct {
		use  func()
		want string
	}{
		"too few actions": {func() { b.Step(b.act[:1], b.obs, b.vec) }, "env: Vec.Step: one action per world"},
		"no such action":  {func() { b.Step([]int32{0, int32(len(b.Spec().Actions))}, b.obs, b.vec) }, "env: Vec.Step: no such action"},
		"negative action": {func() { b.Step([]int32{-1, 0}, b.obs, b.vec) }, "env: Vec.Step: no such action"},
		"short image":     {func() { b.Step(b.act, b.obs[1:], b.vec) }, "env: Vec: observations have the wrong length"},
		"short vector":    {func() { b.Reset(b.obs, b.vec[1:]) }, "env: Vec: observations have the wrong length"},
	} {
		func() {
			defer func() {
				if got := recover(); got != tc.want {
					t.Errorf("%s: panic is %v, want %q", name, got, tc.want)
				}
			}()
			tc.use()
		}()
	}
}

func TestVecAllocatesNothing(t *testing.T) {
	crew := team.New(2)
	defer crew.Close()
	for name, workers := range map[string]*team.Team{"alone": nil, "team": crew} {
		b := newBench(t, 10, 1, workers, newDrift)
		b.reset()
		if n := testing.AllocsPerRun(5, func() {
			for range 200 {
				b.Step(b.act, b.obs, b.vec)
			}
		}); n != 0 {
			t.Errorf("%s: 200 steps allocate %v times", name, n)
		}
	}
}

func TestSeedsOfTrainingAndEvaluationNeverMeet(t *testing.T) {
	seen := map[uint64]string{}
	for _, seed := range []uint64{0, 1, 2, 1 << 63, math.MaxUint64} {
		for i := range 1000 {
			train, eval := env.TrainSeed(seed, i), env.EvalSeed(seed, i)
			if train>>63 != 0 || eval>>63 != 1 {
				t.Fatalf("seed %d, world %d: halves of train %#x and eval %#x are not apart", seed, i, train, eval)
			}
			for s, name := range map[uint64]string{train: "train", eval: "eval"} {
				name = fmt.Sprintf("%s seed %d world %d", name, seed, i)
				if other, ok := seen[s]; ok {
					t.Fatalf("%s and %s are both %#x", name, other, s)
				}
				seen[s] = name
			}
		}
	}
}

func TestSpecLengths(t *testing.T) {
	s := env.Spec{
		H: 2, W: 3, C: 4, Vector: []env.Field{{Name: "a", Len: 5}, {Name: "b", Len: 6}}, Signals: []env.Field{{Name: "c", Len: 7}},
	}
	if got, want := [3]int{s.ObsLen(), s.VecLen(), s.SignalsLen()}, [3]int{24, 11, 7}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEndString(t *testing.T) {
	for i, want := range []string{"running", "terminated", "truncated", "invalid"} {
		end := env.End(i)
		if got := end.String(); got != want {
			t.Errorf("End(%d): got %q, want %q", end, got, want)
		}
	}
}

func BenchmarkVecStep(b *testing.B) {
	for _, id := range []string{"Probe/Bandit-v0", "Probe/Corridor-v0"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("world=%s/n=64/workers=%d", strings.ReplaceAll(id, "/", "."), workers), func(b *testing.B) {
				crew := team.New(workers)
				defer crew.Close()
				v := newBench(b, 64, 1, crew, func() (env.Env, error) { return catalog.New(id) })
				v.reset()
				b.ReportAllocs()
				for b.Loop() {
					v.Step(v.act, v.obs, v.vec)
				}
				b.ReportMetric(float64(b.N)*64/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}
