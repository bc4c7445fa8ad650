package minigrid

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
)

func vault(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/maps/vault.map")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mapRig(t testing.TB, name, text string) *rig {
	t.Helper()
	m, err := ParseMap(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return newRigOf(m.New())
}

// TestMapContract holds maps to the contract of all worlds, and to trying everything where that is possible.
func TestMapContract(t *testing.T) {
	for name, text := range map[string]string{
		"vault":  vault(t),
		"key":    "D = locked red door\nk = red key\nmap:\n#####\n#>.k#\n#.#D#\n#.#G#\n#####",
		"rgb":    "see: full,rgb,tile=4\nsteps: 30\nmap:\n...G",
		"ball":   "o = blue ball\nb = red box with green box with blue ball\ntask: pick up blue ball\nmap:\n#b..\n..#.",
		"door":   "D = locked red door\nd = red door\nb = blue box with red key\ntask: open red door\nmap:\n>.b.#\n.####\n...Dd",
		"hands":  "k = blue key\no = blue ball\nD = locked blue door\ntask: pick up blue ball\nmap:\n#####\n>k.Do\n#####",
		"ajar":   "D = open red door\ntask: open red door\nmap:\n@.D.",
		"lava":   "map:\n~>.~\n~..~\n~.v~\n~~G~",
		"others": "w = blue wall\nf = red floor\ng = purple goal\nsee-through: yes\nmission: over the floor\nmap:\nwwww\nw<fg\nwwww",
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMap(name, text)
			if err != nil {
				t.Fatal(err)
			}
			envtest.Check(t, func() (env.Env, error) { return m.New(), nil }, envtest.Options{RareTermination: true})
			if name == "vault" {
				return
			}
			w := newRigOf(m.New())
			for seed := range uint64(3) {
				w.Seed(seed)
				w.reset()
				if err := w.agrees(); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

func TestMapVault(t *testing.T) {
	w := mapRig(t, "docs/maps/vault.map", vault(t))
	s := w.Spec()
	if s.ID != "Map/vault" || s.StepLimit != 200 || w.Mission() != "find the key, open the vault, get to the goal" || w.Source() != vault(t) {
		t.Errorf("%+v, mission %q, source %q", s, w.Mission(), w.Source())
	}
	w.reset()
	if w.x != 2 || w.y != 2 || w.grid.at(8, 3)&shown != newCell(kindDoor, yellow, doorLocked, 0)&shown || w.objects != 5 {
		t.Errorf("agent at %d, %d, door %#x, %d objects", w.x, w.y, w.grid.at(8, 3), w.objects)
	}
	p, err := w.Plan(PlanStates)
	if err != nil || w.take(p) != nil {
		t.Fatalf("plan %v, %v", p, err)
	}
	want := []string{"key taken", "ball taken", "box opened", "door opened", "door unlocked", "door passed", "task fulfilled"}
	if got := w.reached(); !slices.Equal(got, want) {
		t.Errorf("milestones %q, want %q", got, want)
	}
	other := mapRig(t, "vault", vault(t))
	text, err := json.Marshal(w)
	if err != nil || json.Unmarshal(text, other.World) != nil {
		t.Errorf("JSON: %s, %v", text, err)
	}
	if (newRig(t, "MiniGrid-Empty-5x5-v0").Source()) != "" {
		t.Error("a world that was not drawn has a source")
	}
}

// TestMapBest compares with a way counted by hand: along a corridor, from either end or the middle.
func TestMapBest(t *testing.T) {
	m, err := ParseMap("x", "steps: 10\nmap:\n>..G")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.Best(5, PlanStates); err != nil || got != 1-0.9*0.3 {
		t.Errorf("got %v, %v, want 0.73", got, err)
	}
	if m, err = ParseMap("x", "map:\n>#G"); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Best(2, PlanStates); err != nil || got != 0 {
		t.Errorf("no way: got %v, %v", got, err)
	}
	if m, err = ParseMap("x", vault(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Best(2, 1000); !errors.Is(err, ErrStates) {
		t.Errorf("few states: %v", err)
	}
}

// TestMapStarts draws starts and directions at random.
func TestMapStarts(t *testing.T) {
	for text, want := range map[string]int{
		"map:\n>.G":  1,
		"map:\n@.G":  4,
		"map:\n>@G":  5,
		"map:\n..G":  8,
		"map:\n>v<G": 3,
	} {
		w := mapRig(t, "x", text)
		seen := map[[3]int]bool{}
		for range 200 {
			w.reset()
			seen[[3]int{w.x, w.y, w.dir}] = true
		}
		if len(seen) != want {
			t.Errorf("%q: %d starts, want %d", text, len(seen), want)
		}
	}
}

func TestMapID(t *testing.T) {
	for name, want := range map[string]string{
		"maze.map": "Map/maze", "a/b/Maze 2.txt": "Map/Maze-2", "": "Map/untitled", "maze": "Map/maze", "x:y,z": "Map/x-y-z", "dir/.map": "Map/untitled",
		strings.Repeat("é", 100): "Map/" + strings.Repeat("-", 64),
	} {
		m, err := ParseMap(name, "see: full\nmap:\n.G")
		if err != nil || m.ID() != want || m.New().Spec().ID != want+":full" {
			t.Errorf("%q: %v, %v, want %s", name, m, err, want)
		}
	}
}

func TestMapErrors(t *testing.T) {
	const row = "map:\n#>G#\n"
	tests := []struct{ text, want string }{
		{"", `m:1: there is no map: add a line with map:`},
		{"hello", `m:1:1: neither KEY: VALUE nor CHARACTER = THING`},
		{"color: red\n" + row, `m:1:1: no line begins with "color:"; there are mission, task`},
		{"steps: 5\nsteps: 6\n" + row, `m:2:1: steps: is given twice`},
		{"steps: many\n" + row, `m:1:7: steps: takes a whole number from 1 to 60000, not "many"`},
		{"steps: 0\n" + row, `takes a whole number`},
		{"steps: 99999999999999999999\n" + row, `takes a whole number`},
		{"see-through: maybe\n" + row, `m:1:13: see-through: takes yes or no, not "maybe"`},
		{"see: fool\n" + row, `m:1:5: no option "fool"`},
		{"task: win\n" + row, `m:1:6: no task "win"; there are reach goal, pick up COLOUR THING, open COLOUR door`},
		{"task: pick up wall\n" + row, `a wall cannot be picked up`},
		{"task: pick up key\n" + row, `"key" has no colour`},
		{"task: pick up\n" + row, `no task`},
		{"task: open blue key\n" + row, `a key cannot be opened; doors can`},
		{"task: pick up red key\n" + row, `there is a goal, but the task is another`},
		{"task: pick up red key\nmap:\n>..", `there is no red key: add one`},
		{"task: open red door\nd = blue door\nmap:\n>.d", `there is no red door: add one`},
		{"x = red key\nx = blue key\n" + row, `m:2:1: 'x' is defined twice`},
		{"# = red key\n" + row, `m:1:1: '#' always is a wall: use another character`},
		{"~ = red key\n" + row, `'~' always is lava`},
		{"@ = red key\n" + row, `'@' always is a start`},
		{" = red key\n" + row, `m:1:1: ' ' cannot stand for a thing`},
		{"x = rad key\n" + row, `m:1:4: "rad" is no colour; there are red, green`},
		{"x =\n" + row, `m:1:4: nothing is named`},
		{"x = red kay\n" + row, `"kay" is no thing; there are empty, wall, floor`},
		{"x = red agent\n" + row, `"agent" is no thing`},
		{"x = broken red door\n" + row, `"broken red door" is too much for one thing`},
		{"x = red ball with red key\n" + row, `only boxes hold things, a ball does not`},
		{"x = red box with red door\n" + row, `a door does not go into a box`},
		{"x = red box with key\n" + row, `"key" has no colour`},
		{"map:\n", `m:1: there are no rows of squares after map:`},
		{"map:\n\n#", `m:2: an empty row`},
		{"map:\n####\n#>G\n####", `m:3:4: the row has 3 squares, the first row has 4`},
		{"map:\n####\n#>G##\n####", `m:3:5: the row has 5 squares`},
		{"map:\n###\n# G\n###", `m:3:2: ' ' is not defined`},
		{"map:\n#>kG#", `m:2:3: 'k' is not defined: add a line such as k = red key before map:`},
		{"map:\n#\tG#", `m:2:2: '\t' is not defined`},
		{"map:\n####\n#>.#\n####", `m:4: there is no goal: add a G`},
		{"map:\n####\n##G#\n####", `m:4: there is no free square for the agent`},
		{"map:\n" + strings.Repeat("#", 101), `m:2: the row has 101 squares, at most 100`},
		{"map:\n" + strings.Repeat("#\n", 101), `the map has 101 rows, at most 100`},
		{"k = red key\nmap:\n" + strings.Repeat(strings.Repeat("k", 60)+"\n", 3), `m:5:8: more than 127 doors and things`},
		{"map:\n\xff", `m:2: this is not UTF-8 text`},
		{"\xff", `m:1: this is not UTF-8 text`},
		{strings.Repeat("// long\n", 5_000), `m: 40000 bytes, at most 32768 make a map`},
	}
	for _, tt := range tests {
		_, err := ParseMap("m", tt.text)
		if err == nil || !strings.HasPrefix(err.Error(), "minigrid: m:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: got %v, want ...%s", tt.text, err, tt.want)
		}
	}
	for _, text := range []string{"\ufeff" + row, "// x\r\n\r\n" + strings.ReplaceAll(row, "\n", "\r\n") + "\r\n\r\n", "é = red key\nmap:\né>G", "map:  \n>G  "} {
		if _, err := ParseMap("m", text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzMap reads anything: what is a map must be playable, and its states must come back.
func FuzzMap(f *testing.F) {
	f.Add(vault(f))
	f.Add("o = blue ball\nb = red box with green box with blue ball\ntask: pick up blue ball\nmap:\n#b..\n..#.")
	f.Add("see: full,onehot\nsteps: 3\nmap:\n@G")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMap("fuzz", text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "minigrid: fuzz:") {
				t.Errorf("error %q", err)
			}
			return
		}
		a, b := newRigOf(m.New()), newRigOf(m.New())
		a.reset()
		act := actor(1)
		a.play(&act, 20)
		state, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(state, b.World); err != nil || string(a.AppendState(nil)) != string(b.AppendState(nil)) {
			t.Fatalf("%v\n%s", err, state)
		}
		if p := a.Potential(); !(p >= -1 && p <= 0) {
			t.Errorf("Potential is %v", p)
		}
	})
}
