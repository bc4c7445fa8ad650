package page

import (
	"image"
	"testing"

	"github.com/auxrl/auxrl/viz"
)

// BenchmarkFrame draws a frame with what UNREAL's tasks have to show, and codes what has changed since the one before. The pictures of
// world and view, which the page is given, are not counted.
func BenchmarkFrame(b *testing.B) {
	e := newEpisode()
	t := newTiles(image.Pt(960, 600), &viz.Dashboard{})
	var data []byte
	seen := uint32(0)
	frame := func() {
		t.draw(&e.snap)
		data, seen = t.appendSince(data[:0], seen)
	}
	frame()
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		b.StopTimer()
		e.step()
		b.StartTimer()
		frame()
		bytes += len(data)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/frame")
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/frame")
}
