package nn

import "github.com/auxrl/auxrl/internal/f32"

// LogSoftmax sets each row of dst to the logarithm of the softmax of that row of x. Both are [rows, cols].
func LogSoftmax(dst, x []float32, cols int) { f32.LogSoftmax(dst, x, cols) }

// Exp sets dst to the exponential of x.
func Exp(dst, x []float32) { f32.Exp(dst, x) }
