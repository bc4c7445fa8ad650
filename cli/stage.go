package cli

import (
	"image"
	"math"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/viz"
)

// stage is a world that is shown: with its pictures, and what there is to say of the running episode.
type stage struct {
	world env.Env
	whole env.Renderer // the world's pictures; nil: it has none
	view  env.Viewer   // likewise of what the agent sees
	meter env.Meter    // what the world itself paid; nil: what its steps return
	obs   []byte
	vec   []float32
	snap  viz.Snapshot
	stack frameStack
	ret   float64 // of the running episode

	room image.Point // for the world in the picture that it is shown in; zero: what a dashboard of its own has
}

func newStage(w env.Env) *stage {
	spec := w.Spec()
	s := &stage{world: w, snap: viz.Snapshot{Title: spec.ID, StepLimit: spec.StepLimit, Actions: spec.Actions, Value: float32(math.NaN())}}
	s.obs, s.vec = spec.Buffers()
	s.whole, _ = env.As[env.Renderer](w)
	s.view, _ = env.As[env.Viewer](w)
	s.meter, _ = env.As[env.Meter](w)
	s.resize()
	return s
}

// resize makes the pictures as large as there is room beside what there is to say.
func (s *stage) resize() {
	room := s.room
	if room == (image.Point{}) {
		room = viz.WorldRoom(image.Pt(viz.DefaultRecord().Width, viz.DefaultRecord().Height), &s.snap)
	}
	if s.whole != nil {
		s.snap.World = image.NewRGBA(image.Rectangle{Max: s.whole.RenderSize(room)})
	}
	if s.view != nil {
		s.snap.View = image.NewRGBA(image.Rectangle{Max: s.view.ViewSize(image.Pt(room.X/3, room.Y/3))})
	}
	s.stack = newFrameStack(s.world.Spec(), s.view == nil)
	s.snap.Stack = s.stack.pictures
	if s.stack.newest != nil {
		s.snap.View = s.stack.newest
	}
}

// begin starts an episode.
func (s *stage) begin(seed uint64, episode int) {
	s.world.Seed(seed)
	s.world.Reset(s.obs, s.vec)
	s.ret = 0
	if s.meter != nil {
		s.ret, _ = s.meter.Paid() // for the steps that an episode begins with
	}
	s.snap.Episode, s.snap.Step, s.snap.Reward, s.snap.Return, s.snap.End = episode, 0, 0, float32(s.ret), ""
	if m, ok := env.As[env.Missioner](s.world); ok {
		s.snap.Mission = m.Mission()
	}
	s.snap.History.Reset()
}

// step takes a decision. The episode is cut after so many; 0: only by the world. Reward and return are what the world itself paid.
func (s *stage) step(act, limit int) env.Step {
	step := s.world.Step(act, s.obs, s.vec)
	s.snap.Step++
	before := s.ret
	s.ret += step.Reward
	if s.meter != nil {
		s.ret, _ = s.meter.Paid()
	}
	s.snap.Reward, s.snap.Return = float32(s.ret-before), float32(s.ret)
	if step.End == env.Running && s.snap.Step == limit {
		step.End = env.Truncated
	}
	if step.End != env.Running {
		s.snap.End = step.End.String()
	}
	return step
}

// draw draws the pictures of the moment.
func (s *stage) draw() {
	if s.snap.World != nil {
		s.whole.Render(s.snap.World)
	}
	if s.view != nil {
		s.view.RenderView(s.snap.View)
	}
	s.stack.draw(s.obs)
}

// frameStack is the frames of observations as pictures; none of symbols, which have no colours.
type frameStack struct {
	pictures []*image.RGBA // older ones, the oldest first
	newest   *image.RGBA   // nil: the world draws it
	channels int           // of a frame
}

func newFrameStack(spec env.Spec, newest bool) frameStack {
	f := frameStack{channels: spec.C / max(spec.Frames, 1)}
	if spec.Codes != nil {
		return f
	}
	if newest && (f.channels == 1 || f.channels == 3) {
		f.newest = image.NewRGBA(image.Rect(0, 0, spec.W, spec.H))
	}
	for range spec.Frames - 1 {
		f.pictures = append(f.pictures, image.NewRGBA(image.Rect(0, 0, spec.W, spec.H)))
	}
	return f
}

// draw draws the frames of an observation.
func (f frameStack) draw(obs []byte) {
	for k, img := range f.pictures {
		f.drawFrame(img, obs, k)
	}
	if f.newest != nil {
		f.drawFrame(f.newest, obs, len(f.pictures))
	}
}

// drawFrame draws one: in colours if it has three channels or more, else in greys.
func (f frameStack) drawFrame(img *image.RGBA, obs []byte, k int) {
	c, n := f.channels, len(f.pictures)
	for i := range len(img.Pix) / 4 {
		v, p := obs[(i*(n+1)+k)*c:][:c], img.Pix[4*i:4*i+4]
		p[0], p[1], p[2], p[3] = v[0], v[0], v[0], 255
		if c >= 3 {
			p[1], p[2] = v[1], v[2]
		}
	}
}
