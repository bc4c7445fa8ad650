package env

import "github.com/auxrl/auxrl/internal/rng"

// noOps begins episodes with some steps that do nothing.
type noOps struct {
	wrapper
	action, most int
	draws        rng.Stream
	layer        uint64
}

// NoOpStart returns w in which an episode begins after 1 to most steps of the given action, evenly drawn: the agent starts from
// states it cannot foresee (Mnih et al. 2015). An episode that ends meanwhile is begun anew. The rewards of these steps count in the
// episode's return, and the steps in its frames. (Stable-Baselines3: NoopResetEnv; Gymnasium: AtariPreprocessing.)
func NoOpStart(w Env, action, most int) (Env, error) {
	spec := w.Spec()
	switch {
	case action < 0 || action >= len(spec.Actions):
		return nil, refused(w, "has no action %d to begin with", action)
	case most < 1 || most > maxRepeat:
		return nil, refused(w, "cannot begin with up to %d steps, want 1 to %d", most, maxRepeat)
	case spec.StepLimit > 0 && most >= spec.StepLimit:
		return nil, refused(w, "its limit of %d steps leaves nothing after %d to begin with", spec.StepLimit, most)
	}
	n := &noOps{wrapper: wrapped(metered(w)), action: action, most: most, layer: layers[*noOps](w)}
	n.spec.Best = 0
	return honest(n), nil
}

// Seed restarts the world and the draws.
func (n *noOps) Seed(seed uint64) {
	n.Env.Seed(seed)
	n.draws.Seed(rng.At(rng.Key(seed, "no-ops"), n.layer))
}

// Reset begins an episode.
func (n *noOps) Reset(obs []byte, vec []float32) {
	n.Env.Reset(obs, vec)
	for range 1 + n.draws.Below(n.most) {
		if n.Env.Step(n.action, obs, vec).End != Running {
			n.Env.Reset(obs, vec)
		}
	}
}

// AppendState appends the draws and the world.
func (n *noOps) AppendState(b []byte) []byte { return n.wrapper.AppendState(n.draws.AppendState(b)) }

// RestoreState continues what AppendState saved.
func (n *noOps) RestoreState(b []byte) error {
	own, err := n.split(b, rng.StateLen)
	if err != nil {
		return err
	}
	return n.draws.RestoreState(own)
}
