package maze

import "sync"

// Light. Every surface fades into a haze with its distance along the view's axis, and walls that face north or south are a
// little darker than others, so that corners show.
const (
	hazes     = 64 // steps of haze
	hazeReach = 6  // tiles at which half of all haze there can be lies before a surface
	hazeMost  = 80 // per cent of haze in the last step
	darker    = 78 // per cent of light on the darker walls
)

// hazeColour is what far things fade into.
var hazeColour = [3]int{84, 92, 112}

// tint is a colour as images hold it, red, green and blue, and a byte more: four are moved at once.
type tint = [4]byte

// lamp is a table of the palette in one light.
type lamp = [ramps * shades]tint

// lamps returns the tables for [bright or dark][step of haze].
var lamps = sync.OnceValue(func() *[2][hazes]lamp {
	var t [2][hazes]lamp
	for side, light := range []int{100, darker} {
		for step := range hazes {
			haze := hazeMost * step / hazes
			for i, c := range palette() {
				for k, v := range []uint8{c.R, c.G, c.B} {
					lit := int(v) * light / 100
					t[side][step][i][k] = uint8((lit*(100-haze) + hazeColour[k]*haze) / 100)
				}
			}
		}
	}
	return &t
})

// hazeAt returns the step of haze at a distance z.
func hazeAt(z float64) int { return min(int(float64(hazes*z)/(z+hazeReach)), hazes-1) }
