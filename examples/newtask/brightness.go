package main

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
)

// brightness is the task of telling, from the features, how bright an observation is: the mean of its bytes, 0 to 1. It rides on the
// objective's own pass.
type brightness struct {
	head   *nn.Graph
	params *nn.Params
	want   []float32 // [rows]
}

func newBrightness(_ struct{}, d auxtasks.Dims) (auxtasks.Task, error) {
	features, _ := d.Tap("features")
	floats := features.Len()
	b := &brightness{head: nn.NewHead(floats, d.Rows, d.Team), params: new(nn.Params), want: make([]float32, d.Rows)}
	b.head.Add("brightness", &nn.Dense{In: floats, Out: 1, Gain: 1}, b.params, nn.Input)
	b.params.Init(d.Seed)
	return b, nil
}

func (b *brightness) Needs() auxtasks.Needs { return auxtasks.Needs{Taps: []string{"features"}} }
func (b *brightness) Heads() []auxtasks.Head {
	return []auxtasks.Head{{Name: "brightness", Params: b.params}}
}

func (b *brightness) Loss(in *auxtasks.Input, w float32) auxtasks.Report {
	tap, rows := in.Taps[0][0], in.Batch.Rows()
	size, floats := len(in.Obs[0])/rows, rows*tap.Len()
	for i := range rows {
		sum := 0
		for _, v := range in.Obs[0][i*size : (i+1)*size] {
			sum += int(v)
		}
		b.want[i] = float32(sum) / float32(255*size)
	}
	b.head.ForwardFloats(tap.Act[:floats], nil, rows, "")
	y := b.head.Tap(0)
	loss, valid := nn.MSE(y.Grad[:rows], y.Act[:rows], b.want[:rows], in.Batch.Weight, rows, w)
	if w != 0 {
		b.head.BackwardFloats(tap.Grad[:floats])
	}
	return auxtasks.Report{Loss: loss, Quality: -loss, Rows: int(valid)}
}
