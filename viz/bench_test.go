package viz

import (
	"fmt"
	"image"
	"testing"
)

// episodeFrames returns the snapshots of an episode, each with a picture of its own.
func episodeFrames(n, cell int) []Snapshot {
	e := newEpisode(cell)
	frames := make([]Snapshot, n)
	for k := range frames {
		e.step()
		frames[k] = e.snap
		frames[k].Policy = append([]float32(nil), e.snap.Policy...)
	}
	return frames
}

func BenchmarkDashboard(b *testing.B) {
	for _, size := range []image.Point{{640, 400}, {960, 600}} {
		b.Run(fmt.Sprintf("size=%dx%d", size.X, size.Y), func(b *testing.B) {
			frames := episodeFrames(100, size.Y/10)
			img := image.NewRGBA(image.Rectangle{Max: size})
			d := NewDashboard()
			for i := range frames {
				d.Draw(img, &frames[i])
			}
			b.ReportAllocs()
			k := 0
			for b.Loop() {
				d.Draw(img, &frames[k%len(frames)])
				k++
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
		})
	}
}

// counter counts bytes.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func BenchmarkTerminal(b *testing.B) {
	for _, size := range []image.Point{{80, 24}, {120, 40}} {
		for _, color := range []Color{Color256, TrueColor} {
			b.Run(fmt.Sprintf("size=%dx%d/color=%v", size.X, size.Y, color), func(b *testing.B) {
				frames := episodeFrames(100, 32)
				var sent counter
				sink := NewTerminal(&sent, func() (int, int) { return size.X, size.Y }, color)
				for i := range frames {
					sink.Show(&frames[i])
				}
				b.ReportAllocs()
				sent = 0
				k := 0
				for b.Loop() {
					sink.Show(&frames[k%len(frames)])
					k++
				}
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
				b.ReportMetric(float64(sent)/float64(b.N), "bytes/frame")
			})
		}
	}
}

// BenchmarkGIF measures encoding alone; the frames are drawn beforehand.
func BenchmarkGIF(b *testing.B) {
	for _, size := range []image.Point{{640, 400}, {960, 600}} {
		b.Run(fmt.Sprintf("size=%dx%d", size.X, size.Y), func(b *testing.B) {
			frames := episodeFrames(50, size.Y/10)
			pictures := make([]*image.RGBA, len(frames))
			d := NewDashboard()
			for i := range frames {
				pictures[i] = image.NewRGBA(image.Rectangle{Max: size})
				d.Draw(pictures[i], &frames[i])
			}
			var sent counter
			g := NewGIF(&sent, size, 10)
			for _, p := range pictures {
				g.WriteFrame(p)
			}
			b.ReportAllocs()
			sent = 0
			k := 0
			for b.Loop() {
				g.WriteFrame(pictures[k%len(pictures)])
				k++
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
			b.ReportMetric(float64(sent)/float64(b.N), "bytes/frame")
		})
	}
}
