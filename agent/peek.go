package agent

import (
	"encoding/json"
	"image"
	"math"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/live"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
)

// peek shows world 0 to viewers, between its agent's choice and the world's step. It reads what is there and changes nothing: no bit
// of the run depends on who looks, or when.
type peek struct {
	*live.Peek
	t *Trainer

	world env.Env      // that the following are of; a world that panics is replaced
	state env.Stateful // nil: it cannot be saved
	whole env.Renderer // of such a world; nil: it has no picture either

	round int64 // episodes that began while somebody looked
	trace []live.Moment
	logp  []float32
	img   image.RGBA
}

// Peek lets viewers look at world 0 through p, from the next Update on; nil ends it.
func (t *Trainer) Peek(p *live.Peek) {
	t.roll.peek = nil
	if p != nil {
		t.roll.peek = &peek{Peek: p, t: t, trace: make([]live.Moment, 0, live.MaxTrace), logp: make([]float32, len(t.Spec().Actions))}
	}
}

// look is called when the actions of step t of a rollout are chosen, before the worlds take them.
func (p *peek) look(r *rollout, t int, logits []float32) {
	if !p.Watched() {
		p.trace = p.trace[:0]
		return
	}
	row := t * r.batch.B
	if r.batch.Start[row] {
		p.round++
		p.trace = p.trace[:0]
	}
	if len(p.trace) == cap(p.trace) { // nobody has asked for long
		p.trace = append(p.trace[:0], p.trace[len(p.trace)/2:]...)
	}
	p.trace = append(p.trace, live.Moment{Value: r.value[0][row], Reward: r.mem.Reward[0]})
	if !p.Asked() {
		return
	}
	f := p.Frame()
	p.counters(f, t*r.batch.B)
	p.learned(f)
	p.moment(f, r, row, logits)
	p.draw(f)
	p.trace = p.trace[:0]
	p.Publish()
}

// counters fills in how far the run is, taken decisions of the rollout under way included.
func (p *peek) counters(f *live.Frame, taken int) {
	t := p.t
	f.Step, f.Updates, f.Episodes = int64(t.step+taken), int64(t.updates), int64(t.episodes)
	nan := float32(math.NaN())
	f.Recent = [2]float32{nan, nan}
	if n := float64(len(t.recent)); n > 0 {
		ret, success := 0.0, 0.0
		for i := range t.recent {
			if ret += t.recent[i].Return; t.recent[i].Success {
				success++
			}
		}
		f.Recent[0] = float32(ret / n)
		if spec := t.worlds.Spec(); spec.Succeeds() {
			f.Recent[1] = float32(success / n)
		}
	}
}

// learned fills in what the last update measured.
func (p *peek) learned(f *live.Frame) {
	u := &p.t.last
	f.Loss = live.Losses{Policy: u.Policy, Value: u.Value, Entropy: u.Entropy, KL: u.KL, Norm: u.Norm, Explained: u.Explained}
	f.Tasks = f.Tasks[:0]
	nan := float32(math.NaN())
	for _, r := range p.t.Tasks() {
		k := live.Task{Name: r.Name, Loss: nan, Weight: r.Weight, Quality: nan, Share: nan, Cosine: nan}
		if r.Rows > 0 {
			k.Loss, k.Quality = r.Loss, r.Quality
		}
		if r.Seen {
			k.Share, k.Cosine = r.Share, r.Total
		}
		f.Tasks = append(f.Tasks, k)
	}
}

// moment fills in what the agent saw, remembered and chose.
func (p *peek) moment(f *live.Frame, r *rollout, row int, logits []float32) {
	b := &r.batch
	running := p.t.worlds.Running(0)
	f.Round, f.Age, f.Return = p.round, int64(running.Len), running.Return
	f.Action, f.Value = int64(b.Action[row]), r.value[0][row]
	n := len(p.logp)
	f.Policy = append(f.Policy[:0], logits[:n]...)
	nn.Softmax(f.Policy, p.logp, logits[:n], n)
	obs, vec := r.rows(row, row+1)
	f.Obs, f.Vec = append(f.Obs[:0], obs...), append(f.Vec[:0], vec...)
	f.State = f.State[:0]
	if width := len(r.mem.State) / b.B; width > 0 {
		f.State = append(f.State, b.States[row*width:(row+1)*width]...)
	}
	f.LastAction, f.LastReward = int64(r.mem.Action[0]), r.mem.Reward[0]
	f.Trace = append(f.Trace[:0], p.trace...)
}

// draw fills in the world: its state or, if it has none, its picture.
func (p *peek) draw(f *live.Frame) {
	if w := p.t.worlds.World(0); w != p.world {
		p.world = w
		p.state, _ = env.As[env.Stateful](w)
		p.whole, _ = env.As[env.Renderer](w)
	}
	f.World, f.Picture, f.Size = f.World[:0], f.Picture[:0], [2]int64{}
	switch {
	case p.state != nil:
		f.World = p.state.AppendState(f.World)
	case p.whole != nil:
		f.Picture, f.Size = p.picture(f.Picture)
	}
}

// pictureRoom is how large a picture of a world is that cannot be saved.
var pictureRoom = image.Pt(480, 480)

// picture draws the world into pix, whose memory is used again.
func (p *peek) picture(pix []byte) ([]byte, [2]int64) {
	size := p.whole.RenderSize(pictureRoom)
	n := 4 * size.X * size.Y
	if cap(pix) < n {
		pix = make([]byte, n)
	}
	p.img = image.RGBA{Pix: pix[:n], Stride: 4 * size.X, Rect: image.Rectangle{Max: size}}
	p.whole.Render(&p.img)
	return pix[:n], [2]int64{int64(size.X), int64(size.Y)}
}

// give hands out the parameters if they are wanted.
func (p *peek) give() {
	if p == nil || !p.Wanted() {
		return
	}
	t := p.t
	files, err := policy.Files(t.learner.Net, t.worlds.Spec().ID, t.worlds.Spec().Actions)
	if err == nil {
		files, err = t.extras.files(files)
	}
	if err == nil {
		var st []byte
		if st, err = json.Marshal(state{Step: t.step, Updates: t.updates}); err == nil {
			files = append(files, run.File{Name: stateName, Data: st})
		}
	}
	if err == nil { // else a save fails too, and says why
		p.Give(live.Params{Step: int64(t.step), Files: files})
	}
}
