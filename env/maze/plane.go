package maze

import (
	"sync"

	"github.com/auxrl/auxrl/internal/rng"
)

// planeTexels is the side of a floor's or ceiling's texture: it spans two tiles.
const planeTexels = 2 * texels

// plane is the texture of a floor or a ceiling, [details][row][column].
type plane [details][planeTexels * planeTexels]uint8

const (
	floors   = 6
	ceilings = 4
)

// planes returns the textures of floors, then those of ceilings.
var planes = sync.OnceValue(func() *[floors + ceilings]plane {
	var bank [floors + ceilings]plane
	for i := range bank {
		key := rng.Key(uint64(i), "maze", "plane")
		bank[i].fill(func(x, y int) uint8 { return planeColour(i, key, x, y) })
	}
	return &bank
})

// planeColour returns a texel of plane i.
func planeColour(i int, key uint64, x, y int) uint8 {
	tx, ty := x%texels, y%texels
	odd := (x/texels+y/texels)%2 == 1
	speck := grain(key, x, y, 2)
	switch i {
	case 0: // slabs
		return shade(stone, mid-2+joint(tx, ty)+2*mottle(key, tx, ty, 8, 2)+speck)
	case 1: // chequers
		if odd {
			return shade(grey, mid-4+speck)
		}
		return shade(cream, mid-1+speck)
	case 2: // grass
		return shade(green, mid-4+mottle(key, tx, ty, 8, 5)+speck)
	case 3: // boards
		return shade(brown, mid-2+joint(tx%16, ty+1)+grain(key, x/16, y/texels, 3)+speck)
	case 4: // sand
		return shade(sand, mid-3+mottle(key, tx, ty, 8, 4)+speck)
	case 5: // small tiles
		if (x/16+y/16)%2 == 1 {
			return shade(teal, mid-3+joint(x%16, y%16))
		}
		return shade(teal, mid-1+joint(x%16, y%16))
	case floors: // clouds
		cloud := mottle(key, tx, ty, 16, 12) + mottle(key+1, tx, ty, 8, 5)
		return shade(sky, mid-2+max(cloud-6, 0))
	case floors + 1: // plaster
		return shade(cream, mid-4+joint(tx, ty)+speck)
	case floors + 2: // beams
		if tx < 6 {
			return shade(brown, mid-4+speck)
		}
		return shade(sand, mid-3+speck)
	}
	return shade(grey, mid-5+joint(x%16, y%16)+mottle(key, tx, ty, 16, 3)) // plates
}

func (p *plane) fill(colour func(x, y int) uint8) {
	for y := range planeTexels {
		for x := range planeTexels {
			p[0][y*planeTexels+x] = colour(x, y)
		}
	}
	for k := 1; k < details; k++ {
		blur(p[k][:], p[0][:], planeTexels, 1<<k)
	}
}
