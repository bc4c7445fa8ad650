package maze

// trail remembers where the agent was in an episode, so that it can be told whether it came back: loop closure (Mirowski et al.
// 2017). A place that equals the one before is not kept: it changes nothing.
type trail struct {
	w     int
	x, y  []float64
	head  []int32 // [tiles] the first place in a tile, -1: none
	tail  []int32 // [tiles] the last
	after []int32 // the next place in the same tile, -1: none
}

// How near is back, and how far is away, in tiles.
const (
	loopNear = 1
	loopAway = 2
)

func newTrail(w, h, most int) trail {
	t := trail{w: w, x: make([]float64, 0, most), y: make([]float64, 0, most), after: make([]int32, 0, most)}
	t.head, t.tail = make([]int32, w*h), make([]int32, w*h)
	t.clear()
	return t
}

func (t *trail) clear() {
	t.x, t.y, t.after = t.x[:0], t.y[:0], t.after[:0]
	for i := range t.head {
		t.head[i] = -1
	}
}

// add notes where the agent is now.
func (t *trail) add(x, y float64) {
	n := len(t.x)
	if n > 0 && t.x[n-1] == x && t.y[n-1] == y {
		return
	}
	t.x, t.y, t.after = append(t.x, x), append(t.y, y), append(t.after, -1)
	tile := int(y)*t.w + int(x)
	if t.head[tile] < 0 {
		t.head[tile] = int32(n)
	} else {
		t.after[t.tail[tile]] = int32(n)
	}
	t.tail[tile] = int32(n)
}

// apart returns the square of the distance between the last place and place i.
func (t *trail) apart(i int) float64 {
	n := len(t.x) - 1
	dx, dy := t.x[i]-t.x[n], t.y[i]-t.y[n]
	return float64(dx*dx) + float64(dy*dy)
}

// closed says whether the agent is back: it was within loopNear of where it is, and between then and now more than loopAway off.
func (t *trail) closed() bool {
	away := len(t.x) - 1
	for away >= 0 && t.apart(away) <= loopAway*loopAway {
		away--
	}
	if away < 0 {
		return false
	}
	n := len(t.x) - 1
	x, y := int(t.x[n]), int(t.y[n])
	for ty := max(y-loopNear, 0); ty <= y+loopNear && ty*t.w < len(t.head); ty++ {
		for tx := max(x-loopNear, 0); tx <= min(x+loopNear, t.w-1); tx++ {
			for i := int(t.head[ty*t.w+tx]); i >= 0 && i < away; i = int(t.after[i]) {
				if t.apart(i) <= loopNear*loopNear {
					return true
				}
			}
		}
	}
	return false
}
