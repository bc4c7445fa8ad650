package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestRestore continues a ring and its copy side by side.
func TestRestore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDraw(t)
		cfg := plain(2, 0, d.Back())
		cfg.Capacity = cfg.past() + 2 + rapid.IntRange(0, 20).Draw(t, "capacity")
		p := newPlayer(cfg, rapid.Uint64().Draw(t, "seed"), rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "ends"), 0.3)
		a, b := newRing(t, cfg), newRing(t, cfg)
		b.Add(newPlayer(cfg, 99, 0.5, 0.5).play(7)) // another past, to be forgotten
		for range rapid.IntRange(0, 5).Draw(t, "adds") {
			a.Add(p.play(rapid.IntRange(1, 9).Draw(t, "steps")))
			if rapid.Bool().Draw(t, "gap") {
				p.play(2)
			}
		}
		saved := a.AppendState([]byte("before"))[len("before"):]
		if err := b.RestoreState(saved); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.AppendState(nil), saved) {
			t.Fatal("a restored ring saves another state")
		}
		for range 4 {
			var one, other Batch
			for random := range uint64(3) {
				if a.Sample(&one, d, random) != b.Sample(&other, d, random) || !reflect.DeepEqual(one, other) {
					t.Fatalf("the restored ring draws %+v, want %+v", other, one)
				}
			}
			rollout := p.play(4)
			a.Add(rollout)
			b.Add(rollout)
		}
	})
}

func TestRestoreOtherSettings(t *testing.T) {
	cfg := plain(2, 10, 3)
	saved := newRing(t, cfg).AppendState(nil)
	for _, change := range []func(*Config){
		func(c *Config) { c.Worlds++ }, func(c *Config) { c.Capacity++ }, func(c *Config) { c.Back++ }, func(c *Config) { c.H++ },
		func(c *Config) { c.W++ }, func(c *Config) { c.C++ }, func(c *Config) { c.Frames = 2 }, func(c *Config) { c.Vec++ },
		func(c *Config) { c.Actions++ }, func(c *Config) { c.Streams++ }, func(c *Config) { c.State++ }, func(c *Config) { c.Signals++ },
		func(c *Config) { c.Phi = false }, func(c *Config) { c.Marks = false }, func(c *Config) { c.Key = false },
		func(c *Config) { c.LogP = false },
	} {
		other := cfg
		change(&other)
		if err := newRing(t, other).RestoreState(saved); !errors.Is(err, errSettings) {
			t.Errorf("%+v took the state of %+v: %v", other, cfg, err)
		}
	}
}

// small is a ring whose state a test can take apart: one byte of image, nothing beside it.
func small(t testing.TB) *Ring {
	cfg := Config{Worlds: 1, Capacity: 6, H: 1, W: 1, C: 1, Actions: 2}
	r := newRing(t, cfg)
	r.Add(&Batch{
		T: 4, B: 1, F: 1, Obs: []byte{1, 2, 4, 5, 6, 3}, Start: []bool{true, false, true, false, false}, Next: []int32{1, 5, 3, 4},
		Action: []int32{0, 1, 0, 1}, Reward: []float32{0, 1, 0, 0}, Ended: []bool{false, true, false, false},
		Terminated: []bool{false, true, false, false},
	})
	return r
}

// TestRestoreDamaged changes what a state says of its rows.
func TestRestoreDamaged(t *testing.T) {
	r := small(t)
	good := r.AppendState(nil)
	if err := r.RestoreState(good); err != nil {
		t.Fatal(err)
	}
	head := len(r.cfg.appendHead(nil))
	row := func(i int) int { return head + worldState + i*r.rowState() } // where it begins, with its flags
	number := func(i int, v uint64) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint64(b[head+8*i:], v) }
	}
	flag := func(i int, v byte) func([]byte) { return func(b []byte) { b[row(i)] = v } }
	for name, change := range map[string]func([]byte){ // order: each on a copy of its own
		"negative first row":      number(0, math.MaxUint64),
		"rows before the first":   number(0, 1),
		"too many rows":           number(1, 7),
		"more rows than there is": number(1, math.MaxUint64),
		"rows for ever":           number(1, math.MaxInt64),
		"fewer rows than none":    number(1, 1<<63+6),
		"added after the newest":  number(2, 6),
		"added before all":        number(2, math.MaxUint64),
		"unknown flag":            flag(0, start|taken|allFlags+1),
		"start and cut":           flag(0, start|cut|taken),
		"end without transition":  flag(2, ended),
		"terminated, not ended":   flag(0, start|taken|terminated),
		"start inside":            flag(1, start|taken|ended),
		"no start after a gap":    flag(3, taken),
		"goes on after the end":   flag(2, taken),
		"newest has a transition": flag(5, taken),
		"newest ends an episode":  flag(4, taken|ended),
		"no such action":          func(b []byte) { b[row(1)+2] = 2 },
		"negative action":         func(b []byte) { b[row(1)+5] = 0xff },
	} {
		b := bytes.Clone(good)
		change(b)
		r := small(t)
		if err := r.RestoreState(b); err == nil {
			t.Errorf("%s: accepted", name)
		} else if r.Live() != 0 || len(r.AppendState(nil)) != head+worldState {
			t.Errorf("%s: the ring is not empty after the error", name)
		}
	}
	for n := range good {
		if err := r.RestoreState(good[:n]); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(good))
		}
	}
	if err := r.RestoreState(append(good, 0)); !errors.Is(err, errLength) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestWithin(t *testing.T) {
	r := small(t) // frames 1 to 6
	for most, want := range map[int]bool{7: true, 6: false, 1: false} {
		if got := r.Within([]int{most}); got != want {
			t.Errorf("within %d: %v", most, got)
		}
	}
	r = newRing(t, plain(1, 20, 3))
	r.Add(newPlayer(r.cfg, 1, 0.5, 0.5).play(5))
	if !r.Within([]int{256, 256}) || r.Within([]int{1, 256}) && r.Within([]int{256, 1}) {
		t.Error("two channels")
	}
}

// FuzzRestoreState holds that whatever is accepted can be drawn from, added to and saved again.
func FuzzRestoreState(f *testing.F) {
	r := small(f)
	head := len(r.cfg.appendHead(nil))
	f.Add(r.AppendState(nil)[head:])
	f.Add(make([]byte, worldState))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := small(t)
		state := append(r.cfg.appendHead(nil), body...)
		if r.RestoreState(state) != nil {
			return
		}
		if !bytes.Equal(r.AppendState(nil), state) {
			t.Fatal("another state is saved than was restored")
		}
		rollout := &Batch{
			T: 1, B: 1, Obs: []byte{6, 6}, Start: make([]bool, 2), Next: []int32{1}, Action: make([]int32, 1),
			Reward: make([]float32, 1), Ended: make([]bool, 1), Terminated: make([]bool, 1),
		}
		var b Batch
		for range 9 {
			r.Sample(&b, Draw{Len: 3, Seqs: 2}, 1)
			r.Sample(&b, Draw{Len: 1, Skewed: true, Newest: true}, 2)
			r.Add(rollout)
		}
		if !r.Sample(&b, Draw{Len: 3}, 3) {
			t.Fatal("nothing to draw after nine rollouts")
		}
	})
}
