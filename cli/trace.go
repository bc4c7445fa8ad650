package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/auxrl/auxrl/env"
)

// traceLine is a line of a trace: what world it is of, the beginning of an episode, or a decision. Episode k of a trace has the layout
// of env.EvalSeed(Seed, k-1). What a decision returned stands beside it, so that whoever replays the trace can tell whether the world
// is the same.
type traceLine struct {
	V       int     `json:"v,omitempty"` // 1; of the first line
	Kind    string  `json:"kind"`        // "play", "episode" or "step"
	Env     string  `json:"env,omitempty"`
	Seed    *uint64 `json:"seed,omitempty"`
	Episode int     `json:"episode,omitempty"`
	Action  *int    `json:"action,omitempty"`
	Reward  float64 `json:"reward,omitempty"`
	End     string  `json:"end,omitempty"` // empty: the episode goes on
}

// tracer writes a trace. A nil tracer writes none.
type tracer struct {
	f   *os.File
	enc *json.Encoder
}

// newTracer creates a file, which must not exist unless it may be replaced.
func newTracer(name string, replace bool, id string, seed uint64) (*tracer, error) {
	mode := os.O_EXCL
	if replace {
		mode = os.O_TRUNC
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return nil, err
	}
	t := &tracer{f, json.NewEncoder(f)}
	if err := t.enc.Encode(traceLine{V: 1, Kind: "play", Env: id, Seed: &seed}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

func (t *tracer) episode(n int) error {
	if t == nil {
		return nil
	}
	return t.enc.Encode(traceLine{Kind: "episode", Episode: n})
}

func (t *tracer) step(action int, s env.Step) error {
	if t == nil {
		return nil
	}
	return t.enc.Encode(traceLine{Kind: "step", Action: &action, Reward: s.Reward, End: endName(s.End)})
}

func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	return t.f.Close()
}

// endName is the name of an end, empty for none.
func endName(e env.End) string {
	if e == env.Running {
		return ""
	}
	return e.String()
}

// trace is one that was read.
type trace struct {
	env   string
	seed  uint64
	lines []traceLine // episodes and steps
}

// maxTrace is how long a trace may be: longer than anybody plays.
const maxTrace = 1 << 28

// readTrace reads a trace. A last line that was not written to its end is left out.
func readTrace(name string) (*trace, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &trace{}
	lines := bufio.NewReader(io.LimitReader(f, maxTrace))
	for n := 1; ; n++ {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && n > 1 {
			return t, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		var line traceLine
		if err := json.Unmarshal(text, &line); err != nil {
			return nil, fmt.Errorf("%s is no trace of a game: line %d: %w", name, n, err)
		}
		if err := t.add(line, n == 1); err != nil {
			return nil, fmt.Errorf("%s is no trace of a game: line %d: %w", name, n, err)
		}
	}
}

func (t *trace) add(line traceLine, first bool) error {
	switch {
	case first && line.Kind == "play" && line.V == 1 && line.Seed != nil:
		t.env, t.seed = line.Env, *line.Seed
		return nil
	case first:
		return errors.New(`it must begin with {"v":1,"kind":"play",...}`)
	case line.Kind == "episode" && line.Episode > 0:
	case line.Kind == "step" && line.Action != nil && len(t.lines) > 0:
	default:
		return errors.New("neither an episode nor a step of one")
	}
	t.lines = append(t.lines, line)
	return nil
}
