package maze

import (
	"image/color"
	"sync"
)

// Colours come from one palette of 16 ramps of 16 shades, dark to light, so that a texel is a byte and light is a table.
// Index 0 is no colour: what is seen through a sprite.
const (
	ramps  = 16
	shades = 16
)

// The ramps.
const (
	grey = iota
	stone
	red
	orange
	sand
	yellow
	olive
	green
	teal
	cyan
	sky
	blue
	violet
	pink
	brown
	cream
)

// tones has the middle of each ramp.
var tones = [ramps]color.RGBA{
	grey:   {124, 124, 130, 255},
	stone:  {134, 126, 114, 255},
	red:    {206, 46, 44, 255},
	orange: {232, 122, 28, 255},
	sand:   {206, 168, 108, 255},
	yellow: {244, 208, 34, 255},
	olive:  {134, 138, 52, 255},
	green:  {48, 156, 64, 255},
	teal:   {32, 150, 136, 255},
	cyan:   {64, 190, 214, 255},
	sky:    {96, 156, 222, 255},
	blue:   {48, 84, 206, 255},
	violet: {130, 74, 196, 255},
	pink:   {222, 92, 160, 255},
	brown:  {132, 84, 48, 255},
	cream:  {228, 214, 182, 255},
}

// shade returns the index of a colour; s is cut to the ramp.
func shade(ramp, s int) uint8 { return uint8(max(ramp*shades+min(max(s, 0), shades-1), 1)) }

// mid is the shade of a ramp that is its tone.
const mid = 9

// palette returns the colours.
var palette = sync.OnceValue(func() *[ramps * shades]color.RGBA {
	var p [ramps * shades]color.RGBA
	for i := range p {
		t, s := tones[i/shades], i%shades
		mix := func(v uint8) uint8 {
			if s <= mid { // from black, not all the way down
				return uint8(int(v) * (s + 2) / (mid + 2))
			}
			return uint8(int(v) + (255-int(v))*(s-mid)/(shades-mid+1))
		}
		p[i] = color.RGBA{mix(t.R), mix(t.G), mix(t.B), 255}
	}
	return &p
})

// nearest returns the index of the colour that is the least far from c, of those of some ramps: bit k says that ramp k counts.
func nearest(c [3]int, among uint16) uint8 {
	best, index := 1<<30, 1
	p := palette()
	for i := 1; i < len(p); i++ {
		if among>>(i/shades)&1 == 0 {
			i += shades - 1 - i%shades
			continue
		}
		r, g, b := int(p[i].R)-c[0], int(p[i].G)-c[1], int(p[i].B)-c[2]
		if d := r*r + g*g + b*b; d < best {
			best, index = d, i
		}
	}
	return uint8(index)
}
