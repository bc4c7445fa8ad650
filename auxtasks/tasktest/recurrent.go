package tasktest

import (
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// tower names the arenas of the recurrent encoder.
var tower = [...]string{"core", "heads"}

// recurrent is a policy's network up to its features, a recurrent core on them, and an actor and a critic on that.
type recurrent struct {
	net    *policy.Net
	params [len(tower)]*nn.Params
	core   *nn.Core
	heads  *nn.Graph
	team   *nn.Team
	taps   []*nn.Tap
	deep   bool // the last pass reached the core
	rows   int  // of it
	burn   int
}

const coreLen = 24

func newRecurrent(net *policy.Net, rows int, workers *nn.Team) *recurrent {
	r := &recurrent{net: net, team: workers}
	for i := range r.params {
		r.params[i] = new(nn.Params)
	}
	features := net.Config().Features
	r.core = nn.NewCore("core", &nn.GRU{In: features, D: coreLen}, r.params[0], rows, workers)
	r.heads = nn.NewHead(coreLen, rows, workers)
	r.heads.Add("logits", &nn.Dense{In: coreLen, Out: net.Shape().Actions, Gain: 0.1}, r.params[1], nn.Input)
	r.heads.Add("value", &nn.Dense{In: coreLen, Out: 1, Gain: 1}, r.params[1], nn.Input)
	for _, p := range r.params {
		p.Init(2)
	}
	r.find()
	return r
}

func (r *recurrent) find() {
	r.taps = nil
	for _, t := range r.net.Taps() {
		r.taps = append(r.taps, t)
		if t.Name == "features" {
			break
		}
	}
	r.taps = append(append(r.taps, r.core.Tap()), r.heads.Taps()...)
}

// Blocks implements auxtasks.Encoder.
func (r *recurrent) Blocks() []auxtasks.Block {
	blocks := []auxtasks.Block{r.net.Blocks()[0]}
	for i, name := range tower {
		blocks = append(blocks, auxtasks.Block{Name: name, Params: r.params[i], Shared: i == 0})
	}
	return blocks
}

// Taps implements auxtasks.Encoder.
func (r *recurrent) Taps() []*nn.Tap { return r.taps }

// Rows implements auxtasks.Encoder.
func (r *recurrent) Rows() int { return r.net.Rows() }

// Forward implements auxtasks.Encoder.
func (r *recurrent) Forward(b *auxtasks.Batch, obs []byte, upto string) {
	r.deep = upto == "" || upto == "core" || upto == "logits" || upto == "value"
	if !r.deep {
		r.net.Forward(b, obs, upto)
		return
	}
	r.net.Forward(b, obs, "features")
	x := r.features()
	steps := b.T
	if b.Next != nil {
		steps++
	}
	r.burn = b.Burn
	r.core.Forward(x.Act, nil, b.Start, b.State, steps, b.B)
	if b.F > 0 {
		from := make([]int32, b.F)
		for i, row := range b.Next {
			if extra := int(row) - (b.T+1)*b.B; extra >= 0 {
				from[extra] = int32(i)
			}
		}
		r.core.Extra(x.Act[steps*b.B*x.Len():], nil, from)
	}
	r.rows = b.Rows()
	r.heads.ForwardFloats(r.core.Tap().Act[:r.rows*coreLen], nil, r.rows, "")
}

func (r *recurrent) features() *nn.Tap { return r.taps[len(r.taps)-4] }

// Backward implements auxtasks.Encoder.
func (r *recurrent) Backward() {
	if r.deep {
		r.heads.BackwardFloats(r.core.Tap().Grad[:r.rows*coreLen])
		r.core.Backward(r.features().Grad, r.burn)
	}
	r.net.Backward()
}

// Share implements auxtasks.Encoder.
func (r *recurrent) Share(rows int) auxtasks.Encoder {
	s := *r
	s.net = r.net.Share(rows).(*policy.Net)
	s.core, s.heads = r.core.Share(rows, r.team), r.heads.Share(rows, r.team)
	s.find()
	return &s
}

// Copy implements auxtasks.Encoder.
func (r *recurrent) Copy(rows int) auxtasks.Encoder {
	c := newRecurrent(r.net.Copy(rows).(*policy.Net), rows, r.team)
	for i, p := range c.params {
		copy(p.W, r.params[i].W)
	}
	return c
}
