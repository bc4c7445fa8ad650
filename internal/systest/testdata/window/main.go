// Command window drives a window for tests. It reads commands, one per line, and says what it did:
//
//	open W H light|dark   open a window
//	show K                show picture K
//	draw K W H FILE       write to FILE what the software renderer makes of picture K: rows of R, G, B, A from the top
//	play N FPS            show N pictures, FPS each second, 0 as fast as they are taken; say what it cost
//	rest MS               show nothing for so many milliseconds; say what it cost
//	close                 close the window
//	crash                 have the window library panic
//
// Keys are told as they come.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/window"
	"github.com/faiface/mainthread"
)

func main() {
	window.Run(func() { os.Exit(run()) })
}

func run() int {
	if err := window.Available(); err != nil {
		fmt.Println("not available:", errors.Is(err, window.ErrUnavailable), err)
	}
	var w *window.Window
	var told chan struct{}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var k, width, height, n, fps int
		var name string
		line := in.Text()
		var err error
		switch {
		case scan(line, "open %d %d %s", &width, &height, &name):
			if w, err = window.Open(window.Config{Title: "systest", Width: width, Height: height, Light: name == "light"}); err == nil {
				told = make(chan struct{})
				go tell(w, told)
			}
		case scan(line, "show %d", &k):
			err = w.Show(picture(k))
		case scan(line, "draw %d %d %d %s %s", &k, &width, &height, &name, &line):
			d := viz.NewDashboard()
			d.Light = name == "light"
			img := image.NewRGBA(image.Rect(0, 0, width, height))
			d.Draw(img, picture(k))
			err = os.WriteFile(line, img.Pix, 0o666)
			line = "draw"
		case scan(line, "play %d %d", &n, &fps):
			err = cost(func() error { return play(w, n, fps) })
		case scan(line, "rest %d", &n):
			err = cost(func() error { time.Sleep(time.Duration(n) * time.Millisecond); return nil })
		case line == "close":
			err = w.Close()
			<-told
		case line == "crash":
			mainthread.CallNonBlock(func() { panic("on purpose") })
			<-told
		default:
			err = fmt.Errorf("what is %q?", line)
		}
		if err != nil {
			fmt.Println("error:", errors.Is(err, window.ErrUnavailable), err)
			return 3
		}
		fmt.Println("ok", line)
	}
	return 5 // the caller looks for it
}

func scan(line, format string, to ...any) bool {
	n, err := fmt.Sscanf(line, format, to...)
	return err == nil && n == len(to)
}

// tell tells of keys, and closes told when there are no more.
func tell(w *window.Window, told chan<- struct{}) {
	defer close(told)
	for k := range w.Keys() {
		fmt.Println("key", int(k))
	}
	fmt.Println("no more keys")
}

// cost says what f cost.
func cost(f func() error) error {
	start, before := time.Now(), cpu()
	if err := f(); err != nil {
		return err
	}
	took, used := time.Since(start), cpu()-before
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("cpu %.2f %% of a core, heap %d bytes\n", 100*used.Seconds()/took.Seconds(), m.HeapAlloc)
	return nil
}

func play(w *window.Window, n, fps int) error {
	period := time.Duration(0)
	if fps > 0 {
		period = time.Second / time.Duration(fps)
	}
	s := picture(0)
	start := time.Now()
	for k := range n {
		vary(s, k)
		if err := w.Show(s); err != nil {
			return err
		}
		time.Sleep(time.Until(start.Add(time.Duration(k+1) * period)))
	}
	return nil
}

// cpu returns the processor time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// picture returns snapshot k, which has something in every part.
func picture(k int) *viz.Snapshot {
	s := &viz.Snapshot{
		World: tiles(16, 16, 12, k), View: tiles(7, 7, 8, k+1), Title: "Systest-v0", Mission: "look the same everywhere",
		Episode: 3, StepLimit: 400, Actions: []string{"left", "right", "forward", "wait"}, Policy: make([]float32, 4), Entropy: 1.2, Gamma: 0.99,
		Thoughts: []viz.Thought{{
			Name: "pixel-control", Grid: viz.Grid{Rows: 7, Cols: 7, Area: image.Rect(0, 0, 7, 7), Of: image.Pt(7, 7)}, Overlay: make([]float32, 49),
			Maps: []viz.Map{{Label: "change", Cell: make([]float32, 49)}, {Label: "Q", Cell: make([]float32, 49)}},
			Loss: 0.1, Weight: 0.05, Share: 0.3, Cosine: 0.2, Came: -1,
		}},
		Rewards: []viz.Part{{Name: "world", Sum: 0.5}, {Name: "counts", Now: 0.01, Sum: 0.2}},
	}
	for i := range 60 {
		s.History.Append(float32(math.Sin(float64(i)/9)), float32(i%20/19))
	}
	vary(s, k)
	return s
}

// vary changes what changes between frames.
func vary(s *viz.Snapshot, k int) {
	paint(s.World, 12, k)
	paint(s.View, 8, k+1)
	s.Step, s.Action, s.Value = k, k%4, float32(k%10)/10
	for i := range s.Policy {
		s.Policy[i] = float32(1+(i+k)%4) / 10
	}
	for i := range 49 {
		s.Thoughts[0].Overlay[i] = float32((i+k)%11) / 11
		s.Thoughts[0].Maps[0].Cell[i] = float32((i+k)%7) / 7
		s.Thoughts[0].Maps[1].Cell[i] = float32((i*k)%5) / 5
	}
	s.History.Append(s.Value, 0)
}

func tiles(w, h, size, k int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w*size, h*size))
	paint(img, size, k)
	return img
}

func paint(img *image.RGBA, size, k int) {
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := i/4%img.Rect.Max.X/size, i/4/img.Rect.Max.X/size
		c := uint8((x*y + k) * 37)
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c, c*3, 255-c, 255
	}
}
