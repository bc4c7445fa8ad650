package minigrid

import (
	"bytes"
	"fmt"
	"math/bits"
	"testing"

	"github.com/auxrl/auxrl/internal/npyrand"
)

// plainView is the observation as the original makes it: a grid of what is ahead, a mask square by square, and then bytes.
// It returns [view, view, 3], depth first.
func plainView(w *World) []byte {
	n := w.view
	ahead := [4][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}[w.dir]
	right := [2]int{-ahead[1], ahead[0]}
	squares, mask := make([][]cell, n), make([][]bool, n) // [vx][vy]
	for vx := range n {
		squares[vx], mask[vx] = make([]cell, n), make([]bool, n)
		for vy := range n {
			x := w.x + ahead[0]*(n-1-vy) + right[0]*(vx-n/2)
			y := w.y + ahead[1]*(n-1-vy) + right[1]*(vx-n/2)
			squares[vx][vy] = wallCell
			if x >= 0 && x < w.grid.w && y >= 0 && y < w.grid.h {
				squares[vx][vy] = w.grid.at(x, y)
			}
			mask[vx][vy] = w.entry.seeThrough
		}
	}
	if !w.entry.seeThrough {
		plainMask(squares, mask)
	}
	obs := make([]byte, 3*n*n)
	for vy := range n {
		for vx := range n {
			c := squares[vx][vy]
			switch {
			case vx == n/2 && vy == n-1 && w.carrying != nothing:
				c = w.carrying
			case vx == n/2 && vy == n-1:
				c = emptyCell
			case !mask[vx][vy]:
				c = nothing
			}
			o := 3 * (vy*n + vx)
			obs[o], obs[o+1], obs[o+2] = byte(c.kind()), byte(c.colour()), byte(c.state())
		}
	}
	return obs
}

func plainMask(squares [][]cell, mask [][]bool) {
	n := len(mask)
	hides := func(c cell) bool { return c.kind() == kindWall || c.kind() == kindDoor && c.state() != doorOpen }
	mask[n/2][n-1] = true
	for j := n - 1; j >= 0; j-- {
		pass := func(i, side int) {
			if !mask[i][j] || hides(squares[i][j]) {
				return
			}
			mask[i+side][j] = true
			if j > 0 {
				mask[i+side][j-1] = true
				mask[i][j-1] = true
			}
		}
		for i := range n - 1 {
			pass(i, 1)
		}
		for i := n - 1; i >= 1; i-- {
			pass(i, -1)
		}
	}
}

// seeded returns a generator.
func seeded(seed uint64) *npyrand.Generator {
	g := new(npyrand.Generator)
	g.Seed(seed)
	return g
}

// scatter fills the world with random squares and puts the agent anywhere, also on what it could not stand on.
func scatter(w *World, rnd *npyrand.Generator) {
	w.objects = 0
	density := rnd.Float64()
	for y := range w.grid.h {
		row := w.grid.row(y)
		for x := range row {
			row[x] = emptyCell
			if rnd.Float64() > density {
				continue
			}
			k := kindWall + kind(rnd.Int(0, int(kindAgent-kindWall)))
			s := state(0)
			if k == kindDoor {
				s = state(rnd.Int(0, int(states)))
			}
			row[x] = newCell(k, colour(rnd.Int(0, int(colours))), s, rnd.Int(0, maxObjects))
		}
	}
	w.carrying = nothing
	if rnd.Int(0, 2) == 0 {
		w.carrying = newCell(kindKey, colour(rnd.Int(0, int(colours))), 0, 1)
	}
	w.x, w.y, w.dir = rnd.Int(0, w.grid.w), rnd.Int(0, w.grid.h), rnd.Int(0, 4)
}

func TestViewMatchesPlain(t *testing.T) {
	for _, id := range []string{"MiniGrid-FourRooms-v0", "MiniGrid-DoorKey-5x5-v0", "MiniGrid-Empty-8x8-v0"} {
		for _, view := range []int{3, 5, viewSize, 9, maxView} {
			t.Run(fmt.Sprintf("%s/view=%d", id, view), func(t *testing.T) {
				rnd := seeded(uint64(view))
				w := newRigOf(newWorld(find(id), Config{View: view}))
				for range 1000 {
					scatter(w.World, rnd)
					w.poison()
					w.observe(w.obs, w.vec)
					if want := plainView(w.World); !bytes.Equal(w.obs, want) {
						t.Fatalf("agent %d %d %d:\ngot  %x\nwant %x", w.x, w.y, w.dir, w.obs, want)
					}
					if got, want := w.appendView(nil), append(transposed(w.obs, view), byte(w.dir)); !bytes.Equal(got, want) {
						t.Fatalf("digest's view: got %x, want %x", got, want)
					}
				}
			})
		}
	}
}

// TestViewStaysInside puts guard bytes behind the observation.
func TestViewStaysInside(t *testing.T) {
	w := newRig(t, "MiniGrid-Empty-5x5-v0")
	room := bytes.Repeat([]byte{0xee}, len(w.obs)+16)
	w.Reset(room[8:8+len(w.obs):8+len(w.obs)], w.vec)
	for i, b := range room {
		if outside := i < 8 || i >= 8+len(w.obs); outside != (b == 0xee) {
			t.Errorf("byte %d of the observation's surroundings is %#x", i-8, b)
		}
	}
}

func TestRowBytes(t *testing.T) {
	for seen, mask := range rowBytes {
		n := 0
		for _, word := range mask {
			n += bits.OnesCount64(word)
		}
		if want := 24 * bits.OnesCount(uint(seen)); n != want {
			t.Errorf("seen %07b: %d bits, want %d", seen, n, want)
		}
	}
}
