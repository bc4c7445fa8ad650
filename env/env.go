// Package env says what a world is and runs many of them in step.
//
// A world is an [Env]: Reset begins an episode, Step takes one decision. Observations are an image of bytes and, beside it,
// a vector of floats; both are written into memory that the caller owns. A [Vec] steps many in step.
//
// Wrappers ([FrameStack], [Sticky], [TimeLimit] and others) are worlds around a world; [Wrap] is all of them as settings. They wrap one
// world and not a Vec, because nothing they do needs more than one; each keeps its own random stream and is saved with its world. What
// needs all worlds, the normalising of rewards, is part of the Vec: [RewardNorm]. Whatever wrappers do, an [Episode] is told as the
// world itself knows it, and [As] finds what a world can do beside being played.
//
// Worlds live in the packages below this one; env/catalog lists them by id, env/envtest holds the contract that every one of
// them is tested against.
package env

import "image"

// End says how a step left the episode. There is no "done".
type End uint8

const (
	Running    End = iota // the episode goes on
	Terminated            // the task ended: the value of what follows is 0
	Truncated             // the clock ended it: bootstrap from the final observation
)

// String returns the name of the end.
func (e End) String() string {
	switch e {
	case Running:
		return "running"
	case Terminated:
		return "terminated"
	case Truncated:
		return "truncated"
	}
	return "invalid"
}

// Step is what one decision returned. Reward is float64, so that worlds can match their originals bit for bit.
type Step struct {
	Reward float64
	End    End
}

// Spec describes a world. An observation is an image of bytes [H, W, C] and, beside it, a vector of floats: direction,
// mission tokens, velocity, achieved milestones. A step is one decision; whatever a world repeats inside is its own affair.
type Spec struct {
	ID         string
	H, W, C    int
	Frames     int     // C = Frames x channels, newest last
	Codes      []int   // per channel, how many symbols its bytes stand for; nil: the bytes are intensities 0..255
	Vector     []Field // the vector beside the image, stretch by stretch
	Signals    []Field // targets that only tasks may see: depth, pose, loop closure
	Actions    []string
	Milestones []string // what the bits of a Milestoner stand for, the lowest first
	StepLimit  int      // decisions after which an episode is truncated at the latest; 0: none, or other ones in every episode
	Success    float64  // smallest return of an episode that counts as a success; 0: returns do not tell
	Goal       bool     // an episode that terminates has reached the goal: a success, whatever its return
	Best       float64  // best mean return there is, of one who knows all: exact, or over a number of seeds; 0: unknown
}

// Won reports whether an episode that ended so, with that return, is a success.
func (s *Spec) Won(end End, ret float64) bool {
	return s.Success != 0 && ret >= s.Success || s.Goal && end == Terminated
}

// Succeeds reports whether the world has a notion of success, by return or by a goal.
func (s *Spec) Succeeds() bool { return s.Success != 0 || s.Goal }

// ObsLen returns the number of bytes of an observation's image.
func (s Spec) ObsLen() int { return s.H * s.W * s.C }

// VecLen returns the number of floats beside the image.
func (s Spec) VecLen() int { return fieldsLen(s.Vector) }

// Buffers returns room for one observation: the bytes of the image and the floats beside it.
func (s Spec) Buffers() (obs []byte, vec []float32) {
	return make([]byte, s.ObsLen()), make([]float32, s.VecLen())
}

// SignalsLen returns the number of floats that Signals writes.
func (s Spec) SignalsLen() int { return fieldsLen(s.Signals) }

func fieldsLen(fields []Field) int {
	n := 0
	for _, f := range fields {
		n += f.Len
	}
	return n
}

// Field names a stretch of a float vector.
type Field struct {
	Name  string
	Len   int
	Codes int `json:",omitempty"` // how many symbols an entry stands for: whole numbers 0..Codes-1; 0: plain numbers
}

// Env is one world. Reset and Step write every byte of obs and every float of vec, whose lengths the Spec gives, and keep no hold
// of them.
// A world starts unseeded: Seed comes first, then Reset, then Steps until one of them returns an End other than Running.
// Step panics on an action outside the Spec's list; it is not called again before the next Reset.
type Env interface {
	Spec() Spec
	Seed(seed uint64)                // as if new: restarts every random stream; begins no episode
	Reset(obs []byte, vec []float32) // begins the next episode of the current streams
	Step(action int, obs []byte, vec []float32) Step
}

// Abilities beyond Env are found by As, which looks inside wrappers too. A world without Stateful cannot be resumed exactly, and the run says so.
type (
	// Stateful worlds can be saved and restored in mid-episode: what follows is the same bit for bit. RestoreState keeps no hold
	// of b and never panics; after an error the world must be restored again, or seeded and reset.
	Stateful interface {
		AppendState(b []byte) []byte // appends everything, generators included
		RestoreState(b []byte) error // b is what AppendState appended
	}

	// Signaler worlds have targets that only auxiliary tasks may see.
	Signaler interface{ Signals(dst []float32) }

	// Potential worlds say how far the goal is: in [-1, 0], 0 where an episode has ended with success, -1 where there is no way.
	Potential interface{ Potential() float64 }

	// Milestoner worlds name the steps on the way: bit k says that milestone k, of those that the Spec names, was reached in this
	// episode. Reset clears all.
	Milestoner interface{ Milestones() uint64 }

	// Keyer worlds hash their full state, for counts: equal states have equal keys. The clock and the generators do not count,
	// or no state would be met twice.
	Keyer interface{ Key() uint64 }

	// Renderer worlds can be looked at by people. Rendering changes nothing.
	Renderer interface {
		// RenderSize returns the largest picture within limit that the world draws well. It depends on nothing but the
		// Spec and limit, and is never empty: a limit too small gives the smallest picture there is.
		RenderSize(limit image.Point) image.Point
		// Render fills dst, whose bounds have a size that RenderSize returned.
		Render(dst *image.RGBA)
	}

	// Viewer worlds can also draw what the agent sees of them. Drawing changes nothing.
	Viewer interface {
		ViewSize(limit image.Point) image.Point // as RenderSize
		RenderView(dst *image.RGBA)             // as Render
	}

	// Surveyor worlds are grids that can tell what the agent would see from another cell. Asking changes nothing.
	Surveyor interface {
		Cells() (rows, cols int) // in the order in which Render draws them, all of one size
		// ObserveFrom writes what the agent would be shown if it stood there, everything else as it is, and reports whether it
		// can: if not, nothing is written.
		ObserveFrom(row, col int, obs []byte, vec []float32) bool
	}

	// Sourcer worlds may be made from a text, which a run keeps so that they can be made again: "" says that they are not.
	Sourcer interface{ Source() string }

	// Missioner worlds tell in words what is to be done in this episode.
	Missioner interface{ Mission() string }

	// Meter worlds keep account of what the world inside all wrappers paid since the episode began, and of how many steps it took.
	// What they tell of an ended episode stands until the next Reset.
	Meter interface {
		Paid() (ret float64, frames int)
	}
	// Digester worlds describe themselves in the bytes that their original in another language hashes, so that the two can be
	// compared. Worlds without it are hashed by their observations.
	Digester interface {
		AppendLayout(b []byte) []byte       // the world at the start of an episode
		AppendReset(b []byte) []byte        // what Reset showed
		AppendStep(b []byte, s Step) []byte // what Step showed and returned
	}
)
