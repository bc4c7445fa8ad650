package agent

import (
	"regexp"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env/minigrid"
	"github.com/auxrl/auxrl/internal/run"
)

// Whatever stands in a file of a checkpoint, restoring it is an error or leaves a trainer that goes on and can be saved.
func FuzzRestore(f *testing.F) {
	world, err := minigrid.New(gridID)
	if err != nil {
		f.Fatal(err)
	}
	cfg := Default("a2c", world.Spec())
	cfg.Worlds, cfg.Horizon, cfg.Steps, cfg.ReplayLen = 2, 4, 1<<30, 20
	cfg.Net.Features, cfg.Net.Hidden = 8, 8
	cfg.Net = cfg.Net.WithCore("gru", ShapeOf(world.Spec()))
	cfg.Net.CoreSize = 8
	cfg.Mixer.Balance = auxtasks.SoftGate
	for _, kind := range []string{"reward-prediction", "value-replay", "episodic-counts"} {
		e, err := NewExtra(kind)
		if err != nil {
			f.Fatal(err)
		}
		cfg.Add(e)
	}
	tr := trainer(f, cfg, grid)
	for range 4 {
		tr.Update()
	}
	whole, err := tr.files("id")
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range whole {
		f.Add(uint8(i), file.Data)
		if file.Name == stateName {
			for _, key := range []string{"step", "updates", "episodes", "crashed"} {
				for _, v := range []string{"-7", "9223372036854775807"} {
					f.Add(uint8(i), regexp.MustCompile(`"`+key+`":\d+`).ReplaceAll(file.Data, []byte(`"`+key+`":`+v)))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		files := slices.Clone(whole)
		files[int(n)%len(files)].Data = data
		if err := tr.restore(&run.Checkpoint{Files: files}); err != nil {
			return
		}
		if tr.Finished() {
			return
		}
		tr.Update()
		if _, err := tr.files("id"); err != nil {
			t.Error(err)
		}
	})
}
