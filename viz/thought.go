package viz

import "image"

// Thought is what an auxiliary task of the agent makes of the moment, and how the task fared in training. What is unknown is nil,
// numbers are NaN.
type Thought struct {
	Name string // of the task

	Maps    []Map     // shown side by side, with one scale
	Overlay []float32 // [Rows, Cols] of a map that is laid over the view: the stronger, the larger; nil: none
	Over    string    // label of Overlay
	Grid    Grid      // of Maps and Overlay

	Classes []string  // [K] names of what may come next
	Prob    []float32 // [K] how likely the task thinks each
	Came    int       // the class that did come of the step before; negative: unknown
	Said    float32   // the probability that it had been given
	Right   int       // of the classes other than the first that came in this episode, how many had been told best
	Rare    int       // how many came

	Loss   float32 // unweighted
	Weight float32 // that it has in the sum
	Share  float32 // of its gradient in those of all on the shared layers, in [0, 1]
	Cosine float32 // between its gradient and the main one there
}

// Map is a number per cell of the view.
type Map struct {
	Label string
	Cell  []float32 // [Rows, Cols]; nil: there is none at the moment, its place is kept
}

// Grid says how cells lie on the view.
type Grid struct {
	Rows, Cols int
	Area       image.Rectangle // that the cells cover, in pixels of the observation
	Of         image.Point     // size of the observation; empty: the cells lie on nothing
}

// Part is one source of reward.
type Part struct {
	Name string
	Now  float32 // for this step, weighted
	Sum  float32 // over this episode
}

// whole reports whether x has a number for every cell.
func (g Grid) whole(x []float32) bool { return g.Rows > 0 && g.Cols > 0 && len(x) == g.Rows*g.Cols }
