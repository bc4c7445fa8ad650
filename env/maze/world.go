package maze

import (
	"strings"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// reachRadius is how close, in tiles, the agent's middle must come to that of a thing to touch it.
const reachRadius = 0.4

// phase says where in an episode a world is.
type phase uint8

const (
	idle    phase = iota // no episode yet
	running              // Step may be called
	over                 // the episode has ended
)

// World is one task. Beside env.Env it has all abilities of package env but Missioner and Digester.
type World struct {
	rules  *rules
	cfg    Config
	spec   env.Spec
	motion *motion
	camera *camera
	level  *level
	number uint32 // of the level, where built
	built  bool

	layoutKey, textureKey   uint64
	layoutDraw, textureDraw rng.Stream

	draws    rng.Stream // of episodes
	phase    phase
	steps    int // decisions in this episode
	body     body
	velocity [3]float64 // ahead, to the right, turning: in the last decision, as fractions of the greatest
	things   []thing
	asked    int // which thing the episode asks for, where the task does
	gains    int // things that paid
	marks    uint64
	outset   float64 // length of the way at the start of the episode
	trail    trail

	gain     float64 // in the decision under way
	finished bool
	moved    bool // was put elsewhere in it

	way   []int32 // [h*w] steps to what the agent wants
	stale bool    // camera does not show what is
}

func newWorld(t title, cfg Config) *World {
	r := t.rules
	m := &motions[cfg.Actions]
	w := &World{rules: r, cfg: cfg, motion: m, camera: newCamera(cfg.Size), level: newLevel(r)}
	w.spec = env.Spec{
		ID: t.id, H: cfg.Size, W: cfg.Size, C: 3, Frames: 1,
		Vector:  []env.Field{{Name: "velocity", Len: 3}},
		Signals: signals(cfg),
		Actions: m.names(), Milestones: r.milestones(),
		StepLimit: r.limit, Success: r.success,
	}
	if played := (Config{Size: cfg.Size, Actions: r.actions, Levels: r.levels, FullDepth: cfg.FullDepth}); cfg == played {
		w.spec.Best = r.best
	}
	place, _, _ := strings.Cut(r.name, "-") // what follows the dash is another task in the same place
	if options := cfg.options(t.cfg); options != "" {
		w.spec.ID += ":" + options
	}
	w.layoutKey = rng.Key(cfg.Layout, "maze", "layout", place)
	w.textureKey = rng.Key(cfg.Texture, "maze", "texture", place)
	w.things = make([]thing, 0, maxThings)
	w.way = make([]int32, r.w*r.h)
	w.trail = newTrail(r.w, r.h, r.limit+1)
	w.Seed(0)
	return w
}

// Spec describes the world; see the package comment for the observation and the signals.
func (w *World) Spec() env.Spec { return w.spec }

// Seed restarts the stream that levels, beginnings and whatever else an episode draws come from. The seeds of layout and texture
// are in the Config.
func (w *World) Seed(seed uint64) {
	w.draws.Seed(rng.Key(seed, "maze", "episodes"))
	w.phase, w.steps = idle, 0
}

// Reset begins an episode.
func (w *World) Reset(obs []byte, vec []float32) {
	w.enter(w.cfg.Levels.pick(w.draws.Uint64()))
	w.phase, w.steps, w.asked, w.gains, w.marks, w.finished = running, 0, 0, 0, 0, false
	w.things = w.things[:0]
	w.rules.place(w)
	w.arrive()
	w.outset = w.distance()
	w.trail.clear()
	w.trail.add(w.body.x, w.body.y)
	w.observe(obs, vec)
}

// enter goes to a level.
func (w *World) enter(number uint32) {
	if w.built && w.number == number {
		return
	}
	w.number, w.built = number, true
	w.layoutDraw.Seed(rng.At(w.layoutKey, uint64(number)))
	w.textureDraw.Seed(rng.At(w.textureKey, uint64(number)))
	w.level.build(w.rules, &w.layoutDraw, &w.textureDraw)
}

// arrive puts the agent where it begins.
func (w *World) arrive() {
	x, y := w.level.middle(w.rules.spawn(w))
	heading := w.rules.look(w)
	w.body, w.velocity, w.moved = body{x, y, heading}, [3]float64{}, true
	w.survey()
}

// Step takes one decision, which lasts several tics. It panics on an action outside the Spec's list and outside an episode.
func (w *World) Step(action int, obs []byte, vec []float32) env.Step {
	s := w.advance(action)
	w.observe(obs, vec)
	return s
}

// advance is Step without the observation.
func (w *World) advance(action int) env.Step {
	if uint(action) >= uint(len(w.motion.deeds)) {
		panic("maze: Step: no such action")
	}
	if w.phase != running {
		panic("maze: Step: no episode is running")
	}
	w.steps++
	w.gain, w.finished, w.moved, w.velocity = 0, false, false, [3]float64{}
	w.act(&w.motion.deeds[action])
	w.trail.add(w.body.x, w.body.y)
	w.markWay()
	w.stale = true
	s := env.Step{Reward: w.gain}
	switch {
	case w.finished:
		s.End, w.phase = env.Terminated, over
	case w.steps == w.rules.limit:
		s.End, w.phase = env.Truncated, over
	}
	return s
}

// act lives through the tics of a decision, to its end or until the agent is put elsewhere.
func (w *World) act(d *deed) {
	m := w.motion
	ahead, right, most := float64(d.ahead), float64(d.right), float64(float64(m.repeat)*m.step)
	for range m.repeat {
		w.body.turn(d.turn * m.turn)
		from := w.body
		w.body.walk(&w.level.grid, float64(ahead*m.step), float64(right*m.step))
		w.gain -= w.rules.cost
		w.touch()
		if w.moved || w.finished {
			return
		}
		a, r := from.view(w.body.x, w.body.y)
		w.velocity[0] += a / most
		w.velocity[1] += r / most
		w.velocity[2] += float64(d.turn) / float64(m.repeat)
	}
}

// touch applies the rules to what the agent has reached.
func (w *World) touch() {
	for i := range w.things {
		t := &w.things[i]
		if t.gone {
			continue
		}
		x, y := w.level.middle(int(t.tile))
		x, y = x-w.body.x, y-w.body.y
		if float64(x*x)+float64(y*y) >= reachRadius*reachRadius {
			continue
		}
		wanted := w.rules.wants(w, i)
		w.rules.touch(w, i)
		if w.moved || w.finished {
			return
		}
		if wanted {
			w.survey() // the agent wants something else now
		}
	}
}

// pay adds to the reward of the decision under way.
func (w *World) pay(reward float64) {
	w.gain += reward
	if reward > 0 {
		w.markGain()
	}
}

// finish ends the episode.
func (w *World) finish() { w.finished = true }

// observe draws what the agent sees and writes the observation.
func (w *World) observe(obs []byte, vec []float32) {
	w.draw()
	copy(obs[:w.spec.ObsLen()], w.camera.image)
	for i, v := range w.velocity {
		vec[i] = float32(v)
	}
}

// draw brings the camera's picture up to date.
func (w *World) draw() {
	w.camera.shoot(&w.body, w.level, w.things)
	if w.rules.frame {
		w.camera.frame(figures[w.things[w.asked].kind].ramp)
	}
	w.stale = false
}
