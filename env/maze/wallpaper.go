package maze

import (
	"sync"

	"github.com/auxrl/auxrl/internal/rng"
)

// pattern returns the shade of a texel of a wall, around mid, and whether it is of the second colour.
type pattern func(key uint64, x, y int) (s int, second bool)

// wallPatterns are drawn in any two colours.
var wallPatterns = [...]pattern{
	bricks, blocks, planks, tiles, stripes, diamonds, panels, dots,
}

// joint darkens the seams between stones: dx and dy count texels from the edge.
func joint(dx, dy int) int {
	if dx == 0 || dy == 0 {
		return -4
	}
	if dx == 1 || dy == 1 {
		return 1
	}
	return 0
}

func bricks(key uint64, x, y int) (int, bool) {
	row := y / 8
	x += 8 * (row % 2)
	col := x % texels / 16
	return mid - 1 + joint(x%16, y%8) + grain(key, 100+col, row, 4) - 2 + grain(key, x, y, 2), false
}

func blocks(key uint64, x, y int) (int, bool) {
	row := y / 16
	x += 16 * (row % 2)
	return mid - 1 + joint(x%texels, y%16) + mottle(key, x, y, 8, 5) - 2, row == 1
}

func planks(key uint64, x, y int) (int, bool) {
	return mid - 1 + joint(x%8, 1+y) - 1 + grain(key, x/8, 40, 4) - 1 + grain(key, x, y/4, 3) - 1, false
}

func tiles(key uint64, x, y int) (int, bool) {
	return mid + joint(x%16, y%16) + mottle(key, x, y, 16, 3) - 1, (x/16+y/16)%2 == 1
}

func stripes(key uint64, x, y int) (int, bool) {
	return mid - 1 + grain(key, x, y, 3), y/8%2 == 1
}

func diamonds(key uint64, x, y int) (int, bool) {
	u, v := (x+y)%texels, (x-y+texels)%texels
	return mid - 1 + grain(key, x, y, 2), (u/16+v/16)%2 == 1
}

func panels(key uint64, x, y int) (int, bool) {
	edge := min(min(x, texels-1-x), min(y, texels-1-y))
	switch {
	case edge < 2:
		return mid - 4, true
	case edge < 8:
		return mid + grain(key, x, y, 2), true
	case edge < 10:
		return mid - 3, false
	}
	return mid + 1 + mottle(key, x, y, 8, 3), false
}

func dots(key uint64, x, y int) (int, bool) {
	row := y / 16
	dx, dy := (x+8*row)%16-8, y%16-8
	return mid - 1 + mottle(key, x, y, 8, 3), dx*dx+dy*dy < 20
}

// pairs are the colours of walls, first and second: neighbours in this list differ much.
var pairs = [...][2]int{
	{red, cream}, {blue, sky}, {sand, brown}, {green, cream}, {violet, pink}, {cyan, blue}, {orange, brown}, {teal, cream},
	{pink, cream}, {stone, red}, {brown, sand}, {yellow, olive}, {sky, cream}, {red, orange}, {olive, green}, {cream, violet},
}

// wallTexture is the texture of pattern i in colours j; posters come after all of them.
func wallTexture(i, j int) int { return i*len(pairs) + j }

const (
	papers  = len(wallPatterns) * len(pairs)
	posters = 64
)

// wallpaper returns the textures of walls.
var wallpaper = sync.OnceValue(func() *[papers + posters]texture {
	var bank [papers + posters]texture
	for i, p := range wallPatterns {
		for j, pair := range pairs {
			key := rng.Key(uint64(wallTexture(i, j)), "maze", "wall")
			bank[wallTexture(i, j)] = paint(func(x, y int) uint8 {
				s, second := p(key, x, y)
				if second {
					return shade(pair[1], s)
				}
				return shade(pair[0], s)
			})
		}
	}
	for i := range posters {
		bank[papers+i] = poster(i)
	}
	return &bank
})

// poster is a picture in a frame on a wall of stone: a mark, symmetric from left to right, that no other poster has.
func poster(i int) texture {
	key := rng.Key(uint64(i), "maze", "poster")
	paper, ink := [...]int{cream, yellow, sky, grey}[i%4], [...]int{red, blue, green, violet, brown, teal, pink, orange}[i/4%8]
	return paint(func(x, y int) uint8 {
		edge := min(min(x-4, 27-x), min(y-4, 27-y))
		switch {
		case edge < 0:
			s, _ := blocks(key, x, y)
			return shade(stone, s-1)
		case edge < 2:
			return shade(brown, mid-5+2*edge)
		case edge < 4:
			return shade(paper, mid+4)
		}
		col, row := (x-8)/4, (y-8)/4 // 4 by 4, mirrored
		col = min(col, 3-col)
		if row*2+col == i%8 || grain(key, col, row, 2) == 1 {
			return shade(ink, mid)
		}
		return shade(paper, mid+4)
	})
}
