package agent

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/policy"
)

// Resume continues the run in a directory from its newest whole checkpoint, or from the start if it was stopped before the
// first. change, if not nil, may alter settings that no checkpoint depends on, such as Steps; the directory keeps them, unless
// they leave the run nothing to do.
func Resume(path string, build func(envID string) (env.Env, error), change func(*Config)) (*Run, error) {
	return ResumeOn(path, build, change, 0)
}

// ResumeOn is Resume with so many workers, as NewTrainerOn.
func ResumeOn(path string, build func(envID string) (env.Env, error), change func(*Config), workers int) (*Run, error) {
	dir, err := run.Resume(path)
	if err != nil {
		return nil, err
	}
	r, err := resume(dir, build, change, workers)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return r, nil
}

func resume(dir *run.Dir, build func(envID string) (env.Env, error), change func(*Config), workers int) (*Run, error) {
	s, err := readSettings(dir)
	if err != nil {
		return nil, err
	}
	if change != nil {
		change(&s.Agent)
	}
	c, skipped, err := dir.Load()
	if err != nil && !errors.Is(err, run.ErrNoCheckpoint) {
		return nil, err
	}
	cfg := s.Agent
	if c != nil {
		cfg.Init = Init{} // the checkpoint has the weights
	}
	t, err := NewTrainerOn(cfg, func() (env.Env, error) { return build(s.Env) }, workers)
	if err != nil {
		return nil, err
	}
	t.cfg.Init = s.Agent.Init
	r := &Run{Trainer: t, Skipped: skipped, dir: dir, env: s.Env, saved: -1}
	if c != nil {
		err = r.restore(c)
	}
	if err == nil {
		err = r.lookAround()
	}
	if err == nil && !t.Finished() { // a change that leaves nothing to do is not kept
		err = dir.WriteConfig(s)
	}
	if err == nil {
		err = r.openRows()
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return r, nil
}

// restore continues from a checkpoint of the run's own.
func (r *Run) restore(c *run.Checkpoint) error {
	r.saved, r.have, r.held = int(c.Step), segmentsOf(c), nil
	var st state
	data, err := c.File(stateName)
	if err == nil {
		err = json.Unmarshal(data, &st)
	}
	if err != nil {
		return fmt.Errorf("agent: restore %s: %w", stateName, err)
	}
	now, err := r.made(r.env)
	if err != nil {
		return err
	}
	if r.foreign, err = st.Made.check(now, c.Step); err != nil { // before anything that follows from it
		return err
	}
	if int64(st.Step) != c.Step {
		return fmt.Errorf("agent: restore %s: it is of step %d, the checkpoint of step %d", stateName, st.Step, c.Step)
	}
	return r.Trainer.restore(c)
}

// Foreign returns the kernels that the checkpoint was made with which the run goes on from, if this process has others: then it does not
// go on as it would have gone on there. It is "" otherwise.
func (r *Run) Foreign() string { return r.foreign }

// validate reports numbers that no trainer has.
func (s *state) validate() error {
	if s.Step < 0 || s.Step > maxSteps || min(s.Updates, s.Episodes, s.Dropped, s.Crashed, s.Retries) < 0 || s.Retries > MaxRetries {
		return errors.New("a count is out of range")
	}
	if len(s.Recent) != min(s.Episodes, recentLen) {
		return fmt.Errorf("the last %d of %d episodes", len(s.Recent), s.Episodes)
	}
	return nil
}

// restore continues from a checkpoint that files made.
func (t *Trainer) restore(c *run.Checkpoint) error {
	if err := policy.Load(t.learner.Net, c); err != nil {
		return err
	}
	data := map[string][]byte{}
	for _, name := range []string{optimizerName, stateName, worldsName, rowsName} {
		d, err := c.File(name)
		if err != nil {
			return err
		}
		data[name] = d
	}
	if err := t.restoreMoments(data[optimizerName]); err != nil {
		return fmt.Errorf("agent: restore %s: %w", optimizerName, err)
	}
	var st state
	if err := json.Unmarshal(data[stateName], &st); err != nil {
		return fmt.Errorf("agent: restore %s: %w", stateName, err)
	}
	if len(st.Start) != t.cfg.Worlds {
		return fmt.Errorf("agent: restore %s: saved with %d worlds, settings say %d", stateName, len(st.Start), t.cfg.Worlds)
	}
	if err := st.validate(); err != nil {
		return fmt.Errorf("agent: restore %s: %w", stateName, err)
	}
	if err := t.learner.grads.restore(st.Gradients); err != nil {
		return fmt.Errorf("agent: restore %s: %w", stateName, err)
	}
	if err := t.learner.Optimizer.RestoreState(st.Optimizer); err != nil {
		return err
	}
	if err := t.extras.restore(c); err != nil {
		return err
	}
	t.step, t.updates, t.episodes, t.bad, t.dropped, t.crashed = st.Step, st.Updates, st.Episodes, 0, st.Dropped, st.Crashed
	t.retry(st.Retries)
	t.recent = append(t.recent[:0], st.Recent...)
	last := t.cfg.Horizon * t.cfg.Worlds
	if err := t.worlds.RestoreState(data[worldsName]); err != nil {
		return err
	}
	if !t.worlds.Stateful() {
		t.startOver(last)
		return nil
	}
	copy(t.roll.batch.Start[last:], st.Start)
	return t.restoreRows(data[rowsName], last)
}

func (t *Trainer) restoreMoments(data []byte) error {
	return restoreTensors(data, t.moments(), "was it saved with another optimizer?")
}

// restoreTensors fills tensors with those that are stored, which must have the same names and sizes; hint says why they may not.
func restoreTensors(data []byte, tensors []run.Tensor, hint string) error {
	stored, err := run.DecodeTensors(data)
	if err != nil {
		return err
	}
	byName := make(map[string][]float32, len(stored))
	for _, s := range stored {
		byName[s.Name] = s.Data
	}
	if len(stored) != len(tensors) {
		return fmt.Errorf("%d tensors, the settings ask for %d: %s", len(stored), len(tensors), hint)
	}
	for _, m := range tensors {
		d, ok := byName[m.Name]
		if !ok || len(d) != len(m.Data) {
			return fmt.Errorf("%s has %d numbers, the settings ask for %d: %s", m.Name, len(d), len(m.Data), hint)
		}
		copy(m.Data, d)
	}
	return nil
}

// restoreRows restores what the next decisions are taken from: observations, and what the agent remembers.
func (t *Trainer) restoreRows(data []byte, last int) error {
	obs, vec := t.roll.rows(last, last+t.cfg.Worlds)
	mem := t.roll.mem
	if want := len(obs) + 4*(len(vec)+len(mem.State)+len(mem.Reward)+len(mem.Action)); len(data) != want {
		return fmt.Errorf("agent: restore %s: %d bytes, want %d", rowsName, len(data), want)
	}
	if codes := t.Spec().Codes; codes != nil {
		for i, v := range data[:len(obs)] {
			if int(v) >= codes[i%len(codes)] {
				return fmt.Errorf("agent: restore %s: symbol %d, which the worlds do not have", rowsName, v)
			}
		}
	}
	copy(obs, data)
	data = data[len(obs):]
	for _, part := range [][]float32{vec, mem.State, mem.Reward} {
		for i := range part {
			part[i] = math.Float32frombits(binary.LittleEndian.Uint32(data))
			data = data[4:]
		}
	}
	for i := range mem.Action {
		act := int32(binary.LittleEndian.Uint32(data))
		if act < -1 || int(act) >= len(t.Spec().Actions) {
			return fmt.Errorf("agent: restore %s: action %d", rowsName, act)
		}
		mem.Action[i] = act
		data = data[4:]
	}
	return nil
}

// startOver begins new episodes in worlds that cannot be saved, from seeds that the run has not used.
func (t *Trainer) startOver(last int) {
	seed := rng.At(t.key("resumed"), uint64(t.step))
	for i := range t.worlds.Len() {
		t.worlds.World(i).Seed(env.TrainSeed(seed, i))
	}
	t.worlds.Reset(t.roll.rows(last, last+t.cfg.Worlds))
}
