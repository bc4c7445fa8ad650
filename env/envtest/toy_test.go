package envtest

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"math"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

const (
	toyCells = 5
	toyLimit = 12
	toyTurns = 4
)

// toy is a world with every ability: a walk from a random cell to the last of five, in a drizzle that the vector and the signal
// show. With a fault it breaks the contract in one place.
type toy struct {
	fault string
	spec  env.Spec

	draws     rng.Stream
	at, steps int
	from, far int
	wet       float32
	running   bool

	seen  []byte // faults remember things here
	old   []float32
	old64 uint64
	count int
	waste []byte
}

var (
	toyShared   int // what worlds with a fault share
	toyUnseeded uint64
)

func newToy(fault string) (env.Env, error) {
	w := &toy{fault: fault, spec: env.Spec{
		ID: "Toy-v0", H: 1, W: toyCells, C: 2, Frames: 2, Codes: []int{2, 2},
		Vector: []env.Field{{Name: "wet", Len: 1}, {Name: "clock", Len: 2}, {Name: "turn", Len: 1, Codes: toyTurns}}, Signals: []env.Field{{Name: "rain", Len: 2}},
		Actions: []string{"left", "right", "stay"}, Milestones: []string{"one", "two", "three", "four"}, StepLimit: toyLimit, Success: 1, Best: 1,
	}}
	switch fault {
	case "build fails":
		return nil, errors.New("no toys today")
	case "build returns nothing":
		return nil, nil
	case "no id":
		w.spec.ID = ""
	case "no height":
		w.spec.H = 0
	case "frames do not divide":
		w.spec.Frames = 3
	case "too few codes":
		w.spec.Codes = []int{2}
	case "no symbols":
		w.spec.Codes = []int{2, 0}
	case "negative limit":
		w.spec.StepLimit = -1
	case "best is infinite":
		w.spec.Best = math.Inf(1)
	case "no actions":
		w.spec.Actions = nil
	case "actions of one name":
		w.spec.Actions[2] = "left"
	case "milestones of one name":
		w.spec.Milestones[2] = "one"
	case "too many milestones":
		for len(w.spec.Milestones) <= 64 {
			w.spec.Milestones = append(w.spec.Milestones, string(rune('A'+len(w.spec.Milestones))))
		}
	case "milestones without names":
		w.spec.Milestones = w.spec.Milestones[:2]
	case "field without name":
		w.spec.Vector[0].Name = ""
	case "field without length":
		w.spec.Vector[0].Len = 0
	case "negative symbols":
		w.spec.Vector[2].Codes = -1
	case "signals without signaler":
		return bare{w}, nil
	case "specs differ":
		toyShared++
		w.spec.StepLimit += toyShared
	case "no limit":
		w.spec.StepLimit = 0
	case "no abilities":
		w.spec.Signals = nil
		return bare{w}, nil
	case "never truncated":
		w.spec.StepLimit = 1000
	}
	return w, nil
}

// bare hides all abilities.
type bare struct{ env.Env }

func (w *toy) is(fault string) bool { return w.fault == fault }

func (w *toy) Spec() env.Spec {
	s := w.spec
	if w.is("spec changes") && w.steps > 0 {
		s.StepLimit++
	}
	return s
}

func (w *toy) Seed(seed uint64) {
	switch w.fault {
	case "seed ignored":
		seed = 0
	case "upper half of the seed ignored":
		seed = uint64(uint32(seed))
	case "unseeded":
		toyUnseeded++
		seed = toyUnseeded
	case "seeded once":
		if w.count++; w.count > 1 {
			return
		}
	}
	w.draws.Seed(seed)
}

func (w *toy) Reset(obs []byte, vec []float32) {
	w.at, w.steps, w.running = w.draws.Below(toyCells-1), 0, true
	w.from, w.far = w.at, w.at
	w.wet = float32(w.draws.Float64())
	if w.is("hard to find") {
		w.count = 0
	}
	if w.is("reset allocates") {
		w.waste = make([]byte, 100)
	}
	w.observe(obs, vec)
}

func (w *toy) Step(action int, obs []byte, vec []float32) env.Step {
	if uint(action) >= 3 {
		if !w.is("any action goes") {
			panic("toy: no such action")
		}
		action = 2
	}
	if w.is("hard to find") && action == hardAction(w.steps) {
		w.count++
	}
	w.steps++
	if w.is("worlds share a counter") {
		if toyShared++; toyShared%7 == 0 {
			action = 2
		}
	}
	if w.is("old observations matter") && len(w.seen) > 0 && w.seen[0] > 1 {
		action = 2
	}
	if w.at == toyCells-1 && !w.is("damage panics later") {
		w.at = 0 // only after a damaged state
	}
	w.at = max(0, w.at+[]int{-1, 1, 0}[action])
	if w.at >= toyCells {
		panic("toy: out of the world")
	}
	w.far = max(w.far, w.at)
	w.wet = float32(w.draws.Float64())
	if w.is("step allocates at times") && w.steps == 5 {
		w.waste = make([]byte, 100)
	}
	w.observe(obs, vec)
	return w.judge()
}

// hardAction is what has to be done at each step to terminate with the fault "hard to find".
func hardAction(step int) int { return (step*step + step/2) % 3 }

func (w *toy) judge() env.Step {
	s := env.Step{}
	goal, limit := w.at == toyCells-1, toyLimit
	switch w.fault {
	case "never terminates":
		goal = false
		w.at = min(w.at, toyCells-2)
	case "hard to find":
		goal = w.count == toyLimit-1
		w.at = min(w.at, toyCells-2)
	case "truncates early at times":
		limit -= w.draws.Below(2)
	case "truncates late":
		limit++
	case "end is none":
		if w.steps == 3 {
			s.End = 7
		}
	}
	switch {
	case goal:
		s = env.Step{Reward: 1, End: env.Terminated}
	case w.steps >= limit:
		s.End = env.Truncated
		if w.is("clock terminates") {
			s.End = env.Terminated
		}
	}
	if w.is("reward is not a number") && w.wet < 0.1 {
		s.Reward = math.NaN()
	}
	w.running = s.End == env.Running
	return s
}

func (w *toy) observe(obs []byte, vec []float32) {
	if w.is("old buffers are written") && w.seen != nil {
		w.seen[1] = 1
	}
	w.seen = obs
	if w.is("old vectors are written") {
		if w.old != nil {
			w.old[0] = 1
		}
		w.old = vec
	}
	if w.is("a byte is not written") {
		last := obs[len(obs)-1]
		defer func() { obs[len(obs)-1] = last }()
	}
	clear(obs)
	obs[2*w.at] = 1
	if w.is("a symbol too many") && w.at == 2 {
		obs[2*w.at] = 2
	}
	vec[0], vec[1] = w.wet, float32(w.steps)
	if !w.is("a float is not written") {
		vec[2] = -vec[1]
	}
	vec[3] = float32(w.steps % toyTurns)
	switch {
	case w.is("half a symbol") && w.steps == 2:
		vec[3] = 1.5
	case w.is("no symbol") && w.steps == 2:
		vec[3] = -1
	case w.is("a symbol beyond") && w.steps == 2:
		vec[3] = toyTurns
	}
	if w.is("vector is infinite") && w.steps == 3 {
		vec[2] = float32(math.Inf(1))
	}
}

func (w *toy) AppendState(b []byte) []byte {
	switch w.fault {
	case "saving draws":
		w.draws.Uint64()
	case "saving does not append":
		b = nil
	}
	running := byte(0)
	if w.running {
		running = 1
	}
	if w.is("the clock is not saved") {
		b = append(b, running, byte(w.at), byte(w.from<<4|w.far), 0)
	} else {
		b = append(b, running, byte(w.at), byte(w.from<<4|w.far), byte(w.steps))
	}
	if w.is("the clock is saved, but not restored") && w.steps > 0 && w.count > 0 {
		b[len(b)-1] = byte(w.count)
	}
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w.wet))
	return w.draws.AppendState(b)
}

func (w *toy) RestoreState(b []byte) error {
	if w.is("damage panics") && len(b) < 8 {
		_ = b[7]
	}
	if w.is("any length goes") && len(b) > 8+rng.StateLen {
		b = b[:8+rng.StateLen]
	}
	if w.is("damage is remembered") && len(b) < 8 {
		w.count++
	}
	if len(b) != 8+rng.StateLen || w.is("good states are refused") || w.count > 0 && w.is("damage is remembered") {
		return errors.New("toy: bad state")
	}
	if b[0] > 1 || b[1] >= toyCells && !w.is("damage panics later") || b[2]&15 >= toyCells || b[2]>>4 > b[2]&15 || b[3] >= toyLimit {
		return errors.New("toy: bad state")
	}
	if !w.is("restoring forgets to run") {
		w.running = b[0] == 1
	}
	w.at, w.from, w.far = int(b[1]), int(b[2]>>4), int(b[2]&15)
	switch w.fault {
	case "the clock is saved, but not restored":
		w.count = int(b[3])
	default:
		w.steps = int(b[3])
	}
	w.wet = math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))
	if w.is("restoring writes") {
		b[0] = 9
	}
	if w.is("the generator is not restored") {
		return nil
	}
	return w.draws.RestoreState(b[8:])
}

func (w *toy) Signals(dst []float32) {
	if w.is("asking draws") {
		w.draws.Uint64()
	}
	dst[0] = w.wet
	if !w.is("a signal is not written") {
		dst[1] = 1
	}
	if w.is("signal is not a number") && w.steps == 4 {
		dst[0] = float32(math.NaN())
	}
}

func (w *toy) Potential() float64 {
	switch w.fault {
	case "potential is positive":
		return float64(w.at) / toyCells
	case "hard to find": // its goal is no place
		return 0
	case "potential at the goal":
		return float64(w.at-toyCells) / toyCells
	}
	return float64(w.at-toyCells+1) / toyCells
}

// Milestones says which cells were reached beyond the one where the episode began.
func (w *toy) Milestones() uint64 {
	m := uint64(1)<<w.far - uint64(1)<<w.from
	switch {
	case w.is("milestones get lost"):
		return uint64(1)<<max(w.at, w.from) - uint64(1)<<w.from
	case w.is("milestones of yesterday"):
		w.old64 |= m
		return w.old64
	}
	return m
}

func (w *toy) Key() uint64 {
	if w.is("keys differ") {
		toyShared++
		return uint64(toyShared)
	}
	return uint64(w.at)
}

func (w *toy) Mission() string { return "walk to the right" }

func (w *toy) AppendLayout(b []byte) []byte {
	if w.is("digest does not append") {
		return []byte{byte(w.at)}
	}
	return append(b, byte(w.at))
}

func (w *toy) AppendReset(b []byte) []byte { return append(b, byte(w.steps)) }

func (w *toy) AppendStep(b []byte, s env.Step) []byte { return append(b, byte(s.End)) }

func (w *toy) RenderSize(limit image.Point) image.Point {
	side := max(1, min(limit.X/toyCells, limit.Y))
	switch w.fault {
	case "empty picture":
		side = min(limit.X/toyCells, limit.Y)
	case "picture too large":
		side++
		if limit.X < 2*toyCells {
			side = 1
		}
	case "picture grows":
		side += w.steps
	}
	return image.Pt(side*toyCells, side)
}

func (w *toy) Render(dst *image.RGBA) {
	if w.is("watching moves") {
		w.wet = 0
	}
	if w.is("pictures differ") {
		w.count++
	}
	r := dst.Rect
	if w.is("picture is drawn elsewhere") {
		dst.Pix[:cap(dst.Pix)][cap(dst.Pix)-1] = 1
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if w.is("picture is not all drawn") && x == r.Max.X-1 {
				continue
			}
			c := color.RGBA{uint8(w.count), 0, 0, 255}
			if (x-r.Min.X)*toyCells/r.Dx() == w.at {
				c.G = 200
			}
			dst.SetRGBA(x, y, c)
		}
	}
}
