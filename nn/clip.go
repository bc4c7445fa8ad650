package nn

import (
	"math"

	"github.com/auxrl/auxrl/internal/f32"
)

// ClipNorm scales the gradients of all arenas together so that their norm is at most limit, and returns what it was. limit 0 only
// measures. It is what an Optimizer does before it steps, for those who have to do it earlier.
func ClipNorm(limit float32, arenas ...*Params) (norm float32) {
	sum := 0.0
	for _, p := range arenas {
		sum += f32.Dot(p.G, p.G)
	}
	size := math.Sqrt(sum)
	if scale := ClipScale(limit, size); scale != 1 {
		for _, p := range arenas {
			f32.Scale(p.G, scale)
		}
	}
	return float32(size)
}

// ClipScale returns what ClipNorm multiplies gradients with whose norm is so much: 1 if they are short enough.
func ClipScale(limit float32, norm float64) float32 {
	if limit > 0 && norm > float64(limit) {
		return float32(float64(limit) / (norm + 1e-6))
	}
	return 1
}

// AddScaled adds a times src to dst, which is as long.
func AddScaled(dst, src []float32, a float32) { f32.AddScaled(dst, src, a) }
