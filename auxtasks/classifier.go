package auxtasks

import (
	"math"

	"github.com/auxrl/auxrl/nn"
)

// classifier is a head that tells classes apart: dense, ReLU, dense, softmax.
type classifier struct {
	params  *Params
	graph   *nn.Graph
	out     *Tap // [rows, classes]
	floats  int  // of a row of the input
	classes int

	label  []int32   // [rows]
	weight []float32 // [rows]
	logp   []float32 // [classes]
	count  []float32 // [classes]
}

func newClassifier(floats, hidden, classes, rows int, d *Dims) *classifier {
	c := &classifier{params: new(Params), graph: nn.NewHead(floats, rows, d.Team), floats: floats, classes: classes}
	below := c.graph.Add("hidden", &nn.Dense{In: floats, Out: hidden, Act: nn.ReLU, Gain: math.Sqrt2}, c.params, nn.Input)
	out := c.graph.Add("classes", &nn.Dense{In: hidden, Out: classes, Gain: 0.01}, c.params, below)
	c.params.Init(d.Seed)
	c.out = c.graph.Tap(out)
	c.label, c.weight = make([]int32, rows), make([]float32, rows)
	c.logp, c.count = make([]float32, classes), make([]float32, classes)
	return c
}

func (c *classifier) heads() []Head { return []Head{{Name: "classes", Params: c.params}} }

// loss learns the labels of rows rows of x, [rows, floats], and adds to dx unless that is nil. Its quality is the Lift.
func (c *classifier) loss(x, dx []float32, rows int, w float32) Report {
	valid := 0
	for _, v := range c.weight[:rows] {
		if v != 0 {
			valid++
		}
	}
	if valid == 0 {
		return Report{}
	}
	c.graph.ForwardFloats(x[:rows*c.floats], nil, rows, "")
	logits, grad := c.out.Act[:rows*c.classes], c.out.Grad[:rows*c.classes]
	mean, _ := nn.CrossEntropy(grad, logits, c.label[:rows], c.weight[:rows], c.logp, c.classes, w)
	if w == 0 {
		clear(grad)
	} else {
		c.graph.BackwardFloats(dx)
	}
	return Report{Loss: mean, Quality: Lift(logits, c.label[:rows], c.weight[:rows], c.count, c.classes), Rows: valid}
}
