package study

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
)

// Plan is a study whose settings are known, with what is there of it.
type Plan struct {
	Study
	Jobs []Job
	Dir  string     // of the study; runs are below it
	Raw  string     // file of raw lines
	Spec []env.Spec // [world] wrapped as in the first arm

	lines     []Line          // of jobs that are done
	have      map[runKey]bool // of which jobs they are
	jobs      map[runKey]*Job
	leastSave int // steps
}

// runKey tells runs apart.
type runKey struct {
	world, arm string
	seed       uint64
}

// Job is one run.
type Job struct {
	World, Arm int // indices
	Seed       uint64
	Config     agent.Config
	Build      func() (env.Env, error)
	Settings   string // digest of what is asked for: the same with every version of this program
	Dir        string // of the run
}

// Resolved is what Resolve finds out of one arm on one world.
type Resolved struct {
	Config agent.Config
	Build  func() (env.Env, error)
	Asked  map[string]string // what is asked for beyond the preset, key by key, as text
}

// NewPlan finds and checks the settings of every run. No run is started, and nothing is written. raw is the file of raw lines, "" for
// the study's own; what it has must be of this study.
func NewPlan(s Study, dir, raw string, resolve func(world, arm int) (Resolved, error)) (*Plan, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if raw == "" {
		raw = filepath.Join(dir, "results.jsonl")
	}
	p := &Plan{Study: s, Dir: dir, Raw: raw, have: map[runKey]bool{}, jobs: map[runKey]*Job{}, leastSave: leastSave}
	for w := range s.Worlds {
		var made []Job // one per arm
		for a := range s.Arms {
			r, err := resolve(w, a)
			if err != nil {
				return nil, err
			}
			if r.Config, err = p.try(w, a, r, made); err != nil {
				return nil, err
			}
			made = append(made, Job{World: w, Arm: a, Config: r.Config, Build: r.Build, Settings: p.digest(w, r)})
		}
		for _, j := range made {
			for _, seed := range s.Seeds {
				j.Seed, j.Config.Seed = seed, seed
				j.Dir = filepath.Join(dir, "runs", fileName(s.Worlds[w].ID), fileName(s.Arms[j.Arm].Name), strconv.FormatUint(seed, 10))
				p.Jobs = append(p.Jobs, j)
			}
		}
	}
	p.order()
	for i := range p.Jobs {
		p.jobs[p.key(p.Jobs[i])] = &p.Jobs[i]
	}
	if err := p.load(); err != nil {
		return nil, err
	}
	return p, p.checkRuns()
}

// order puts first seeds first, so that what is there early has something of everything.
func (p *Plan) order() {
	slices.SortStableFunc(p.Jobs, func(a, b Job) int {
		return slices.Index(p.Seeds, a.Seed) - slices.Index(p.Seeds, b.Seed)
	})
}

// try makes the trainer of an arm, to see that it can be made, and compares it with the arms before it. It returns the settings as they
// are in effect.
func (p *Plan) try(w, a int, r Resolved, before []Job) (agent.Config, error) {
	where := func(err error) (agent.Config, error) {
		return r.Config, at(p.Arms[a].Line, "%s in %s: %w", p.Arms[a].Name, p.Worlds[w].ID, err)
	}
	t, err := agent.NewTrainerOn(r.Config, r.Build, 1)
	if err != nil {
		return where(err)
	}
	spec, settings := t.Spec(), t.Config()
	t.Close()
	if a == 0 {
		p.Spec = append(p.Spec, spec)
	}
	if p.Score == BySuccess && !spec.Succeeds() {
		return where(errors.New("study: this world knows no success: score by return or greedy"))
	}
	for _, j := range before {
		if reflect.DeepEqual(j.Config, settings) {
			return settings, at(p.Arms[a].Line, "study: arms %s and %s are the same in %s", p.Arms[j.Arm].Name, p.Arms[a].Name, p.Worlds[w].ID)
		}
	}
	return settings, nil
}

// digest returns that of what is asked for in a world.
func (p *Plan) digest(w int, r Resolved) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%d\n", p.Worlds[w].ID, r.Config.Steps, p.Episodes)
	for _, key := range slices.Sorted(maps.Keys(r.Asked)) {
		if key != "steps" {
			fmt.Fprintf(h, "%q=%q\n", key, r.Asked[key])
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// load reads the raw lines there are and checks that they belong here.
func (p *Plan) load() error {
	lines, _, err := ReadLines(p.Raw, p.Worlds[0].ID)
	if err != nil {
		return err
	}
	for n, l := range lines {
		j := p.jobOf(l)
		if j == nil {
			return fmt.Errorf("%s:%d: a run of %s in %s with seed %d is not in the study: take another directory, or that line out", p.Raw, n+1, l.Arm, l.World, l.Seed)
		}
		if l.Steps != p.Budget(*j) || l.Settings != "" && l.Settings != j.Settings {
			return fmt.Errorf("%s:%d: the run of %s in %s with seed %d had other settings than the study has now: take another directory, or that line out",
				p.Raw, n+1, l.Arm, l.World, l.Seed)
		}
		if p.done(*j) {
			return fmt.Errorf("%s:%d: a second run of %s in %s with seed %d", p.Raw, n+1, l.Arm, l.World, l.Seed)
		}
		p.take(l)
	}
	return nil
}

// jobOf returns the job that a line is of, or nil.
func (p *Plan) jobOf(l Line) *Job { return p.jobs[runKey{l.World, l.Arm, l.Seed}] }

// key returns what tells a job from others.
func (p *Plan) key(j Job) runKey { return runKey{p.Worlds[j.World].ID, p.Arms[j.Arm].Name, j.Seed} }

// done reports whether there is a line of a job.
func (p *Plan) done(j Job) bool { return p.have[p.key(j)] }

// take adds the line of a job that is done.
func (p *Plan) take(l Line) {
	p.lines = append(p.lines, l)
	p.have[runKey{l.World, l.Arm, l.Seed}] = true
}

// Missing lists the jobs of which there is no line.
func (p *Plan) Missing() []Job {
	var left []Job
	for _, j := range p.Jobs {
		if !p.done(j) {
			left = append(left, j)
		}
	}
	return left
}

// Lines returns the lines there are, in the order of the study.
func (p *Plan) Lines() []Line { return p.sorted(p.lines) }

// Of says what a job is: world, arm and seed.
func (p *Plan) Of(j Job) string {
	return fmt.Sprintf("%s  %s  seed %d", p.Worlds[j.World].ID, p.Arms[j.Arm].Name, j.Seed)
}

// Budget returns after how many steps a job is done: those of its settings, or Until if that is sooner.
func (p *Plan) Budget(j Job) int {
	if p.Until > 0 {
		return min(p.Until, j.Config.Steps)
	}
	return j.Config.Steps
}

// checkRuns refuses directories of runs that were begun with other settings.
func (p *Plan) checkRuns() error {
	for _, j := range p.Missing() {
		if _, err := os.Stat(filepath.Join(j.Dir, "config.json")); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		s, err := agent.ReadSettings(j.Dir)
		if err != nil {
			return err
		}
		then, err1 := json.Marshal(s.Agent)
		now, err2 := json.Marshal(j.Config)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if !bytes.Equal(then, now) || s.Env != p.Worlds[j.World].ID {
			return fmt.Errorf("study: the run in %s was begun with other settings than the study has now: take another directory, or remove that one", j.Dir)
		}
	}
	return nil
}
