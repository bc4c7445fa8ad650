package auxtasks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/nn"
)

// sequences returns seqs sequences of steps transitions, random frames in which an eighth of the pixels changes from step to step,
// and one tap for them.
func sequences(steps, seqs, h, w, c, actions, floats int) (*auxtasks.Batch, *auxtasks.Tap) {
	n, rows, size := steps*seqs, (steps+1)*seqs, h*w*c
	b := &auxtasks.Batch{
		T: steps, B: seqs, Obs: make([]byte, rows*size), Next: make([]int32, n), Action: make([]int32, n), Reward: make([]float32, n),
		Ended: make([]bool, n), Terminated: make([]bool, n),
	}
	for i := range b.Obs {
		u := rng.At(1, uint64(i))
		if i >= seqs*size && u&7 != 0 {
			b.Obs[i] = b.Obs[i-seqs*size]
		} else {
			b.Obs[i] = byte(u >> 8)
		}
	}
	for i := range n {
		b.Next[i], b.Action[i] = int32(i+seqs), int32(rng.Below(rng.At(2, uint64(i)), actions))
	}
	tap := &auxtasks.Tap{Name: "core", H: 1, W: 1, C: floats, Act: make([]float32, rows*floats), Grad: make([]float32, rows*floats)}
	for i := range tap.Act {
		tap.Act[i] = float32(rng.Float64(rng.At(3, uint64(i))) - 0.5)
	}
	return b, tap
}

// The size that UNREAL has: 84x84 frames, six actions, an LSTM of 256, and here 16 sequences of 20 steps.
func BenchmarkPixelControl(b *testing.B) {
	const steps, seqs, side, actions, core = 20, 16, 84, 6, 256
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("obs=84x84x3/workers=%d", workers), func(b *testing.B) {
			team := nn.NewTeam(workers)
			defer team.Close()
			batch, tap := sequences(steps, seqs, side, side, 3, actions, core)
			d := auxtasks.Dims{
				H: side, W: side, C: 3, Actions: actions, Taps: []auxtasks.Tap{{Name: "core", H: 1, W: 1, C: core}},
				Rows: batch.Rows(), Team: team, Worlds: seqs,
			}
			task, err := auxtasks.New("pixel-control", nil, d)
			if err != nil {
				b.Fatal(err)
			}
			in := &auxtasks.Input{Batch: batch, Taps: [][]*auxtasks.Tap{{tap}}}
			b.ReportAllocs()
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				task.Loss(in, 1)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Nanoseconds())/1e6, "best-ms")
		})
	}
}

func BenchmarkPixelChange(b *testing.B) {
	for _, c := range []struct {
		name        string
		side, depth int
		scale       []float32
	}{
		{"84x84x3", 84, 3, []float32{1, 1, 1}},
		{"84x84x4 stack", 84, 4, []float32{0, 0, 0, 1}},
		{"7x7x3 symbols", 7, 3, []float32{0.1, 0.2, 0.5}},
	} {
		b.Run("obs="+c.name, func(b *testing.B) {
			g := auxtasks.PixelGrid(c.side, c.side, 0)
			batch, _ := sequences(1, 1, c.side, c.side, c.depth, 2, 1)
			dst, size := make([]float32, g.Cells()), len(batch.Obs)/2
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				auxtasks.PixelChange(dst, batch.Obs[:size], batch.Obs[size:], g, c.side, c.scale)
			}
		})
	}
}
