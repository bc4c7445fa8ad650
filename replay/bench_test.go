package replay

import (
	"fmt"
	"testing"
)

// pixels are 16 worlds as UNREAL sees them, small ones the symbols of a grid world.
var (
	pixels  = Config{Worlds: 16, Capacity: 500, Back: 2, H: 84, W: 84, C: 3, Frames: 1, Vec: 0, Actions: 6, Streams: 1, State: 512}
	stacks  = Config{Worlds: 16, Capacity: 500, Back: 2, H: 84, W: 84, C: 4, Frames: 4, Vec: 0, Actions: 6, Streams: 1}
	symbols = Config{Worlds: 16, Capacity: 500, Back: 2, H: 7, W: 7, C: 3, Frames: 1, Vec: 4, Actions: 7, Streams: 1}
)

// all makes a player's settings of a ring's: it needs all that there is.
func all(c Config) Config {
	c.Phi, c.Marks, c.Key, c.LogP = true, true, true, true
	return c
}

func BenchmarkRing(b *testing.B) {
	for _, tc := range []struct {
		name string
		cfg  Config
	}{{"pixels", pixels}, {"stacks", stacks}, {"symbols", symbols}} {
		const steps = 20
		rollout := newPlayer(all(tc.cfg), 1, 0.02, 0.02).play(steps)
		image := tc.cfg.H * tc.cfg.W * tc.cfg.C
		r := newRing(b, tc.cfg)
		for range 2 * tc.cfg.Capacity / steps {
			r.Add(rollout)
		}
		perRow := func(b *testing.B, rows int) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		}
		b.Run(fmt.Sprintf("do=add/world=%s", tc.name), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(rollout.Transitions() * image / tc.cfg.Frames))
			for b.Loop() {
				r.Add(rollout)
			}
			perRow(b, rollout.Transitions())
		})
		for _, d := range []Draw{{Len: 20}, {Len: 3, Skewed: true, NoNext: true}} {
			b.Run(fmt.Sprintf("do=sample/world=%s/len=%d", tc.name, d.Len), func(b *testing.B) {
				var batch Batch
				r.Sample(&batch, d, 0)
				b.ReportAllocs()
				b.SetBytes(int64(len(batch.Obs)))
				random := uint64(0)
				for b.Loop() {
					random++
					r.Sample(&batch, d, random)
				}
				perRow(b, batch.Rows())
			})
		}
	}
}

func BenchmarkState(b *testing.B) {
	r := newRing(b, pixels)
	rollout := newPlayer(all(pixels), 1, 0.02, 0.02).play(20)
	for range pixels.Capacity / 20 {
		r.Add(rollout)
	}
	state := r.AppendState(nil)
	b.Run("do=append", func(b *testing.B) {
		b.SetBytes(int64(len(state)))
		for b.Loop() {
			state = r.AppendState(state[:0])
		}
	})
	b.Run("do=restore", func(b *testing.B) {
		b.SetBytes(int64(len(state)))
		for b.Loop() {
			if err := r.RestoreState(state); err != nil {
				b.Fatal(err)
			}
		}
	})
}
