package catalog

import (
	"errors"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
)

// options has what the contract lets some worlds do without.
var options = map[string]envtest.Options{
	"Probe/Truncation-v0":    {NoTermination: true},
	"MiniGrid-Playground-v0": {NoTermination: true},
}

// rare lists worlds of which random play does not find the end: it takes a key, its door and what lies behind, or a row of
// doors, one after the other. Tests of env/minigrid solve some of every family.
var rare = []string{
	"MiniGrid-DoorKey-16x16-v0",
	"MiniGrid-MultiRoom-N4-S5-v0", "MiniGrid-MultiRoom-N4-S5-v1", "MiniGrid-MultiRoom-N6-v0",
	"MiniGrid-LockedRoom-v0",
	"MiniGrid-Unlock-v0", "MiniGrid-UnlockPickup-v0", "MiniGrid-BlockedUnlockPickup-v0",
	"MiniGrid-KeyCorridorS3R2-v0", "MiniGrid-KeyCorridorS3R3-v0", "MiniGrid-KeyCorridorS4R3-v0", "MiniGrid-KeyCorridorS5R3-v0",
	"MiniGrid-KeyCorridorS6R3-v0",
	"MiniGrid-ObstructedMaze-1Dl-v0", "MiniGrid-ObstructedMaze-1Dlh-v0", "MiniGrid-ObstructedMaze-1Dlhb-v0",
	"MiniGrid-ObstructedMaze-2Dl-v0", "MiniGrid-ObstructedMaze-2Dlh-v0", "MiniGrid-ObstructedMaze-2Dlhb-v0",
	"MiniGrid-ObstructedMaze-2Dlhb-v1", "MiniGrid-ObstructedMaze-1Q-v0", "MiniGrid-ObstructedMaze-1Q-v1",
	"MiniGrid-ObstructedMaze-2Q-v0", "MiniGrid-ObstructedMaze-2Q-v1", "MiniGrid-ObstructedMaze-Full-v0",
	"MiniGrid-ObstructedMaze-Full-v1",
	"BabyAI-PutNextS6N3-v0", "BabyAI-PutNextS7N4-v0", "BabyAI-MoveTwoAcrossS5N2-v0", "BabyAI-MoveTwoAcrossS8N9-v0",
	"BabyAI-UnlockLocalDist-v0", "BabyAI-UnlockToUnlock-v0", "BabyAI-BlockedUnlockPickup-v0",
	"BabyAI-UnlockPickup-v0", "BabyAI-UnlockPickupFixed-v0", "BabyAI-UnlockPickupDist-v0", "BabyAI-UnlockPickupDistFixed-v0",
	"BabyAI-KeyCorridor-v0", "BabyAI-KeyCorridorS3R2-v0", "BabyAI-KeyCorridorS3R3-v0", "BabyAI-KeyCorridorS4R3-v0",
	"BabyAI-KeyCorridorS5R3-v0", "BabyAI-KeyCorridorS6R3-v0",
	"BabyAI-SynthSeq-v0", "BabyAI-SynthSeqFixed-v0", "BabyAI-BossLevel-v0", "BabyAI-BossLevelNoUnlock-v0",
}

// optionsOf returns what the contract lets a world do without.
func optionsOf(id string) envtest.Options {
	o := options[id]
	if name, ok := strings.CutPrefix(id, "Maze/"); ok && !strings.HasPrefix(name, "Overhead") {
		ends := strings.HasPrefix(name, "MyWayHome") || strings.HasPrefix(name, "TMaze")
		return envtest.Options{NoTermination: !ends, RareTermination: ends, Brief: true} // in full in env/maze
	}
	o.RareTermination = o.RareTermination || slices.Contains(rare, id)
	return o
}

// Being registered is being tested: envtest.Check takes 10,000 decisions and more of each world. Short tests are without some of
// many that are alike, but not where races are looked for.
func TestEveryWorld(t *testing.T) {
	list := Builtin()
	if err := list.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, id := range append(slices.Collect(maps.Keys(options)), rare...) {
		if _, err := list.Lookup(id); err != nil {
			t.Errorf("options: %v", err)
		}
	}
	short := testing.Short() && !raced()
	for i, e := range list {
		if short && strings.HasPrefix(e.ID, "BabyAI-") && i%4 != 0 {
			continue // one family of many ids
		}
		t.Run(e.ID, func(t *testing.T) {
			o := optionsOf(e.ID)
			if short && o.Brief {
				t.Skip("its package checks it in another size")
			}
			w, err := e.New()
			if err != nil {
				t.Fatal(err)
			}
			if spec := w.Spec(); spec.ID != e.ID {
				t.Errorf("listed as %q, the Spec says %q", e.ID, spec.ID)
			}
			envtest.Check(t, e.New, o)
		})
	}
}

// raced reports whether the race detector looks on.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Options make other worlds of some; the contract holds for them too.
func TestOptions(t *testing.T) {
	for _, id := range []string{
		"MiniGrid-DoorKey-5x5-v0:full", "MiniGrid-DoorKey-6x6-v0:view=5", "MiniGrid-Fetch-5x5-N2-v0:view=9,onehot",
		"MiniGrid-DoorKey-5x5-v0:full,onehot", "MiniGrid-Empty-5x5-v0:rgb,tile=4", "MiniGrid-LavaGapS5-v0:full,rgb,tile=3",
		"MinAtar/Breakout-v1:sticky=0,ramping=off,limit=12",
	} {
		e, err := Builtin().Lookup(id)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(id, func(t *testing.T) { envtest.Check(t, e.New, envtest.Options{}) })
	}
	if w, err := New("MiniGrid-DoorKey-5x5-v0:fool"); w != nil || err == nil {
		t.Errorf("got %v, %v, want nil and an error", w, err)
	}
}

// Every built-in world can be resumed and looked at.
func TestAbilities(t *testing.T) {
	for _, e := range Builtin() {
		w, err := e.New()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := w.(env.Stateful); !ok {
			t.Errorf("%s is not Stateful", e.ID)
		}
		if _, ok := env.As[env.Renderer](w); !ok {
			t.Errorf("%s is not a Renderer", e.ID)
		}
	}
}

func TestNew(t *testing.T) {
	for _, id := range IDs() {
		if w, err := New(id); err != nil || w == nil {
			t.Errorf("New(%q): %v, %v", id, w, err)
		}
		if Describe(id) == "" {
			t.Errorf("%s is not described", id)
		}
	}
	w, err := New("bandit")
	if want := `env: no world is called "bandit"; did you mean Probe/Bandit-v0?`; w != nil || err == nil || err.Error() != want {
		t.Errorf("got %v, %v, want %s", w, err, want)
	}
	if got := Describe("bandit"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

// A suite's constructor may return its own pointer type: its nil must not become an Env that is not nil.
func TestSuiteKeepsNil(t *testing.T) {
	about := func(string) string { return "broken" }
	broken := func(string) (*world, error) { return nil, errors.New("broken") }
	if w, err := suite([]string{"x"}, about, broken).New("x"); w != nil || err == nil {
		t.Errorf("got %v, %v, want nil and an error", w, err)
	}
}

type world struct{ env.Env }
