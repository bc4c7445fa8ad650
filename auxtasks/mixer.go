package auxtasks

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// Mixer adds the tasks' gradients to the main one. It draws sequences, runs the encoder once per group of tasks that read the same
// rows and once more per view, calls the tasks, weighs, gates, clips, and measures what each of them does to the encoder.
//
// One update of whoever owns the encoder reads:
//
//	enc.Forward(rows of the main loss)
//	mixer.Ride(rows of the main loss, true)   // tasks on the same pass; only before Step
//	main loss adds its gradients at the taps
//	enc.Backward()
//	mixer.Step(replay, 1)                     // the other tasks
//	optimiser.Step(rate, 0, the blocks)
//	mixer.StepHeads(optimiser, rate, true)
//
// An update that is not made, because something in it is not finite, ends with Drop instead.
type Mixer struct {
	enc    Encoder
	cfg    MixerConfig
	dims   Dims
	blocks []Block
	layers []Layer

	members []*member
	riders  []*member // of Source Minibatch
	groups  []*group  // the others
	follows []*follower
	clipped []*Params // together: the blocks, and the heads of all but riders

	main    [][]float32 // [block] the main gradient; when it is measured, without what riders added
	sum     [][]float32 // [block] of the tasks' gradients so far, while G is used for one of them
	square  []float64   // [layer] of the main gradient's norm, when it is measured
	smooth  [][]float32 // [block] slow mean of the main gradient, for gates; nil without
	size    float64     // slow mean of its norm, for norm matching
	reports []TaskReport

	stretches                     []stretch
	moved                         [][]float32 // what take, put and addBack are about
	takePiece, putPiece, addPiece func(int)

	update uint64 // how many Steps there were
	sound  bool   // what the last of them added is finite
	err    error
}

// MixerConfig says how losses are balanced and how often they are measured.
type MixerConfig struct {
	Balance string  `json:"balance"` // rule, see Balances
	Every   int     `json:"every"`   // updates from one measurement of gradients and their conflict to the next; 0: never. It changes no bit of the run
	Clip    float32 `json:"clip"`    // of the norm of all tasks' gradients together; 0: not clipped
	Share   bool    `json:"share"`   // tasks that draw alike share one draw and one pass, instead of one each as in UNREAL
}

// DefaultMixer returns fixed weights, measured every tenth update, clipped as PPO's gradient is.
func DefaultMixer() MixerConfig { return MixerConfig{Balance: Fixed, Every: 10, Clip: 0.5} }

// Validate reports the first setting that cannot work.
func (c MixerConfig) Validate() error {
	if !slices.Contains(Balances(), c.Balance) {
		return fmt.Errorf("auxtasks: no balance rule %q; there are %v", c.Balance, Balances())
	}
	if c.Every < 0 {
		return fmt.Errorf("auxtasks: every is %d, must not be negative", c.Every)
	}
	if !(c.Clip >= 0) {
		return fmt.Errorf("auxtasks: clip is %v, must not be negative", c.Clip)
	}
	return nil
}

// Named is a task in use.
type Named struct {
	Name   string
	Task   Task
	Weight Schedule
}

// Schedule is a weight that moves in a straight line from Start to End over so many updates, and stays there. Over 0: it is Start.
type Schedule struct {
	Start, End float32
	Over       uint64
}

// Constant returns the schedule of a weight that stays.
func Constant(w float32) Schedule { return Schedule{Start: w, End: w} }

// At returns the weight of an update.
func (s Schedule) At(update uint64) float32 {
	switch {
	case s.Over == 0:
		return s.Start
	case update >= s.Over:
		return s.End
	}
	return s.Start + (s.End-s.Start)*float32(float64(update)/float64(s.Over))
}

// NewMixer returns the mixer of tasks on an encoder. d is what the tasks were built with.
func NewMixer(enc Encoder, tasks []Named, cfg MixerConfig, d Dims) (*Mixer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	m := &Mixer{enc: enc, cfg: cfg, dims: d, blocks: enc.Blocks(), reports: make([]TaskReport, len(tasks))}
	m.cut()
	m.layers = LayersOf(m.blocks)
	m.square = make([]float64, len(m.layers))
	m.main, m.sum = m.room(), m.room()
	if gates(cfg.Balance) {
		m.smooth = m.room()
	}
	for _, b := range m.blocks {
		if !b.Frozen {
			m.clipped = append(m.clipped, b.Params)
		}
	}
	for i, t := range tasks {
		if err := m.add(t, &m.reports[i], d); err != nil {
			return nil, err
		}
	}
	for _, g := range m.groups {
		if err := g.build(m, d); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// add puts a task where it belongs.
func (m *Mixer) add(t Named, report *TaskReport, d Dims) error {
	for _, other := range m.members {
		if other.Name == t.Name {
			return fmt.Errorf("auxtasks: two tasks are called %q", t.Name)
		}
	}
	k := &member{Named: t, needs: t.Task.Needs(), heads: t.Task.Heads(), report: report, key: rng.Key(d.Seed, "task", t.Name)}
	for _, h := range k.heads {
		k.arenas = append(k.arenas, []*Params{h.Params})
	}
	if err := k.validate(m.enc); err != nil {
		return err
	}
	report.Name, report.Cosine = t.Name, make([]float32, len(m.layers))
	k.gradient = m.room()
	if gates(m.cfg.Balance) {
		k.smooth = m.room()
	}
	m.members = append(m.members, k)
	if k.needs.Source == Minibatch {
		k.join(m.enc, m.enc.Rows())
		m.riders = append(m.riders, k)
		return nil
	}
	for _, h := range k.heads {
		if !h.Frozen {
			m.clipped = append(m.clipped, h.Params)
		}
	}
	if m.cfg.Share && k.needs.Source == Replay {
		for _, g := range m.groups {
			if g.source == Replay && g.draw == drawOf(k.needs, d.Worlds) {
				g.members = append(g.members, k)
				return nil
			}
		}
	}
	m.groups = append(m.groups, &group{source: k.needs.Source, draw: drawOf(k.needs, d.Worlds), members: []*member{k}})
	return nil
}

// Layers names the layers of the shared blocks, in the order of TaskReport.Cosine.
func (m *Mixer) Layers() []string {
	names := make([]string, len(m.layers))
	for i, l := range m.layers {
		names[i] = l.Name
	}
	return names
}

// Reports returns what the last Step measured, one per task; valid until the next.
func (m *Mixer) Reports() []TaskReport { return m.reports }

// Err returns why the run should stop: a task that sends nothing into the encoder.
func (m *Mixer) Err() error { return m.err }

// Heads returns the tasks' own parameters; names begin with the task's. The optimiser must know those that are not Frozen.
func (m *Mixer) Heads() []Head {
	var heads []Head
	for _, k := range m.members {
		for _, h := range k.heads {
			h.Name = k.Name + "/" + h.Name
			heads = append(heads, h)
		}
	}
	return heads
}

// Rides reports whether there are tasks that Ride runs.
func (m *Mixer) Rides() bool { return len(m.riders) > 0 }

// measures reports whether conflict is measured in the update that the next Step is of.
func (m *Mixer) measures() bool {
	if m.cfg.Every > 0 && m.update%uint64(m.cfg.Every) == 0 {
		return true
	}
	return slices.ContainsFunc(m.members, (*member).suspicious)
}

// Compares reports whether the next Step looks at the main gradient of frozen blocks too: if not, whoever makes it may spare them.
func (m *Mixer) Compares() bool { return m.cfg.Balance != Fixed || m.measures() }

// Ride runs the tasks that need nothing but the objective's own pass, which has just been made over b: they leave gradients at the
// encoder's taps, before the objective does. last says that Step follows: then they are measured.
func (m *Mixer) Ride(b *Batch, last bool) {
	for _, k := range m.riders {
		k.see(b, b.Obs, b.Rows())
		k.run(m, last)
	}
	if last && m.measures() {
		for _, k := range m.riders {
			if k.report.Rows > 0 {
				k.leave()
				m.enc.Backward()
				m.take(k.gradient)
			}
		}
	}
	for _, k := range m.riders {
		k.leave()
	}
}

// Step works on the other tasks. The main gradient stands in the blocks' G, clipped if it is to be; scale is what it was multiplied with
// for that, 1 if it was not: see nn.ClipScale. Step adds the tasks' gradients to it, clipped by themselves, and leaves others in the
// heads' G. src may be nil if no task draws from it.
func (m *Mixer) Step(src Sampling, scale float32) []TaskReport {
	measure := m.measures()
	m.take(m.main)
	m.follow()
	for _, g := range m.groups {
		if g.draws(m, src, measure) {
			g.run(m, measure)
		}
	}
	norm := nn.ClipNorm(m.cfg.Clip, m.clipped...)
	m.addBack(m.main)
	m.sound = finite(norm) && !slices.ContainsFunc(m.reports, func(r TaskReport) bool { return r.Rows > 0 && !finite(r.Loss) })
	if measure {
		m.setApart(scale)
	}
	m.conclude(measure)
	m.update++
	return m.reports
}

// Sound reports whether all that the last Step measured and added is finite.
func (m *Mixer) Sound() bool { return m.sound }

// Drop clears what tasks left in their heads.
func (m *Mixer) Drop() {
	for _, k := range m.members {
		for _, h := range k.heads {
			clear(h.Params.G)
		}
	}
}

// StepHeads steps the tasks' heads with the optimiser that has just stepped the network, and tells of it: slow copies of the encoder
// follow, and tasks that want to know are told. mixed says that Step was part of it; else only riders have gradients. It reports
// whether all gradients were finite: the optimiser leaves a head alone where they are not.
func (m *Mixer) StepHeads(opt nn.Optimizer, lr float32, mixed bool) (sound bool) {
	sound = true
	for _, k := range m.members {
		clip, rides := float32(0), k.needs.Source == Minibatch
		if rides {
			clip = m.cfg.Clip // the others' were clipped with all
		}
		for i, h := range k.heads {
			if !h.Frozen && (rides || mixed) {
				sound = finite(opt.Step(lr*h.rate(), clip, k.arenas[i]...)) && sound
			}
		}
		if s, ok := k.Task.(Stepper); ok {
			s.Stepped()
		}
	}
	for _, f := range m.follows {
		f.move()
	}
	return sound
}
