package env

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
)

// Episode is the record of one. Return, Frames and Success are those of the world itself, whatever wrappers made of its rewards and
// however many of its steps they took at once.
type Episode struct {
	World   int     // which of the Vec's worlds
	Return  float64 // sum of the rewards
	Len     int     // decisions
	Frames  int     // steps of the world itself
	End     End
	Success bool // Return reached the Spec's Success, or the world its Goal
}

// Count adds a decision of a running episode.
func (e *Episode) Count(s Step) {
	e.Return += s.Reward
	e.Len++
}

// Finish completes the record of an episode of w that has just ended so, before w is reset. spec is that of w.
func (e *Episode) Finish(w Env, end End, spec *Spec) {
	e.End, e.Frames = end, e.Len
	if m, ok := As[Meter](w); ok {
		e.Return, e.Frames = m.Paid()
	}
	e.Success = spec.Won(end, e.Return)
}

// Vec runs N worlds of one kind in step. A world whose episode ends begins the next one in the same call: the observation
// that Step leaves is the new episode's first, the ended one's last is kept in Final.
type Vec struct {
	Reward   []float64 // [N] of the last Step, normalised if there is a Norm
	End      []End     // [N] of the last Step
	Final    []byte    // [N, H, W, C] true last observations, valid where End is not Running
	FinalVec []float32 // [N, V] likewise
	Episodes []Episode // that ended in the last Step, in the order of worlds; valid until the next
	Lost     []bool    // [N] the world panicked in the last Step: see Crashes

	Now  Watched // what Watch asked for, of the states that the next decisions are taken from
	Last Watched // likewise of the true last states, valid where End is not Running

	// Norm, if not nil, normalises Reward; it is for N worlds. Episodes do not feel it.
	Norm *RewardNorm

	crashes crashes

	spec    Spec
	worlds  []Env
	tellers []teller  // [N]; nil: nothing is watched
	watch   Watch     // what they tell
	running []Episode // [N]
	ended   []Episode // [N] valid where End is not Running

	team  *team.Team
	piece func(shard int)
	act   []int32 // arguments of the Step under way; nil: Reset
	obs   []byte
	vec   []float32
}

// shards is how many pieces a Vec hands to its team. Worlds are independent: no result depends on it.
const shards = 8

// NewVec makes n worlds and seeds world i from the stream (seed, "world", i). Training and evaluation take their seeds from
// halves that cannot meet: see TrainSeed and EvalSeed. workers may be nil.
func NewVec(n int, seed uint64, workers *team.Team, build func() (Env, error)) (*Vec, error) {
	if n <= 0 {
		return nil, fmt.Errorf("env: %d worlds, must be at least 1", n)
	}
	v := &Vec{worlds: make([]Env, n), team: workers, Lost: make([]bool, n)}
	v.crashes.init(n, build)
	for i := range v.worlds {
		w, err := build()
		if err != nil {
			return nil, err
		}
		spec := w.Spec()
		if i == 0 {
			v.spec = spec
		} else if !reflect.DeepEqual(spec, v.spec) {
			return nil, fmt.Errorf("env: world %d (%s) differs in its Spec from world 0 (%s)", i, spec.ID, v.spec.ID)
		}
		w.Seed(TrainSeed(seed, i))
		v.worlds[i] = w
	}
	v.Reward = make([]float64, n)
	v.End = make([]End, n)
	v.Final = make([]byte, n*v.spec.ObsLen())
	v.FinalVec = make([]float32, n*v.spec.VecLen())
	v.Episodes = make([]Episode, 0, n)
	v.running = make([]Episode, n)
	v.ended = make([]Episode, n)
	v.piece = v.stepShard
	return v, nil
}

// evalBit parts the seeds that evaluation uses from those that training uses.
const evalBit = 1 << 63

// TrainSeed returns the seed of training world i.
func TrainSeed(seed uint64, i int) uint64 {
	return rng.At(rng.Key(seed, "world", "train"), uint64(i)) &^ evalBit
}

// EvalSeed returns the seed of evaluation episode i, which no training world of any run is seeded with.
func EvalSeed(seed uint64, i int) uint64 {
	return rng.At(rng.Key(seed, "world", "eval"), uint64(i)) | evalBit
}

// Spec describes the worlds.
func (v *Vec) Spec() Spec { return v.spec }

// Len returns the number of worlds.
func (v *Vec) Len() int { return len(v.worlds) }

// World returns world i. Stepping it by hand spoils the statistics.
func (v *Vec) World(i int) Env { return v.worlds[i] }

// Running returns the record so far of world i's episode: what its steps returned, and how many there were.
func (v *Vec) Running(i int) Episode { return v.running[i] }

// Reset begins an episode in every world. obs is [N, H, W, C], vec is [N, V].
func (v *Vec) Reset(obs []byte, vec []float32) {
	clear(v.running)
	v.run(nil, obs, vec)
}

// Step takes one decision in every world. act is [N]; obs [N, H, W, C] and vec [N, V] receive what the next decision is
// taken from.
func (v *Vec) Step(act []int32, obs []byte, vec []float32) {
	if len(act) != len(v.worlds) {
		panic("env: Vec.Step: one action per world")
	}
	for _, a := range act {
		if uint(a) >= uint(len(v.spec.Actions)) { // the caller's fault, not a world's: see Crashes
			panic("env: Vec.Step: no such action")
		}
	}
	v.run(act, obs, vec)
	v.Episodes = v.Episodes[:0]
	for i, end := range v.End {
		if end != Running && !v.Lost[i] {
			v.Episodes = append(v.Episodes, v.ended[i])
		}
	}
	if v.Norm != nil {
		v.Norm.Apply(v.Reward, v.End)
	}
}

func (v *Vec) run(act []int32, obs []byte, vec []float32) {
	if len(obs) != len(v.Final) || len(vec) != len(v.FinalVec) {
		panic("env: Vec: observations have the wrong length")
	}
	v.act, v.obs, v.vec = act, obs, vec
	v.team.Run(min(shards, len(v.worlds)), v.piece)
	v.act, v.obs, v.vec = nil, nil, nil
}

// stepShard steps, or resets, the worlds of one shard.
func (v *Vec) stepShard(shard int) {
	n, pieces := len(v.worlds), min(shards, len(v.worlds))
	for i, hi := shard*n/pieces, (shard+1)*n/pieces; i < hi; {
		i = v.stepWorlds(i, hi)
	}
}

// stepWorlds steps, or resets, worlds i..hi-1 and returns hi or, if one of them panics, the one after it.
func (v *Vec) stepWorlds(i, hi int) (next int) {
	defer func() {
		if cause := recover(); cause != nil {
			v.replace(i, cause)
			next = i + 1
		}
	}()
	for ; i < hi; i++ {
		v.stepWorld(i)
	}
	return hi
}

// room returns where world i shows itself.
func (v *Vec) room(i int) (obs []byte, vec []float32) {
	size, floats := v.spec.ObsLen(), v.spec.VecLen()
	return v.obs[i*size : (i+1)*size : (i+1)*size], v.vec[i*floats : (i+1)*floats : (i+1)*floats]
}

func (v *Vec) stepWorld(i int) {
	w := v.worlds[i]
	obs, vec := v.room(i)
	v.Lost[i] = false
	if v.act == nil {
		w.Reset(obs, vec)
		v.crashes.begin(i, w)
		v.tell(&v.Now, i)
		return
	}
	v.crashes.took(i, v.act[i])
	s := w.Step(int(v.act[i]), obs, vec)
	v.Reward[i], v.End[i] = s.Reward, s.End
	e := &v.running[i]
	e.Count(s)
	if s.End != Running {
		e.World = i
		e.Finish(w, s.End, &v.spec)
		v.ended[i], *e = *e, Episode{}
		copy(v.Final[i*len(obs):], obs)
		copy(v.FinalVec[i*len(vec):], vec)
		v.tell(&v.Last, i)
		w.Reset(obs, vec)
		v.crashes.begin(i, w)
	}
	v.tell(&v.Now, i)
}

// Stateful reports whether the worlds can be saved, and so a run resumed exactly.
func (v *Vec) Stateful() bool {
	_, ok := v.worlds[0].(Stateful)
	return ok
}

// AppendState appends the running episodes: statistics and, where the worlds can be saved, the worlds; then the Norm, if there is one.
func (v *Vec) AppendState(b []byte) []byte {
	for i, w := range v.worlds {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.running[i].Return))
		b = binary.LittleEndian.AppendUint64(b, uint64(v.running[i].Len))
		at := len(b)
		b = append(b, 0, 0, 0, 0)
		if s, ok := w.(Stateful); ok {
			b = s.AppendState(b)
		}
		binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	if v.Norm != nil {
		b = v.Norm.AppendState(b)
	}
	return b
}

// RestoreState continues what AppendState saved of a Vec of the same kind and size. What is watched of worlds that cannot be saved is
// there again after the next Reset. After an error the Vec must be restored again or made anew.
func (v *Vec) RestoreState(b []byte) error {
	const head = 20 // bytes before a world's own: return, length, number of bytes that follow
	for i, w := range v.worlds {
		if len(b) < head {
			return errors.New("env: restore: the worlds' state is too short")
		}
		ret, length, n := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint32(b[16:])
		if b = b[head:]; uint64(n) > uint64(len(b)) {
			return errors.New("env: restore: the worlds' state is too short")
		}
		if length > math.MaxInt32 {
			return fmt.Errorf("env: restore world %d: an episode of %d decisions", i, length)
		}
		v.running[i] = Episode{Return: math.Float64frombits(ret), Len: int(length)}
		if s, ok := w.(Stateful); ok {
			if err := s.RestoreState(b[:n:n]); err != nil {
				return fmt.Errorf("env: restore world %d: %w", i, err)
			}
			v.crashes.begin(i, w)
			v.tell(&v.Now, i)
		} else if n != 0 {
			return fmt.Errorf("env: restore world %d: it was saved, but cannot be restored", i)
		}
		b = b[n:]
	}
	if v.Norm != nil {
		return v.Norm.RestoreState(b)
	}
	if len(b) != 0 {
		return errors.New("env: restore: the worlds' state is too long: was it saved with more worlds?")
	}
	return nil
}
