package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/nn"
)

// Keep says which checkpoints a run keeps. It changes nothing that is in them.
type Keep struct {
	Last  int  `json:"last"`  // so many of the newest
	Best  bool `json:"best"`  // the one before which the last 100 training episodes returned most; of equals the newest
	Every int  `json:"every"` // the first one of every so many steps, for which the command saves just then; 0: none
}

// DefaultKeep returns what the field's libraries keep at the least: some, and the best.
func DefaultKeep() Keep { return Keep{Last: run.DefaultKeep, Best: true} }

func (k Keep) validate() error {
	if k.Last < 1 || k.Last > 1000 {
		return fmt.Errorf("agent: keep.last is %d, must be 1 to 1000", k.Last)
	}
	if k.Every < 0 {
		return fmt.Errorf("agent: keep.every is %d, must not be negative", k.Every)
	}
	return nil
}

// Milestone reports whether Keep.Every asks for a checkpoint now, given the step of the update before.
func (r *Run) Milestone(before int) bool {
	every := r.cfg.Keep.Every
	return every > 0 && r.step/every != before/every
}

// steps returns those that are kept beside the newest, of checkpoints whose scores are given.
func (k Keep) steps(scores map[int64]float64) (keep []int64) {
	var all []int64
	for step := range scores { // order: sorted below
		all = append(all, step)
	}
	slices.Sort(all)
	best, most := int64(-1), math.Inf(-1)
	for i, step := range all {
		if every := int64(k.Every); every > 0 && (i == 0 || step/every != all[i-1]/every) {
			keep = append(keep, step)
		}
		if scores[step] >= most { // not NaN
			best, most = step, scores[step]
		}
	}
	if k.Best && best >= 0 {
		keep = append(keep, best)
	}
	return keep
}

// score returns what the last 100 episodes returned, NaN if there are fewer.
func score(recent []env.Episode) float64 {
	if len(recent) < recentLen {
		return math.NaN()
	}
	sum := 0.0
	for _, e := range recent {
		sum += e.Return
	}
	return sum / float64(len(recent))
}

// lookAround finds the checkpoints there are, and their scores. Those that are known are not read again, those that are damaged do not
// count.
func (r *Run) lookAround() error {
	steps, err := r.dir.Steps()
	if err != nil {
		return err
	}
	known := r.scores
	r.scores = make(map[int64]float64, len(steps))
	for _, step := range steps {
		if s, ok := known[step]; ok {
			r.scores[step] = s
			continue
		}
		var st state
		if data, err := r.dir.LoadFile(step, stateName); err == nil && json.Unmarshal(data, &st) == nil {
			r.scores[step] = score(st.Recent)
		}
	}
	return nil
}

// made says what a checkpoint was made with, beside what is in it.
type made struct {
	Kernels  string `json:"kernels"`  // architecture and kernel set: another one rounds otherwise
	Settings string `json:"settings"` // digest of those that numbers depend on
}

func (t *Trainer) made(envID string) (made, error) {
	s := Settings{Env: envID, Source: source(t.worlds.World(0)), Agent: t.cfg}
	digest, err := s.digest()
	return made{Kernels: kernels(), Settings: digest}, err
}

// kernels names what this process computes with.
func kernels() string { return runtime.GOARCH + " " + nn.Kernels() }

// digest returns a digest of all settings but those that may be changed when a run is resumed.
func (s Settings) digest() (string, error) {
	s.Agent.Steps, s.Agent.Keep = 0, Keep{}
	data, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("agent: encode settings: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// ErrChanged is in the error of a run that is to go on with other settings than it has been trained with.
var ErrChanged = errors.New("was made with other settings")

// check compares what a checkpoint was made with with what the run has now. Other settings are an error; of other kernels it only
// returns the name.
func (m made) check(now made, step int64) (foreign string, err error) {
	if m == (made{}) { // older checkpoints do not say
		return "", nil
	}
	if m.Settings != now.Settings {
		return "", fmt.Errorf("agent: the checkpoint of step %d %w: their digest is %.12s, not %.12s", step, ErrChanged, m.Settings, now.Settings)
	}
	if m.Kernels != now.Kernels {
		foreign = m.Kernels
	}
	return foreign, nil
}
