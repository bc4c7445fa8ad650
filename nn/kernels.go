package nn

import "github.com/auxrl/auxrl/internal/f32"

// Kernels names the set of kernels that this process computes with: avx512, avx2 or plain Go. Results are the same bit for bit
// within a set, whatever the number of workers; sets differ in rounding.
func Kernels() string { return f32.Kernels() }
