package stats

import "testing"

// The target is half a second on two cores.
func BenchmarkCompare(b *testing.B) {
	x, y := skewed(10, 10, 1), skewed(10, 10, 2)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Default().Compare(x, y, IQM); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(Default().Reps)*float64(b.N)/b.Elapsed().Seconds(), "resamples/s")
}

func BenchmarkCurve(b *testing.B) {
	curves := make([][][]float64, 1)
	for r := range 10 {
		curves[0] = append(curves[0], skewed(1, 200, uint64(r))[0])
	}
	boot := Default()
	boot.Reps = 2000
	b.ReportAllocs()
	for b.Loop() {
		if _, err := boot.Curve(curves, IQM); err != nil {
			b.Fatal(err)
		}
	}
}
