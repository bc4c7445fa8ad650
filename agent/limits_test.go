package agent

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// What is beyond all reason is refused before anything is made.
func TestSizes(t *testing.T) {
	built := false
	build := func() (env.Env, error) {
		built = true
		return nil, nil
	}
	for want, edit := range map[string]func(*Config){
		"worlds is ":           func(c *Config) { c.Worlds = 1 << 40 },
		"horizon is ":          func(c *Config) { c.Horizon = 1 << 40 },
		"worlds x horizon is ": func(c *Config) { c.Worlds, c.Horizon = 1<<14, 1<<16 },
		"net.features is ":     func(c *Config) { c.Net.Features = 1 << 40 },
		"replay_len is ":       func(c *Config) { c.ReplayLen = 1 << 40 },
		"wrap.frame_stack is ": func(c *Config) { c.Wrap.FrameStack = 1 << 40 },
		"number of tasks and ": func(c *Config) { c.Aux = make([]Extra, 65) },
	} {
		c := Default("ppo", env.Spec{H: 7, W: 7, C: 3, Actions: []string{"a"}})
		edit(&c)
		_, err := NewTrainer(c, build)
		if err == nil || !strings.HasPrefix(err.Error(), "agent: "+want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
	if built {
		t.Error("a world was made")
	}
	spec := env.Spec{H: 1000, W: 1000, C: 3, Actions: []string{"a"}}
	c := Default("ppo", spec)
	c.Worlds = 64
	if err := c.Validate(spec); err == nil || !strings.Contains(err.Error(), "24.8 GB of observations") {
		t.Errorf("error is %v, want one about memory", err)
	}
}
