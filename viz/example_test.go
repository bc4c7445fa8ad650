package viz_test

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"os"
	"path/filepath"

	"github.com/auxrl/auxrl/viz"
)

// moment returns an agent in front of a door.
func moment() *viz.Snapshot {
	s := &viz.Snapshot{
		World: image.NewRGBA(image.Rect(0, 0, 64, 64)), Title: "MiniGrid-DoorKey-8x8-v0", Mission: "open the door",
		Episode: 3, Step: 41, StepLimit: 640, Value: 0.62,
		Actions: []string{"left", "right", "forward", "toggle"}, Policy: []float32{0.05, 0.05, 0.2, 0.7}, Action: 3, Entropy: 0.87,
	}
	for i := range s.World.Pix {
		s.World.Pix[i] = 0xff
	}
	s.History.Append(s.Value, s.Reward)
	return s
}

// A terminal that cannot draw is sent lines of text.
func ExampleTerminal() {
	size := func() (cols, rows int) { return 80, 24 } // viz.TerminalSize(os.Stdout)
	color := viz.DetectColor(func(name string) string { return map[string]string{"TERM": "dumb"}[name] })
	sink := viz.NewTerminal(os.Stdout, size, color)
	defer sink.Close()

	s := moment()
	sink.Show(s)
	s.Step, s.Reward, s.Return, s.End = 42, 1, 1, "terminated"
	sink.Show(s)
	// Output:
	// episode 3 step 41/640 reward 0 return 0 value 0.62 action toggle 70%
	// episode 3 step 42/640 reward +1.00 return +1.00 value 0.62 action toggle 70% terminated
}

// A picture of the world drawn for WorldLimit is shown as it is.
func ExampleDashboard() {
	frame := image.NewRGBA(image.Rect(0, 0, 640, 400))
	fmt.Println("room for the world:", viz.WorldLimit(frame.Rect.Size()))

	s := moment() // its world is white and 64 by 64 pixels large: five times that fits
	viz.NewDashboard().Draw(frame, s)
	white := 0
	for x := range 640 {
		if frame.RGBAAt(x, 200).G == 0xff {
			white++
		}
	}
	fmt.Println("width of the world:", white)
	// Output:
	// room for the world: (320,323)
	// width of the world: 320
}

func ExampleRecorder() {
	dir, err := os.MkdirTemp("", "viz")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "episode.gif")

	rec, err := viz.NewRecorder(name, viz.DefaultRecord())
	if err != nil {
		panic(err)
	}
	s := moment()
	for range 3 {
		if err := rec.Show(s); err != nil {
			panic(err)
		}
		s.Step++
	}
	if err := rec.Close(); err != nil { // also after Ctrl-C
		panic(err)
	}

	b, _ := os.ReadFile(name)
	anim, err := gif.DecodeAll(bytes.NewReader(b))
	fmt.Println(len(anim.Image), "frames, shown for", anim.Delay, "hundredths of a second", err)
	// Output:
	// 3 frames, shown for [10 10 200] hundredths of a second <nil>
}

func ExampleHistory() {
	var h viz.History
	for range 5000 {
		h.Append(0.5, 1)
	}
	fmt.Println(h.Steps(), "steps in", h.Len(), "points of", h.Stride())
	fmt.Println("value", h.Values()[0], "reward", h.Rewards()[0])
	// Output:
	// 5000 steps in 625 points of 8
	// value 0.5 reward 8
}
