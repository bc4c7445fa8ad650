package probe

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

type savable interface {
	env.Env
	env.Stateful
}

func build(t *testing.T, id string) savable {
	t.Helper()
	w, err := New(id)
	if err != nil {
		t.Fatal(err)
	}
	w.Seed(1)
	return w.(savable)
}

// extremes returns the largest and the smallest return that can follow the present state of w: an exhaustive search over saved states.
func extremes(t *testing.T, w savable, known map[string][2]float64) (most, least float64) {
	t.Helper()
	state := string(w.AppendState(nil))
	if value, ok := known[state]; ok {
		return value[0], value[1]
	}
	most, least = math.Inf(-1), math.Inf(1)
	spec := w.Spec()
	obs, vec := spec.Buffers()
	for action := range spec.Actions {
		if err := w.RestoreState([]byte(state)); err != nil {
			t.Fatal(err)
		}
		s := w.Step(action, obs, vec)
		hi, lo := 0.0, 0.0
		if s.End == env.Running {
			hi, lo = extremes(t, w, known)
		}
		most, least = max(most, s.Reward+hi), min(least, s.Reward+lo)
	}
	known[state] = [2]float64{most, least}
	return most, least
}

func TestBestIsBest(t *testing.T) {
	for _, id := range IDs() {
		w := build(t, id)
		spec := w.Spec()
		obs, vec := spec.Buffers()
		tolerance := 0.0
		if strings.Contains(id, "DeepSea") {
			tolerance = 1e-12 // its costs are no binary fractions
		}
		for range 20 {
			w.Reset(obs, vec)
			got, worst := extremes(t, w, map[string][2]float64{})
			if strings.Contains(id, "Umbrella") {
				got -= (got + worst) / 2 // the sum of rewards that mean nothing
			}
			if math.Abs(got-spec.Best) > tolerance {
				t.Errorf("%s: the best return is %v, Best says %v", id, got, spec.Best)
			}
		}
	}
}

// bestBlind returns the best mean return over many episodes of a policy that maps the observed byte, or with blind nothing, to
// an action.
func bestBlind(t *testing.T, id string, blind bool) float64 {
	t.Helper()
	w := build(t, id)
	spec := w.Spec()
	symbols, actions := spec.Codes[0], len(spec.Actions)
	policies := int(math.Pow(float64(actions), float64(symbols)))
	total := make([]float64, policies)
	const episodes = 4000
	obs := make([]byte, 1)
	for range episodes {
		w.Reset(obs, nil)
		start, first := w.AppendState(nil), obs[0]
		for policy := range total {
			if err := w.RestoreState(start); err != nil {
				t.Fatal(err)
			}
			obs[0] = first
			for s := (env.Step{}); s.End == env.Running; {
				action := policy
				if !blind {
					for range obs[0] {
						action /= actions
					}
				}
				s = w.Step(action%actions, obs, nil)
				total[policy] += s.Reward / episodes
			}
		}
	}
	most := total[0]
	for _, x := range total {
		most = max(most, x)
	}
	return most
}

func TestWithoutTheAbility(t *testing.T) {
	const tolerance = 0.03 // four standard errors of 4000 episodes
	if got := bestBlind(t, "Probe/Memory-v0", false); math.Abs(got-MemoryBlind) > tolerance {
		t.Errorf("Memory: the best policy without memory gets %v, want %v", got, MemoryBlind)
	}
	if got := bestBlind(t, "Probe/Context-v0", true); math.Abs(got-ContextBlind) > tolerance {
		t.Errorf("Context: the best policy that does not look gets %v, want %v", got, ContextBlind)
	}
	if got := bestBlind(t, "Probe/Context-v0", false); math.Abs(got-1) > 1e-9 {
		t.Errorf("Context: the best policy that looks gets %v, want 1", got)
	}
}

func TestCorridorIsTruncated(t *testing.T) {
	w := build(t, "Probe/Corridor-v0")
	obs := make([]byte, corridorCells)
	w.Reset(obs, nil)
	ret, n, s := 0.0, 0, env.Step{}
	for ; s.End == env.Running; n++ {
		s = w.Step(0, obs, nil)
		ret += s.Reward
	}
	if s.End != env.Truncated || n != 32 || ret != -0.5 {
		t.Errorf("got %v after %d decisions with %v, want truncated after 32 with -0.5", s.End, n, ret)
	}
	if want := [corridorCells]byte{cellAgent, 7: cellGoal}; [corridorCells]byte(obs) != want {
		t.Errorf("at the wall: got %v, want %v", obs, want)
	}
}

func TestCorridorTellsTheWay(t *testing.T) {
	w := build(t, "Probe/Corridor-v0").(*Corridor)
	obs := make([]byte, corridorCells)
	w.Reset(obs, nil)
	for at := range corridorCells {
		if got, want := w.Potential(), float64(at-7)/7; got != want {
			t.Errorf("cell %d: Potential is %v, want %v", at, got, want)
		}
		want := uint64(0)
		if at >= 4 {
			want |= 1
		}
		if at == 7 {
			want |= 2
		}
		if got := w.Milestones(); got != want {
			t.Errorf("cell %d: Milestones are %b, want %b", at, got, want)
		}
		if at < 7 {
			w.Step(1, obs, nil)
		}
	}
}

// The values that the documentation states, found by evaluating the one policy there is.
func TestDiscountValue(t *testing.T) {
	for _, gamma := range []float64{0, 0.5, 0.9, 0.99, 1} {
		w := build(t, "Probe/Discount-v0")
		obs := make([]byte, 1)
		w.Reset(obs, nil)
		var seen []byte
		var rewards []float64
		for s := (env.Step{}); s.End == env.Running; {
			seen = append(seen, obs[0])
			s = w.Step(0, obs, nil)
			rewards = append(rewards, s.Reward)
		}
		value := 0.0
		for i := len(seen) - 1; i >= 0; i-- {
			value = rewards[i] + gamma*value
			if got := DiscountValue(gamma, i); int(seen[i]) != i || math.Abs(got-value) > 1e-15 {
				t.Errorf("gamma %v, step %d: observed %d, DiscountValue %v, want %v", gamma, i, seen[i], got, value)
			}
		}
	}
	if got := DiscountValue(0.9, 0); math.Abs(got-0.43046721) > 1e-15 {
		t.Errorf("gamma 0.9: got %v", got)
	}
}

func TestTruncationValue(t *testing.T) {
	for _, gamma := range []float64{0, 0.5, 0.9, 0.99} {
		w := build(t, "Probe/Truncation-v0")
		obs := make([]byte, 1)
		bootstrapped, ended := 0.0, 0.0
		for range 5000 { // episodes; expected updates over one each
			w.Reset(obs, nil)
			sum, sumEnd, n := 0.0, 0.0, 0.0
			for s := (env.Step{}); s.End == env.Running; n++ {
				s = w.Step(0, obs, nil)
				sum += s.Reward + gamma*bootstrapped
				sumEnd += s.Reward
				if s.End == env.Running {
					sumEnd += gamma * ended
				}
			}
			bootstrapped, ended = sum/n, sumEnd/n
		}
		if got := TruncationValue(gamma); math.Abs(got-bootstrapped) > 1e-12*got {
			t.Errorf("gamma %v: TruncationValue is %v, want %v", gamma, got, bootstrapped)
		}
		if got := TruncationValueAsEnd(gamma); math.Abs(got-ended) > 1e-12*got {
			t.Errorf("gamma %v: TruncationValueAsEnd is %v, want %v", gamma, got, ended)
		}
	}
}

func TestUnknown(t *testing.T) {
	if w, err := New("Probe/Nothing-v0"); w != nil || err == nil {
		t.Errorf("got %v, %v, want an error", w, err)
	}
	if got := Describe("Probe/Nothing-v0"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestMisuse(t *testing.T) {
	for _, id := range IDs() {
		for name, tc := range map[string]struct {
			use  func(w savable, obs []byte, vec []float32)
			want string
		}{
			"no such action": {func(w savable, obs []byte, vec []float32) {
				w.Reset(obs, vec)
				w.Step(len(w.Spec().Actions), obs, vec)
			}, "probe: Step: no such action"},
			"before Reset": {func(w savable, obs []byte, vec []float32) { w.Step(0, obs, vec) }, "probe: Step: no episode is running"},
			"after the end": {func(w savable, obs []byte, vec []float32) {
				finish(w, obs, vec)
				w.Step(0, obs, vec)
			}, "probe: Step: no episode is running"},
		} {
			w := build(t, id)
			obs, vec := w.Spec().Buffers()
			if got := panicOf(func() { tc.use(w, obs, vec) }); got != tc.want {
				t.Errorf("%s: %s: panic is %v, want %q", id, name, got, tc.want)
			}
		}
	}
}

func finish(w savable, obs []byte, vec []float32) {
	w.Reset(obs, vec)
	for w.Step(0, obs, vec).End == env.Running {
	}
}

// A world saved before the first episode or between two continues with the same ones.
func TestSavedOutsideEpisodes(t *testing.T) {
	for _, id := range IDs() {
		w := build(t, id)
		spec := w.Spec()
		for range 10 {
			other := build(t, id)
			if err := other.RestoreState(w.AppendState(nil)); err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			got, vec := spec.Buffers()
			want, _ := spec.Buffers()
			other.Reset(got, vec)
			w.Reset(want, vec)
			if !bytes.Equal(got, want) || !bytes.Equal(other.AppendState(nil), w.AppendState(nil)) {
				t.Errorf("%s: got %v, want %v", id, got, want)
			}
			finish(w, want, vec)
		}
	}
}

func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}
