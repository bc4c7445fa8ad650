//go:build !noasm

package f32

import "golang.org/x/sys/cpu"

// available returns the sets that this machine has, best last.
func available() []set {
	sets := []set{plain}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 {
		sets = append(sets, avx2)
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW {
			sets = append(sets, avx512)
		}
	}
	return sets
}
