package minigrid

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

// trace is a line of testdata/traces.jsonl.gz, recorded on Minigrid 3.1.0.
type trace struct {
	ID       string
	Seed     uint64
	W, H     int
	MaxSteps int `json:"max_steps"`
	Grid     hexBytes
	Agent    [3]int
	view
	Steps []traceStep
}

type traceStep struct {
	Action int     `json:"a"`
	Reward float64 `json:"r"`
	Ended  bool    `json:"te"`
	Cut    bool    `json:"tr"`
	view
	Reset *view
}

type view struct {
	Mission   string
	Image     hexBytes
	Direction int
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	*h = make([]byte, hex.DecodedLen(len(text)))
	_, err := hex.Decode(*h, text)
	return err
}

// readTraces reads the traces of the id, or all if it is empty.
func readTraces(t *testing.T, id string) []trace {
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
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var all []trace
	for line := range bytes.Lines(text) {
		if id != "" && !bytes.Contains(line[:min(len(line), 100)], []byte(strconv.Quote(id))) {
			continue
		}
		var tr trace
		if err := json.Unmarshal(line, &tr); err != nil {
			t.Fatal(err)
		}
		all = append(all, tr)
	}
	return all
}

// TestTraces finds the first difference where TestDigests only finds that there is one.
func TestTraces(t *testing.T) {
	for _, tr := range readTraces(t, "") {
		t.Run(fmt.Sprintf("%s/seed=%d", tr.ID, tr.Seed), func(t *testing.T) {
			w := newRig(t, tr.ID)
			w.Seed(tr.Seed)
			if err := w.follow(&tr); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// follow plays the trace and returns the first difference.
func (r *rig) follow(tr *trace) error {
	r.reset()
	if err := r.differsLayout(tr); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	if err := r.differs(&tr.view, tr.Mission); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	mission := tr.Mission
	for i, want := range tr.Steps {
		got := r.step(want.Action)
		if err := r.differs(&want.view, mission); err != nil {
			return fmt.Errorf("step %d, action %d: %w", i, want.Action, err)
		}
		if got.Reward != want.Reward || r.terminated != want.Ended || r.truncated != want.Cut || got.End != endOf(want) {
			return fmt.Errorf("step %d, action %d: got %v, terminated %t, truncated %t; want %v, %t, %t",
				i, want.Action, got, r.terminated, r.truncated, want.Reward, want.Ended, want.Cut)
		}
		if want.Reset == nil {
			continue
		}
		r.reset()
		mission = want.Reset.Mission
		if err := r.differs(want.Reset, mission); err != nil {
			return fmt.Errorf("reset after step %d: %w", i, err)
		}
	}
	return nil
}

func endOf(s traceStep) env.End {
	switch {
	case s.Ended:
		return env.Terminated
	case s.Cut:
		return env.Truncated
	}
	return env.Running
}

func (r *rig) differsLayout(tr *trace) error {
	if r.grid.w != tr.W || r.grid.h != tr.H || r.limit != tr.MaxSteps || [3]int{r.x, r.y, r.dir} != tr.Agent {
		return fmt.Errorf("got %dx%d, limit %d, agent %d %d %d; want %dx%d, %d, %d",
			r.grid.w, r.grid.h, r.limit, r.x, r.y, r.dir, tr.W, tr.H, tr.MaxSteps, tr.Agent)
	}
	layout := r.AppendLayout(nil)
	for i := 0; i < len(tr.Grid); i += 3 {
		if got, want := layout[i:i+3], tr.Grid[i:i+3]; !bytes.Equal(got, want) {
			return fmt.Errorf("square (%d, %d): got %d, want %d", i/3/tr.H, i/3%tr.H, got, want)
		}
	}
	return nil
}

func (r *rig) differs(want *view, mission string) error {
	if got := r.Mission(); got != mission {
		return fmt.Errorf("mission: got %q, want %q", got, mission)
	}
	got := transposed(r.obs, r.view)
	for i := 0; i < len(got); i += 3 {
		if a, b := got[i:i+3], want.Image[i:i+3]; !bytes.Equal(a, b) {
			return fmt.Errorf("view column %d, row %d: got %d, want %d", i/3/r.view, i/3%r.view, a, b)
		}
	}
	return r.differsVector(want.Direction)
}

// differsVector holds the floats beside the image against direction and mission.
func (r *rig) differsVector(direction int) error {
	for dir, v := range r.vec[:4] {
		if v != float32(flag(dir == direction)) {
			return fmt.Errorf("vector: got %v, want direction %d", r.vec, direction)
		}
	}
	if told, want := spelled(r.vec[4:]), strings.ReplaceAll(r.Mission(), ",", ""); r.entry.words > 0 && told != want {
		return fmt.Errorf("vector: the mission %q is told as %q", want, told)
	}
	return nil
}

// spelled returns the words of tokens.
func spelled(of []float32) string {
	words := Words()
	var said []string
	for i, token := range of {
		if token == 0 {
			return strings.Join(said, " ") + strings.Repeat(" ?", nonZero(of[i:]))
		}
		said = append(said, words[int(token)])
	}
	return strings.Join(said, " ")
}

// nonZero counts.
func nonZero(of []float32) (n int) {
	for _, v := range of {
		if v != 0 {
			n++
		}
	}
	return n
}

// TestTraceFindsDifferences shows that follow notices what it is there for.
func TestTraceFindsDifferences(t *testing.T) {
	damage := map[string]func(tr *trace){
		"square":    func(tr *trace) { tr.Grid[30] ^= 1 },
		"agent":     func(tr *trace) { tr.Agent[2] ^= 1 },
		"image":     func(tr *trace) { tr.Steps[40].Image[100] ^= 1 },
		"direction": func(tr *trace) { tr.Steps[40].Direction ^= 1 },
		"reward":    func(tr *trace) { tr.Steps[40].Reward += 0x1p-52 },
		"end":       func(tr *trace) { tr.Steps[40].Cut = true },
		"mission":   func(tr *trace) { tr.Mission += "." },
	}
	for name, f := range damage {
		tr := readTraces(t, "MiniGrid-DoorKey-8x8-v0")[0]
		f(&tr)
		w := newRig(t, tr.ID)
		w.Seed(tr.Seed)
		if w.follow(&tr) == nil {
			t.Errorf("damaged %s goes unnoticed", name)
		}
	}
}
