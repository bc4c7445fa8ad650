package minatar

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// trace is a line of testdata/traces.jsonl.gz, recorded on the Python original.
type trace struct {
	Game    string
	Seed    uint64
	Shape   [3]int
	Initial packed
	Steps   []traceStep
}

type traceStep struct {
	Action int     `json:"a"`
	Reward float64 `json:"r"`
	Done   bool
	State  packed
	Reset  packed
}

// packed is an image [y][x][channel], eight bytes to one, the first in the highest bit.
type packed []byte

func (p *packed) UnmarshalText(text []byte) error {
	*p = make([]byte, hex.DecodedLen(len(text)))
	_, err := hex.Decode(*p, text)
	return err
}

// ids are the worlds of the recorded games.
var ids = map[string]string{
	"asterix":        "MinAtar/Asterix-v0",
	"breakout":       "MinAtar/Breakout-v0",
	"freeway":        "MinAtar/Freeway-v0",
	"seaquest":       "MinAtar/Seaquest-v0",
	"space_invaders": "MinAtar/SpaceInvaders-v0",
}

// readTraces returns the first n games; there are five.
func readTraces(t *testing.T, n int) []trace {
	t.Helper()
	f, err := os.Open("testdata/traces.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]trace, n)
	dec := json.NewDecoder(z)
	for i := range all {
		if err := dec.Decode(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestTraces finds the first difference where TestDigests only finds that there is one.
func TestTraces(t *testing.T) {
	for _, tr := range readTraces(t, len(ids)) {
		t.Run(tr.Game, func(t *testing.T) {
			r := newRig(t, ids[tr.Game], Default())
			r.Seed(tr.Seed)
			if err := r.follow(&tr); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// follow plays the trace and returns the first difference.
func (r *rig) follow(tr *trace) error {
	if s := r.spec; [3]int{s.H, s.W, s.C} != tr.Shape {
		return fmt.Errorf("shape: got %d %d %d, want %d", s.H, s.W, s.C, tr.Shape)
	}
	r.reset()
	if err := r.differs(tr.Initial); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	for i, want := range tr.Steps {
		got := r.step(want.Action)
		if err := r.differs(want.State); err != nil {
			return fmt.Errorf("step %d, action %d: %w", i, want.Action, err)
		}
		if got.Reward != want.Reward || (got.End == env.Terminated) != want.Done {
			return fmt.Errorf("step %d, action %d: got %v, want %v, done %t", i, want.Action, got, want.Reward, want.Done)
		}
		if !want.Done {
			continue
		}
		r.reset()
		if err := r.differs(want.Reset); err != nil {
			return fmt.Errorf("reset after step %d: %w", i, err)
		}
	}
	return nil
}

func (r *rig) differs(want packed) error {
	for i, got := range r.obs {
		if w := want[i/8] >> (7 - i%8) & 1; got != w {
			c := r.spec.C
			return fmt.Errorf("x %d, y %d, channel %d: got %d, want %d", i/c%side, i/c/side, i%c, got, w)
		}
	}
	return nil
}

// TestTraceFindsDifferences shows that follow notices what it is there for.
func TestTraceFindsDifferences(t *testing.T) {
	damage := map[string]func(tr *trace){
		"shape":   func(tr *trace) { tr.Shape[2]++ },
		"initial": func(tr *trace) { tr.Initial[49] ^= 1 },
		"action":  func(tr *trace) { tr.Steps[2].Action = actRight },
		"state":   func(tr *trace) { tr.Steps[1400].State[7] ^= 1 },
		"reward":  func(tr *trace) { tr.Steps[40].Reward += 0x1p-52 },
		"end":     func(tr *trace) { tr.Steps[5].Done = false },
		"reset":   func(tr *trace) { tr.Steps[5].Reset[0] ^= 1 },
	}
	for name, f := range damage {
		tr := readTraces(t, 1)[0]
		f(&tr)
		r := newRig(t, "MinAtar/Breakout-v0", Default())
		r.Seed(tr.Seed)
		if r.follow(&tr) == nil {
			t.Errorf("damaged %s goes unnoticed", name)
		}
	}
}
