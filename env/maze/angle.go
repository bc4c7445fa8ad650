package maze

import "math"

// turns is how many headings there are: half a degree each. 0 looks east; they grow clockwise on the map.
const turns = 720

// compass has the cosines and sines of the headings.
//
// Worlds must be the same bit for bit on every machine. Go may fuse a product and a sum into one instruction where the machine
// has it, and then rounds once instead of twice; an explicit conversion around a product forbids it. That is why products in
// this package stand in float64(). What is left - sums, quotients, square roots - is exact to the last bit everywhere; so are
// products with powers of two, fused or not.
var compass = func() (c [turns][2]float64) {
	for i := range turns / 4 {
		cos, sin := cosSin(float64(float64(i) * (2 * math.Pi / turns)))
		c[i] = [2]float64{cos, sin}
		c[i+turns/4] = [2]float64{-sin, cos}
		c[i+turns/2] = [2]float64{-cos, -sin}
		c[i+3*turns/4] = [2]float64{sin, -cos}
	}
	return c
}()

// cosSin sums the series of both for an angle of up to a quarter turn.
func cosSin(a float64) (cos, sin float64) {
	term := 1.0
	for n := 1; n < 30; n++ {
		switch (n - 1) % 4 {
		case 0:
			cos += term
		case 1:
			sin += term
		case 2:
			cos -= term
		case 3:
			sin -= term
		}
		term = float64(term*a) / float64(n)
	}
	return cos, sin
}
