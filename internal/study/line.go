package study

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
)

// lineVersion is that of what the keys of a raw line mean. Lines without a version are of before there was one: they name no world, and
// have -1 for a success that there is not.
const lineVersion = 1

// Line is what is kept of a run: one JSON object, less than 20 KB.
type Line struct {
	V             int       `json:"v"`
	World         string    `json:"world"`
	Arm           string    `json:"arm"`
	Seed          uint64    `json:"seed"`
	Steps         int       `json:"steps"`              // its budget
	Settings      string    `json:"settings,omitempty"` // digest of what was asked for; see Job
	Return        num       `json:"return"`             // mean over evaluation episodes, actions sampled
	Lo            num       `json:"lo"`                 // its 95 % interval
	Hi            num       `json:"hi"`
	Success       num       `json:"success"`
	Greedy        num       `json:"greedy_return"`
	GreedySuccess num       `json:"greedy_success"`
	Length        num       `json:"length"`
	Diverged      bool      `json:"diverged,omitempty"` // it was measured as it was when it was last sound
	Retries       int       `json:"retries,omitempty"`  // how often it was rolled back
	Tasks         []Contact `json:"tasks,omitempty"`
	Grads         []Slope   `json:"grads,omitempty"`
	Curve         []Point   `json:"curve"`
}

// Contact is how the gradient of an auxiliary task met the main one, on average over all updates in which it was measured.
type Contact struct {
	Name    string `json:"name"`
	Share   num    `json:"share"`   // of the sum of the lengths of all gradients
	Cosine  num    `json:"cosine"`  // with the main gradient
	Quality num    `json:"quality"` // on sequences that were not trained on yet
}

// Slope is how long the gradient of the main loss is in a layer, on average over the updates in which it was measured.
type Slope struct {
	Layer string `json:"layer"`
	First num    `json:"first"` // over the first tenth of the run
	Mean  num    `json:"mean"`  // over all of it
}

// Point is a point of a learning curve: over the last 100 training episodes.
type Point struct {
	Step            int
	Return, Success num
}

// MarshalJSON returns [step, return, success].
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{p.Step, p.Return, p.Success})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Point) UnmarshalJSON(b []byte) error {
	var parts []num
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) != 3 || !(parts[0] >= 0 && parts[0] <= math.MaxInt32*1000.0) {
		return errors.New("a point of a curve has a step, a return and a success")
	}
	*p = Point{int(parts[0]), parts[1], parts[2]}
	return nil
}

// num is a number with five digits that may be missing: NaN is null in JSON.
type num float64

func (n num) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(rounded(float64(n))))
}

// UnmarshalJSON reads a number or null.
func (n *num) UnmarshalJSON(b []byte) error {
	*n = num(math.NaN())
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// rounded keeps five digits, as a line does.
func rounded(x float64) num {
	v, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	if err != nil {
		return num(math.NaN())
	}
	return num(v)
}

// ReadLines returns the raw lines of a file; no file has none. A last line that is torn is left out, and whole is where it begins. Lines
// of old that name no world are of the given one.
func ReadLines(name, world string) (lines []Line, whole int64, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, whole, nil
		}
		if err != nil {
			return nil, 0, err
		}
		l, err := parseLine(text, world)
		if err != nil {
			return nil, 0, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		lines, whole = append(lines, l), whole+int64(len(text))
	}
}

func parseLine(text []byte, world string) (Line, error) {
	none := num(math.NaN())
	l := Line{Return: none, Lo: none, Hi: none, Success: none, Greedy: none, GreedySuccess: none, Length: none}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return l, fmt.Errorf("study: no raw line of a run: %w", err)
	}
	if l.V > lineVersion {
		return l, fmt.Errorf("study: a raw line of version %d, this one reads %d", l.V, lineVersion)
	}
	if l.V == 0 {
		l.World = world
		missing := func(n *num) {
			if *n == -1 {
				*n = none
			}
		}
		missing(&l.Success)
		for i := range l.Curve {
			missing(&l.Curve[i].Success)
			if l.Curve[i].Return == -1 && math.IsNaN(float64(l.Curve[i].Success)) {
				l.Curve[i].Return = none
			}
		}
		l.V = lineVersion
	}
	if math.IsNaN(float64(l.Return)) {
		return l, errors.New("study: a raw line without a return")
	}
	for i := 1; i < len(l.Curve); i++ {
		if l.Curve[i].Step <= l.Curve[i-1].Step {
			return l, fmt.Errorf("study: its curve goes from step %d to %d", l.Curve[i-1].Step, l.Curve[i].Step)
		}
	}
	return l, nil
}

// encode returns lines as a file has them.
func encode(lines []Line) ([]byte, error) {
	var b bytes.Buffer
	for _, l := range lines {
		l.V = lineVersion
		text, err := json.Marshal(l)
		if err != nil {
			return nil, err
		}
		b.Write(append(text, '\n'))
	}
	return b.Bytes(), nil
}

// sorted returns lines in the order of the study: world by world, arm by arm, seed by seed.
func (s *Study) sorted(lines []Line) []Line {
	lines = slices.Clone(lines)
	key := func(l Line) [3]int {
		return [3]int{
			slices.IndexFunc(s.Worlds, func(w World) bool { return w.ID == l.World }),
			slices.IndexFunc(s.Arms, func(a Arm) bool { return a.Name == l.Arm }),
			slices.Index(s.Seeds, l.Seed),
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		x, y := key(a), key(b)
		return slices.Compare(x[:], y[:])
	})
	return lines
}

// ScoreOf returns what a run is scored by.
func (s *Study) ScoreOf(l Line) float64 { return l.score(s.Score) }

// score returns what a run is scored by.
func (l Line) score(by string) float64 {
	switch by {
	case BySuccess:
		return float64(l.Success)
	case ByGreedy:
		return float64(l.Greedy)
	}
	return float64(l.Return)
}
