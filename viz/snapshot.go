package viz

import "image"

// Snapshot is one moment of an agent at work. Fields that are unknown stay zero, unless said otherwise, and whoever shows the
// snapshot leaves their place out. The owner may overwrite everything, pictures included, once Show has returned.
type Snapshot struct {
	World   *image.RGBA   // the whole world, opaque; nil if it has no picture
	View    *image.RGBA   // what the agent sees, opaque; nil if unknown
	Stack   []*image.RGBA // older frames that the agent sees too, the oldest first
	Overlay Overlay       // laid over World or View; Name "": the overlay of the first of Thoughts that has one
	Title   string        // which world: the id of the environment
	Mission string        // what is to be done, in words

	Training string // how training goes, in a line; empty: it is not watched

	Episode   int     // counts from 1
	Step      int     // decisions taken in this episode
	StepLimit int     // decisions after which the episode is cut short; 0: none
	Reward    float32 // of this step
	Return    float32 // undiscounted sum of this episode's rewards so far
	End       string  // how the episode ended; empty while it runs

	Value    float32   // the critic's estimate; NaN if there is no critic
	Actions  []string  // [A] names
	Policy   []float32 // [A] probabilities; nil if there is no policy
	Action   int       // index of the action that is taken next; negative: none
	Entropy  float32   // of Policy, in nats
	Thoughts []Thought // of auxiliary tasks
	Rewards  []Part    // what the agent is paid, the world's own reward first; nil: that alone
	Gamma    float32   // the discount of Value; 0: unknown
	Tail     float32   // once the episode has ended, what is expected to follow: 0 after a termination
	Legend   []string  // what a person can do, line by line, key and meaning with spaces between, the first A for the actions; shown where there is no Policy

	History History // of this episode, for curves; the owner appends

	Flags  []string    // how it is watched; those in capitals, such as PAUSED, stand out
	Notice string      // what the viewer has to say, over everything; empty: nothing
	Help   []string    // lines over everything else, of two columns with a tab between; nil: none
	Tiles  []*Snapshot // shown side by side in place of all that stands above Flags but Title; nil: it is no such picture
}
