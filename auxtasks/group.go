package auxtasks

import (
	"fmt"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// group is tasks that read the same rows.
type group struct {
	source  Source
	draw    Draw
	members []*member

	batch Batch
	upto  string // deepest tap that a member reads on the plain pass; no pass if none reads any
	views []*view
	rows  int // most in a pass
}

// view is a further pass over a group's rows.
type view struct {
	View
	enc    Encoder
	member *member // whose it is
	at     int     // which of the member's views
	upto   string
	obs    []byte
	labels []int32
}

// drawOf returns what a task draws, with the number of sequences filled in.
func drawOf(n Needs, worlds int) Draw {
	d := n.Draw
	if n.Source != Replay {
		return Draw{}
	}
	if d.Seqs == 0 {
		d.Seqs = worlds
	}
	return d
}

// PassRows returns how many rows a pass for a task has at most, given the number of worlds: what an encoder must be built for. Tasks
// of Source Minibatch need no pass of their own.
func PassRows(t Task, worlds int) int {
	n := t.Needs()
	switch n.Source {
	case Own:
		return t.(Filler).Rows()
	case Replay:
		d := drawOf(n, worlds)
		if d.NoNext {
			return (d.Burn + d.Len) * d.Seqs
		}
		return (d.Burn + d.Len + 1) * d.Seqs
	}
	return 0
}

// build makes the encoders and buffers of a group.
func (g *group) build(m *Mixer, d Dims) error {
	for _, k := range g.members {
		g.rows = max(g.rows, PassRows(k.Task, d.Worlds))
	}
	if g.rows > m.enc.Rows() {
		return fmt.Errorf("auxtasks: %s reads %d rows at a time, the network was built for %d", g.members[0].Name, g.rows, m.enc.Rows())
	}
	size := d.H * d.W * d.C
	for _, k := range g.members {
		k.join(m.enc, g.rows)
		g.upto = deeper(m.enc, g.upto, k.needs.Taps)
		for i, v := range k.needs.Views {
			w := &view{View: v, member: k, at: i + 1}
			switch {
			case v.Target > 0:
				w.enc = m.follower(v.Target, g.rows)
				k.join(w.enc, 0)
			default:
				w.enc = m.enc.Share(g.rows)
				k.join(w.enc, g.rows)
			}
			taps := v.Taps
			if taps == nil {
				taps = k.needs.Taps
			}
			w.upto = deeper(w.enc, "", taps)
			if v.Transform != nil {
				w.obs, w.labels = make([]byte, g.rows*size), make([]int32, g.rows)
			}
			g.views = append(g.views, w)
		}
	}
	if g.source == Own {
		g.batch = Batch{T: 1, B: g.rows, Obs: make([]byte, g.rows*size), Vec: make([]float32, g.rows*d.Vec), Start: make([]bool, g.rows)}
		for i := range g.batch.Start {
			g.batch.Start[i] = true
		}
	}
	return nil
}

// deeper returns the deepest of a tap and others.
func deeper(enc Encoder, tap string, others []string) string {
	depth := func(name string) int {
		return slices.IndexFunc(enc.Taps(), func(t *Tap) bool { return t.Name == name })
	}
	for _, name := range others {
		if tap == "" || depth(name) > depth(tap) {
			tap = name
		}
	}
	return tap
}

// draws fills the batch; it returns false, and the members' losses are undefined, if there is nothing to draw. Before that, on a
// measuring update, it measures the tasks on sequences that nothing was trained on yet.
func (g *group) draws(m *Mixer, src Sampling, measure bool) bool {
	first := g.members[0]
	switch g.source {
	case Own:
		first.Task.(Filler).Fill(&g.batch, first.random(m.update, forDraw))
		return true
	case Replay:
		if src == nil {
			break
		}
		if measure {
			newest := g.draw
			newest.Newest = true
			if src.Sample(&g.batch, newest, first.random(m.update, forHeldDraw)) {
				g.hold(m)
			}
		}
		if src.Sample(&g.batch, g.draw, first.random(m.update, forDraw)) {
			return true
		}
	}
	for _, k := range g.members {
		k.report.Report, k.report.Weight = Report{}, k.Weight.At(m.update)
	}
	return false
}

// hold measures the tasks' quality on rows that are not trained on.
func (g *group) hold(m *Mixer) {
	g.pass(m)
	for _, k := range g.members {
		k.in.Random = k.random(m.update, forHeld)
		r := k.Task.Loss(&k.in, 0)
		k.report.Held, k.report.HeldRows = r.Quality, r.Rows
		if r.Quality != r.Quality {
			k.report.Held, k.report.HeldRows = 0, 0
		}
	}
}

// pass runs the encoders over the batch and shows the members what came out.
func (g *group) pass(m *Mixer) {
	b := &g.batch
	rows := b.Rows()
	if g.upto != "" {
		m.enc.Forward(b, b.Obs, g.upto)
	}
	for _, v := range g.views {
		v.pass(m, b, rows)
	}
	for _, k := range g.members {
		k.see(b, b.Obs, rows)
	}
}

func (v *view) pass(m *Mixer, b *Batch, rows int) {
	obs := b.Obs
	if v.Transform != nil {
		size := len(b.Obs) / max(rows, 1)
		h, w, c := m.dims.H, m.dims.W, m.dims.C
		random := v.member.random(m.update, forView)
		for r := range rows {
			v.labels[r] = v.Transform.Apply(v.obs[r*size:(r+1)*size], b.Obs[r*size:(r+1)*size], h, w, c, rng.At(random, uint64(r)))
		}
		obs = v.obs[:rows*size]
		v.member.in.Labels[v.at] = v.labels[:rows]
	}
	v.member.in.Obs[v.at] = obs
	v.enc.Forward(b, obs, v.upto)
}

// run makes the pass, calls the tasks and sends their gradients back.
func (g *group) run(m *Mixer, measure bool) {
	g.pass(m)
	for _, k := range g.members {
		k.run(m, true)
	}
	switch {
	case m.cfg.Balance != Fixed:
		m.take(m.sum)
		for _, k := range g.members {
			g.single(m, k)
			m.weigh(k)
		}
		m.put(m.sum)
	case measure:
		g.tell(m)
	default:
		g.leave()
		g.backward(m, backwardLearning)
	}
}

// single finds the gradient of one member by itself, on blocks that hold nothing.
func (g *group) single(m *Mixer, k *member) {
	k.leave()
	g.backward(m, Encoder.Backward)
	m.take(k.gradient)
}

// tell leaves what is left where nothing is measured, bit for bit, and finds which part each member has in it. One is not sent back by
// itself: its part is what the others leave of the sum, exact but for the sum's rounding.
func (g *group) tell(m *Mixer) {
	last := g.last(m)
	m.take(m.sum)
	for _, k := range g.members {
		if k != last {
			g.single(m, k)
		}
	}
	m.put(m.sum)
	g.leave()
	g.backward(m, Encoder.Backward)
	if last == nil {
		return
	}
	for i, b := range m.blocks {
		copy(last.gradient[i], b.Params.G)
		nn.AddScaled(last.gradient[i], m.sum[i], -1)
		for _, k := range g.members {
			if k != last {
				nn.AddScaled(last.gradient[i], k.gradient[i], -1)
			}
		}
	}
}

// last returns a member that is known to send something into all layers that any member does: rounding would hide where it sends
// nothing. One alone may be any: where it sends nothing, exactly that is left.
func (g *group) last(m *Mixer) *member {
	if len(g.members) == 1 {
		return g.members[0]
	}
	for _, k := range g.members {
		if k.proven && len(g.views) == 0 && deeper(m.enc, "", k.needs.Taps) == g.upto {
			return k
		}
	}
	return nil
}

// leave adds what the members left to the gradients at the encoders' taps.
func (g *group) leave() {
	for _, k := range g.members {
		k.leave()
	}
}

// backward has what stands at the taps of all encoders sent back.
func (g *group) backward(m *Mixer, send func(Encoder)) {
	if g.upto != "" {
		send(m.enc)
	}
	for _, v := range g.views {
		if v.Target == 0 {
			send(v.enc)
		}
	}
}

// backwardLearning sends back what stands at an encoder's taps, to frozen blocks only where it cannot be helped.
func backwardLearning(enc Encoder) {
	if s, ok := enc.(Sparing); ok {
		s.BackwardLearning()
		return
	}
	enc.Backward()
}
