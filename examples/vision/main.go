// Vision trains an agent whose convolutions also learn a vision task that has nothing to do with its world: to tell upright stripes
// from level ones. Any labelled images of the shape of the world's observations will do.
package main

import (
	"fmt"
	"log"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
)

// stripes returns n images of [h, w, c] bytes with stripes two to five pixels wide, upright (label 0) or level (label 1).
func stripes(n, h, w, c int) auxtasks.Labelled {
	set := auxtasks.Labelled{Classes: 2}
	for i := range n {
		width, label := 2+i/2%4, i%2
		for y := range h {
			for x := range w {
				at := [2]int{x, y}[label] + i/8
				for range c {
					set.Images = append(set.Images, byte(at/width%2*255))
				}
			}
		}
		set.Labels = append(set.Labels, int32(label))
	}
	return set
}

func main() {
	build := func() (env.Env, error) { return catalog.New("Maze/Overhead-42x42-v0") }
	world, err := build()
	if err != nil {
		log.Fatal(err)
	}
	spec := world.Spec()
	set := stripes(256, spec.H, spec.W, spec.C)
	auxtasks.Register(auxtasks.Info{
		Name: "stripes", About: "tell upright stripes from level ones", Source: "an example", Needs: "frames", Cost: "a pass over 32 images", Weight: 0.1,
	}, auxtasks.DefaultImages(), func(c auxtasks.ImagesConfig, d auxtasks.Dims) (auxtasks.Task, error) {
		return auxtasks.NewImages(c, set, d)
	})

	cfg, err := agent.Preset("unreal", "a2c", spec)
	if err != nil {
		log.Fatal(err)
	}
	cfg.Steps, cfg.Aux = 60*cfg.Worlds*cfg.Horizon, nil
	task, err := agent.NewExtra("stripes")
	if err != nil {
		log.Fatal(err)
	}
	cfg.Add(task)
	t, err := agent.NewTrainer(cfg, build)
	if err != nil {
		log.Fatal(err)
	}
	defer t.Close()
	for !t.Finished() {
		t.Update()
		if t.Step()%(cfg.Steps/4) == 0 {
			r := t.Tasks()[0]
			fmt.Printf("step %5d: accuracy on stripes %.1f better than a guess\n", t.Step(), r.Quality)
		}
	}
}
