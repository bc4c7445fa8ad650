package agent

import (
	"reflect"
	"testing"

	"github.com/auxrl/auxrl/env/minigrid"
)

func TestPresets(t *testing.T) {
	w, err := minigrid.New("MiniGrid-DoorKey-5x5-v0")
	if err != nil {
		t.Fatal(err)
	}
	spec := w.Spec()
	for _, algo := range Algos() {
		for _, name := range Presets() {
			c, err := Preset(name, algo, spec)
			if name == "unreal" && algo != "a2c" {
				if err == nil {
					t.Error("UNREAL is not A2C's alone")
				}
				continue
			}
			if name == "minigrid" && algo != "ppo" {
				if err == nil {
					t.Error("minigrid is not PPO's alone")
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Validate(spec); err != nil {
				t.Errorf("%s, %s: %v", name, algo, err)
			}
			if same := reflect.DeepEqual(c, Default(algo, spec)); same != (name == "default") {
				t.Errorf("%s, %s: same as the default is %v", name, algo, same)
			}
		}
	}
	if _, err := Preset("torch", "ppo", spec); err == nil || err.Error() != `agent: no preset "torch"; there are default, minigrid, torch-ac, minatar, unreal` {
		t.Errorf("an unknown preset: %v", err)
	}
}

// preset returns settings for DoorKey-5x5.
func preset(t *testing.T, name, algo string) Config {
	t.Helper()
	w, err := minigrid.New("MiniGrid-DoorKey-5x5-v0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Preset(name, algo, w.Spec())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The scripts of torch-ac train with these numbers.
func TestPresetTorchAC(t *testing.T) {
	c := preset(t, "torch-ac", "ppo")
	want := PPOConfig{
		ActorCritic: ActorCritic{Lambda: 0.95, Value: 1, Entropy: 0.01},
		Clip:        0.2, ValueClip: 0.2, Epochs: 4, Minibatches: 8,
	}
	if c.PPO != want || c.Worlds != 16 || c.Horizon != 128 || c.LR != 1e-3 || c.Gamma != 0.99 || c.ClipNorm != 0.5 || c.Anneal || c.Optimizer != "adam" {
		t.Errorf("got %+v", c)
	}
	if rows := c.Worlds * c.Horizon / c.PPO.Minibatches; rows != 256 {
		t.Errorf("minibatches of %d rows, want 256", rows)
	}
}

// UNREAL's cells are TensorFlow's, which begin with a forget bias of 1.
func TestPresetUnreal(t *testing.T) {
	c := preset(t, "unreal", "a2c")
	if c.Net.Core != "lstm" || c.Net.ForgetBias != 1 {
		t.Errorf("core %q begins at %g, want an lstm at 1", c.Net.Core, c.Net.ForgetBias)
	}
	if c.Worlds*c.Horizon != 320 || c.A2C.Lambda != 1 || len(c.Aux) != len(UnrealTasks()) {
		t.Errorf("got %+v", c)
	}
}
