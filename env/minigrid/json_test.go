package minigrid

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestJSONRoundTrip(t *testing.T) {
	for _, id := range IDs() {
		t.Run(id, func(t *testing.T) {
			a, b := newRig(t, id), newRig(t, id)
			a.Seed(5)
			act := actor(5)
			for _, n := range []int{-1, 0, 1, 37, 250} {
				if n == 0 {
					a.reset()
				}
				if n > 0 {
					a.play(&act, n)
				}
				text, err := json.Marshal(a)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(text, b.World); err != nil {
					t.Fatalf("after %d steps: %v\n%s", n, err, text)
				}
				if !bytes.Equal(a.AppendState(nil), b.AppendState(nil)) {
					t.Fatalf("after %d steps: another state\n%s", n, text)
				}
			}
			one, other := act, act
			if !bytes.Equal(a.play(&one, 100), b.play(&other, 100)) {
				t.Error("the world that was read goes another way")
			}
		})
	}
}

// jsonBench is a state with all that JSON can say: a box in a box in hand, coloured walls, an ended episode.
func jsonBench() *rig {
	w, _ := newBench()
	key := w.object(kindKey, red, 0)
	w.carrying = w.box(blue, w.box(green, key))
	w.object(kindBall, red, 0) // gone
	w.grid.set(2, 2, w.object(kindDoor, purple, doorLocked))
	w.grid.set(3, 3, newCell(kindWall, blue, 0, 0))
	w.grid.set(3, 2, newCell(kindFloor, yellow, 0, 0))
	w.grid.set(2, 3, lavaCell)
	w.grid.set(2, 1, goalCell)
	w.grid.set(1, 3, w.object(kindBall, grey, 0))
	w.rng.Uint32()
	w.step(actForward)
	return w
}

func TestJSONOfEverything(t *testing.T) {
	w := jsonBench()
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	other := newRigLike(w)
	if err := json.Unmarshal(text, other.World); err != nil || !bytes.Equal(w.AppendState(nil), other.AppendState(nil)) {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestJSONGolden holds the format still. The generator is that of numpy.random.default_rng(0) after the layout was drawn.
func TestJSONGolden(t *testing.T) {
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	w.Seed(0)
	w.reset()
	for _, letter := range "flp" {
		w.step(map[rune]int{'l': actLeft, 'f': actForward, 'p': actPickup}[letter])
	}
	got, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/doorkey.json")
	if err != nil || !bytes.Equal(append(got, '\n'), want) {
		t.Errorf("got\n%s\nwant (%v)\n%s", got, err, want)
	}
	other := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	if err := json.Unmarshal(want, other.World); err != nil || other.carrying.words() != "yellow key" {
		t.Errorf("read: %v, carries %#x", err, other.carrying)
	}
}

// TestJSONEdited changes a state as people do.
func TestJSONEdited(t *testing.T) {
	golden, err := os.ReadFile("testdata/doorkey.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ old, new, want string }{
		{``, ``, ""},
		{`"facing": "right"`, `"facing": "up"`, ""},
		{`"what": "locked yellow door"`, `"what": "open yellow door"`, ""},
		{`"mission": "use`, `"mission": "lose`, `mission is "lose the key`},
		{`"mission": "use the key to open the door and then get to the goal"`, `"mission": ""`, ""},
		{`"v": 1`, `"v": 2`, "v is 2, want 1"},
		{`"world": "MiniGrid-DoorKey-8x8-v0"`, `"world": "x"`, `world is "x"`},
		{`"x": 3`, `"x": 256`, "agent is at (256, 5), outside the grid"},
		{`"x": 3`, `"x": -1`, "outside the grid"},
		{`"x": 3`, `"x": 3.5`, "cannot unmarshal number 3.5"},
		{`"x": 3`, `"z": 3`, `unknown field "z"`},
		{`"facing": "right"`, `"facing": "north"`, `agent faces "north"; there are right, down, left, up`},
		{`"episode": "running"`, `"episode": "paused"`, `episode is "paused"; there are none, running, over`},
		{`"episode": "running"`, `"episode": "over"`, "impossible agent, clock or end"},
		{`"steps": 3`, `"steps": -1`, "-1 steps of 640 cannot be"},
		{`"steps": 3`, `"steps": 641`, "cannot be"},
		{`"limit": 640`, `"limit": 99999999999`, "cannot be"},
		{`"limit": 640`, `"limit": 600`, "impossible agent, clock or end"},
		{`"made": 2`, `"made": 1`, "yellow key has number 2, must be 1 to 1, which is made"},
		{`"made": 2`, `"made": 128`, "128 objects were made"},
		{`"key taken"`, `"key found"`, `no milestone "key found"; there are key taken, door unlocked`},
		{`"#....#.#",`, ``, "grid has 7 rows, want 8"},
		{`"#....#.#",`, `"#....#",`, "has 6 squares, want 8"},
		{`"#....#.#",`, `"#..x.#.#",`, `grid: 'x' at (3, 1)`},
		{`"#....#.#",`, `"#..k.#.#",`, `grid: no object says what 'k' at (3, 1) is`},
		{`"what": "yellow key"`, `"what": "yellow kay"`, `objects[1]: "kay" is no thing; there are empty, wall`},
		{`"what": "yellow key"`, `"what": "key"`, `"key" has no colour; there are red, green`},
		{`"what": "yellow key"`, `"what": "amber key"`, `"amber" is no colour`},
		{`"what": "yellow key"`, `"what": "big yellow key"`, `"big yellow key" is too much for one thing`},
		{`"what": "yellow key"`, `"what": " "`, "nothing is named"},
		{`"what": "yellow key"`, `"what": "yellow wall"`, "yellow wall has number 2, but is no object"},
		{`"what": "locked yellow door"`, `"what": "yellow ball"`, `the grid has 'D' at (5, 2), not yellow ball`},
		{`"held": true`, `"held": false`, "it is in 0 places"},
		{`"held": true`, `"held": true, "in": 1`, "it is in 2 places"},
		{`"held": true`, `"in": 9`, "there is no box 9"},
		{`"held": true`, `"in": -9`, "there is no box -9"},
		{`"held": true`, `"at": [1, 1]`, "the grid has no place for something at (1, 1)"},
		{`"number": 2`, `"number": 1`, "an object is in two places"},
		{`"state": "`, `"state": "-`, "is not a whole number of 128 bits"},
		{`"state": "`, `"state": "99999999999999999999999999999`, "is not a whole number of 128 bits"},
		{`"has_uint32": 1`, `"has_uint32": 2`, "has_uint32 is 2"},
		{`"inc": "`, `"inc": "9`, "128 bits"},
	}
	for _, tt := range tests {
		if !bytes.Contains(golden, []byte(tt.old)) {
			t.Errorf("%q is not in the golden state", tt.old)
		}
		text := bytes.Replace(golden, []byte(tt.old), []byte(tt.new), 1)
		w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
		w.Seed(9)
		w.reset()
		before := w.AppendState(nil)
		err := json.Unmarshal(text, w.World)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want ...%s", tt.new, err, tt.want)
		}
		if changed := !bytes.Equal(before, w.AppendState(nil)); changed != (err == nil) {
			t.Errorf("%s: error %v, world changed: %t", tt.new, err, changed)
		}
	}
	w := newRig(t, "MiniGrid-DoorKey-8x8-v0")
	for _, text := range []string{"", "null", "[]", "{}", string(golden) + "x", strings.Repeat(" ", maxJSON+1)} {
		if w.UnmarshalJSON([]byte(text)) == nil {
			t.Errorf("%.20q: no error", text)
		}
	}
}

// FuzzJSON reads anything: what is taken up must be playable, and come back as the same state.
func FuzzJSON(f *testing.F) {
	golden, err := os.ReadFile("testdata/doorkey.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add([]byte(`{"v":1}`))
	f.Add(bytes.Replace(golden, []byte(`"running"`), []byte(`"none"`), 1))
	w, err := New("MiniGrid-DoorKey-8x8-v0")
	if err != nil {
		f.Fatal(err)
	}
	r, other := newRigOf(w), newRigOf(newWorld(w.entry, w.config))
	f.Fuzz(func(t *testing.T, text []byte) {
		if r.UnmarshalJSON(text) != nil {
			return
		}
		again, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.UnmarshalJSON(again); err != nil || !bytes.Equal(r.AppendState(nil), other.AppendState(nil)) {
			t.Fatalf("%v\n%s", err, again)
		}
		r.Potential()
		if _, err := r.Plan(1 << 16); err == nil && r.phase != running {
			t.Error("a plan outside an episode")
		}
		act := actor(1)
		if r.phase == running {
			r.play(&act, 50)
		}
	})
}
