package minigrid

import (
	"slices"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/npyrand"
)

// The actions, in the original's order.
const (
	actLeft = iota
	actRight
	actForward
	actPickup
	actDrop
	actToggle
	actDone
	actions
)

var actionNames = []string{"left", "right", "forward", "pickup", "drop", "toggle", "done"}

// success is below the smallest reward of a goal, 0.1.
const success = 0.05

// phase says where in an episode a world is.
type phase uint8

const (
	idle    phase = iota // no episode yet
	running              // Step may be called
	over                 // the episode has ended
)

// family is one kind of world. A family may hold state of the episode; every World has its own.
type family interface {
	// generate lays out an episode in an empty grid and puts the agent somewhere. It draws in the original's order.
	generate(w *World)
	// mission appends in words what is to be done in this episode.
	mission(b []byte) []byte
}

// haunted families carry something from episode to episode, as the original does.
type haunted interface {
	// forget makes the family as new.
	forget()
}

// preparer families do something before the common step.
type preparer interface {
	// before sees the action in the world as it stands and returns the action to take in its place.
	before(w *World, action int) int
}

// judge families have rules of their own about rewards and ends.
type judge interface {
	// after sees the action that was taken and may change what the step returns: w.reward and w.terminated. The
	// observation has been made.
	after(w *World, action int)
}

// keeper families hold state of the episode that must be saved with it.
type keeper interface {
	appendState(b []byte) []byte
	// restoreState takes up what appendState appended in an episode of w, which is restored but for the family. The family
	// is new; on an error it is not used.
	restoreState(w *World, b []byte) error
}

// World is one Minigrid world. It implements the Stateful, Renderer, Viewer, Surveyor, Missioner, Digester, Potential,
// Milestoner and Keyer of package env.
type World struct {
	entry    *entry
	family   family
	preparer preparer // the family, if it is one
	judge    judge    // the family, if it is one
	spec     env.Spec
	config   Config
	plain    bool // config is Default
	view     int  // squares in view, per side
	sight    cell // opaque, or 0 where nothing hides

	markBits [events]uint64 // of the milestones that the Spec names

	rng      npyrand.Generator
	grid     grid
	x, y     int // the agent; -1 while it is nowhere
	dir      int
	carrying cell // nothing, or what the agent holds
	contents [maxObjects + 1]cell
	objects  int // numbers given out in this episode

	phase      phase
	steps      int
	limit      int // steps of this episode
	milestones uint64
	reward     float64 // of the last step
	terminated bool    // both can be true at once
	truncated  bool

	spoken []float32 // the mission as tokens, where it differs from episode to episode
	text   []byte    // the mission, while it is put into tokens

	rejected bool              // the layout was given up
	resume   npyrand.Generator // the stream as it was then

	source string // text of the map, "" for the families of the package

	ruler    *ruler   // of Potential; nil before the first
	left     []uint16 // what the ruler measured
	measured bool     // since the grid changed

	scratch []byte   // of Key
	codes   []byte   // what OneHot expands
	looks   []uint32 // the tiles that RGB shows, as places in the atlas
	atlas   *atlas   // nil: no RGB
	tiles   tileCache
}

// newWorld makes a world; the config is valid.
func newWorld(e *entry, c Config) *World {
	w := &World{entry: e, config: c, view: c.View, limit: e.limit, spec: c.spec(e)}
	w.adopt(e.family())
	w.grid = newGrid(e.w, e.h, c.View-1)
	if !e.seeThrough {
		w.sight = opaque
	}
	w.plain = c.String() == ""
	switch squares := w.squares(); c.Obs {
	case OneHot:
		w.codes = make([]byte, 3*squares)
	case RGB:
		w.looks, w.atlas = make([]uint32, squares), atlasOf(c.Tile)
		w.lit(false) // makes room
	}
	m := anyMarks
	if e.marks != nil {
		m = *e.marks
	}
	m.own = append(slices.Clip(m.own), clauseNames[:e.clauses]...)
	w.spec.Milestones, w.markBits = m.names(), m.bits()
	if e.words > 0 {
		w.spoken = make([]float32, e.words)
		w.text = make([]byte, 0, e.words*longestWord)
	}
	w.rng.Seed(0)
	return w
}

// squares returns how many an observation shows.
func (w *World) squares() int {
	if w.config.Full {
		return w.grid.w * w.grid.h
	}
	return w.view * w.view
}

// adopt makes f the world's family.
func (w *World) adopt(f family) {
	w.family = f
	w.preparer, _ = f.(preparer)
	w.judge, _ = f.(judge)
}

// Spec describes the world; see the package comment for the observation.
func (w *World) Spec() env.Spec { return w.spec }

// Seed restarts the world's random stream, so that the next Reset is the original's reset(seed=seed).
func (w *World) Seed(seed uint64) {
	w.rng.Seed(seed)
	if f, ok := w.family.(haunted); ok {
		f.forget()
	}
}

// Mission says in words what is to be done in this episode.
func (w *World) Mission() string { return string(w.family.mission(nil)) }

// Reset begins the next episode of the stream.
func (w *World) Reset(obs []byte, vec []float32) {
	w.layOut()
	for w.rejected {
		w.rng = w.resume
		w.layOut()
	}
	w.speak()
	w.steps, w.milestones, w.reward = 0, 0, 0
	w.terminated, w.truncated = false, false
	w.phase = running
	w.observe(obs, vec)
}

// layOut lets the family lay out an episode, which it may reject.
func (w *World) layOut() {
	w.grid.clear()
	w.measured = false
	w.x, w.y, w.dir = -1, -1, 0
	w.objects, w.carrying = 0, nothing
	w.limit = w.entry.limit
	w.rejected = false
	w.family.generate(w)
}

// reject gives up the layout being generated: when generate returns, another begins with the numbers that follow those drawn
// so far. Later draws do not count, so generate need not stop at once. The original does so in BabyAI and raises elsewhere.
func (w *World) reject() {
	if !w.rejected {
		w.rejected, w.resume = true, w.rng
	}
}
