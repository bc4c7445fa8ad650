package agent

import (
	"slices"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// The tasks of first-person mazes run with a recurrent agent in one: signals reach them through replay, changed images through views
// of their own, and each sends something into the encoder.
func TestMazeTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("frames take long in plain Go with the race detector")
	}
	build := func() (env.Env, error) { return catalog.New("Maze/Static01-42x42-v0") }
	w, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default("a2c", w.Spec())
	cfg.Net = cfg.Net.WithCore("lstm", ShapeOf(w.Spec()))
	cfg.Net.Features, cfg.Net.CoreSize = 32, 32
	cfg.Worlds, cfg.Horizon, cfg.ReplayLen, cfg.Mixer.Every = 2, 20, 60, 1
	cfg.Steps = 3 * cfg.Worlds * cfg.Horizon
	kinds := []string{"depth", "jigsaw", "loop-closure", "rotation", "temporal-distance"}
	add(t, &cfg, kinds...)
	second := cfg.Aux[0]
	second.Name, second.Settings = "depth-core", []byte(`{"from": "core"}`)
	cfg.Add(second)
	tr := trainer(t, cfg, build)
	tr.Train()
	if err := tr.Err(); err != nil {
		t.Fatal(err)
	}

	b := &tr.roll.batch
	spec := w.Spec()
	n := spec.SignalsLen()
	if len(b.Signals) < b.Rows()*n {
		t.Errorf("%d floats of signals in %d rows of %d", len(b.Signals), b.Rows(), n)
	}
	counts := make([]int, 8)
	for row := range b.Rows() {
		for _, band := range b.Signals[row*n : row*n+64] {
			counts[int(band)]++
		}
	}
	if counts[0] == 0 || slices.Max(counts) == 64*b.Rows() {
		t.Errorf("the bands are seen %v times", counts)
	}
	reports := tr.Tasks()
	if len(reports) != len(kinds)+1 {
		t.Errorf("%d tasks report, want %d", len(reports), len(kinds)+1)
	}
	rows := map[string]int{"depth": 40, "depth-core": 40, "loop-closure": 40, "rotation": 32, "jigsaw": 32, "temporal-distance": 16}
	for _, r := range reports {
		if r.Rows < 1 || r.Rows > rows[r.Name] || !(r.Loss > 0) || !(r.Norm > 0) {
			t.Errorf("%s: %+v, want at most %d rows, a loss and a gradient", r.Name, r, rows[r.Name])
		}
	}
}
