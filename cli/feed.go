package cli

import "github.com/auxrl/auxrl/viz"

// feed is what is watched: moments, one after another.
type feed interface {
	// next goes on to the next moment and returns it, valid until the next call; nil: there are no more.
	next() (*viz.Snapshot, error)
}

// What a person may ask of some feeds.
type (
	// performance is a feed that is being played while it is watched.
	performance interface {
		restart()          // the next moment is the first of the running episode
		skip()             // the next moment is the first of the next episode
		reseed() uint64    // the next moment is the first of all with another seed, which it returns
		greedy() bool      // whether the agent takes the likeliest actions
		setGreedy(bool)    // from the next action on
		hasAgent() bool    // whether there is one at all
		choices() []string // actions that a person could take; nil: nobody can take over
		label([]string)    // what actions are called from now on; nil: what they are called
		take(act int)      // is what happens next, whatever the agent would do
	}

	// recorded is a feed that knows how long it is, and begins again as it was.
	recorded interface {
		moments() int
		rewind()
	}

	// overlaid is a feed with a choice of what lies over its pictures.
	overlaid interface {
		overlay() (string, error) // chooses the next, and returns its name; "": there are none
	}

	// arriving is a feed whose moments come in their own time: next returns the newest one.
	arriving interface{ arrived() <-chan struct{} }
)
