package cli

import (
	"fmt"
	"image"
	"math"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
)

// lens computes what lies over the pictures of an agent at work: the one thing that was chosen, and only then.
type lens struct {
	choices []laid
	at      int // the chosen one

	spec     env.Spec
	surveyor env.Surveyor // nil: the world is no grid, or wrappers show it otherwise
	net      *policy.Net  // whose views these are; nil: there is none yet

	before   *policy.Memory // what the agent remembered when it looked
	saliency *policy.Saliency
	cells    []float32 // of the saliency, [H, W]

	losses  []string // names of tasks whose losses there can be saliencies of
	open    func(task string) (*agent.Pointer, error)
	pointer *agent.Pointer // of the chosen one; nil: none
	earlier *image.RGBA    // the view before the last action
	now     *image.RGBA

	crowd     *policy.Net // as many rows as are surveyed at once
	memory    *policy.Memory
	obs       []byte
	vec       []float32
	of        []int     // [rows] the cells that are surveyed
	values    []float32 // [rows of the grid, columns]
	described bool
	wanted    string // word of what is chosen to begin with; "": the first task's map, or nothing
}

// laid is something that can be laid over.
type laid struct {
	word  string // to type
	label string // to read
	kind  laidKind
	task  int // of the Thoughts, where it is one's own
}

type laidKind uint8

const (
	laidNone   laidKind = iota
	laidTask            // a task's map
	laidAction          // saliency of the score of the action taken
	laidValue           // saliency of the value
	laidCells           // the value of every free cell
	laidLoss            // saliency of a task's loss, over the view before the last action
)

// surveyRows is how many cells are seen at once, surveyMost how many a grid may have: larger ones are not offered.
const (
	surveyRows = 64
	surveyMost = 4096
)

// newLens returns a lens for the agent of a world. What it can show is known when it has seen a moment.
func newLens(w env.Env) *lens {
	l := &lens{spec: w.Spec(), at: -1}
	s, ok := env.As[env.Surveyor](w)
	if !ok {
		return l
	}
	inner, isEnv := s.(env.Env)
	if rows, cols := s.Cells(); !isEnv || rows*cols > surveyMost || !seenAlike(inner.Spec(), l.spec) {
		return l
	}
	l.surveyor = s
	return l
}

// seenAlike reports whether observations of two worlds mean the same.
func seenAlike(a, b env.Spec) bool {
	return a.H == b.H && a.W == b.W && a.C == b.C && a.Frames == b.Frames && a.VecLen() == b.VecLen() && fmt.Sprint(a.Codes) == fmt.Sprint(b.Codes)
}

// describe lists what can be laid over the pictures of s, once.
func (l *lens) describe(s *viz.Snapshot) error {
	if l.described {
		return nil
	}
	l.described = true
	for i := range s.Thoughts {
		if t := &s.Thoughts[i]; t.Overlay != nil {
			l.choices = append(l.choices, laid{t.Name, t.Over, laidTask, i})
		}
	}
	l.at = 0 // the first task's, or none
	l.choices = append(l.choices, laid{word: "none", label: "none"})
	if s.View != nil {
		l.choices = append(l.choices, laid{"action", "saliency of the action", laidAction, 0}, laid{"value", "saliency of the value", laidValue, 0})
	}
	if s.View != nil {
		for i, name := range l.losses {
			l.choices = append(l.choices, laid{name + "-loss", "loss of " + name + ", 1 back", laidLoss, i})
		}
	}
	if l.surveyor != nil && s.World != nil {
		l.choices = append(l.choices, laid{"cells", "value of each cell", laidCells, 0})
	}
	if l.wanted == "" {
		return nil
	}
	return l.choose(l.wanted)
}

// next chooses the next, and returns what it is called; "": there is nothing to choose from.
func (l *lens) next() string {
	if len(l.choices) < 2 {
		return ""
	}
	l.at = (l.at + 1) % len(l.choices)
	l.pointer = nil
	return l.choices[l.at].label
}

// choose chooses what is called so.
func (l *lens) choose(word string) error {
	var words []string
	for i, c := range l.choices {
		if c.word == word {
			l.at = i
			return nil
		}
		words = append(words, c.word)
	}
	return usagef("--overlay is %q; here it can be %s", word, anyOf(words))
}

// chosen returns what is.
func (l *lens) chosen() laid {
	if l.at < 0 || l.at >= len(l.choices) {
		return laid{}
	}
	return l.choices[l.at]
}

// needsNet reports whether the network is asked for what is chosen.
func (l *lens) needsNet() bool { return l.chosen().kind > laidTask }

// use looks through another network.
func (l *lens) use(n *policy.Net) {
	l.net, l.saliency, l.crowd, l.pointer = n, nil, nil, nil
	l.before = n.NewMemory(1)
}

// remember notes what the agent remembers before it looks.
func (l *lens) remember(m *policy.Memory) { l.before.Set(0, m, 0) }

// begin tells that an episode begins, and took what an action brought.
func (l *lens) begin() {
	l.earlier = nil
	if l.pointer != nil {
		l.pointer.Begin()
	}
}

func (l *lens) took(act int, step env.Step) {
	if l.pointer != nil {
		l.pointer.Took(act, step)
	}
}

// see is told what the agent has just been shown.
func (l *lens) see(obs []byte, vec []float32) {
	if l.pointer != nil {
		l.pointer.See(obs, vec)
	}
}

// lay computes what is chosen of a moment.
func (l *lens) lay(s *viz.Snapshot, obs []byte, vec []float32) error {
	if err := l.describe(s); err != nil {
		return err
	}
	c := l.chosen()
	s.Overlay = viz.Overlay{Name: c.label}
	switch {
	case c.kind == laidTask:
		t := &s.Thoughts[c.task]
		s.Overlay.Grid, s.Overlay.Cell = t.Grid, t.Overlay
	case c.kind == laidNone || l.net == nil:
	case c.kind == laidCells:
		l.survey(s, vec)
	case c.kind == laidLoss:
		return l.point(s, l.losses[c.task], obs, vec)
	default:
		l.salient(s, c.kind, obs, vec)
	}
	return nil
}

// salient computes a saliency.
func (l *lens) salient(s *viz.Snapshot, kind laidKind, obs []byte, vec []float32) {
	if l.saliency == nil {
		l.saliency = l.net.NewSaliency()
	}
	if l.cells == nil {
		l.cells = make([]float32, l.spec.H*l.spec.W)
	}
	tap, element := "value", 0
	if kind == laidAction {
		tap, element = "logits", s.Action
		if element < 0 {
			return // the episode is over
		}
	}
	l.saliency.Look(obs, vec, l.before)
	l.saliency.Of(l.cells, tap, element)
	l.overView(s)
}

// overView lays the saliency over the view.
func (l *lens) overView(s *viz.Snapshot) {
	s.Overlay.Grid = viz.Grid{Rows: l.spec.H, Cols: l.spec.W, Area: image.Rect(0, 0, l.spec.W, l.spec.H), Of: image.Pt(l.spec.W, l.spec.H)}
	s.Overlay.Cell = l.cells
}

// point computes the saliency of a task's loss, and shows the view that it is of.
func (l *lens) point(s *viz.Snapshot, task string, obs []byte, vec []float32) (err error) {
	if l.pointer == nil {
		if l.pointer, err = l.open(task); err != nil || l.pointer == nil {
			return err
		}
		if s.Step == 0 {
			l.pointer.Begin()
		}
		l.pointer.See(obs, vec)
		l.earlier = nil
		l.cells = make([]float32, l.spec.H*l.spec.W)
	}
	if l.now == nil || l.now.Rect != s.View.Rect {
		l.now = image.NewRGBA(s.View.Rect)
	}
	copy(l.now.Pix, s.View.Pix)
	if l.earlier != nil && l.pointer.Salient(l.cells) {
		copy(s.View.Pix, l.earlier.Pix)
		l.overView(s)
	}
	if l.earlier == nil {
		l.earlier = image.NewRGBA(s.View.Rect)
	}
	l.earlier, l.now = l.now, l.earlier
	return nil
}

// survey computes the value of every cell that the agent could stand on, facing where it does.
func (l *lens) survey(s *viz.Snapshot, vec []float32) {
	rows, cols := l.surveyor.Cells()
	if l.crowd == nil {
		l.crowd = l.net.ShareOn(surveyRows, nil)
		l.memory = l.crowd.NewMemory(surveyRows)
		l.obs, l.vec = make([]byte, surveyRows*l.spec.ObsLen()), make([]float32, surveyRows*len(vec))
		l.values = make([]float32, rows*cols)
	}
	nan, size := float32(math.NaN()), l.spec.ObsLen()
	l.of = l.of[:0]
	for cell := range rows * cols {
		l.values[cell] = nan
		n := len(l.of)
		if l.surveyor.ObserveFrom(cell/cols, cell%cols, l.obs[n*size:(n+1)*size], l.vec[n*len(vec):(n+1)*len(vec)]) {
			l.of = append(l.of, cell)
		}
		if len(l.of) == surveyRows {
			l.value(len(vec))
		}
	}
	l.value(len(vec))
	s.Overlay.World, s.Overlay.Cell = true, l.values
	s.Overlay.Grid = viz.Grid{Rows: rows, Cols: cols, Area: image.Rect(0, 0, cols, rows), Of: image.Pt(cols, rows)}
}

// value computes the values of the cells that were collected.
func (l *lens) value(width int) {
	n := len(l.of)
	if n == 0 {
		return
	}
	for i := range n {
		l.memory.Set(i, l.before, 0)
	}
	_, values := l.crowd.Act(l.obs[:n*l.spec.ObsLen()], l.vec[:n*width], l.memory, n)
	for i, cell := range l.of {
		l.values[cell] = values[i]
	}
	l.of = l.of[:0]
}

// overlayWords lists what --overlay takes besides the names of tasks.
var overlayWords = []string{"none", "action", "value", "TASK-loss", "cells"}

// overlayHelp describes the flag.
func overlayHelp() string {
	return "what lies over the picture to begin with: " + strings.Join(overlayWords, ", ") + ", or a task's name"
}
