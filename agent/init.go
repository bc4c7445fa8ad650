package agent

import (
	"errors"
	"fmt"

	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// begin gives a new network the weights that it shall begin with and freezes what shall keep them. notes says what was not taken over.
// Init.Step becomes the step of the checkpoint.
func (c *Config) begin(net *policy.Net, actions []string) (notes []string, err error) {
	if err := net.Freeze(c.frozen()...); err != nil {
		return nil, err
	}
	if c.Init.Run == "" {
		return nil, nil
	}
	ckpt, err := c.Init.load()
	if err != nil {
		return nil, err
	}
	if notes, err = policy.Transfer(net, actions, ckpt); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Init.Run, err)
	}
	c.Init.Step = int(ckpt.Step)
	return notes, nil
}

// load reads the checkpoint. Of the newest ones, none is passed over: who begins with a run's weights should know which.
func (i Init) load() (*run.Checkpoint, error) {
	path, step, one := run.Split(i.Run)
	switch {
	case !one:
		path, step = i.Run, int64(i.Step)
	case i.Step > 0 && step != int64(i.Step):
		return nil, fmt.Errorf("agent: init.step is %d, but %s is another checkpoint", i.Step, i.Run)
	}
	dir, err := run.Open(path)
	if err != nil {
		return nil, err
	}
	if one || step > 0 {
		return dir.LoadStep(step)
	}
	c, skipped, err := dir.Load()
	return c, errors.Join(append(skipped, err)...)
}

// Begun says what the first weights are, if Init gave them: what was not taken over of the other run, as lines for people.
func (t *Trainer) Begun() []string { return t.notes }
