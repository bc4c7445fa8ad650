package agent

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// Files of a checkpoint beside the policy's.
const (
	optimizerName = "optimizer.safetensors"
	stateName     = "state.json"
	worldsName    = "worlds.bin"
	rowsName      = "rows.bin"

	// Of runs with auxiliary tasks or bonuses.
	auxName      = "auxiliary.safetensors" // the tasks' own parameters, slow copies and slow means
	auxStateName = "auxiliary.bin"
	replayName   = "replay.s2" // beside its segments
)

// result is how a save ended.
type result struct {
	*frozen
	score float64
	err   error
}

// Prepare makes the next save short: it compresses what became whole of replay since it was called before. To be called after each
// Update when a save is near; sooner is in vain, for what leaves replay before it is saved.
func (r *Run) Prepare() { r.held = r.extras.hold(r.have, r.held) }

// Saved returns the step of the newest checkpoint, -1 if there is none. A save under way does not count.
func (r *Run) Saved() int { return r.saved }

// Save writes a checkpoint beside the older ones and then removes those that [Keep] does not ask for. If it fails, the one before is whole.
// What is not Sound is not saved: the error is [ErrDiverged].
func (r *Run) Save() error {
	_ = r.Wait() // what could not be saved before is in this one
	if err := r.SaveLater(); err != nil {
		return err
	}
	return r.Wait()
}

// SaveLater is Save that writes while training goes on: it copies what the checkpoint will hold and returns. If the save before is
// not over, it waits for that first; the error may be that one's, then nothing new is saved. [Run.Wait] returns the outcome.
func (r *Run) SaveLater() error {
	if err := r.Wait(); err != nil {
		return err
	}
	if !r.Sound() {
		return fmt.Errorf("agent: the run %w: at step %d it holds numbers that are not finite", ErrDiverged, r.step)
	}
	if err := r.log(); err != nil {
		return err
	}
	f, err := r.freeze(r.env, r.have, r.held, r.rest)
	if err != nil {
		return err
	}
	r.rest, r.pending = f.rest, make(chan result, 1)
	done, mean := r.pending, score(r.recent)
	scores := maps.Clone(r.scores)
	scores[f.step] = mean
	keep := run.Keep{Last: r.cfg.Keep.Last, Steps: r.cfg.Keep.steps(scores)}
	metrics := r.metrics
	go func() {
		err := metrics.Sync() // no checkpoint is past what metrics have
		if err == nil {
			err = r.dir.SaveWith(f.step, f.pack(), f.same, keep)
		}
		done <- result{f, mean, err}
	}()
	return nil
}

// Wait returns when no save is under way, and how the last one ended, once.
func (r *Run) Wait() error {
	if r.pending != nil {
		end := <-r.pending
		r.pending, r.late = nil, end.err
		r.have = run.Same{} // after a failure the next save trusts nothing that is on the disk
		if end.err == nil {
			r.saved, r.have = int(end.step), end.segments()
			r.scores[end.step] = end.score
			r.late = r.lookAround() // without those that went
			r.held = slices.DeleteFunc(r.held, func(f run.File) bool { return slices.Contains(r.have.Names, f.Name) })
		}
	}
	err := r.late
	r.late = nil
	return err
}

// state is what state.json holds.
type state struct {
	Step      int           `json:"step"`
	Updates   int           `json:"updates"`
	Episodes  int           `json:"episodes"`
	Recent    []env.Episode `json:"recent"`
	Start     []bool        `json:"start"`     // [worlds] the next decision is an episode's first
	Optimizer []byte        `json:"optimizer"` // what is not a moment
	Dropped   int           `json:"dropped,omitempty"`
	Retries   int           `json:"retries,omitempty"`
	Crashed   int           `json:"crashed,omitempty"`
	Made      made          `json:"made"`
	Gradients []float32     `json:"gradients,omitempty"` // [layers] norms when they were last measured
}

// files returns the trainer as files of a checkpoint: a function of settings, seed and step alone.
func (t *Trainer) files(envID string) ([]run.File, error) {
	f, err := t.freeze(envID, run.Same{}, nil, nil)
	if err != nil {
		return nil, err
	}
	return f.pack(), nil
}

// fixed returns the files but for replay's.
func (t *Trainer) fixed(envID string) ([]run.File, error) {
	files, err := policy.Files(t.learner.Net, envID, t.worlds.Spec().Actions)
	if err != nil {
		return nil, err
	}
	opt, err := run.EncodeTensors(t.moments())
	if err != nil {
		return nil, fmt.Errorf("agent: encode %s: %w", optimizerName, err)
	}
	with, err := t.made(envID)
	if err != nil {
		return nil, err
	}
	last := t.cfg.Horizon * t.cfg.Worlds
	st, err := json.Marshal(state{
		Step: t.step, Updates: t.updates, Episodes: t.episodes, Recent: t.recent,
		Start: t.roll.batch.Start[last:], Optimizer: t.learner.Optimizer.AppendState(nil),
		Dropped: t.dropped, Retries: t.retries, Crashed: t.crashed, Made: with, Gradients: t.learner.grads.keep(),
	})
	if err != nil {
		return nil, fmt.Errorf("agent: encode %s: %w", stateName, err)
	}
	obs, vec := t.roll.rows(last, last+t.cfg.Worlds)
	rows := append([]byte(nil), obs...)
	for _, part := range [][]float32{vec, t.roll.mem.State, t.roll.mem.Reward} {
		for _, v := range part {
			rows = binary.LittleEndian.AppendUint32(rows, math.Float32bits(v))
		}
	}
	for _, act := range t.roll.mem.Action {
		rows = binary.LittleEndian.AppendUint32(rows, uint32(act))
	}
	files = append(files,
		run.File{Name: optimizerName, Data: opt}, run.File{Name: stateName, Data: st},
		run.File{Name: worldsName, Data: t.worlds.AppendState(nil)}, run.File{Name: rowsName, Data: rows})
	return t.extras.files(files)
}

// moments lists the optimiser's moments as tensors that share their memory.
func (t *Trainer) moments() []run.Tensor {
	var tensors []run.Tensor
	list := func(name string, p *nn.Params) {
		for _, m := range t.learner.Optimizer.Moments(p) {
			tensors = append(tensors, run.Tensor{Name: name + "/" + m.Name, Shape: []int{len(m.Data)}, Data: m.Data})
		}
	}
	for _, b := range t.learner.Net.Blocks() {
		list(b.Name, b.Params)
	}
	if t.extras.mixer != nil {
		for _, h := range t.extras.mixer.Heads() {
			if !h.Frozen {
				list("task/"+h.Name, h.Params)
			}
		}
	}
	return tensors
}
