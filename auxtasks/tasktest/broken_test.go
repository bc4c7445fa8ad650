package tasktest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
)

// recorder collects faults.
type recorder struct{ faults []string }

func (r *recorder) Helper()      {}
func (r *recorder) Failed() bool { return len(r.faults) > 0 }
func (r *recorder) Errorf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// subject predicts the reward from the tap "features" by a line that is learned, relative to the mean error so far, which is its
// state; and it can be broken in every way that the suite looks for.
type subject struct {
	fault  string
	d      auxtasks.Dims
	params *auxtasks.Params
	head   *nn.Graph
	size   int
	calls  int32 // hidden, where that is the fault
	usual  byte  // the state: how often it was trained
}

func newSubject(fault string) func(auxtasks.Dims) (auxtasks.Task, error) {
	return func(d auxtasks.Dims) (auxtasks.Task, error) {
		if fault == "refuses without a reason" {
			return nil, errors.New("no")
		}
		if fault == "refuses other teams" && d.Team != nil {
			return nil, errors.New("auxtasks: subject: one worker only")
		}
		tap, _ := d.Tap("features")
		s := &subject{fault: fault, d: d, params: new(auxtasks.Params), size: tap.Len()}
		s.head = nn.NewHead(s.size, d.Rows, d.Team)
		s.head.Add("y", &nn.Dense{In: s.size, Out: 1, Gain: 1}, s.params, nn.Input)
		s.params.Init(d.Seed)
		return s, nil
	}
}

func (s *subject) Needs() auxtasks.Needs {
	n := auxtasks.Needs{Source: auxtasks.Replay, Draw: auxtasks.Draw{Len: 5}, Taps: []string{"features"}}
	switch s.fault {
	case "changes its needs":
		s.calls++
		n.Draw.Len += int(s.calls)
	case "has no such tap":
		n.Taps = []string{"features", "nowhere"}
	case "names a tap twice":
		n.Taps = []string{"features", "features"}
	case "draws nothing":
		n.Draw.Len = 0
	case "draws less than nothing":
		n.Draw.Burn = -1
	case "has no source":
		n.Source = 9
	case "fills nothing":
		n.Source = auxtasks.Own
	case "looks again":
		n.Views = []auxtasks.View{{Taps: []string{"features"}}}
	case "follows backward":
		n.Views = []auxtasks.View{{Target: -1}}
	case "looks around a minibatch":
		n.Source, n.Views = auxtasks.Minibatch, []auxtasks.View{{Target: 0.1}}
	case "detaches in words":
		n.Detach = true
	}
	return n
}

func (s *subject) Heads() []auxtasks.Head {
	switch s.fault {
	case "has a nameless head":
		return []auxtasks.Head{{Params: s.params}}
	case "has an empty head":
		return []auxtasks.Head{{Name: "y", Params: new(auxtasks.Params)}}
	case "has two heads of one name":
		return []auxtasks.Head{{Name: "y", Params: s.params}, {Name: "y", Params: s.params}}
	}
	return []auxtasks.Head{{Name: "y", Params: s.params}}
}

var sink []float32

func (s *subject) Loss(in *auxtasks.Input, w float32) auxtasks.Report {
	b, tap := in.Batch, in.Taps[0][0]
	n := b.Transitions()
	weight := b.Weight
	switch s.fault {
	case "learns padding":
		weight = nil
	case "allocates":
		sink = make([]float32, n)
	case "writes what it reads":
		b.Obs[0]++
	case "divides by nothing":
		if sum(b.Weight) == 0 {
			return auxtasks.Report{Loss: float32(math.NaN())}
		}
	case "trains at weight 0":
		w = max(w, 0.1)
	case "squares the weight":
		w *= w
	case "reports with the weight":
	case "depends on the team":
		if s.d.Team != nil {
			w *= 1.001
		}
	}
	s.head.ForwardFloats(tap.Act[:n*s.size], nil, n, "")
	y := s.head.Tap(0)
	scale := w
	if s.fault == "has a hidden state" {
		scale *= 1 + 0.01*float32(s.calls)
	}
	if s.usual > 0 && s.fault != "saves what does not matter" {
		scale *= 2
	}
	loss, total := nn.MSE(y.Grad[:n], y.Act[:n], b.Reward, weight, n, scale)
	if total == 0 {
		return auxtasks.Report{}
	}
	if w != 0 {
		s.calls++
		s.usual = min(s.usual+1, 1)
		s.backward(tap, n)
	} else if s.fault != "leaves something behind" {
		clear(y.Grad)
	} else {
		y.Grad[0] = 1
	}
	if s.fault == "moves its state at weight 0" {
		s.usual++
	}
	report := auxtasks.Report{Loss: loss, Quality: 0.5, Rows: int(total)}
	switch s.fault {
	case "believes signals of padding":
		for i := range n {
			report.Loss += b.Signals[i*len(b.Signals)/b.Rows()]
		}
	case "reports with the weight":
		report.Loss *= w
	case "praises itself":
		report.Quality = 2
	case "has no quality":
		report.Quality = float32(math.NaN())
	case "counts nothing":
		report.Rows = 0
	}
	return report
}

func (s *subject) backward(tap *auxtasks.Tap, n int) {
	grad := tap.Grad[:n*s.size]
	switch s.fault {
	case "sends nothing":
		s.head.Backward()
		return
	case "overwrites gradients":
		clear(grad)
	}
	s.head.BackwardFloats(grad)
	switch s.fault {
	case "has a wrong gradient at the tap":
		for i := range grad {
			grad[i] *= 1.1
		}
	case "has a wrong gradient in the head":
		s.params.G[len(s.params.G)-1] *= -1
	case "misses a gradient in the head":
		clear(s.params.G[:s.size])
	case "sends NaN":
		grad[0] = float32(math.NaN())
	}
}

func (s *subject) AppendState(b []byte) []byte {
	if s.fault == "forgets" {
		return append(b, 0)
	}
	return append(b, s.usual)
}

func (s *subject) RestoreState(b []byte) error {
	if len(b) != 1 && s.fault != "takes any state" {
		return errors.New("auxtasks: subject: the state has one byte")
	}
	if s.fault == "refuses what it saved" && b[0] != 0 {
		return errors.New("auxtasks: subject: no")
	}
	s.usual = 0
	if len(b) > 0 {
		s.usual = b[0]
	}
	return nil
}

func sum(x []float32) (s float32) {
	for _, v := range x {
		s += v
	}
	return s
}

// Every check finds the task that is broken on purpose, and nothing in the one that is not.
func TestBrokenTasksAreFound(t *testing.T) {
	for fault, want := range map[string]string{
		"":                                 "",
		"changes its needs":                "Needs differ",
		"has no such tap":                  `no tap "nowhere"`,
		"names a tap twice":                "twice",
		"draws nothing":                    "sequences of 0 transitions",
		"draws less than nothing":          "Burn -1",
		"has no source":                    "is none",
		"fills nothing":                    "Filler",
		"looks again":                      "view 0 again",
		"follows backward":                 "rate -1",
		"looks around a minibatch":         "no further views",
		"has a nameless head":              "names must be there",
		"has an empty head":                "no parameters",
		"has two heads of one name":        "names must be there and differ",
		"detaches in words":                "Detach is declared",
		"sends nothing":                    "no gradient reaches the encoder",
		"sends NaN":                        "is NaN",
		"writes what it reads":             "changed what it reads",
		"overwrites gradients":             "it must be added",
		"has a wrong gradient at the tap":  "tap features",
		"has a wrong gradient in the head": "head y, y.b",
		"misses a gradient in the head":    "head y, y.w",
		"counts nothing":                   "Rows is 0",
		"learns padding":                   "of weight 0 count",
		"believes signals of padding":      "of weight 0 count",
		"divides by nothing":               "nothing counts, and the report",
		"trains at weight 0":               "weight 0 leaves a gradient",
		"leaves something behind":          "something was left behind",
		"moves its state at weight 0":      "weight 0 changes the state",
		"squares the weight":               "with weight 2 gradient",
		"reports with the weight":          "must not depend on the weight",
		"praises itself":                   "Quality is 2",
		"has no quality":                   "Quality is NaN",
		"allocates":                        "allocates",
		"depends on the team":              "with 2 workers",
		"refuses other teams":              "workers the task is refused",
		"has a hidden state":               "restored, the task goes on",
		"forgets":                          "",
		"takes any state":                  "cut off or too long",
		"refuses what it saved":            "a saved state is refused",
		"refuses without a reason":         "no reason",
	} {
		var r recorder
		w := Worlds()[0]
		if strings.Contains(fault, "signals") {
			w.Maze = true
		}
		check(&r, w, newSubject(fault))
		all := strings.Join(r.faults, "\n")
		switch {
		case fault == "" && all != "":
			t.Errorf("nothing is wrong, but found was:\n%s", all)
		case fault != "" && (all == "" || !strings.Contains(all, want)):
			t.Errorf("the task that %s: found was\n%s\nwant something with %q", fault, all, want)
		}
	}
}
