package agent

import (
	"fmt"
	"strings"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// Config holds the settings of a training run. A step is one decision in one world.
type Config struct {
	Algo      string        `json:"algo"`      // "ppo" or "a2c"
	Seed      uint64        `json:"seed"`      // of everything random
	Steps     int           `json:"steps"`     // budget; the step size anneals over it
	Worlds    int           `json:"worlds"`    // run in step
	Horizon   int           `json:"horizon"`   // decisions per world in a rollout
	Gamma     float32       `json:"gamma"`     // discount per decision
	LR        float32       `json:"lr"`        // step size of the optimiser
	Anneal    bool          `json:"anneal"`    // lower LR linearly, to 0 at Steps
	Optimizer string        `json:"optimizer"` // "adam" or "rmsprop" (TensorFlow form)
	ClipNorm  float32       `json:"clip_norm"` // of the whole gradient; 0: not clipped
	PPO       PPOConfig     `json:"ppo"`       // if Algo is "ppo"
	A2C       A2CConfig     `json:"a2c"`       // if Algo is "a2c"
	Net       policy.Config `json:"net"`
}

// Algos lists the objectives by name.
func Algos() []string { return []string{"ppo", "a2c"} }

// Default returns settings that work for worlds of the given kind; steps of grid worlds are cheap, hence 200,000.
func Default(algo string, spec env.Spec) Config {
	c := Config{
		Algo: algo, Seed: 1, Steps: 200_000, Worlds: 16, Horizon: 128, Gamma: 0.99,
		LR: 1e-3, Anneal: true, Optimizer: "adam", ClipNorm: 0.5,
		PPO: DefaultPPO(), A2C: DefaultA2C(), Net: policy.Default(ShapeOf(spec)),
	}
	if algo == "a2c" {
		c.Horizon = 8
	}
	return c
}

// ShapeOf returns the network shape for worlds of a kind.
func ShapeOf(spec env.Spec) policy.Shape {
	return policy.Shape{H: spec.H, W: spec.W, C: spec.C, Codes: spec.Codes, Vec: spec.VecLen(), Actions: len(spec.Actions)}
}

// Validate reports the first setting that cannot work for worlds of the given kind.
func (c Config) Validate(spec env.Spec) error {
	if c.Steps < 1 {
		return fmt.Errorf("agent: steps is %d, must be at least 1", c.Steps)
	}
	if c.Worlds < 1 || c.Horizon < 1 {
		return fmt.Errorf("agent: %d worlds and a horizon of %d, both must be at least 1", c.Worlds, c.Horizon)
	}
	if !(c.Gamma >= 0 && c.Gamma <= 1) {
		return fmt.Errorf("agent: gamma is %v, must be in [0, 1]", c.Gamma)
	}
	if !(c.LR > 0) {
		return fmt.Errorf("agent: lr is %v, must be positive", c.LR)
	}
	if !(c.ClipNorm >= 0) {
		return fmt.Errorf("agent: clip norm is %v, must not be negative", c.ClipNorm)
	}
	objective, err := c.objective(nil)
	if err != nil {
		return err
	}
	if m := objective.Plan().Minibatches; m > c.Worlds*c.Horizon {
		return fmt.Errorf("agent: %d minibatches of %d transitions: lower the former or raise worlds or horizon", m, c.Worlds*c.Horizon)
	}
	if c.Optimizer != "adam" && c.Optimizer != "rmsprop" {
		return fmt.Errorf("agent: no optimizer %q; there are adam and rmsprop", c.Optimizer)
	}
	return c.Net.Validate(ShapeOf(spec))
}

// objective builds the main loss.
func (c Config) objective(workers *nn.Team) (Objective, error) {
	switch c.Algo {
	case "ppo":
		if err := c.PPO.Validate(); err != nil {
			return nil, err
		}
		return NewPPO(c.PPO, workers), nil
	case "a2c":
		if err := c.A2C.Validate(); err != nil {
			return nil, err
		}
		return NewA2C(c.A2C, workers), nil
	}
	return nil, fmt.Errorf("agent: no algorithm %q; there are %s", c.Algo, strings.Join(Algos(), " and "))
}

// newOptimizer builds the optimiser of the given arenas.
func (c Config) newOptimizer(workers *nn.Team, arenas []*nn.Params) nn.Optimizer {
	if c.Optimizer == "rmsprop" {
		return nn.NewRMSProp(nn.DefaultRMSProp(), workers, arenas...)
	}
	return nn.NewAdam(nn.DefaultAdam(), workers, arenas...)
}
