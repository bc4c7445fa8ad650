package cli

import (
	"context"
	"errors"
	"time"

	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// weights are those of an agent that is being trained, asked for while it is.
type weights struct {
	client *live.Client
	first  bool // none were given so far
}

// firstTime is how long a viewer waits for weights to begin with: an update may take that long.
const firstTime = 20 * time.Second

// newest returns the agent as it is, and the checkpoint that it is made of if that is not in the directory. With nil, or when training
// is over, it is the newest in the directory.
func (w *weights) newest(ctx context.Context, dir string) (*policy.Actor, *run.Checkpoint, error) {
	if p, ok := w.take(ctx); ok {
		c := p.Checkpoint()
		a, err := policy.FromCheckpoint(c)
		return a, c, err
	}
	a, err := policy.Open(dir)
	return a, nil, err
}

// take returns what has arrived, for which it waits the first time alone, and asks for the next.
func (w *weights) take(ctx context.Context) (p live.Params, ok bool) {
	if w == nil {
		return p, false
	}
	var late <-chan time.Time
	if w.first {
		w.first = false
		if w.client.Want() != nil {
			return p, false
		}
		late = time.After(firstTime)
	}
	if late == nil {
		select {
		case p, ok = <-w.client.Params():
		default:
		}
	} else {
		select {
		case p, ok = <-w.client.Params():
		case <-w.client.Done():
		case <-late:
		case <-ctx.Done():
		}
	}
	_ = w.client.Want() // training may be over
	return p, ok
}

// ownShow is an agent in training that plays by itself, with the weights that it has at each episode's start.
func (a *app) ownShow(dir string, seed uint64) (*show, error) {
	s, err := a.newShow(dir, seed)
	if err != nil {
		return nil, err
	}
	if s.dir == "" {
		return nil, usagef("--attach takes one RUN, the directory of a run in training, not a world")
	}
	c, err := live.Dial(dir)
	if errors.Is(err, live.ErrNobody) {
		return nil, a.notTrained(dir)
	}
	if err != nil {
		return nil, err
	}
	context.AfterFunc(a.ctx, func() { _ = c.Close() })
	s.weights = &weights{client: c, first: true}
	return s, nil
}
