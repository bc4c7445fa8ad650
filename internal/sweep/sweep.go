package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/internal/study"
)

// BySteps is the score that counts how many steps it takes to get to a threshold. The others are those of a study.
const BySteps = "steps"

// Scores lists what configurations can be ranked by.
func Scores() []string { return append(study.Scores(), BySteps) }

// Sweep says what is tried.
type Sweep struct {
	Study   study.Study // worlds, seeds, base settings, episodes; its arms are the configurations
	Ranges  []Range
	Configs int    // that are drawn; the base settings are tried beside them
	Halving int    // of how many configurations one goes on to the next rung
	Rungs   int    // 1: random search
	Steps   int    // budget of the last rung
	Score   string // one of Scores
	Seed    uint64 // of the draws

	line map[string]int // of each key of the file
}

// Default returns a sweep over nothing yet: random search, on seeds that reports do not use.
func Default() Sweep {
	s := Sweep{Study: study.Default(), Configs: 16, Halving: 3, Rungs: 1, Score: study.ByReturn, Seed: 1, line: map[string]int{}}
	s.Study.Seeds = []uint64{101, 102, 103}
	return s
}

// FirstSeed is the first of the seeds that no report uses.
const FirstSeed = 101

// Bounds of what a sweep may ask for.
const (
	maxConfigs = 10_000
	maxRungs   = 20
	maxHalving = 100
)

// keyError is an error with the key of the file that it is about.
type keyError struct {
	error
	key string
}

func (e keyError) Unwrap() error { return e.error }

// Validate reports the first thing that cannot work.
func (s *Sweep) Validate() error {
	wrong := func(key, format string, args ...any) error {
		return keyError{fmt.Errorf("sweep: "+format, args...), key}
	}
	switch {
	case len(s.Study.Worlds) == 0:
		return wrong("", "worlds, the ids to train in, are missing")
	case len(s.Ranges) == 0:
		return wrong("range", "there is nothing to draw from: a table [range] is missing")
	case s.Study.Bare:
		return wrong("base.bare", "bare is for comparisons: a file of settings cannot say it")
	case s.Steps < 1:
		return wrong("steps", "steps, the budget of a run, is missing")
	case s.Configs < 1 || s.Configs > maxConfigs:
		return wrong("configs", "%d configs, must be 1 to %d", s.Configs, maxConfigs)
	case s.Rungs < 1 || s.Rungs > maxRungs:
		return wrong("rungs", "%d rungs, must be 1 to %d", s.Rungs, maxRungs)
	case s.Halving < 2 || s.Halving > maxHalving:
		return wrong("halving", "halving is %d, must be 2 to %d", s.Halving, maxHalving)
	case s.rung(0).Until < 1:
		return wrong("rungs", "%d rungs leave no steps for the first", s.Rungs)
	case !slices.Contains(Scores(), s.Score):
		return wrong("score", "score is %q; there are %s", s.Score, strings.Join(Scores(), ", "))
	}
	for _, w := range s.Study.Worlds {
		if s.Score == BySteps && math.IsNaN(s.threshold(w.ID)) {
			return wrong("score", "the score steps needs a threshold, the return to get to, of %s", w.ID)
		}
	}
	return nil
}

// threshold returns that of a world: its own, or the sweep's.
func (s *Sweep) threshold(world string) float64 {
	for _, w := range s.Study.Worlds {
		if w.ID == world && !math.IsNaN(w.Threshold) {
			return w.Threshold
		}
	}
	return s.Study.Threshold
}

// Rung is one round of a sweep.
type Rung struct {
	Until   int // steps after which runs are measured
	Configs int // that take part, the base settings among them
}

// Plan lists the rungs for so many configurations.
func (s *Sweep) Plan(configs int) []Rung {
	list := make([]Rung, s.Rungs)
	for r := range list {
		list[r] = Rung{s.rung(r).Until, configs}
		configs = (configs + s.Halving - 1) / s.Halving
	}
	return list
}

func (s *Sweep) rung(r int) Rung {
	until := s.Steps
	for range s.Rungs - 1 - r {
		until /= s.Halving
	}
	return Rung{Until: until}
}

// On returns the study of a rung: the arms that are left, trained so far.
func (s *Sweep) On(rung int, arms []study.Arm) study.Study {
	st := s.Study
	st.Arms, st.Until = arms, s.rung(rung).Until
	if st.Until == s.Steps {
		st.Until = 0
	}
	st.Score = study.ByReturn
	if s.Score != BySteps {
		st.Score = s.Score
	}
	st.Base = append(slices.Clone(st.Base), config.Item{Key: []string{"steps"}, Value: int64(s.Steps), Line: s.line["steps"]})
	return st
}
