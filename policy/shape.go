// Package policy builds the agent's network: an encoder that sizes itself to the observation, an actor and a critic per
// stream of rewards; and it puts trained ones to use: see [Open].
package policy

import (
	"fmt"
	"slices"
)

// Shape is what a network is built for.
type Shape struct {
	H       int   `json:"h"`
	W       int   `json:"w"`
	C       int   `json:"c"`
	Codes   []int `json:"codes,omitempty"` // per channel, how many symbols its bytes stand for; nil: intensities
	Vec     int   `json:"vec"`             // floats beside the image
	Actions int   `json:"actions"`

	Tokens []Tokens `json:"tokens,omitempty"` // stretches of the floats beside the image that are symbols, in order
}

// Validate reports the first dimension that cannot work.
func (s Shape) Validate() error {
	if s.H <= 0 || s.W <= 0 || s.C <= 0 {
		return fmt.Errorf("policy: observations are %dx%dx%d, every side must be at least 1", s.H, s.W, s.C)
	}
	if s.Codes != nil && len(s.Codes) != s.C {
		return fmt.Errorf("policy: %d channels but codes for %d", s.C, len(s.Codes))
	}
	for c, n := range s.Codes {
		if n < 1 || n > 256 {
			return fmt.Errorf("policy: channel %d has %d symbols, must be 1 to 256", c, n)
		}
	}
	if s.Vec < 0 {
		return fmt.Errorf("policy: %d floats beside the image", s.Vec)
	}
	if s.Actions < 1 {
		return fmt.Errorf("policy: %d actions, must be at least 1", s.Actions)
	}
	return s.validateTokens()
}

// Config chooses the network.
type Config struct {
	Encoder  string `json:"encoder"`  // see Encoders
	Features int    `json:"features"` // width of the tap "features"
	Hidden   int    `json:"hidden"`   // width of a hidden layer in the actor and in each critic; 0: none

	Init string `json:"init,omitempty"` // first weights of the encoder, "features" included, see Inits; "": orthogonal

	Core       string `json:"core,omitempty"`        // recurrent core between features and heads, "lstm" or "gru"; "": none
	CoreSize   int    `json:"core_size,omitempty"`   // width of the tap "core"
	LastAction bool   `json:"last_action,omitempty"` // the core also reads the action before, one in Actions
	LastReward bool   `json:"last_reward,omitempty"` // and the reward it brought, clipped to [-1, 1]

	// ForgetBias is what the biases of the LSTM's forget gates and of the GRU's update gates begin at: the higher, the longer cells
	// remember before they have learned to, half of it from step to step at 0, 7 of 8 parts at 2. UNREAL has 1.
	ForgetBias float32 `json:"forget_bias,omitempty"`
}

// Cores lists the recurrent cores by name.
func Cores() []string { return []string{"lstm", "gru"} }

// WithCore returns the network with a recurrent core of the given kind in it, which reads the last action and reward too. It has
// as many units as UNREAL's, 256, on frames, else 128. Its forget bias is 2: with it, what was seen 30 steps ago is learned about in half
// as many steps as with 1, and more surely.
func (c Config) WithCore(kind string, s Shape) Config {
	c.Core, c.CoreSize, c.LastAction, c.LastReward, c.ForgetBias = kind, 128, true, true, 2
	if choose(c.Encoder, s) != "small" {
		c.CoreSize = 256
	}
	return c
}

// Default returns the network that fits a shape: the small one of the MiniGrid papers for symbols and small images, the one
// of Mnih et al. (2015) for frames.
func Default(s Shape) Config { return Config{}.WithEncoder("auto", s) }

// WithEncoder returns the network with an encoder of the given kind, as wide as in its paper.
func (c Config) WithEncoder(kind string, s Shape) Config {
	c.Encoder, c.Features, c.Hidden = kind, 256, 0
	switch choose(kind, s) {
	case "small":
		c.Features, c.Hidden = 64, 64
	case "nature":
		c.Features = 512
	}
	return c
}

// Encoders lists the encoders by name: small is the network of the MiniGrid papers; nature that of Mnih et al. (2015); unreal that of
// A3C and UNREAL, a third of nature's work per row; impala the residual one of Espeholt et al. (2018), four times nature's; plain the
// same 15 convolutions without shortcuts; auto is small or nature, see Default.
func Encoders() []string { return []string{"auto", "small", "nature", "unreal", "impala", "plain"} }

// Inits lists the ways in which the first weights of the encoder are drawn: orthogonal, with gains that keep the size of activations and
// gradients from layer to layer (Saxe et al. 2014); uniform in [-UniformBound, UniformBound), whatever a layer reads, which does not.
// Biases begin at 0, and core, actor and critics as they do, with either.
func Inits() []string { return []string{"orthogonal", "uniform"} }

// MaxForgetBias is the farthest from 0 that gates may begin: there they pass all but 5e-5 of what they could.
const MaxForgetBias = 10

// UniformBound bounds the first weights that are "uniform": it is that of Keras's RandomUniform.
const UniformBound = 0.05

// leastSide returns the smallest side that the kernels of an encoder fit into.
func leastSide(encoder string) int {
	switch encoder {
	case "nature":
		return 36
	case "unreal":
		return 20
	}
	return 1
}

// choose resolves "auto".
func choose(name string, s Shape) string {
	if name != "auto" {
		return name
	}
	if s.Codes == nil && min(s.H, s.W) >= leastSide("nature") {
		return "nature"
	}
	return "small"
}

// Validate reports the first setting that cannot work with the shape.
func (c Config) Validate(s Shape) error {
	switch c.Encoder {
	case "auto", "small", "impala", "plain":
	case "nature", "unreal":
		if s.Codes != nil {
			return fmt.Errorf("policy: the %s encoder reads frames, these observations are symbols; use encoder small", c.Encoder)
		}
		if least := leastSide(c.Encoder); min(s.H, s.W) < least {
			return fmt.Errorf("policy: the %s encoder needs at least %dx%d, observations are %dx%d; use encoder small", c.Encoder, least, least, s.H, s.W)
		}
	default:
		return fmt.Errorf("policy: no encoder %q; there are %v", c.Encoder, Encoders())
	}
	if c.Init != "" && !slices.Contains(Inits(), c.Init) {
		return fmt.Errorf("policy: no init %q; there are %v", c.Init, Inits())
	}
	if c.Features < 1 {
		return fmt.Errorf("policy: features is %d, must be at least 1", c.Features)
	}
	if c.Hidden < 0 {
		return fmt.Errorf("policy: hidden is %d, must not be negative", c.Hidden)
	}
	if c.Core != "" && !slices.Contains(Cores(), c.Core) {
		return fmt.Errorf("policy: no core %q; there are %v", c.Core, Cores())
	}
	if c.Core != "" && c.CoreSize < 1 {
		return fmt.Errorf("policy: core size is %d, must be at least 1", c.CoreSize)
	}
	if !(c.ForgetBias >= -MaxForgetBias && c.ForgetBias <= MaxForgetBias) {
		return fmt.Errorf("policy: forget bias is %g, must be from -%d to %d", c.ForgetBias, MaxForgetBias, MaxForgetBias)
	}
	return nil
}
