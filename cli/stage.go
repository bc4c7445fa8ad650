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
	ret   float64 // of the running episode
	shown int     // frames
}

func newStage(w env.Env) *stage {
	spec := w.Spec()
	s := &stage{world: w, snap: viz.Snapshot{Title: spec.ID, StepLimit: spec.StepLimit, Actions: spec.Actions, Value: float32(math.NaN())}}
	s.obs, s.vec = spec.Buffers()
	room := viz.WorldLimit(image.Pt(viz.DefaultRecord().Width, viz.DefaultRecord().Height))
	var ok bool
	if s.whole, ok = env.As[env.Renderer](w); ok {
		s.snap.World = image.NewRGBA(image.Rectangle{Max: s.whole.RenderSize(room)})
	}
	if s.view, ok = env.As[env.Viewer](w); ok {
		s.snap.View = image.NewRGBA(image.Rectangle{Max: s.view.ViewSize(image.Pt(room.X/3, room.Y/3))})
	}
	s.meter, _ = env.As[env.Meter](w)
	return s
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

// show draws the moment.
func (s *stage) show(sink viz.Sink) error {
	if s.snap.World != nil {
		s.whole.Render(s.snap.World)
	}
	if s.snap.View != nil {
		s.view.RenderView(s.snap.View)
	}
	s.shown++
	return sink.Show(&s.snap)
}
