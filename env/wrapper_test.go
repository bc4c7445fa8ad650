package env_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
)

// film is a world of noise that has every ability there is: images of intensities, or of symbols if it has codes. Its first vector entry
// tells the last action.
type film struct {
	h, w, c int
	codes   []int

	draws  rng.Stream
	steps  int
	action int
	ret    float64 // of the running episode
	final  float64 // of the one before
	frames int     // steps of the one before
}

const filmLimit = 24

// The abilities that are added here keep the Spec of every world alike.
func (f *film) Spec() env.Spec {
	return env.Spec{
		ID: "Film-v0", H: f.h, W: f.w, C: f.c, Frames: 1, Codes: f.codes,
		Vector: []env.Field{{Name: "action", Len: 1}, {Name: "noise", Len: 1}}, Signals: []env.Field{{Name: "clock", Len: 1}},
		Actions: []string{"left", "noop", "right", "jump"}, StepLimit: filmLimit, Success: 2, Best: 3,
	}
}

func (f *film) Seed(seed uint64) { f.draws.Seed(seed) }

func (f *film) Reset(obs []byte, vec []float32) {
	f.final, f.frames = f.ret, f.steps
	f.steps, f.action, f.ret = 0, -1, 0
	f.observe(obs, vec)
}

func (f *film) Step(action int, obs []byte, vec []float32) env.Step {
	if uint(action) >= 4 {
		panic("film: no such action")
	}
	f.steps++
	f.action = action
	s := env.Step{Reward: 3 * (f.draws.Float64() - 0.4)}
	switch {
	case f.draws.Below(12) == 0:
		s.End = env.Terminated
	case f.steps == filmLimit:
		s.End = env.Truncated
	}
	f.ret += s.Reward
	f.observe(obs, vec)
	return s
}

func (f *film) observe(obs []byte, vec []float32) {
	for i := range obs {
		n := 256
		if f.codes != nil {
			n = f.codes[i%f.c]
		}
		obs[i] = byte(f.draws.Below(n))
	}
	vec[0], vec[1] = float32(f.action), float32(f.draws.Float64())
}

func (f *film) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(append(b, byte(f.steps), byte(f.action+1)), math.Float64bits(f.ret))
	return f.draws.AppendState(b)
}

func (f *film) RestoreState(b []byte) error {
	if len(b) < 10 || b[0] >= filmLimit || b[1] > 4 {
		return errors.New("film: bad state")
	}
	f.steps, f.action, f.ret = int(b[0]), int(b[1])-1, math.Float64frombits(binary.LittleEndian.Uint64(b[2:]))
	return f.draws.RestoreState(b[10:])
}

func (f *film) Potential() float64 {
	if f.ret >= 2 {
		return 0
	}
	return -float64(f.steps) / filmLimit
}

func (f *film) RenderSize(limit image.Point) image.Point {
	return image.Pt(max(1, min(limit.X, 32)), 1)
}
func (f *film) ViewSize(image.Point) image.Point       { return image.Pt(1, 1) }
func (f *film) RenderView(dst *image.RGBA)             { f.Render(dst) }
func (f *film) Mission() string                        { return fmt.Sprint("step ", f.steps) }
func (f *film) Milestones() uint64                     { return 1<<f.steps - 1 }
func (f *film) Key() uint64                            { return uint64(f.steps) }
func (f *film) Signals(dst []float32)                  { dst[0] = float32(f.steps) }
func (f *film) AppendLayout(b []byte) []byte           { return append(b, byte(f.steps)) }
func (f *film) AppendReset(b []byte) []byte            { return append(b, byte(f.steps)) }
func (f *film) AppendStep(b []byte, s env.Step) []byte { return append(b, byte(f.steps), byte(s.End)) }

func (f *film) Render(dst *image.RGBA) {
	draw.Draw(dst, dst.Rect, image.NewUniform(color.RGBA{byte(f.steps), 0, 0, 255}), image.Point{}, draw.Src)
}

func newFilm() env.Env { return &film{h: 6, w: 5, c: 3} }
func newCodes() env.Env {
	return &film{h: 4, w: 3, c: 3, codes: []int{5, 2, 7}}
}
func newBits() env.Env { return &film{h: 4, w: 3, c: 2, codes: []int{2, 2}} }

// layer is a wrapper with its arguments.
type layer struct {
	name string
	wrap func(env.Env) (env.Env, error)
}

var (
	gray     = layer{"gray", env.GrayScale}
	oneHot   = layer{"one-hot", env.OneHot}
	stack    = layer{"stack", func(w env.Env) (env.Env, error) { return env.FrameStack(w, 3) }}
	resize   = layer{"resize", func(w env.Env) (env.Env, error) { return env.Resize(w, 4, 3) }}
	skip     = layer{"skip", func(w env.Env) (env.Env, error) { return env.MaxAndSkip(w, 3) }}
	repeat   = layer{"repeat", func(w env.Env) (env.Env, error) { return env.ActionRepeat(w, 2) }}
	sticky   = layer{"sticky", func(w env.Env) (env.Env, error) { return env.Sticky(w, 0.25) }}
	limit    = layer{"limit", func(w env.Env) (env.Env, error) { return env.TimeLimit(w, 5) }}
	noOps    = layer{"no-ops", func(w env.Env) (env.Env, error) { return env.NoOpStart(w, 1, 3) }}
	clip     = layer{"clip", func(w env.Env) (env.Env, error) { return env.RewardClip(w, -0.5, 0.25) }}
	scale    = layer{"scale", func(w env.Env) (env.Env, error) { return env.RewardScale(w, -0.5) }}
	allPixel = []layer{gray, resize, stack, skip, repeat, sticky, limit, noOps, clip, scale}
)

// wrappedIn returns a world in wrappers, the first innermost.
func wrappedIn(w env.Env, layers ...layer) (env.Env, error) {
	for _, l := range layers {
		outer, err := l.wrap(w)
		if err != nil {
			return nil, err
		}
		w = outer
	}
	return w, nil
}

func mustWrap(t testing.TB, w env.Env, layers ...layer) env.Env {
	t.Helper()
	w, err := wrappedIn(w, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func nameOf(layers []layer) string {
	var names []string
	for _, l := range layers {
		names = append(names, l.name)
	}
	return strings.Join(names, "+")
}

// orders are compositions of wrappers: each alone, all of them, and all of them backwards and rotated. A short test has a few.
func orders() [][]layer {
	if testing.Short() {
		return [][]layer{allPixel, {clip, scale, noOps, limit, sticky, repeat, skip, stack, resize, gray}}
	}
	var list [][]layer
	for _, l := range allPixel {
		list = append(list, []layer{l})
	}
	all := slices.Clone(allPixel)
	for range 3 {
		list = append(list, slices.Clone(all))
		all = append(all[3:], all[:3]...)
	}
	slices.Reverse(all)
	return append(list, all, []layer{sticky, sticky}, []layer{noOps, skip, noOps}, []layer{stack, stack}, []layer{skip, clip, skip, scale})
}

func TestWrappersKeepTheContract(t *testing.T) {
	check := func(build func() env.Env, layers ...layer) {
		t.Run(nameOf(layers), func(t *testing.T) {
			o := envtest.Options{EarlyTruncation: slices.ContainsFunc(layers, func(l layer) bool { return l.name == noOps.name })}
			envtest.Check(t, func() (env.Env, error) { return wrappedIn(build(), layers...) }, o)
		})
	}
	envtest.Check(t, func() (env.Env, error) { return newFilm(), nil }, envtest.Options{})
	for _, layers := range orders() {
		check(newFilm, layers...)
	}
	check(newCodes, oneHot, skip, stack)
	if testing.Short() {
		return
	}
	check(newCodes, oneHot)
	check(newCodes, stack, oneHot)
	check(newBits, skip, stack)
}

// player plays a wrapped world and hands every decision to see.
func playWrapped(w env.Env, steps int, see func(reset bool, action int, s env.Step, obs []byte, vec []float32)) {
	spec := w.Spec()
	obs, vec := spec.Buffers()
	s := env.Step{End: env.Terminated}
	for i := range steps {
		action := rng.Below(rng.At(77, uint64(i)), len(spec.Actions))
		reset := s.End != env.Running
		if reset {
			s = env.Step{}
			w.Reset(obs, vec)
		} else {
			s = w.Step(action, obs, vec)
		}
		see(reset, action, s, obs, vec)
	}
}

// beside plays a wrapped world, and by hand the same world bare.
func beside(t *testing.T, build func() env.Env, l layer, see func(reset bool, action int, s env.Step, obs []byte, vec []float32, bare env.Env)) {
	t.Helper()
	w, bare := mustWrap(t, build(), l), build()
	w.Seed(5)
	bare.Seed(5)
	playWrapped(w, 2000, func(reset bool, action int, s env.Step, obs []byte, vec []float32) {
		if !t.Failed() {
			see(reset, action, s, obs, vec, bare)
		}
	})
}

// observer compares the images of a world that changes nothing else with those that want makes of the bare ones.
func observer(t *testing.T, build func() env.Env, l layer, want func(reset bool, bare []byte) []byte) {
	t.Helper()
	bareObs, bareVec := build().Spec().Buffers()
	beside(t, build, l, func(reset bool, action int, s env.Step, obs []byte, vec []float32, bare env.Env) {
		expected := env.Step{}
		if reset {
			bare.Reset(bareObs, bareVec)
		} else {
			expected = bare.Step(action, bareObs, bareVec)
		}
		if s != expected || !slices.Equal(vec, bareVec) {
			t.Errorf("%s: got %v %v, want %v %v", l.name, s, vec, expected, bareVec)
		}
		if image := want(reset, bareObs); !bytes.Equal(obs, image) {
			t.Errorf("%s of %v: got %v, want %v", l.name, bareObs, obs, image)
		}
	})
}

func TestFrameStack(t *testing.T) {
	for name, build := range map[string]func() env.Env{
		"one channel": func() env.Env { return &film{h: 3, w: 2, c: 1} },
		"three":       newFilm,
		"symbols":     newCodes,
	} {
		t.Run(name, func(t *testing.T) {
			spec := build().Spec()
			var shown [][]byte // newest last
			observer(t, build, stack, func(reset bool, bare []byte) []byte {
				if reset {
					shown = [][]byte{bytes.Clone(bare), bytes.Clone(bare)}
				}
				shown = append(shown, bytes.Clone(bare))
				want := make([]byte, 3*len(bare))
				for frame, img := range shown[len(shown)-3:] {
					for i, v := range img {
						pixel, channel := i/spec.C, i%spec.C
						want[(pixel*3+frame)*spec.C+channel] = v
					}
				}
				return want
			})
			got := mustWrap(t, build(), stack).Spec()
			spec.C, spec.Frames = 3*spec.C, 3
			if spec.Codes != nil {
				spec.Codes = slices.Concat(spec.Codes, spec.Codes, spec.Codes)
			}
			if fmt.Sprint(got) != fmt.Sprint(spec) || (got.Codes == nil) != (spec.Codes == nil) {
				t.Errorf("Spec is %+v, want %+v", got, spec)
			}
		})
	}
}

func TestGrayScale(t *testing.T) {
	exact := func(p []byte) byte {
		sum := new(big.Rat)
		for i, share := range []string{"0.2125", "0.7154", "0.0721"} {
			w, _ := new(big.Rat).SetString(share)
			sum.Add(sum, w.Mul(w, big.NewRat(int64(p[i]), 1)))
		}
		return byte(new(big.Int).Quo(sum.Num(), sum.Denom()).Int64())
	}
	observer(t, newFilm, gray, func(_ bool, bare []byte) []byte {
		var want []byte
		for i := 0; i < len(bare); i += 3 {
			want = append(want, exact(bare[i:]))
		}
		return want
	})
	if got := exact([]byte{255, 255, 255}); got != 255 {
		t.Errorf("white is %d", got)
	}
	// Of a stack, every frame becomes grey by itself.
	a, b := mustWrap(t, newFilm(), gray, stack), mustWrap(t, newFilm(), stack, gray)
	a.Seed(3)
	b.Seed(3)
	var want [][]byte
	playWrapped(a, 100, func(_ bool, _ int, _ env.Step, obs []byte, _ []float32) { want = append(want, bytes.Clone(obs)) })
	playWrapped(b, 100, func(_ bool, _ int, _ env.Step, obs []byte, _ []float32) {
		if !bytes.Equal(obs, want[0]) {
			t.Fatal("a grey stack differs from a stack of greys")
		}
		want = want[1:]
	})
	if sa, sb := a.Spec(), b.Spec(); fmt.Sprint(sa) != fmt.Sprint(sb) || sa.C != 3 || sa.Frames != 3 {
		t.Errorf("Specs are %+v and %+v", sa, sb)
	}
}

// covered returns how much of the interval [k, k+1] lies in [lo, hi].
func covered(lo, hi *big.Rat, k int) *big.Rat {
	a, b := big.NewRat(int64(k), 1), big.NewRat(int64(k+1), 1)
	if a.Cmp(lo) < 0 {
		a = lo
	}
	if b.Cmp(hi) > 0 {
		b = hi
	}
	if d := new(big.Rat).Sub(b, a); d.Sign() > 0 {
		return d
	}
	return new(big.Rat)
}

// resized is Resize said plainly, in fractions.
func resized(src []byte, h, w, c, height, width int) []byte {
	var dst []byte
	for i := range height {
		for j := range width {
			for k := range c {
				sum, area := new(big.Rat), new(big.Rat)
				for y := range h {
					dy := covered(big.NewRat(int64(i*h), int64(height)), big.NewRat(int64((i+1)*h), int64(height)), y)
					if dy.Sign() == 0 {
						continue
					}
					for x := range w {
						part := covered(big.NewRat(int64(j*w), int64(width)), big.NewRat(int64((j+1)*w), int64(width)), x)
						part.Mul(part, dy)
						area.Add(area, part)
						sum.Add(sum, part.Mul(part, big.NewRat(int64(src[(y*w+x)*c+k]), 1)))
					}
				}
				sum.Quo(sum, area).Add(sum, big.NewRat(1, 2))
				dst = append(dst, byte(new(big.Int).Quo(sum.Num(), sum.Denom()).Int64()))
			}
		}
	}
	return dst
}

func TestResize(t *testing.T) {
	for _, size := range []struct{ h, w, c, height, width int }{
		{6, 5, 3, 4, 3}, {6, 6, 1, 3, 2}, {7, 5, 2, 7, 5}, {2, 3, 1, 4, 9}, {3, 2, 1, 5, 3}, {9, 1, 4, 1, 1},
	} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			bare := &film{h: size.h, w: size.w, c: size.c}
			w := mustWrap(t, bare, layer{"resize", func(w env.Env) (env.Env, error) { return env.Resize(w, size.height, size.width) }})
			twin := &film{h: size.h, w: size.w, c: size.c}
			obs, vec := w.Spec().Buffers()
			src, _ := twin.Spec().Buffers()
			w.Seed(1)
			twin.Seed(1)
			for range 5 {
				w.Reset(obs, vec)
				twin.Reset(src, vec)
				if want := resized(src, size.h, size.w, size.c, size.height, size.width); !bytes.Equal(obs, want) {
					t.Errorf("of %v: got %v, want %v", src, obs, want)
				}
			}
		})
	}
	// A plain image stays plain, at the largest value there is, up to sides that share nothing.
	w := mustWrap(t, white{}, layer{"resize", func(w env.Env) (env.Env, error) { return env.Resize(w, 84, 83) }})
	obs, vec := w.Spec().Buffers()
	w.Reset(obs, vec)
	for i, v := range obs {
		if v != 255 {
			t.Fatalf("byte %d of white is %d", i, v)
		}
	}
}

// white is a world of 4096 x 1031 white pixels, that cannot be saved.
type white struct{}

func (white) Spec() env.Spec {
	return env.Spec{ID: "White-v0", H: 4096, W: 1031, C: 1, Frames: 1, Actions: []string{"wait"}}
}
func (white) Seed(uint64) {}
func (white) Reset(obs []byte, _ []float32) {
	for i := range obs {
		obs[i] = 255
	}
}
func (white) Step(_ int, _ []byte, _ []float32) env.Step { return env.Step{} }

func TestOneHot(t *testing.T) {
	observer(t, newCodes, oneHot, func(_ bool, bare []byte) []byte {
		var want []byte
		for i, symbol := range bare {
			plane := make([]byte, newCodes().Spec().Codes[i%3])
			plane[symbol] = 1
			want = append(want, plane...)
		}
		return want
	})
	if s := mustWrap(t, newCodes(), oneHot).Spec(); s.C != 14 || len(s.Codes) != 14 || slices.Max(s.Codes) != 2 || slices.Min(s.Codes) != 2 {
		t.Errorf("Spec is %+v", s)
	}
}

func TestSkipping(t *testing.T) {
	for _, c := range []struct {
		layer
		n   int
		max bool
	}{{skip, 3, true}, {repeat, 2, false}, {layer{"skip 1", func(w env.Env) (env.Env, error) { return env.MaxAndSkip(w, 1) }}, 1, true}} {
		t.Run(c.name, func(t *testing.T) {
			last, lastVec := newFilm().Spec().Buffers()
			ends := map[env.End]int{}
			beside(t, newFilm, c.layer, func(reset bool, action int, s env.Step, obs []byte, vec []float32, bare env.Env) {
				want, sum, images := env.Step{}, 0.0, 0
				image := make([]byte, len(last))
				if reset {
					bare.Reset(last, lastVec)
					copy(image, last)
				}
				for k := 0; k < c.n && !reset && want.End == env.Running; k++ {
					before := bytes.Clone(last)
					want = bare.Step(action, last, lastVec)
					sum += want.Reward
					images++
					copy(image, last)
					if c.max && images > 1 {
						for i := range image {
							image[i] = max(last[i], before[i])
						}
					}
				}
				want.Reward = sum
				ends[want.End]++
				if s != want || !bytes.Equal(obs, image) || !slices.Equal(vec, lastVec) {
					t.Errorf("got %v, want %v; image %v, want %v", s, want, obs, image)
				}
			})
			if len(ends) != 3 {
				t.Errorf("ends were %v: some kind never came", ends)
			}
			if got, want := mustWrap(t, newFilm(), c.layer).Spec().StepLimit, int(math.Ceil(filmLimit/float64(c.n))); got != want {
				t.Errorf("StepLimit is %d, want %d", got, want)
			}
		})
	}
}

// taken returns the action that the film says it was given.
func taken(vec []float32) int { return int(vec[0]) }

func TestSticky(t *testing.T) {
	for _, p := range []float64{0, 0.25, 1} {
		w := mustWrap(t, newFilm(), layer{"sticky", func(w env.Env) (env.Env, error) { return env.Sticky(w, p) }})
		w.Seed(1)
		last, asked, stuck := -1, 0, 0 // where asking differs from the action before, it can be told whether it stuck
		playWrapped(w, 40_000, func(reset bool, action int, _ env.Step, _ []byte, vec []float32) {
			now := taken(vec)
			switch {
			case reset:
			case last < 0 && now != action:
				t.Fatalf("p=%v: the first action of an episode was %d, but %d was taken", p, action, now)
			case last >= 0 && now != action && now != last:
				t.Fatalf("p=%v: %d was taken, neither %d nor %d", p, now, action, last)
			case last >= 0 && action != last:
				asked++
				if now == last {
					stuck++
				}
			}
			last = now
		})
		se := math.Sqrt(p * (1 - p) / float64(asked))
		if got := float64(stuck) / float64(asked); math.Abs(got-p) > 4*se {
			t.Errorf("p=%v: %v of %d stuck, beyond four standard errors (%v)", p, got, asked, se)
		}
	}
	// Two of them draw from streams of their own: together they stick with probability 1-(3/4)^2 where both could.
	w := mustWrap(t, newFilm(), sticky, sticky)
	w.Seed(1)
	last, asked, stuck := -1, 0, 0
	playWrapped(w, 40_000, func(reset bool, action int, _ env.Step, _ []byte, vec []float32) {
		now := taken(vec)
		if last >= 0 && !reset && now == action && action != last {
			asked++
		} else if last >= 0 && !reset && now != action {
			asked++
			stuck++
		}
		last = now
	})
	if got := float64(stuck) / float64(asked); got < 0.35 || got > 0.52 {
		t.Errorf("two in each other stick with %v, want about 0.44", got)
	}
}

func TestTimeLimit(t *testing.T) {
	for _, n := range []int{1, 5, filmLimit, 2 * filmLimit} {
		l := layer{"limit", func(w env.Env) (env.Env, error) { return env.TimeLimit(w, n) }}
		obs, vec := newFilm().Spec().Buffers()
		length, ends := 0, map[env.End]int{}
		beside(t, newFilm, l, func(reset bool, action int, s env.Step, _ []byte, _ []float32, bare env.Env) {
			if reset {
				length = 0
				bare.Reset(obs, vec)
				return
			}
			want := bare.Step(action, obs, vec)
			if length++; want.End == env.Running && length == n {
				want.End = env.Truncated
			}
			ends[s.End]++
			if s != want {
				t.Errorf("limit %d, decision %d: got %v, want %v", n, length, s, want)
			}
		})
		if ends[env.Terminated] == 0 || ends[env.Truncated] == 0 {
			t.Errorf("limit %d: ends were %v", n, ends)
		}
		if got := mustWrap(t, newFilm(), l).Spec(); got.StepLimit != min(n, filmLimit) || (got.Best == 0) != (n < filmLimit) {
			t.Errorf("limit %d: StepLimit %d, Best %v", n, got.StepLimit, got.Best)
		}
	}
}

func TestNoOpStart(t *testing.T) {
	inner := newFilm().(*film)
	w := mustWrap(t, inner, noOps)
	obs, vec := w.Spec().Buffers()
	w.Seed(2)
	seen := map[int]int{}
	const episodes = 8000
	for range episodes {
		w.Reset(obs, vec)
		seen[inner.steps]++
		if inner.steps > 0 && taken(vec) != 1 {
			t.Fatalf("the episode began with action %d", taken(vec))
		}
		ret, frames := paid(t, w)
		if frames != inner.steps || ret != inner.ret {
			t.Fatalf("paid %v in %d steps, want %v in %d", ret, frames, inner.ret, inner.steps)
		}
	}
	// n steps are drawn with 1/3 each; each one of them ends the episode with 1/12, which begins it anew and goes on counting.
	want := [4]float64{}
	for n := 1; n <= 3; n++ {
		at := [4]float64{1}
		for range n {
			next := [4]float64{}
			for k := range 3 {
				next[k+1] = at[k] * 11 / 12
				next[0] += at[k] / 12
			}
			at = next
		}
		for k := range at {
			want[k] += at[k] / 3
		}
	}
	for k, p := range want {
		if got := float64(seen[k]) / episodes; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/episodes) {
			t.Errorf("%d steps had been taken in %v of the episodes, want %v", k, got, p)
		}
	}
}

// paid returns what the meter of w says.
func paid(t *testing.T, w env.Env) (float64, int) {
	t.Helper()
	m, ok := env.As[env.Meter](w)
	if !ok {
		t.Fatal("there is no meter")
	}
	return m.Paid()
}

func TestRewards(t *testing.T) {
	for _, c := range []struct {
		layer
		of func(r float64) float64
	}{
		{clip, func(r float64) float64 { return math.Max(-0.5, math.Min(r, 0.25)) }},
		{scale, func(r float64) float64 { return r / -2 }},
	} {
		changed := false
		obs, vec := newFilm().Spec().Buffers()
		beside(t, newFilm, c.layer, func(reset bool, action int, s env.Step, _ []byte, _ []float32, bare env.Env) {
			if reset {
				bare.Reset(obs, vec)
				return
			}
			want := bare.Step(action, obs, vec)
			changed = changed || c.of(want.Reward) != want.Reward
			if want.Reward = c.of(want.Reward); s != want {
				t.Errorf("%s: got %v, want %v", c.name, s, want)
			}
		})
		if !changed {
			t.Errorf("%s changed nothing", c.name)
		}
	}
}

// Whatever the wrappers and their order, an episode is reported as the world itself knows it.
func TestEpisodesAreTheWorldsOwn(t *testing.T) {
	for _, layers := range orders() {
		t.Run(nameOf(layers), func(t *testing.T) {
			var films []*film
			v, err := env.NewVec(3, 9, nil, func() (env.Env, error) {
				films = append(films, newFilm().(*film))
				return wrappedIn(films[len(films)-1], layers...)
			})
			if err != nil {
				t.Fatal(err)
			}
			v.Norm = env.NewRewardNorm(3, 0.9)
			obs, vec, act := make([]byte, 3*v.Spec().ObsLen()), make([]float32, 3*v.Spec().VecLen()), make([]int32, 3)
			v.Reset(obs, vec)
			episodes, length := 0, [3]int{}
			noOps := slices.ContainsFunc(layers, func(l layer) bool { return l.name == noOps.name })
			for i := range 600 {
				for k := range act {
					act[k] = int32(rng.Below(rng.At(3, uint64(3*i+k)), 4))
				}
				v.Step(act, obs, vec)
				for k := range length {
					length[k]++
				}
				for _, e := range v.Episodes {
					episodes++
					f := films[e.World]
					if e.Len != length[e.World] || e.Success != (e.Return >= 2) {
						t.Fatalf("episode %+v, want length %d", e, length[e.World])
					}
					length[e.World] = 0
					if noOps {
						continue // the film may have begun several episodes since; TestNoOpStart counts them
					}
					if e.Return != f.final || e.Frames != f.frames {
						t.Fatalf("episode %+v, want return %v in %d frames", e, f.final, f.frames)
					}
				}
			}
			if episodes < 50 {
				t.Errorf("only %d episodes", episodes)
			}
		})
	}
}

// The whole of a wrapped Vec is saved, normaliser included.
func TestWrappedVecStateRoundTrip(t *testing.T) {
	build := func() (env.Env, error) { return wrappedIn(newFilm(), noOps, sticky, skip, gray, stack, clip) }
	a, b := newBench(t, 5, 1, nil, build), newBench(t, 5, 2, nil, build)
	a.Norm, b.Norm = env.NewRewardNorm(5, 0.95), env.NewRewardNorm(5, 0.95)
	a.reset()
	b.reset()
	for range 57 {
		a.step()
		b.step()
	}
	saved := a.AppendState(nil)
	if err := b.RestoreState(saved); err != nil {
		t.Fatal(err)
	}
	b.calls = a.calls
	for k := range 60 {
		a.step()
		b.step()
		if !bytes.Equal(a.obs, b.obs) || !slices.Equal(a.Reward, b.Reward) || !slices.Equal(a.Episodes, b.Episodes) || !slices.Equal(a.End, b.End) {
			t.Fatalf("step %d after restoring differs", k)
		}
	}
	for n := range saved {
		if b.RestoreState(saved[:n]) == nil {
			t.Fatalf("%d of %d bytes were accepted", n, len(saved))
		}
	}
	b.Norm = nil
	if err := b.RestoreState(saved); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("without a normaliser: got %v", err)
	}
}

// The oracle keeps every discounted return and takes mean and variance of all of them, and of 1e-4 of a sample of variance 1.
func TestRewardNorm(t *testing.T) {
	const n, gamma, weight = 4, 0.9, 1e-4
	r := env.NewRewardNorm(n, gamma)
	sums, running := []float64{}, [n]float64{}
	for i := range 500 {
		rew, end := make([]float64, n), make([]env.End, n)
		raw := make([]float64, n)
		for k := range rew {
			u := rng.At(8, uint64(n*i+k))
			raw[k] = 3*rng.Float64(u) - 1
			if i == 300 {
				raw[k] = 1e6 // far beyond the clip
			}
			rew[k], end[k] = raw[k], env.End(max(0, int(u&7)-5))
		}
		r.Frozen = i >= 400
		r.Apply(rew, end)
		if !r.Frozen {
			for k := range raw {
				running[k] = gamma*running[k] + raw[k]
				sums = append(sums, running[k])
				if end[k] != env.Running {
					running[k] = 0
				}
			}
		}
		total, mean, spread := weight+float64(len(sums)), 0.0, 0.0
		for _, g := range sums {
			mean += g / total
		}
		for _, g := range sums {
			spread += (g - mean) * (g - mean)
		}
		spread += weight * (1 + mean*mean)
		sd := math.Sqrt(spread/total + 1e-8)
		if got := r.Scale(); math.Abs(got-sd) > 1e-9*sd {
			t.Fatalf("step %d: the deviation is %v, want %v", i, got, sd)
		}
		for k := range rew {
			if want := math.Max(-10, math.Min(10, raw[k]/sd)); math.Abs(rew[k]-want) > 1e-9*math.Abs(want) {
				t.Fatalf("step %d: reward %v became %v, want %v", i, raw[k], rew[k], want)
			}
		}
	}
	if err := r.RestoreState(make([]byte, len(r.AppendState(nil)))); err == nil {
		t.Error("a state without a variance was accepted")
	}
	defer func() {
		if got := recover(); got != "env: RewardNorm.Apply: one reward and one end per world" {
			t.Errorf("panic is %v", got)
		}
	}()
	r.Apply(make([]float64, n+1), make([]env.End, n+1))
}

// However many workers step the worlds, a normalised reward is the same to the last bit.
func TestRewardNormAndWorkers(t *testing.T) {
	var want []float64
	for _, workers := range []int{0, 1, 2, 5} {
		var crew *team.Team
		if workers > 0 {
			crew = team.New(workers)
			defer crew.Close()
		}
		b := newBench(t, 13, 4, crew, newDrift)
		b.Norm = env.NewRewardNorm(13, 0.99)
		b.reset()
		var got []float64
		for range 200 {
			b.step()
			got = append(got, b.Reward...)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers: rewards differ from those without a team", workers)
		}
	}
}

// own is a wrapper of somebody's own, with nothing but Unwrap.
type own struct{ env.Env }

func (o own) Unwrap() env.Env { return o.Env }

// closed is a wrapper that hides what it wraps.
type closed struct{ env.Env }

func TestAs(t *testing.T) {
	for _, layers := range orders() {
		inner := newFilm()
		w := own{mustWrap(t, inner, layers...)}
		obs, vec := w.Spec().Buffers()
		w.Seed(1)
		w.Reset(obs, vec)
		has := func(name string, found any, ok bool) {
			if !ok || found != any(inner) {
				t.Errorf("%s: %s is %T", nameOf(layers), name, found)
			}
		}
		r, ok := env.As[env.Renderer](w)
		has("Renderer", r, ok)
		m, ok := env.As[env.Missioner](w)
		has("Missioner", m, ok)
		p, ok := env.As[env.Potential](w)
		has("Potential", p, ok)
		mi, ok := env.As[env.Milestoner](w)
		has("Milestoner", mi, ok)
		k, ok := env.As[env.Keyer](w)
		has("Keyer", k, ok)
		s, ok := env.As[env.Signaler](w)
		has("Signaler", s, ok)
		d, ok := env.As[env.Digester](w)
		has("Digester", d, ok)
		drawn := slices.ContainsFunc(layers, func(l layer) bool { return l.name == gray.name || l.name == resize.name })
		if v, ok := env.As[env.Viewer](w); !ok || (v == inner.(env.Viewer)) == drawn {
			t.Errorf("%s: Viewer is %T", nameOf(layers), v)
		}
		// A wrapper of one's own that saves nothing is not saved by what it wraps.
		if _, ok := env.As[env.Stateful](w); ok {
			t.Errorf("%s: what cannot be saved is Stateful", nameOf(layers))
		}
		if _, ok := env.As[env.Stateful](w.Unwrap()); !ok {
			t.Errorf("%s: not Stateful", nameOf(layers))
		}
		// Around a world that cannot be saved, no wrapper can.
		bare := mustWrap(t, closed{newFilm()}, layers...)
		if _, ok := bare.(env.Stateful); ok {
			t.Errorf("%s: Stateful around a world that is not", nameOf(layers))
		}
		if _, ok := env.As[env.Renderer](bare); ok {
			t.Errorf("%s: a closed wrapper is seen through", nameOf(layers))
		}
		if v, ok := env.As[env.Viewer](bare); ok != drawn {
			t.Errorf("%s: Viewer is %T around a world that has none", nameOf(layers), v)
		}
		bare.Seed(1)
		bare.Reset(obs, vec)
		bare.Step(0, obs, vec)
	}
}

// What the agent sees of a grey, shrunken world is drawn from what it was shown.
func TestPictureOfView(t *testing.T) {
	for _, layers := range [][]layer{{resize}, {gray}, {gray, resize, stack}} {
		w := mustWrap(t, newFilm(), layers...)
		spec := w.Spec()
		obs, vec := spec.Buffers()
		w.Seed(1)
		w.Reset(obs, vec)
		w.Step(0, obs, vec)
		v, _ := env.As[env.Viewer](w)
		for limit, side := range map[image.Point]int{{}: 1, {50, 50}: min(50/spec.W, 50/spec.H)} {
			size := v.ViewSize(limit)
			if want := image.Pt(side*spec.W, side*spec.H); size != want {
				t.Fatalf("%s: ViewSize(%v) is %v, want %v", nameOf(layers), limit, size, want)
			}
			dst := image.NewRGBA(image.Rectangle{Min: image.Pt(3, 2), Max: size.Add(image.Pt(3, 2))})
			v.RenderView(dst)
			channels := spec.C / spec.Frames
			for y := range size.Y {
				for x := range size.X {
					p := obs[(y/side*spec.W+x/side)*spec.C+spec.C-channels:][:channels]
					want := color.RGBA{p[0], p[0], p[0], 255}
					if channels == 3 {
						want = color.RGBA{p[0], p[1], p[2], 255}
					}
					if got := dst.RGBAAt(3+x, 2+y); got != want {
						t.Fatalf("%s: pixel %d,%d is %v, want %v", nameOf(layers), x, y, got, want)
					}
				}
			}
		}
		other := mustWrap(t, newFilm(), layers...)
		if err := other.(env.Stateful).RestoreState(w.(env.Stateful).AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		a, b := image.NewRGBA(image.Rectangle{Max: v.ViewSize(image.Point{})}), image.NewRGBA(image.Rectangle{Max: v.ViewSize(image.Point{})})
		restored, _ := env.As[env.Viewer](other)
		v.RenderView(a)
		restored.RenderView(b)
		if !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: a restored world draws another view", nameOf(layers))
		}
	}
}

func TestRefusedWrappers(t *testing.T) {
	for want, wrap := range map[string]func() (env.Env, error){
		"Film-v0: cannot stack 0 frames":       func() (env.Env, error) { return env.FrameStack(newFilm(), 0) },
		"only images of red, green and blue":   func() (env.Env, error) { return env.GrayScale(newCodes()) },
		"red, green and blue can be made grey": func() (env.Env, error) { return wrappedIn(newFilm(), gray, gray) },
		"symbols, of which there is no mean":   func() (env.Env, error) { return env.Resize(newCodes(), 2, 2) },
		"cannot be resized to 0 x 84":          func() (env.Env, error) { return env.Resize(newFilm(), 0, 84) },
		"are too large to be resized":          func() (env.Env, error) { return env.Resize(&film{h: 1, w: 5000, c: 1}, 2, 2) },
		"intensities, not symbols":             func() (env.Env, error) { return env.OneHot(newFilm()) },
		"of which none is larger":              func() (env.Env, error) { return env.MaxAndSkip(newCodes(), 2) },
		"an action cannot be taken 0 times":    func() (env.Env, error) { return env.ActionRepeat(newFilm(), 0) },
		"sticky actions of 1.5":                func() (env.Env, error) { return env.Sticky(newFilm(), 1.5) },
		"sticky actions of NaN":                func() (env.Env, error) { return env.Sticky(newFilm(), math.NaN()) },
		"a time limit of 0":                    func() (env.Env, error) { return env.TimeLimit(newFilm(), 0) },
		"has no action 4":                      func() (env.Env, error) { return env.NoOpStart(newFilm(), 4, 3) },
		"cannot begin with up to 0 steps":      func() (env.Env, error) { return env.NoOpStart(newFilm(), 0, 0) },
		"leaves nothing after 24":              func() (env.Env, error) { return env.NoOpStart(newFilm(), 0, 24) },
		"cannot be clipped to 1 .. -1":         func() (env.Env, error) { return env.RewardClip(newFilm(), 1, -1) },
		"cannot be multiplied by +Inf":         func() (env.Env, error) { return env.RewardScale(newFilm(), math.Inf(1)) },
		"absolute value of -1":                 func() (env.Env, error) { return env.Wrap{RewardClip: -1}.Apply(newFilm()) },
		"Drift-v0: has no action noop":         func() (env.Env, error) { return env.Wrap{NoOps: 3}.Apply(new(drift)) },
		"cannot be resized to 84 x 0":          func() (env.Env, error) { return env.Wrap{Height: 84}.Apply(newFilm()) },
		"out of clay":                          env.Wrap{Repeat: 2}.Build(func() (env.Env, error) { return nil, errors.New("out of clay") }),
	} {
		if w, err := wrap(); w != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ...%s...", err, want)
		}
	}
}

// A Wrap applies its wrappers in the order of its fields, and is stored as text.
func TestWrap(t *testing.T) {
	all := env.Wrap{
		Sticky: 0.25, NoOps: 3, Skip: 3, Repeat: 2, TimeLimit: 5, Gray: true, Height: 4, Width: 3, FrameStack: 3, RewardScale: -0.5, RewardClip: 0.25,
	}
	symmetric := layer{"clip", func(w env.Env) (env.Env, error) { return env.RewardClip(w, -0.25, 0.25) }}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var read env.Wrap
	if err := json.Unmarshal(text, &read); err != nil || read != all {
		t.Errorf("%s was read as %+v, %v", text, read, err)
	}
	a, err := all.Build(func() (env.Env, error) { return newFilm(), nil })()
	if err != nil {
		t.Fatal(err)
	}
	sameGame(t, a, mustWrap(t, newFilm(), sticky, noOps, skip, repeat, limit, gray, resize, stack, scale, symmetric))
	b, err := env.Wrap{OneHot: true}.Apply(newCodes())
	if err != nil {
		t.Fatal(err)
	}
	sameGame(t, b, mustWrap(t, newCodes(), oneHot))
	if text, err := json.Marshal(env.Wrap{}); err != nil || string(text) != "{}" {
		t.Errorf("nothing is stored as %s, %v", text, err)
	}
	inner := newFilm()
	if w, err := (env.Wrap{}).Apply(inner); w != inner || err != nil {
		t.Errorf("nothing made %T, %v", w, err)
	}
}

func sameGame(t *testing.T, a, b env.Env) {
	t.Helper()
	if sa, sb := a.Spec(), b.Spec(); fmt.Sprint(sa) != fmt.Sprint(sb) {
		t.Errorf("Specs are %+v and %+v", sa, sb)
	}
	var want []string
	record := func(_ bool, _ int, s env.Step, obs []byte, vec []float32) {
		want = append(want, fmt.Sprintf("%v %x %v", s, obs, vec))
	}
	a.Seed(6)
	b.Seed(6)
	playWrapped(a, 200, record)
	got := want
	want = nil
	playWrapped(b, 200, record)
	if !slices.Equal(got, want) {
		t.Error("the games differ")
	}
}

func BenchmarkWrappers(b *testing.B) {
	big := layer{"resize-84", func(w env.Env) (env.Env, error) { return env.Resize(w, 84, 84) }}
	four := layer{"stack-4", func(w env.Env) (env.Env, error) { return env.FrameStack(w, 4) }}
	for _, layers := range [][]layer{nil, {gray}, {big}, {gray, big}, {gray, big, four}} {
		b.Run("atari="+nameOf(layers), func(b *testing.B) {
			w := mustWrap(b, still{}, layers...)
			obs, vec := w.Spec().Buffers()
			w.Reset(obs, vec)
			b.ReportAllocs()
			for b.Loop() {
				w.Step(0, obs, vec)
			}
		})
	}
}

// still is a world of Atari's size that shows whatever was there.
type still struct{}

func (still) Spec() env.Spec {
	return env.Spec{ID: "Still-v0", H: 210, W: 160, C: 3, Frames: 1, Actions: []string{"wait"}}
}
func (still) Seed(uint64)                                {}
func (still) Reset([]byte, []float32)                    {}
func (still) Step(_ int, _ []byte, _ []float32) env.Step { return env.Step{} }
