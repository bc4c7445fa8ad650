package live

// Frame is one moment of world 0 of a run in training: the agent has looked and chosen an action, which the world has not taken yet.
type Frame struct {
	Serial uint64 // counts what was published, from 1

	Step     int64      // of the run: decisions in all worlds before those of this moment
	Updates  int64      // that were made
	Episodes int64      // that ended in training, in all worlds
	Recent   [2]float32 // mean return and fraction of successes of the last 100 of them; NaN: none, or no such notion

	Round  int64   // counts the episodes of world 0 since somebody looks on
	Age    int64   // decisions in the episode of world 0
	Return float64 // of that episode, as the run counts it
	Action int64   // that was chosen
	Value  float32 // the critic's estimate, the world's own stream
	Policy []float32
	Obs    []byte    // what the agent looked at
	Vec    []float32 // and beside it

	World   []byte   // state of the world before the action; empty: it has none
	Picture []byte   // of such a world, RGBA; empty: it has none either
	Size    [2]int64 // width and height of Picture

	State      []float32 // of the agent's recurrent core before it looked
	LastAction int64     // likewise; -1: none
	LastReward float32

	Trace []Moment // of this episode since the last frame, this moment last, or the last so many
	Loss  Losses   // of the last update
	Tasks []Task   // auxiliary ones, in the order of the settings
}

// Moment is a step of world 0: the critic's estimate, and the reward that led there, as the agent is paid.
type Moment struct{ Value, Reward float32 }

// Losses is what an update measured; see package agent.
type Losses struct{ Policy, Value, Entropy, KL, Norm, Explained float32 }

// Task is what the last update measured of an auxiliary task; NaN is unknown.
type Task struct {
	Name                                 string
	Loss, Weight, Quality, Share, Cosine float32
}

// MaxTrace is how many moments a trace has at most.
const MaxTrace = 1024

// code writes or reads f.
func (f *Frame) code(c *codec) {
	number(c, &f.Serial)
	number(c, &f.Step)
	number(c, &f.Updates)
	number(c, &f.Episodes)
	for i := range f.Recent {
		c.float(&f.Recent[i])
	}
	number(c, &f.Round)
	number(c, &f.Age)
	c.double(&f.Return)
	number(c, &f.Action)
	c.float(&f.Value)
	c.floats(&f.Policy)
	c.bytes(&f.Obs)
	c.floats(&f.Vec)
	c.bytes(&f.World)
	c.bytes(&f.Picture)
	for i := range f.Size {
		number(c, &f.Size[i])
	}
	c.floats(&f.State)
	number(c, &f.LastAction)
	c.float(&f.LastReward)
	list(c, &f.Trace, 8)
	for i := range f.Trace {
		m := &f.Trace[i]
		c.float(&m.Value)
		c.float(&m.Reward)
	}
	l := &f.Loss
	for _, v := range [...]*float32{&l.Policy, &l.Value, &l.Entropy, &l.KL, &l.Norm, &l.Explained} {
		c.float(v)
	}
	list(c, &f.Tasks, 24)
	for i := range f.Tasks {
		t := &f.Tasks[i]
		c.text(&t.Name)
		for _, v := range [...]*float32{&t.Loss, &t.Weight, &t.Quality, &t.Share, &t.Cosine} {
			c.float(v)
		}
	}
}
