package minatar

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/npyrand"
)

var (
	_ env.Env      = (*World)(nil)
	_ env.Stateful = (*World)(nil)
	_ env.Renderer = (*World)(nil)
	_ env.Digester = (*World)(nil)
)

// run takes n steps and returns all that was seen.
func (r *rig) run(act *actor, n int) []byte {
	var b []byte
	for range n {
		s := r.step(act.next(len(r.actions)))
		b = append(append(r.AppendStep(b, s), r.obs...), byte(s.End))
		if s.End != env.Running {
			r.reset()
			b = r.AppendLayout(b)
		}
	}
	return b
}

func TestStateRoundTrip(t *testing.T) {
	for _, id := range games() {
		t.Run(id, func(t *testing.T) {
			a, b := newRig(t, id, Default()), newRig(t, id, Default())
			a.Seed(5)
			a.reset()
			b.Seed(99) // another past, to be forgotten
			b.reset()
			act := actor(5)
			b.run(&act, 20)
			for _, n := range []int{0, 1, 37, 250, 2000} {
				a.run(&act, n)
				saved := a.AppendState([]byte("before"))[len("before"):]
				if err := b.RestoreState(saved); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.AppendState(nil), saved) {
					t.Fatal("a restored world saves another state")
				}
				one, other := act, act
				if !bytes.Equal(a.run(&one, 300), b.run(&other, 300)) {
					t.Fatalf("after %d steps: the restored world goes another way", n)
				}
				act = one
			}
		})
	}
}

// end plays on to the end of the episode.
func (r *rig) end(act *actor) (s env.Step) {
	for s.End == env.Running {
		s = r.step(act.next(len(r.actions)))
	}
	return s
}

func TestStateBetweenEpisodes(t *testing.T) {
	for _, id := range games() {
		w, other := newRig(t, id, Default()), newRig(t, id, Default())
		fresh := w.AppendState(nil)
		for range 10 { // ends of several kinds
			w.reset()
			act := actor(1)
			s := w.end(&act)
			if err := other.RestoreState(w.AppendState(nil)); err != nil {
				t.Fatalf("%s: state after the end: %v", id, err)
			}
			if !bytes.Equal(w.AppendStep(nil, s), other.AppendStep(nil, s)) {
				t.Errorf("%s: the last step is told another way", id)
			}
		}
		w.Seed(0)
		if !bytes.Equal(w.AppendState(nil), fresh) {
			t.Errorf("%s: a world that was seeded is not as if new", id)
		}
		if err := other.RestoreState(fresh); err != nil {
			t.Errorf("%s: state before the first episode: %v", id, err)
		}
	}
}

func TestRestoreSaysWhose(t *testing.T) {
	saved := newRig(t, "MinAtar/Breakout-v1", Default()).AppendState(nil)
	err := newRig(t, "MinAtar/Asterix-v1", Default()).RestoreState(saved)
	if err == nil || !strings.Contains(err.Error(), "Breakout") || !strings.Contains(err.Error(), "Asterix") {
		t.Errorf("got %v, want an error naming both ids", err)
	}
	for _, cfg := range []Config{{Sticky: 0.2, Ramping: true}, {Sticky: 0.1}, {Sticky: 0.1, Ramping: true, StepLimit: 9}} {
		err := newRig(t, "MinAtar/Breakout-v1", cfg).RestoreState(saved)
		if err == nil || !strings.Contains(err.Error(), "settings") {
			t.Errorf("%+v: got %v, want an error about settings", cfg, err)
		}
	}
}

// TestRestoreDamaged changes every byte and every length of a state.
func TestRestoreDamaged(t *testing.T) {
	w := newRig(t, "MinAtar/Seaquest-v0", Default())
	w.Seed(1)
	w.reset()
	act := actor(1)
	w.run(&act, 100)
	good := w.AppendState(nil)
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= byte(1 + i%255)
		if w.RestoreState(bad) == nil {
			t.Errorf("byte %d changed: no error", i)
		}
		if w.RestoreState(good[:i]) == nil {
			t.Errorf("cut to %d bytes: no error", i)
		}
	}
	if w.RestoreState(append(slices.Clone(good), 0)) == nil {
		t.Error("one byte more: no error")
	}
	if !bytes.Equal(good, w.AppendState(nil)) {
		t.Error("failed restores changed the world")
	}
}

// sealed returns the state with a right check sum.
func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.ChecksumIEEE(body))
}

// TestRestoreForged changes states and mends the check sum. What is still accepted must be playable.
func TestRestoreForged(t *testing.T) {
	for _, id := range games() {
		w := newRig(t, id, Default())
		w.Seed(2)
		w.reset()
		act := actor(2)
		w.run(&act, 60)
		good := w.AppendState(nil)
		body := good[:len(good)-4]
		game := len(w.appendHead(nil)) + npyrand.RandomStateLen
		img := image.NewRGBA(image.Rectangle{Max: w.RenderSize(image.Point{})})
		refused, tried := 0, 0
		for i := range 20 * (len(body) - game) {
			bad := slices.Clone(body)
			bad[game+i%(len(body)-game)] = byte(act.next(256))
			if i%2 == 1 { // and a second one, most often in a low byte
				bad[game+act.next((len(body)-game)/4)*4] = byte(act.next(12))
			}
			tried++
			if w.RestoreState(sealed(bad)) != nil {
				refused++
				continue
			}
			w.Render(img)
			if w.phase == running {
				w.run(&act, 30)
			}
		}
		if refused < tried/2 {
			t.Errorf("%s: only %d of %d changed states refused", id, refused, tried)
		}
	}
}

// TestRestoreRefuses saves worlds that cannot be.
func TestRestoreRefuses(t *testing.T) {
	tests := map[string]func(w *World){
		"phase of 3":            func(w *World) { w.phase = 3 },
		"action of 6":           func(w *World) { w.last = actions },
		"clock beyond":          func(w *World) { w.steps = 51 },
		"clock run down":        func(w *World) { w.steps = 50 },
		"past before the start": func(w *World) { w.phase, w.last = idle, actLeft },
		"paddle outside":        func(w *World) { w.game.(*breakout).paddle = side },
		"ball on the ground":    func(w *World) { w.game.(*breakout).y = side - 1 },
		"direction of 4":        func(w *World) { w.game.(*breakout).dir = 4 },
		"bricks outside":        func(w *World) { w.game.(*breakout).bricks[1] = full + 1 },
		"no generator":          func(w *World) { w.rng = npyrand.RandomState{} },
	}
	cfg := Config{StepLimit: 50}
	for name, f := range tests {
		r, _ := paddle(t, cfg)
		f(r.World)
		if err := newRig(t, "MinAtar/Breakout-v0", cfg).RestoreState(r.AppendState(nil)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	r, _ := paddle(t, cfg)
	b := r.AppendState(nil)
	if err := r.RestoreState(sealed(append(b[:len(b)-4], 0))); err == nil {
		t.Error("bytes behind the end: no error")
	}
	b[0]++
	if err := r.RestoreState(sealed(b[:len(b)-4])); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("got %v, want an error about the version", err)
	}
}
