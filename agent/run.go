package agent

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
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

// Run is a Trainer with a directory: settings, metrics and checkpoints. One process at a time writes to it.
type Run struct {
	*Trainer
	Skipped []error // damaged checkpoints that Resume passed over

	dir     *run.Dir
	metrics *run.Metrics
	times   *run.Metrics
	env     string

	saved   int         // step of the newest checkpoint; -1: none
	have    run.Same    // the segments of replay that it has
	held    []run.File  // those that it has not
	rest    []byte      // memory of the last freeze
	pending chan result // the save under way; nil: none
	late    error       // of one that is over
	rows    []row       // measured, but not yet written

	scores  map[int64]float64 // of the checkpoints there are
	foreign string            // kernels that the checkpoint it was resumed from was made with, if they are others
}

// result is how a save ended.
type result struct {
	*frozen
	score float64
	err   error
}

// row is a line of metrics.
type row struct {
	step   int64
	values []run.Value
}

// Settings are what a run directory says of a run.
type Settings struct {
	Env    string `json:"env"`
	Source string `json:"source,omitempty"` // the text that the worlds were made from, where they were; see env.Sourcer
	Agent  Config `json:"agent"`
}

// Create makes a run directory for a trainer. A directory that holds anything is refused.
func Create(path, envID string, t *Trainer) (*Run, error) {
	dir, err := run.Create(path)
	if err != nil {
		return nil, err
	}
	r := &Run{Trainer: t, dir: dir, env: envID, saved: -1, scores: map[int64]float64{}}
	if err := dir.WriteConfig(r.settings()); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	if err := r.openRows(); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return r, nil
}

func (r *Run) settings() Settings {
	return Settings{Env: r.env, Source: source(r.worlds.World(0)), Agent: r.cfg}
}

// source returns the text that a world was made from, "" if it was not.
func source(w env.Env) string {
	if s, ok := env.As[env.Sourcer](w); ok {
		return s.Source()
	}
	return ""
}

// ReadSettings returns the settings of the run in a directory.
func ReadSettings(path string) (Settings, error) {
	dir, err := run.Open(path)
	if err != nil {
		return Settings{}, err
	}
	return readSettings(dir)
}

func readSettings(dir *run.Dir) (Settings, error) {
	s := Settings{Agent: Config{Keep: DefaultKeep()}} // which older runs do not have
	return s, dir.ReadConfig(&s)
}

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

// openRows opens the files of metrics and of times, without what is beyond the step that the trainer is at.
func (r *Run) openRows() (err error) {
	if r.metrics, err = r.dir.Metrics(int64(r.step)); err != nil {
		return err
	}
	if r.times, err = r.dir.Times(int64(r.step)); err != nil {
		return errors.Join(err, r.metrics.Close())
	}
	return nil
}

// closeRows is the opposite.
func (r *Run) closeRows() error { return errors.Join(r.metrics.Close(), r.times.Close()) }

// Env returns the id of the worlds.
func (r *Run) Env() string { return r.env }

// Path returns the directory.
func (r *Run) Path() string { return r.dir.Path() }

// Keep stores a file for people beside those of the run, such as its settings in another form. It panics on a name that is the
// run's own.
func (r *Run) Keep(name string, data []byte) error { return r.dir.Keep(name, data) }

// Prepare makes the next save short: it compresses what became whole of replay since it was called before. To be called after each
// Update when a save is near; sooner is in vain, for what leaves replay before it is saved.
func (r *Run) Prepare() { r.held = r.extras.hold(r.have, r.held) }

// Crashes tells of worlds that panicked since it was called before, and keeps of each what reproduces it in the run's directory: the
// names of the files. An error is of what could not be kept.
func (r *Run) Crashes() (crashes []env.Crash, files []string, err error) {
	crashes, r.roll.crashes = r.roll.crashes, nil
	for i, c := range crashes {
		data, failed := json.MarshalIndent(c, "", "  ")
		name := fmt.Sprintf("crash-%d-%d.json", r.crashed-len(crashes)+i+1, r.step)
		if failed == nil {
			failed = r.Keep(name, append(data, '\n'))
		}
		err, files = errors.Join(err, failed), append(files, filepath.Join(r.Path(), name))
	}
	return crashes, files, err
}

// Log appends named numbers to the run's metrics. If they cannot be written, the next Log or save tries again.
func (r *Run) Log(names []string, values []float64) error {
	line := row{step: int64(r.step), values: make([]run.Value, len(names))}
	for i, n := range names {
		line.values[i] = run.Value{Name: n, V: values[i]}
	}
	r.rows = append(r.rows, line)
	return r.log()
}

// LogTime notes how many seconds of training it took to get here, beside the metrics: see [Run.Seconds].
func (r *Run) LogTime(seconds float64) error {
	return r.times.Append(int64(r.step), []run.Value{{Name: secondsName, V: seconds}})
}

// secondsName is what a row of times has.
const secondsName = "seconds"

// Seconds returns how long earlier sessions trained to get to the step that the run was resumed at, as far as they noted it.
func (r *Run) Seconds() (float64, error) {
	rows, err := r.dir.ReadTimes()
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	last := 0.0
	for _, v := range rows[len(rows)-1].Values {
		if v.Name == secondsName && v.V > 0 {
			last = v.V
		}
	}
	return last, nil
}

func (r *Run) log() error {
	for len(r.rows) > 0 {
		if err := r.metrics.Append(r.rows[0].step, r.rows[0].values); err != nil {
			return err
		}
		r.rows = r.rows[1:]
	}
	return nil
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

// Close waits for a save under way, lets go of the directory and stops the workers. It does not save.
func (r *Run) Close() error {
	err := r.Wait()
	r.Trainer.Close()
	return errors.Join(err, r.log(), r.closeRows(), r.dir.Close())
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

// startOver begins new episodes in worlds that cannot be saved, from seeds that the run has not used.
func (t *Trainer) startOver(last int) {
	seed := rng.At(t.key("resumed"), uint64(t.step))
	for i := range t.worlds.Len() {
		t.worlds.World(i).Seed(env.TrainSeed(seed, i))
	}
	t.worlds.Reset(t.roll.rows(last, last+t.cfg.Worlds))
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
