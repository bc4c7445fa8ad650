package nn

import "github.com/auxrl/auxrl/internal/f32"

// Softmax sets each row of p to the softmax of that row of x, and of logp to its logarithm. All are [rows, cols]; p must not
// overlap x.
func Softmax(p, logp, x []float32, cols int) { f32.Softmax(p, logp, x, cols) }

// LogSoftmax sets each row of dst to the logarithm of the softmax of that row of x. Both are [rows, cols] and must not overlap.
func LogSoftmax(dst, x []float32, cols int) { f32.Softmax(dst, dst, x, cols) }

// Exp sets dst to the exponential of x.
func Exp(dst, x []float32) { f32.Exp(dst, x) }
