package run_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/auxrl/auxrl/internal/run"
)

func Example() {
	temp, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(temp)

	d, err := run.Create(filepath.Join(temp, "first"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	weights, err := run.EncodeTensors([]run.Tensor{{Name: "actor/w", Shape: []int{2, 1}, Data: []float32{0.5, -0.5}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := int64(100); step <= 500; step += 100 {
		files := []run.File{{Name: "model.safetensors", Data: weights}, {Name: "state.json", Data: []byte(`{"lr":0.1}`)}}
		if err := d.Save(step, files, run.DefaultKeep); err != nil {
			fmt.Println(err)
			return
		}
	}
	c, skipped, err := d.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	steps, err := d.Steps()
	fmt.Println(c.Step, c.Files[0].Name, c.Files[1].Name, skipped, steps, err)
	// Output: 500 model.safetensors state.json [] [300 400 500] <nil>
}
