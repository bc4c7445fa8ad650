package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
)

// Of the steps of a run between two checkpoints: they stand at fixed places, so that a run that diverges goes back to the same one
// whenever it was interrupted.
const (
	saves     = 50
	leastSave = 20_000 // of a plan
)

// worker trains one job after the other.
type worker struct {
	plan *Plan
	ctx  context.Context
	n    int // workers of a trainer
	tell func(Event)
	now  func() time.Time

	elapsed func() float64 // seconds that the job under way has trained
}

// train trains a job to its end, from where it was left, and measures it. steps is how many it took now.
func (w worker) train(j Job) (line Line, steps int, err error) {
	r, err := w.open(j)
	if err != nil {
		return Line{}, 0, err
	}
	first, begun := r.Step(), w.now()
	before, err := r.Seconds()
	if err != nil {
		return Line{}, 0, errors.Join(err, r.Close())
	}
	w.elapsed = func() float64 { return before + w.now().Sub(begun).Seconds() }
	diverged := false
	if err = w.steps(j, r); errors.Is(err, agent.ErrDiverged) && r.Sound() {
		err, diverged = nil, true // what it was when it was last sound is what counts
	}
	steps = r.Step() - first
	if err == nil {
		line, err = w.measure(j, r)
	}
	line.Diverged, line.Retries = diverged, r.Retries()
	if err = errors.Join(err, r.Close()); err != nil {
		return Line{}, steps, err
	}
	return line, steps, w.recall(j, &line)
}

// open goes on with the run of a job, or begins it.
func (w worker) open(j Job) (*agent.Run, error) {
	if _, err := os.Stat(filepath.Join(j.Dir, "config.json")); err == nil {
		return agent.ResumeOn(j.Dir, func(string) (env.Env, error) { return j.Build() }, nil, w.n)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.RemoveAll(j.Dir); err != nil { // killed before it had settings
		return nil, err
	}
	t, err := agent.NewTrainerOn(j.Config, j.Build, w.n)
	if err != nil {
		return nil, err
	}
	r, err := agent.Create(j.Dir, w.plan.Worlds[j.World].ID, t)
	if err != nil {
		t.Close()
	}
	return r, err
}

// steps trains until the budget is spent. The error is agent.ErrDiverged if it could not.
func (w worker) steps(j Job, r *agent.Run) error {
	if r.Saved() < 0 {
		if err := r.Save(); err != nil {
			return err
		}
	}
	total, until := r.Config().Steps, w.plan.Budget(j)
	point, save := max(total/w.plan.Points, 1), max(total/saves, w.plan.leastSave)
	for {
		for r.Step() < until {
			if err := w.ctx.Err(); err != nil {
				return err
			}
			before := r.Step()
			u := r.Update()
			if _, _, err := r.Crashes(); err != nil {
				return err
			}
			switch err := r.Err(); {
			case errors.Is(err, agent.ErrDiverged):
				if err := r.Rollback(); err != nil {
					return err
				}
				continue
			case err != nil:
				return err
			}
			if err := w.log(r, r.Step()/point != before/point || r.Step() >= until); err != nil {
				return err
			}
			if r.Step()/save != before/save && u.Dropped == 0 && r.Step() < until {
				if err := r.SaveLater(); errors.Is(err, agent.ErrDiverged) {
					if err := r.Rollback(); err != nil {
						return err
					}
				} else if err != nil {
					return err
				}
			}
			w.tell(Event{Kind: Stepped, Job: j, Step: r.Step(), Recent: r.Recent})
		}
		if r.Saved() == r.Step() {
			return nil
		}
		err := r.Save()
		if err == nil || !errors.Is(err, agent.ErrDiverged) {
			return err
		}
		if err := r.Rollback(); err != nil {
			return err
		}
	}
}

// Names of what is logged beside what train logs.
const (
	episodesKey = "episodes"
	returnKey   = "return_mean"
	successKey  = "success"
	auxKey      = "aux."
	shareKey    = ".share"
	cosineKey   = ".cosine"
	heldKey     = ".held_out"
	gradKey     = "grad."
)

// recentEpisodes is over how many training episodes a point of a curve is. The first ones to end are the short ones: of fewer there is
// no point.
const recentEpisodes = 100

// log writes a point of the curve if it is time, and what gradients did if that was measured.
func (w worker) log(r *agent.Run, point bool) error {
	if point {
		s := r.Recent()
		if err := r.Log([]string{episodesKey, returnKey, "return_lo", "return_hi", successKey, "len_mean"},
			[]float64{float64(r.Episodes()), s.Mean, s.Lo, s.Hi, s.Success, s.Len}); err != nil {
			return err
		}
		if err := r.LogTime(w.elapsed()); err != nil {
			return err
		}
	}
	var names []string
	var values []float64
	for _, t := range r.Tasks() {
		if !t.Measured {
			continue
		}
		held := math.NaN()
		if t.HeldRows > 0 {
			held = float64(t.Held)
		}
		names = append(names, auxKey+t.Name+shareKey, auxKey+t.Name+cosineKey, auxKey+t.Name+heldKey)
		values = append(values, float64(t.Share), float64(t.Total), held)
	}
	if norms, fresh := r.Gradients(); fresh {
		for _, n := range norms {
			names, values = append(names, gradKey+n.Layer), append(values, float64(n.Norm))
		}
	}
	if names == nil {
		return nil
	}
	return r.Log(names, values)
}

// measure evaluates a run.
func (w worker) measure(j Job, r *agent.Run) (Line, error) {
	l := Line{World: w.plan.Worlds[j.World].ID, Arm: w.plan.Arms[j.Arm].Name, Seed: j.Seed, Steps: w.plan.Budget(j), Settings: j.Settings}
	w.tell(Event{Kind: Measuring, Job: j, Step: r.Step(), Recent: r.Recent})
	for _, greedy := range []bool{false, true} {
		s, err := agent.EvaluateContext(w.ctx, r.Net(), r.Build(), agent.EvalConfig{Episodes: w.plan.Episodes, Seed: j.Seed, Greedy: greedy})
		if err != nil {
			return Line{}, err
		}
		if greedy {
			l.Greedy, l.GreedySuccess = rounded(s.Mean), rounded(s.Success)
			continue
		}
		l.Return, l.Lo, l.Hi, l.Success, l.Length = rounded(s.Mean), rounded(s.Lo), rounded(s.Hi), rounded(s.Success), rounded(s.Len)
	}
	return l, nil
}

// recall takes curve and telemetry from what the run has logged.
func (w worker) recall(j Job, l *Line) error {
	d, err := run.Open(j.Dir)
	if err != nil {
		return err
	}
	rows, err := d.ReadMetrics()
	if err != nil {
		return err
	}
	tasks, grads := newMeans(j.Config), slopes{tenth: l.Steps / 10}
	for _, row := range rows {
		p, isPoint, episodes := Point{Step: int(row.Step)}, false, 0.0
		for _, v := range row.Values {
			switch v.Name {
			case episodesKey:
				episodes = v.V
			case returnKey:
				p.Return, isPoint = rounded(v.V), true
			case successKey:
				p.Success = rounded(v.V)
			default:
				tasks.add(v)
				grads.add(p.Step, v)
			}
		}
		if episodes < recentEpisodes {
			p.Return, p.Success = num(math.NaN()), num(math.NaN())
		}
		if n := len(l.Curve); isPoint && (n == 0 || l.Curve[n-1].Step < p.Step) {
			l.Curve = append(l.Curve, p)
		}
	}
	l.Tasks, l.Grads = tasks.contacts(), grads.means()
	return nil
}

// slopes are sums of the norms of the main loss's gradient, layer by layer.
type slopes struct {
	tenth      int // step that ends the first tenth of the run
	layers     []string
	first, all []float64 // [layer]
	nFirst, n  []int     // how many
}

func (s *slopes) add(step int, v run.Value) {
	layer, ok := strings.CutPrefix(v.Name, gradKey)
	if !ok || math.IsNaN(v.V) {
		return
	}
	i := slices.Index(s.layers, layer)
	if i < 0 {
		i = len(s.layers)
		s.layers, s.first, s.all = append(s.layers, layer), append(s.first, 0), append(s.all, 0)
		s.nFirst, s.n = append(s.nFirst, 0), append(s.n, 0)
	}
	s.all[i] += v.V
	s.n[i]++
	if step <= s.tenth {
		s.first[i] += v.V
		s.nFirst[i]++
	}
}

func (s *slopes) means() (list []Slope) {
	for i, layer := range s.layers {
		list = append(list, Slope{layer, rounded(s.first[i] / float64(s.nFirst[i])), rounded(s.all[i] / float64(s.n[i]))})
	}
	return list
}

// means are those of what was measured of each task.
type means struct {
	names []string
	sum   [][3]float64 // share, cosine, quality
	n     [][3]int
}

func newMeans(c agent.Config) *means {
	m := new(means)
	for _, e := range c.Aux {
		m.names = append(m.names, e.ID())
	}
	m.sum, m.n = make([][3]float64, len(m.names)), make([][3]int, len(m.names))
	return m
}

func (m *means) add(v run.Value) {
	rest, ok := strings.CutPrefix(v.Name, auxKey)
	if !ok || math.IsNaN(v.V) {
		return
	}
	for i, name := range m.names {
		key, ok := strings.CutPrefix(rest, name)
		for k, suffix := range []string{shareKey, cosineKey, heldKey} {
			if ok && key == suffix {
				m.sum[i][k] += v.V
				m.n[i][k]++
			}
		}
	}
}

// contacts returns the tasks that were measured at all.
func (m *means) contacts() (list []Contact) {
	for i, name := range m.names {
		if m.n[i][0] == 0 {
			continue
		}
		mean := func(k int) num { return rounded(m.sum[i][k] / float64(m.n[i][k])) }
		list = append(list, Contact{name, mean(0), mean(1), mean(2)})
	}
	return list
}

// prune leaves the last checkpoint of a run that is done: what it needed to go on is not needed any more.
func prune(dir string) error {
	d, err := run.Resume(dir)
	if err != nil {
		return err
	}
	steps, err := d.Steps()
	for i := 0; err == nil && i < len(steps)-1; i++ {
		err = d.Remove(steps[i])
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}
