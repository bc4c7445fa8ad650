package cli

import (
	"image"
	"math"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
)

// mind is what the auxiliary tasks of a run make of what its agent sees, and what its bonuses pay, kept in a snapshot.
type mind struct {
	dir   string
	spec  env.Spec
	tasks *agent.Onlooker // nil: the run has neither
	seen  []agent.Glance
	prob  [][]float32 // [task] what the task said the time before
	paid  []float32   // by bonuses
}

// openMind returns the tasks of the checkpoint that the actor is of: c, or nil for the one in the directory. Without any there is a mind
// that thinks nothing.
func openMind(dir string, c *run.Checkpoint, world env.Env, a *policy.Actor, snap *viz.Snapshot) (*mind, error) {
	var tasks *agent.Onlooker
	var err error
	if c == nil {
		tasks, err = agent.OpenOnlooker(dir, world, a)
	} else {
		tasks, err = agent.OnlookerOf(c, dir, world, a)
	}
	if err != nil {
		return nil, err
	}
	m := &mind{dir: dir, spec: world.Spec(), tasks: tasks}
	snap.Thoughts, snap.Rewards = nil, nil
	if tasks == nil {
		return m, nil
	}
	for _, name := range append([]string{"world"}, tasks.Bonuses()...) {
		snap.Rewards = append(snap.Rewards, viz.Part{Name: name})
	}
	nan := float32(math.NaN())
	for _, name := range tasks.Names() {
		snap.Thoughts = append(snap.Thoughts, viz.Thought{Name: name, Came: -1, Loss: nan, Weight: nan, Share: nan, Cosine: nan})
	}
	m.prob = make([][]float32, len(snap.Thoughts))
	return m, m.measured(snap)
}

// measured fills in what training last measured of the tasks.
func (m *mind) measured(snap *viz.Snapshot) error {
	d, err := run.Open(m.dir)
	if err != nil {
		return err
	}
	row, ok, err := d.LastMetrics()
	if err != nil || !ok {
		return err
	}
	for _, v := range row.Values {
		rest, ok := strings.CutPrefix(v.Name, "aux.")
		if !ok {
			continue
		}
		for i := range snap.Thoughts {
			t := &snap.Thoughts[i]
			key, ok := strings.CutPrefix(rest, t.Name+".")
			if !ok {
				continue
			}
			switch key {
			case "loss":
				t.Loss = float32(v.V)
			case "weight":
				t.Weight = float32(v.V)
			case "share":
				t.Share = float32(v.V)
			case "cosine":
				t.Cosine = float32(v.V)
			}
		}
	}
	return nil
}

// begin tells that an episode begins.
func (m *mind) begin(snap *viz.Snapshot) {
	if m.tasks == nil {
		return
	}
	m.tasks.Begin()
	for i := range snap.Thoughts {
		snap.Thoughts[i].Right, snap.Thoughts[i].Rare = 0, 0
	}
	for i := range snap.Rewards {
		snap.Rewards[i].Sum = 0
	}
}

// took tells what an action brought.
func (m *mind) took(act int, step env.Step) {
	if m.tasks != nil {
		m.tasks.Took(act, step)
	}
}

// see lets the tasks look at the observation that the agent was just shown.
func (m *mind) see(snap *viz.Snapshot, obs []byte, vec []float32) {
	if m.tasks == nil {
		return
	}
	m.seen = m.tasks.See(m.seen[:0], obs, vec)
	snap.Rewards[0].Now, snap.Rewards[0].Sum = snap.Reward, snap.Return
	m.paid = m.tasks.Paid(m.paid[:0])
	for i, paid := range m.paid {
		p := &snap.Rewards[1+i]
		p.Now = paid
		p.Sum += paid
	}
	for i := range m.seen {
		g := &m.seen[i]
		t := &snap.Thoughts[g.Task]
		m.putCells(t, &g.Look)
		m.putClasses(t, g)
	}
}

// putCells fills in the maps.
func (m *mind) putCells(t *viz.Thought, l *auxtasks.Look) {
	g := l.Grid
	t.Grid = viz.Grid{
		Rows: g.Rows, Cols: g.Cols, Of: image.Pt(m.spec.W, m.spec.H),
		Area: image.Rect(g.Left, g.Top, g.Left+g.Cols*g.Cell, g.Top+g.Rows*g.Cell),
	}
	t.Overlay, t.Over = l.Best.Cell, l.Best.Name
	t.Maps = t.Maps[:0]
	for _, c := range l.Maps {
		t.Maps = append(t.Maps, viz.Map{Label: c.Name, Cell: c.Cell})
	}
}

// putClasses fills in the classes: what came is judged by what the task said before.
func (m *mind) putClasses(t *viz.Thought, g *agent.Glance) {
	before := m.prob[g.Task]
	t.Classes, t.Came, t.Said = g.Classes, int(g.Came), float32(math.NaN())
	if t.Came >= 0 && t.Came < len(before) {
		t.Said = before[t.Came]
		if t.Came > 0 {
			t.Rare++
			if auxtasks.Largest(before) == t.Came {
				t.Right++
			}
		}
	}
	m.prob[g.Task] = append(before[:0], g.Prob...)
	t.Prob = m.prob[g.Task]
}
