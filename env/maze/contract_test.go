package maze

import (
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/envtest"
)

// env/catalog checks every id in brief; here is every task, with a small image and the depth of every pixel.
func TestTaskContract(t *testing.T) {
	for _, r := range tasks {
		if testing.Short() && r.limit > 1000 {
			continue // a longer clock
		}
		id := "Maze/" + r.name + "-42x42-v0"
		cfg, err := Default(id)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Size, cfg.FullDepth = smallest, true
		ends := r.success > 0
		o := envtest.Options{NoTermination: !ends, RareTermination: ends, Brief: testing.Short()}
		envtest.Check(t, func() (env.Env, error) { return NewWith(id, cfg) }, o)
	}
}
