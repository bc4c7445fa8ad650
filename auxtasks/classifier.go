package auxtasks

import (
	"math"

	"github.com/auxrl/auxrl/nn"
)

// classifier is a head that tells classes apart: dense, ReLU, dense, softmax; for each of one or several cells.
type classifier struct {
	params  *Params
	graph   *nn.Graph
	out     *Tap // [rows, cells, classes]
	floats  int  // of a row of the input
	cells   int
	classes int

	label  []int32   // [rows, cells]
	weight []float32 // [rows, cells]
	logp   []float32 // [classes]
	count  []float32 // [classes]
}

func newClassifier(floats, hidden, classes, rows int, d *Dims) *classifier {
	return newCells(floats, hidden, 1, classes, rows, d)
}

func newCells(floats, hidden, cells, classes, rows int, d *Dims) *classifier {
	c := &classifier{params: new(Params), graph: nn.NewHead(floats, rows, d.Team), floats: floats, cells: cells, classes: classes}
	below := c.graph.Add("hidden", &nn.Dense{In: floats, Out: hidden, Act: nn.ReLU, Gain: math.Sqrt2}, c.params, nn.Input)
	out := c.graph.Add("classes", &nn.Dense{In: hidden, Out: cells * classes, Gain: 0.01}, c.params, below)
	c.params.Init(d.Seed)
	c.out = c.graph.Tap(out)
	c.label, c.weight = make([]int32, rows*cells), make([]float32, rows*cells)
	c.logp, c.count = make([]float32, classes), make([]float32, classes)
	return c
}

func (c *classifier) heads() []Head { return []Head{{Name: "classes", Params: c.params}} }

// loss learns the labels of rows rows of x, [rows, floats], and adds to dx unless that is nil. Its quality is the Lift over all cells.
// The cells of a row count all or none.
func (c *classifier) loss(x, dx []float32, rows int, w float32) Report {
	n := rows * c.cells
	valid := 0
	for i := 0; i < n; i += c.cells {
		if c.weight[i] != 0 {
			valid++
		}
	}
	if valid == 0 {
		return Report{}
	}
	c.graph.ForwardFloats(x[:rows*c.floats], nil, rows, "")
	logits, grad := c.out.Act[:n*c.classes], c.out.Grad[:n*c.classes]
	mean, _ := nn.CrossEntropy(grad, logits, c.label[:n], c.weight[:n], c.logp, c.classes, w)
	if w == 0 {
		clear(grad)
	} else {
		if dx != nil {
			dx = dx[:rows*c.floats]
		}
		c.graph.BackwardFloats(dx)
	}
	return Report{Loss: mean, Quality: Lift(logits, c.label[:n], c.weight[:n], c.count, c.classes), Rows: valid}
}
