package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/auxtasks"
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
	BPTT      int           `json:"bptt,omitempty"` // length of the sequences that a recurrent network is trained on; divides Horizon; 0: Horizon

	Aux       []Extra              `json:"aux,omitempty"`       // tasks and bonuses
	AuxSteps  int                  `json:"aux_steps"`           // auxiliary steps per rollout: of how many of its optimiser steps they are part
	Mixer     auxtasks.MixerConfig `json:"mixer"`               // how the tasks are mixed
	DropEnds  bool                 `json:"drop_ends,omitempty"` // replay makes a known mistake, for comparison: see dropends.go
	ReplayLen int                  `json:"replay_len"`          // transitions that replay keeps of each world

	Keep Keep `json:"keep"` // which checkpoints a run keeps

	Wrap       env.Wrap `json:"wrap,omitzero"`         // how worlds are wrapped, in training and wherever the agent is used
	RewardNorm bool     `json:"reward_norm,omitempty"` // normalise rewards in training; see env.RewardNorm

	Init   Init   `json:"init,omitzero"`    // where the first weights are from
	Freeze string `json:"freeze,omitempty"` // parts of the network that keep them: "encoder", "core" or "encoder,core"
}

// Init says which run the first weights are from.
type Init struct {
	Run  string `json:"run"`  // directory, or that of one of its checkpoints; "": they are drawn
	Step int    `json:"step"` // of the checkpoint; 0: the newest
}

// Extra is an auxiliary task or a bonus to the reward, and how much of it.
type Extra struct {
	Kind     string          `json:"kind"`               // in the registry of auxtasks
	Name     string          `json:"name,omitempty"`     // "": Kind; two of one kind need names
	Weight   float32         `json:"weight"`             // of the loss, or factor of the bonus
	Final    float32         `json:"final,omitempty"`    // what the weight moves to, in a straight line
	Over     float32         `json:"over,omitempty"`     // fraction of the budget after which it is there; 0: it stays
	Settings json.RawMessage `json:"settings,omitempty"` // an object with the kind's settings that are not the default
}

// NewExtra returns one of a kind with its default weight.
func NewExtra(kind string) (Extra, error) {
	k, err := auxtasks.Lookup(kind)
	if err != nil {
		return Extra{}, err
	}
	return Extra{Kind: kind, Weight: k.Weight}, nil
}

// Add appends a task or bonus. The entropy task takes the place of the objectives' own entropy bonus.
func (c *Config) Add(e Extra) {
	if e.Kind == "entropy" {
		c.PPO.Entropy, c.A2C.Entropy = 0, 0
	}
	c.Aux = append(c.Aux, e)
}

// ID returns the name it goes by.
func (e Extra) ID() string {
	if e.Name == "" {
		return e.Kind
	}
	return e.Name
}

func (e Extra) validate() error {
	if !(e.Over >= 0 && e.Over <= 1) {
		return fmt.Errorf("agent: %s: over is %v, must be a fraction of the budget", e.ID(), e.Over)
	}
	if w := e.Weight + e.Final; w != w || w-w != 0 {
		return fmt.Errorf("agent: %s: its weight must be finite", e.ID())
	}
	return nil
}

// Algos lists the objectives by name.
func Algos() []string { return []string{"ppo", "a2c"} }

// Default returns settings that work for worlds of the given kind, wrapped as they will be; steps of grid worlds are cheap, hence 200,000.
func Default(algo string, spec env.Spec) Config {
	c := Config{
		Algo: algo, Seed: 1, Steps: 200_000, Worlds: 16, Horizon: 128, Gamma: 0.99,
		LR: 1e-3, Anneal: true, Optimizer: "adam", ClipNorm: 0.5,
		PPO: DefaultPPO(), A2C: DefaultA2C(), Net: policy.Default(ShapeOf(spec)),
		AuxSteps: 1, Mixer: auxtasks.DefaultMixer(), ReplayLen: 2000, Keep: DefaultKeep(),
	}
	if algo == "a2c" {
		c.Horizon = 8
	}
	return c
}

// ShapeOf returns the network shape for worlds of a kind.
func ShapeOf(spec env.Spec) policy.Shape {
	s := policy.Shape{H: spec.H, W: spec.W, C: spec.C, Codes: spec.Codes, Vec: spec.VecLen(), Actions: len(spec.Actions)}
	at := 0
	for _, f := range spec.Vector {
		if f.Codes > 0 {
			s.Tokens = append(s.Tokens, policy.Tokens{Off: at, Len: f.Len, Codes: f.Codes})
		}
		at += f.Len
	}
	return s
}

// Validate reports the first setting that cannot work for worlds of the given kind, wrapped as Wrap says.
func (c Config) Validate(spec env.Spec) error {
	if err := c.ValidateSizes(); err != nil {
		return err
	}
	if c.Steps < 1 {
		return fmt.Errorf("agent: steps is %d, must be at least 1", c.Steps)
	}
	if c.Worlds < 1 || c.Horizon < 1 {
		return fmt.Errorf("agent: %d worlds and a horizon of %d, both must be at least 1", c.Worlds, c.Horizon)
	}
	if err := c.validateMemory(spec); err != nil {
		return err
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
	plan, length := objective.Plan(), max(c.length(), 1)
	if c.BPTT < 0 || c.Horizon%length != 0 {
		return fmt.Errorf("agent: bptt is %d, must divide the horizon, %d", c.BPTT, c.Horizon)
	}
	if n := c.Worlds * c.Horizon / length; plan.Minibatches > n {
		what := "transitions"
		if c.length() > 0 {
			what = fmt.Sprintf("sequences of %d transitions", length)
		}
		return fmt.Errorf("agent: %d minibatches of %d %s: lower the former or raise worlds or horizon", plan.Minibatches, n, what)
	}
	if steps := plan.Epochs * plan.Minibatches; len(c.Aux) > 0 && (c.AuxSteps < 1 || c.AuxSteps > steps) {
		return fmt.Errorf("agent: aux steps is %d, must be 1 to %d, the optimiser's steps per rollout", c.AuxSteps, steps)
	}
	if err := c.Mixer.Validate(); err != nil {
		return err
	}
	if c.ReplayLen < 1 {
		return fmt.Errorf("agent: replay len is %d, must be at least 1", c.ReplayLen)
	}
	if err := c.Keep.validate(); err != nil {
		return err
	}
	for _, e := range c.Aux {
		if err := e.validate(); err != nil {
			return err
		}
	}
	if err := c.validateStart(); err != nil {
		return err
	}
	if c.Optimizer != "adam" && c.Optimizer != "rmsprop" {
		return fmt.Errorf("agent: no optimizer %q; there are adam and rmsprop", c.Optimizer)
	}
	return c.Net.Validate(ShapeOf(spec))
}

// validateStart checks Init and Freeze as far as that can be done without reading.
func (c Config) validateStart() error {
	if c.Init.Step < 0 || c.Init.Step > 0 && c.Init.Run == "" {
		return fmt.Errorf("agent: init.step is %d, must be that of a checkpoint of init.run", c.Init.Step)
	}
	for _, part := range c.frozen() {
		if part != "encoder" && part != "core" {
			return fmt.Errorf("agent: freeze is %q; what can be frozen is encoder, core or encoder,core", c.Freeze)
		}
		if part == "core" && c.Net.Core == "" {
			return fmt.Errorf("agent: freeze is %q, but the network has no core", c.Freeze)
		}
	}
	return nil
}

// frozen lists the parts of the network that are.
func (c Config) frozen() []string {
	if c.Freeze == "" {
		return nil
	}
	return strings.Split(c.Freeze, ",")
}

// length returns that of the sequences in minibatches; 0: they are of shuffled rows.
func (c Config) length() int {
	switch {
	case c.Net.Core == "":
		return 0
	case c.BPTT == 0:
		return c.Horizon
	}
	return c.BPTT
}

// PaysPlainly reports whether the first critic learns of the world's rewards as they are: not scaled, and without bonuses.
func (c Config) PaysPlainly() bool {
	return !c.RewardNorm && !slices.ContainsFunc(c.Aux, func(e Extra) bool {
		k, err := auxtasks.Lookup(e.Kind)
		return err == nil && k.IsBonus
	})
}

// minibatchRows returns how many rows the largest minibatch has.
func (c Config) minibatchRows(plan Plan) int {
	length := max(c.length(), 1)
	pieces := c.Worlds * c.Horizon / length
	return (pieces + plan.Minibatches - 1) / plan.Minibatches * length
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
