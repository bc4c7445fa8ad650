package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakChains is how many sums a peak loop runs beside one another: enough to hide the latency.
const peakChains = 12

// genPeak generates the loops that benchmarks measure against: nothing but multiplications and additions.
func genPeak(c *build.Context) {
	for _, set := range []struct {
		name string
		vec  func() reg.VecVirtual
	}{{"peak256", c.YMM}, {"peak512", c.ZMM}} {
		begin(c, set.name, "func(n int)", "does n rounds of twelve vector multiplications and additions.")
		n := c.Load(c.Param("n"), c.GP64())
		var acc [peakChains]reg.VecVirtual
		for i := range acc {
			acc[i] = set.vec()
			c.VXORPS(acc[i], acc[i], acc[i])
		}
		x, y := set.vec(), set.vec()
		c.VXORPS(x, x, x)
		c.VXORPS(y, y, y)
		c.Label("loop")
		for i := range acc {
			c.VFMADD231PS(x, y, acc[i])
		}
		c.DECQ(n)
		c.JNZ(operand.LabelRef("loop"))
		c.VZEROUPPER()
		c.RET()
	}
}
