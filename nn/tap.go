package nn

// Tap is an activation that heads attach to, with the gradient they leave there: rows of [H, W, C] floats.
// Whoever runs the network fills Act; heads add to Grad; Backward consumes and clears it. Grad nil: look, do not touch.
type Tap struct {
	Name    string
	H, W, C int
	Act     []float32 // [rows, H, W, C]
	Grad    []float32
}

// Len returns the number of floats of a row.
func (t *Tap) Len() int { return t.H * t.W * t.C }
