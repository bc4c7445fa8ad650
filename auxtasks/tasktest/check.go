package tasktest

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
)

// reporter is where faults go; a testing.T is one.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkNeeds finds what no Mixer could serve.
func checkNeeds(t reporter, r *rig) {
	t.Helper()
	n, taps := r.needs, r.enc.Taps()
	if !reflect.DeepEqual(n, r.task.Needs()) {
		t.Errorf("Needs differ from one call to the next")
	}
	names := func(where string, list []string) {
		for i, name := range list {
			if find(taps, name) == nil {
				t.Errorf("%s: there is no tap %q", where, name)
			}
			if slices.Contains(list[:i], name) {
				t.Errorf("%s: tap %q twice", where, name)
			}
		}
	}
	names("Needs.Taps", n.Taps)
	for i, v := range n.Views {
		names("View "+string(rune('1'+i)), v.Taps)
		if !(v.Target >= 0 && v.Target <= 1) {
			t.Errorf("view %d follows at rate %v, must be in [0, 1]", i+1, v.Target)
		}
		if v.Target == 0 && v.Transform == nil {
			t.Errorf("view %d is view 0 again", i+1)
		}
	}
	_, fills := r.task.(auxtasks.Filler)
	switch {
	case n.Source.String() == "invalid":
		t.Errorf("Source %d is none", n.Source)
	case (n.Source == auxtasks.Own) != fills:
		t.Errorf("Source is %v; a Filler, and only that, is of its own", n.Source)
	case n.Source == auxtasks.Replay && n.Draw.Len < 1:
		t.Errorf("sequences of %d transitions are drawn, must be at least 1", n.Draw.Len)
	case n.Draw.Len < 0 || n.Draw.Seqs < 0 || n.Draw.Burn < 0:
		t.Errorf("a draw of Len %d, Seqs %d, Burn %d", n.Draw.Len, n.Draw.Seqs, n.Draw.Burn)
	case n.Source == auxtasks.Minibatch && len(n.Views) > 0:
		t.Errorf("a minibatch has no further views")
	}
	for i, h := range r.heads {
		if h.Name == "" || slices.ContainsFunc(r.heads[:i], func(o auxtasks.Head) bool { return o.Name == h.Name }) {
			t.Errorf("head %d is called %q: names must be there and differ", i, h.Name)
		}
		if h.Params == nil || len(h.Params.W) == 0 || len(h.Params.G) != len(h.Params.W) {
			t.Errorf("head %q has no parameters", h.Name)
		}
	}
}

// checkGradient finds tasks that send nothing into the encoder, or something in spite of Detach, and those that do more than add.
func checkGradient(t reporter, r *rig) {
	t.Helper()
	before := r.inputs()
	report := r.loss(1)
	if report.Rows <= 0 {
		t.Errorf("Rows is %d, want the valid rows", report.Rows)
	}
	if !slices.Equal(before, r.inputs()) {
		t.Errorf("Loss changed what it reads")
	}
	g := r.gradients()
	if at := slices.IndexFunc(g, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }); at >= 0 {
		t.Errorf("gradient %d is %v", at, g[at])
	}
	if report.Rows > r.batch.Rows() || math.IsNaN(float64(report.Loss)) || math.IsInf(float64(report.Loss), 0) {
		t.Errorf("report %+v", report)
	}

	norm := r.sent()
	switch {
	case r.needs.Detach && norm != 0:
		t.Errorf("Detach is declared, but a gradient of norm %g reaches the encoder", norm)
	case !r.needs.Detach && !(norm > 0):
		t.Errorf("no gradient reaches the encoder")
	}

	r.loss(1)
	r.restore(r.begin)
	again := r.task.Loss(r.in, 1)
	if again != report {
		t.Errorf("the same loss again is %+v, was %+v", again, report)
	}
	for i, v := range r.gradients() {
		if diff := math.Abs(float64(v - 2*g[i])); diff > 1e-5*math.Abs(float64(g[i]))+1e-9 {
			t.Errorf("two losses leave %v in gradient %d, one leaves %v: it must be added", v, i, g[i])
			break
		}
	}
}

// inputs returns what Loss must leave alone.
func (r *rig) inputs() []byte {
	sum := slices.Clone(r.batch.Obs)
	hash := func(x []float32) {
		h := uint64(0)
		for _, v := range x {
			h = rng.At(h, uint64(math.Float32bits(v)))
		}
		for range 8 {
			sum = append(sum, byte(h))
			h >>= 8
		}
	}
	for _, view := range r.in.Taps {
		for _, tap := range view {
			hash(tap.Act[:r.floats(tap)])
		}
	}
	hash(r.batch.Reward)
	hash(r.batch.Weight)
	hash(r.batch.Signals)
	for _, p := range r.trained() {
		hash(p.W)
	}
	return sum
}

// sent runs the encoders backward and returns the norm of what arrives in the shared blocks.
func (r *rig) sent() float64 {
	sum := 0.0
	for _, b := range r.enc.Blocks() {
		clear(b.Params.G)
	}
	for i, v := range r.views {
		if i == 0 && len(r.needs.Taps) > 0 || i > 0 && r.needs.Views[i-1].Target == 0 {
			v.Backward()
		}
	}
	for _, b := range r.enc.Blocks() {
		if b.Shared {
			for _, v := range b.Params.G {
				sum += float64(v) * float64(v)
			}
		}
	}
	return math.Sqrt(sum)
}

// checkWeight finds tasks whose gradient is not in proportion to the weight, and those that change anything when it is 0.
func checkWeight(t reporter, r *rig) {
	t.Helper()
	report := r.loss(1)
	g := r.gradients()
	if twice := r.loss(2); twice != report {
		t.Errorf("with weight 2 the report is %+v, with 1 %+v: it must not depend on the weight", twice, report)
	}
	for i, v := range r.gradients() {
		if diff := math.Abs(float64(v - 2*g[i])); diff > 1e-5*math.Abs(float64(g[i]))+1e-9 {
			t.Errorf("with weight 2 gradient %d is %v, with 1 %v", i, v, g[i])
			break
		}
	}
	r.clear()
	r.restore(r.begin)
	state := r.state()
	measured := r.task.Loss(r.in, 0)
	if i := slices.IndexFunc(r.gradients(), func(v float32) bool { return v != 0 }); i >= 0 {
		t.Errorf("weight 0 leaves a gradient, %d", i)
	}
	if !bytes.Equal(state, r.state()) {
		t.Errorf("weight 0 changes the state")
	}
	if measured != report {
		t.Errorf("weight 0 measures %+v, weight 1 %+v", measured, report)
	}
	if r.loss(1); !slices.Equal(r.gradients(), g) {
		t.Errorf("after weight 0 the gradients are others: something was left behind")
	}
}

// checkMask finds tasks that learn from transitions that do not count.
func checkMask(t reporter, r *rig) {
	t.Helper()
	if r.needs.Source == auxtasks.Own {
		return
	}
	b := r.batch
	report := r.loss(1)
	g := r.gradients()
	action, reward, signals := slices.Clone(b.Action), slices.Clone(b.Reward), slices.Clone(b.Signals)
	for i := range b.Transitions() {
		if b.Weight[i] == 0 {
			b.Action[i] = (b.Action[i] + 1) % int32(r.dims.Actions)
			b.Reward[i] = 1e6
			r.spoil(i)
		}
	}
	if now := r.loss(1); now != report || !slices.Equal(r.gradients(), g) {
		t.Errorf("actions, rewards or signals of weight 0 count: the report is %+v, was %+v", now, report)
	}
	copy(b.Action, action)
	copy(b.Reward, reward)
	copy(b.Signals, signals)

	weight := slices.Clone(b.Weight)
	clear(b.Weight)
	r.restore(r.begin)
	r.clear()
	masked := r.task.Loss(r.in, 1)
	if masked.Rows != 0 || masked.Loss != 0 || masked.Quality != 0 {
		t.Errorf("nothing counts, and the report is %+v", masked)
	}
	if i := slices.IndexFunc(r.gradients(), func(v float32) bool { return v != 0 }); i >= 0 {
		t.Errorf("nothing counts, and gradient %d is %v", i, r.gradients()[i])
	}
	if !bytes.Equal(r.state(), r.begin) {
		t.Errorf("nothing counts, and the state changes")
	}
	copy(b.Weight, weight)
}

// spoil swaps a row's signals for others that there are, unless a transition that counts leads there: those of the row that follows
// in memory.
func (r *rig) spoil(row int) {
	b := r.batch
	for i, next := range b.Next {
		if int(next) == row && b.Weight[i] != 0 {
			return
		}
	}
	if n := len(b.Signals) / b.Rows(); row+1 < b.Rows() {
		copy(b.Signals[row*n:(row+1)*n], b.Signals[(row+1)*n:])
	}
}

// checkQuality finds qualities out of range.
func checkQuality(t reporter, r *rig) {
	t.Helper()
	if q := float64(r.loss(1).Quality); !(q <= 1 && q > math.Inf(-1)) {
		t.Errorf("Quality is %v, must be finite and at most 1", q)
	}
}

// checkAllocs finds tasks that allocate.
func checkAllocs(t reporter, r *rig) {
	t.Helper()
	r.clear()
	for _, w := range []float32{1, 0} {
		if n := testing.AllocsPerRun(3, func() { r.task.Loss(r.in, w) }); n != 0 {
			t.Errorf("Loss with weight %v allocates %v times", w, n)
		}
	}
}

// checkTwin finds tasks that give other numbers on another team of workers.
func checkTwin(t reporter, r, twin *rig, workers int) {
	t.Helper()
	a, b := r.loss(1), twin.loss(1)
	if a != b || !slices.Equal(r.gradients(), twin.gradients()) {
		t.Errorf("with %d workers the report is %+v, with 1 %+v, or gradients differ", workers, b, a)
	}
}

// checkState finds tasks that forget something, or keep something that is not in their state. The twin was just made.
func checkState(t reporter, r, twin *rig) {
	t.Helper()
	r.load("first", false)
	r.restore(r.begin)
	for range 3 {
		r.task.Loss(r.in, 1)
		if s, ok := r.task.(auxtasks.Stepper); ok {
			s.Stepped()
		}
	}
	for i, p := range r.trained() {
		copy(twin.trained()[i].W, p.W)
	}
	state := r.state()
	if s, ok := twin.task.(auxtasks.Stateful); ok {
		if err := s.RestoreState(state); err != nil {
			t.Errorf("a saved state is refused: %v", err)
			return
		}
		if !bytes.Equal(twin.state(), state) {
			t.Errorf("a restored state is saved as another one")
		}
		if len(state) > 0 && s.RestoreState(state[:len(state)-1]) == nil || s.RestoreState(append(slices.Clone(state), 0)) == nil {
			t.Errorf("a state that is cut off or too long is accepted")
		}
		if s.RestoreState(state) != nil {
			t.Errorf("a saved state is refused after a damaged one")
		}
	}
	r.load("second", false)
	twin.load("second", false)
	for call := range 3 {
		r.clear()
		twin.clear()
		a, b := r.task.Loss(r.in, 1), twin.task.Loss(twin.in, 1)
		if a != b || !slices.Equal(r.gradients(), twin.gradients()) || !bytes.Equal(r.state(), twin.state()) {
			t.Errorf("restored, the task goes on with %+v at call %d, not restored with %+v, or gradients or states differ", b, call, a)
			return
		}
	}
}
