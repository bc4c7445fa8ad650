package agent

import (
	"errors"
	"fmt"
	"strings"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/policy"
)

// Presets lists the named settings.
func Presets() []string { return []string{"default", "minigrid", "torch-ac", "minatar", "unreal"} }

// Preset returns named settings for worlds of the given kind: those of Default; minigrid, for small worlds of MiniGrid; those of
// torch-ac, the PyTorch agents that MiniGrid's papers trained with, as its scripts (rl-starter-files) set them; minatar, for
// MinAtar; or unreal, for mazes and other worlds of pixels, the agent of Jaderberg et al. (2016).
//
// minigrid is PPO's: the second of `rlrun sweep studies/sweeps/minigrid.toml`, c22, which on further seeds that no report uses, 111 to 125,
// was before the first, and half as much work. From Default it differs in larger steps, half the horizon, three epochs, a wider clip, and
// heads that read 128 features without a layer of their own. DoorKey-5x5 takes 37,000 steps to a return of 0.9, not 59,000.
//
// minatar is Default on the budget of MinAtar's paper, 5 M frames (Young & Tian 2019), with rewards clipped at 1 as for the games that
// it abridges (Mnih et al. 2015); studies/minatar.toml measures it.
//
// unreal is A2C with UNREAL's network where there are frames (on symbols the small one), an LSTM, 20 steps of 16 worlds, n-step
// returns, and pixel control, reward prediction and value replay, each on sequences of its own, at the weights that their means
// go with; gradients are clipped at 40. Adam takes the place of the shared RMSProp, whose constants belong to sums over time;
// losses are means here.
//
// From Default, torch-ac differs in this: the step size does not anneal; PPO does not normalise advantages and clips the value
// within 0.2 of its old one; the weight of the value loss is 1, because ours has a factor of ½ that torch-ac's, weighted 0.5, has
// not; A2C takes RMSProp. The rest is the same: 16 worlds, 128 steps (A2C: 8), 4 epochs of minibatches of 256, step size 1e-3, λ 0.95,
// discount 0.99, entropy 0.01, clipping at 0.2 and of the gradient at 0.5; three 2x2 convolutions of 16, 32, 64 maps with pooling
// after the first; heads of 64 tanh units.
//
// What remains different from torch-ac: symbols are one-hot and not numbers; between convolutions and heads stands a layer of 64
// ReLU units that also reads the vector beside the image; first weights are orthogonal; Adam's and RMSProp's epsilon is 1e-5 and
// not 1e-8, RMSProp has TensorFlow's form; an episode that the clock cuts short is bootstrapped and not taken for an end.
func Preset(name, algo string, spec env.Spec) (Config, error) {
	c := Default(algo, spec)
	switch name {
	case "default":
	case "minigrid":
		if algo != "ppo" {
			return Config{}, errors.New("agent: the preset minigrid is PPO's")
		}
		c.LR, c.Horizon, c.PPO.Epochs, c.PPO.Clip = 0.00225, 64, 3, 0.3
		if c.Net.Hidden > 0 { // the network of symbols
			c.Net.Features, c.Net.Hidden = 128, 0
		}
	case "torch-ac":
		c.Anneal = false
		c.PPO.Normalize, c.PPO.Value, c.PPO.ValueClip, c.PPO.Entropy = false, 1, 0.2, 0.01
		c.A2C.Value = 1
		if algo == "a2c" {
			c.Optimizer = "rmsprop"
		}
	case "minatar":
		c.Steps, c.Wrap.RewardClip = 5_000_000, 1
	case "unreal":
		if algo != "a2c" {
			return Config{}, fmt.Errorf("agent: the preset unreal is A2C's; %s has its own ways, give it the tasks by themselves", algo)
		}
		c.unreal(ShapeOf(spec))
	default:
		return Config{}, fmt.Errorf("agent: no preset %q; there are %s", name, strings.Join(Presets(), ", "))
	}
	return c, nil
}

// UnrealTasks are the kinds of auxiliary tasks of UNREAL.
func UnrealTasks() []string { return []string{"pixel-control", "reward-prediction", "value-replay"} }

func (c *Config) unreal(shape policy.Shape) {
	if shape.Codes == nil && min(shape.H, shape.W) >= 20 {
		c.Net = c.Net.WithEncoder("unreal", shape)
	}
	c.Net = c.Net.WithCore("lstm", shape)
	c.Net.ForgetBias = 1
	c.Worlds, c.Horizon, c.LR = 16, 20, 7e-4
	c.A2C.Lambda, c.A2C.Entropy = 1, 1e-3
	c.ClipNorm, c.Mixer.Clip = 40, 40
	for _, kind := range UnrealTasks() {
		e, err := NewExtra(kind)
		if err != nil {
			panic("agent: a task of UNREAL is not registered")
		}
		c.Add(e)
	}
}
