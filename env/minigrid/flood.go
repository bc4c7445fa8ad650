package minigrid

import (
	"math"
	"slices"
)

// A pose is a square and a direction: (y*w + x)*4 + direction.

// far is the distance of poses from which there is no way.
const far = math.MaxUint16

// flood finds how many steps it takes to get from every pose to where something can be done.
type flood struct {
	w, h   int
	cost   []uint8   // [h, w] steps to enter a square, 1 or 2; 0: it cannot be entered; the caller's
	far    []uint16  // [poses] of far
	queues [][]int32 // poses by distance, empty between calls
}

func newFlood(w, h int) flood {
	return flood{w: w, h: h, far: slices.Repeat([]uint16{far}, 4*w*h)}
}

// poses returns how many there are.
func (f *flood) poses() int { return 4 * f.w * f.h }

// onto seeds the poses on a square.
func (f *flood) onto(dist []uint16, x, y, steps int, after []uint16) {
	for dir := range 4 {
		f.seed(dist, x, y, dir, steps, after)
	}
}

// beside seeds the poses next to a square, looking anywhere.
func (f *flood) beside(dist []uint16, x, y, steps int, after []uint16) {
	for dir := range 4 {
		dx, dy := toward(dir)
		f.onto(dist, x+dx, y+dy, steps, after)
	}
}

// facing seeds the poses that look at a square from next to it.
func (f *flood) facing(dist []uint16, x, y, steps int, after []uint16) {
	for dir := range 4 {
		dx, dy := toward(dir)
		f.seed(dist, x-dx, y-dy, dir, steps, after)
	}
}

// anywhere seeds all poses.
func (f *flood) anywhere(dist []uint16, steps int, after []uint16) {
	for y := range f.h {
		for x := range f.w {
			f.onto(dist, x, y, steps, after)
		}
	}
}

// seed says that in a pose all that is left takes so many steps, and then those of after, where there is one.
func (f *flood) seed(dist []uint16, x, y, dir, steps int, after []uint16) {
	if uint(x) >= uint(f.w) || uint(y) >= uint(f.h) || f.cost[y*f.w+x] == 0 {
		return
	}
	p := 4*(y*f.w+x) + dir
	if after != nil {
		steps += int(after[p])
	}
	f.lower(dist, p, steps)
}

// spread takes dist from its seeds to all poses, backwards: by turns and by steps ahead.
func (f *flood) spread(dist []uint16) {
	back := [4]int{-4, -4 * f.w, 4, 4 * f.w} // by direction, in poses
	for d := 0; d < len(f.queues); d++ {
		for _, q := range f.queues[d] { // it does not grow: steps cost at least 1
			p := int(q)
			if int(dist[p]) != d {
				continue
			}
			at, dir := p&^3, p&3
			f.lower(dist, at|(dir+1)&3, d+1)
			f.lower(dist, at|(dir+3)&3, d+1)
			cost := int(f.cost[p>>2])
			if from := p + back[dir]; cost > 0 && f.behind(p, dir) && f.cost[from>>2] > 0 {
				f.lower(dist, from, d+cost)
			}
		}
		f.queues[d] = f.queues[d][:0]
	}
}

// behind says whether there is a square behind pose p.
func (f *flood) behind(p, dir int) bool {
	sq := p >> 2
	switch dir {
	case 0:
		return sq%f.w > 0
	case 1:
		return sq >= f.w
	case 2:
		return sq%f.w < f.w-1
	}
	return sq < f.w*(f.h-1)
}

// lower notes and queues a shorter way.
func (f *flood) lower(dist []uint16, p, d int) {
	if d >= int(dist[p]) {
		return
	}
	dist[p] = uint16(d)
	for d >= len(f.queues) {
		f.queues = append(f.queues, nil)
	}
	f.queues[d] = append(f.queues[d], int32(p))
}
