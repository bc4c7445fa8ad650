package f32

import "os"

//go:generate go -C gen run .

// set is a set of implementations of the kernels.
type set uint8

const (
	plain  set = iota // Go: the specification
	avx2              // and FMA, BMI2
	avx512            // F, VL, DQ, BW
)

var setNames = [...]string{plain: "generic", avx2: "avx2", avx512: "avx512"}

// active is the set in use: the best that the machine has, or the one that the environment variable AUXRL_F32 names, which is
// for tests.
var active = choose(os.Getenv("AUXRL_F32"))

func choose(name string) set {
	sets := available()
	best := sets[len(sets)-1]
	if name == "" {
		return best
	}
	for _, s := range sets {
		if setNames[s] == name {
			return s
		}
	}
	panic("f32: AUXRL_F32 names no set of kernels that this machine has")
}
