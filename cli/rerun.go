package cli

import "github.com/auxrl/auxrl/viz"

// rerun is a game that is played again from its trace: a feed that is recorded.
type rerun struct {
	game  *game
	trace *trace
	at    int // line that comes next
}

// newRerun opens the trace in a file.
func (a *app) newRerun(file string) (*rerun, error) {
	t, err := readTrace(file)
	if err != nil {
		return nil, usage(err)
	}
	build, err := a.world(t.env)
	if err != nil {
		return nil, err
	}
	g, err := newGame(build, viz.Sinks{}, t.seed)
	if err != nil {
		return nil, err
	}
	return &rerun{game: g, trace: t}, nil
}

// next implements feed.
func (r *rerun) next() (*viz.Snapshot, error) {
	if r.at == len(r.trace.lines) {
		return nil, nil
	}
	if err := r.game.line(r.trace, r.at); err != nil {
		return nil, err
	}
	r.at++
	return &r.game.snap, nil
}

// moments implements recorded, and so does rewind.
func (r *rerun) moments() int { return len(r.trace.lines) }

func (r *rerun) rewind() { r.at, r.game.over = 0, false }
