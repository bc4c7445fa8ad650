package minigrid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
)

var (
	_ env.Env        = (*World)(nil)
	_ env.Stateful   = (*World)(nil)
	_ env.Renderer   = (*World)(nil)
	_ env.Missioner  = (*World)(nil)
	_ env.Digester   = (*World)(nil)
	_ env.Milestoner = (*World)(nil)
	_ env.Keyer      = (*World)(nil)
	_ env.Potential  = (*World)(nil)
	_ env.Viewer     = (*World)(nil)
)

// play takes n steps and returns all that was seen.
func (r *rig) play(act *actor, n int) []byte {
	var b []byte
	for range n {
		s := r.step(act.next(len(r.spec.Actions)))
		b = append(append(r.AppendStep(b, s), r.obs...), byte(s.End), byte(r.Milestones()))
		if s.End != env.Running {
			r.reset()
			b = r.AppendLayout(r.AppendReset(b))
		}
	}
	return b
}

func TestStateRoundTrip(t *testing.T) {
	for _, id := range IDs() {
		t.Run(id, func(t *testing.T) {
			a, b := newRig(t, id), newRig(t, id)
			a.Seed(5)
			a.reset()
			b.Seed(99) // another past, to be forgotten
			b.reset()
			act := actor(5)
			b.play(&act, 20)
			for _, n := range []int{0, 1, 37, 250} {
				a.play(&act, n)
				saved := a.AppendState([]byte("before"))
				if err := b.RestoreState(saved[len("before"):]); err != nil {
					t.Fatal(err)
				}
				if again := b.AppendState(nil); !bytes.Equal(again, saved[len("before"):]) {
					t.Fatal("a restored world saves another state")
				}
				one, other := act, act
				if !bytes.Equal(a.play(&one, 150), b.play(&other, 150)) {
					t.Fatalf("after %d steps: the restored world goes another way", n)
				}
				act = one
			}
		})
	}
}

func TestStateBetweenEpisodes(t *testing.T) {
	w, _ := newBench()
	idle := newRigLike(w)
	if err := w.RestoreState(idle.AppendState(nil)); err != nil {
		t.Errorf("state before the first episode: %v", err)
	}
	w.reset()
	w.grid.set(2, 1, goalCell)
	s := w.step(actForward)
	other := newRigLike(w)
	if err := other.RestoreState(w.AppendState(nil)); err != nil {
		t.Fatalf("state after the end: %v", err)
	}
	if !bytes.Equal(w.AppendStep(nil, s), other.AppendStep(nil, s)) {
		t.Error("the last step is told another way")
	}
}

func TestStateOfFamily(t *testing.T) {
	w, f := newBench()
	f.kept = 42
	saved := w.AppendState(nil)
	f.kept = 0
	if err := w.RestoreState(saved); err != nil || f.kept != 42 {
		t.Errorf("family keeps %d, want 42; error %v", f.kept, err)
	}
	f.refuses = errors.New("no")
	w.reset()
	before := w.AppendState(nil)
	if err := w.RestoreState(saved); !errors.Is(err, f.refuses) {
		t.Errorf("got %v, want the family's error", err)
	}
	f.kept = 42
	if !bytes.Equal(before, w.AppendState(nil)) {
		t.Error("the world changed on an error")
	}
}

func TestRestoreNamesTheIDs(t *testing.T) {
	a, b := newRig(t, "MiniGrid-DoorKey-8x8-v0"), newRig(t, "MiniGrid-DoorKey-6x6-v0")
	err := b.RestoreState(a.AppendState(nil))
	if err == nil || !strings.Contains(err.Error(), "8x8") || !strings.Contains(err.Error(), "6x6") {
		t.Errorf("got %v, want an error naming both ids", err)
	}
}

// TestRestoreDamaged changes every byte and every length of a state.
func TestRestoreDamaged(t *testing.T) {
	w := newRig(t, "MiniGrid-Playground-v0")
	w.Seed(1)
	w.reset()
	act := actor(1)
	w.play(&act, 30)
	good := w.AppendState(nil)
	rnd := seeded(1)
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= byte(rnd.Int(1, 256))
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
	for _, id := range []string{
		"MiniGrid-Playground-v0", "MiniGrid-Fetch-8x8-N3-v0", "MiniGrid-PutNear-8x8-N3-v0", "MiniGrid-RedBlueDoors-6x6-v0",
		"MiniGrid-MemoryS7-v0", "MiniGrid-Dynamic-Obstacles-5x5-v0", "BabyAI-OpenRedDoor-v0", "BabyAI-PutNextS5N2Carrying-v0",
		"BabyAI-PutNextLocalS5N3-v0", "BabyAI-MiniBossLevel-v0",
	} {
		t.Run(id, func(t *testing.T) { forge(t, id) })
	}
}

func forge(t *testing.T, id string) {
	w := newRig(t, id)
	w.Seed(2)
	w.reset()
	act := actor(2)
	w.play(&act, 60)
	good := w.AppendState(nil)
	body := good[:len(good)-4]
	rnd := seeded(3)
	img := image.NewRGBA(image.Rectangle{Max: w.RenderSize(image.Point{})})
	refused := 0
	for i := range 4 * len(body) {
		bad := slices.Clone(body)
		bad[i%len(body)] ^= byte(rnd.Int(1, 256))
		if i >= 2*len(body) { // and a second one
			bad[rnd.Int(0, len(body))] ^= byte(rnd.Int(1, 256))
		}
		if w.RestoreState(sealed(bad)) != nil {
			refused++
			continue
		}
		w.Render(img)
		if w.phase == running {
			w.play(&act, 5)
		}
	}
	if refused < 2*len(body) {
		t.Errorf("only %d of %d changed states refused", refused, 4*len(body))
	}
}

// TestRestoreRefuses builds worlds that cannot be and saves them.
func TestRestoreRefuses(t *testing.T) {
	tests := map[string]func(w *World){
		"agent outside":          func(w *World) { w.x = 5 },
		"direction of 4":         func(w *World) { w.dir = 4 },
		"phase of 3":             func(w *World) { w.phase = 3 },
		"clock beyond the limit": func(w *World) { w.steps = 11 },
		"clock run down":         func(w *World) { w.steps = 10 },
		"another limit":          func(w *World) { w.limit = 20 },
		"ended yet running":      func(w *World) { w.terminated = true },
		"cut before the limit":   func(w *World) { w.truncated, w.phase = true, over },
		"over without an end":    func(w *World) { w.phase = over },
		"carries a wall":         func(w *World) { w.carrying = wallCell },
		"carries a door":         func(w *World) { w.carrying = w.object(kindDoor, red, doorOpen) },
		"square of kind 0":       func(w *World) { w.grid.set(2, 2, nothing) },
		"an agent in the grid":   func(w *World) { w.grid.set(2, 2, newCell(kindAgent, red, 0, 0)) },
		"colour of 6":            func(w *World) { w.grid.set(2, 2, newCell(kindWall, colours, 0, 0)) },
		"state of 3":             func(w *World) { w.grid.set(2, 2, w.object(kindDoor, red, states)) },
		"a locked wall":          func(w *World) { w.grid.set(2, 2, newCell(kindWall, grey, doorLocked, 0)) },
		"coloured emptiness":     func(w *World) { w.grid.set(2, 2, newCell(kindEmpty, grey, 0, 0)) },
		"a key without number":   func(w *World) { w.grid.set(2, 2, newCell(kindKey, red, 0, 0)) },
		"a key of the future":    func(w *World) { w.grid.set(2, 2, newCell(kindKey, red, 0, 1)) },
		"a wall with a number":   func(w *World) { w.object(kindKey, red, 0); w.grid.set(2, 2, newCell(kindWall, grey, 0, 1)) },
		"one key twice": func(w *World) {
			w.carrying = w.object(kindKey, red, 0)
			w.grid.set(2, 2, w.carrying)
		},
		"a box in itself": func(w *World) {
			b := w.box(red, nothing)
			w.contents[b.number()] = b
			w.grid.set(2, 2, b)
		},
		"reward not a number": func(w *World) { w.reward = 0; w.reward /= w.reward },
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			w, _ := newBench()
			f(w.World)
			other := newRigLike(w)
			if err := other.RestoreState(w.AppendState(nil)); err == nil {
				t.Error("no error")
			}
		})
	}
	t.Run("another version", func(t *testing.T) {
		w, _ := newBench()
		b := w.AppendState(nil)
		b[0]++
		if err := w.RestoreState(sealed(b[:len(b)-4])); err == nil || !strings.Contains(err.Error(), "version") {
			t.Errorf("got %v, want an error about the version", err)
		}
	})
	t.Run("bytes behind the end", func(t *testing.T) {
		w := newRig(t, "MiniGrid-Empty-5x5-v0")
		b := w.AppendState(nil)
		if err := w.RestoreState(sealed(append(b[:len(b)-4], 0))); !errors.Is(err, errLong) {
			t.Errorf("got %v, want %v", err, errLong)
		}
	})
}
