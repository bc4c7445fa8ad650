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

func (c *counter) Write(p []byte) (int, error)    { *c += counter(len(p)); return len(p), nil }
func (c *counter) Seek(int64, int) (int64, error) { return int64(*c), nil }

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

// BenchmarkDashboardTasks draws what UNREAL's tasks have to show.
func BenchmarkDashboardTasks(b *testing.B) {
	s := thinking(32, 300, 20)
	img := image.NewRGBA(image.Rect(0, 0, 960, 600))
	d := NewDashboard()
	d.Draw(img, s)
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(img, s)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
}

// thoughtful returns frames in which the maps and bars of tasks change too.
func thoughtful(n int, size image.Point) []*image.RGBA {
	d := NewDashboard()
	pictures := make([]*image.RGBA, n)
	for k := range pictures {
		s := thinking(size.Y/20, 20+k, 20)
		for i := range s.Thoughts[0].Maps {
			for j := range s.Thoughts[0].Maps[i].Cell {
				s.Thoughts[0].Maps[i].Cell[j] += float32((j*7+k*13+i)%29) / 29
			}
		}
		for j := range s.Thoughts[0].Overlay {
			s.Thoughts[0].Overlay[j] += float32((j*5+k*11)%17) / 17
		}
		pictures[k] = image.NewRGBA(image.Rectangle{Max: size})
		d.Draw(pictures[k], s)
	}
	return pictures
}

// BenchmarkAnimation measures encoding alone; the frames are drawn beforehand.
func BenchmarkAnimation(b *testing.B) {
	for _, size := range []image.Point{{640, 400}, {960, 600}} {
		frames := episodeFrames(50, size.Y/10)
		plain := make([]*image.RGBA, len(frames))
		d := NewDashboard()
		for i := range frames {
			plain[i] = image.NewRGBA(image.Rectangle{Max: size})
			d.Draw(plain[i], &frames[i])
		}
		for _, part := range []struct {
			name     string
			pictures []*image.RGBA
		}{{"plain", plain}, {"tasks", thoughtful(50, size)}} {
			for _, format := range []string{"gif", "apng"} {
				b.Run(fmt.Sprintf("format=%s/size=%dx%d/shown=%s", format, size.X, size.Y, part.name), func(b *testing.B) {
					var sent counter
					var enc encoder = NewGIF(&sent, size, 10)
					if format == "apng" {
						enc = NewAPNG(&sent, size, 10)
					}
					benchmarkEncoder(b, enc, &sent, part.pictures)
				})
			}
		}
	}
}

func benchmarkEncoder(b *testing.B, enc encoder, sent *counter, pictures []*image.RGBA) {
	for _, p := range pictures {
		enc.WriteFrame(p)
	}
	b.ReportAllocs()
	*sent = 0
	k := 0
	for b.Loop() {
		enc.WriteFrame(pictures[k%len(pictures)])
		k++
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
	b.ReportMetric(float64(*sent)/float64(b.N), "bytes/frame")
}
