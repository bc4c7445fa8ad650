package replay

import (
	"fmt"
	"math"
	"math/bits"
)

// Config says what a Ring keeps, and how much of it.
type Config struct {
	Worlds   int // sequences of each rollout that Add is given
	Capacity int // rows per world. An episode of L transitions takes L+1; the newest row waits for its transition
	Back     int // the largest Back of the Draws to come

	H, W, C int // of an observation's image
	Frames  int // C = Frames x channels, newest last: each frame is kept once. 0 means 1
	Vec     int // floats beside the image
	Actions int // of the worlds: what Add and RestoreState hold actions to
	Streams int // columns of Paid
	State   int // floats of a recurrent state; 0: none is kept
	Signals int // floats that only tasks may see; 0: none are kept
	Phi     bool
	Marks   bool
	Key     bool
	LogP    bool
}

// maxRows bounds the rows of a Ring, so that a Batch's int32 and a byte count's int64 hold whatever is computed of them.
const maxRows = math.MaxInt32

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	for _, s := range []struct {
		name string
		v    int
		min  int
	}{
		{"Worlds", c.Worlds, 1}, {"Capacity", c.Capacity, 1}, {"Back", c.Back, 0}, {"H", c.H, 0}, {"W", c.W, 0}, {"C", c.C, 0},
		{"Frames", c.Frames, 0}, {"Vec", c.Vec, 0}, {"Actions", c.Actions, 1}, {"Streams", c.Streams, 0}, {"State", c.State, 0},
		{"Signals", c.Signals, 0},
	} {
		if s.v < s.min || s.v > maxRows {
			return fmt.Errorf("replay: %s is %d, must be in %d..%d", s.name, s.v, s.min, maxRows)
		}
	}
	if c.Worlds > maxRows/c.Capacity {
		return fmt.Errorf("replay: %d worlds x Capacity %d are more than %d rows: lower Capacity", c.Worlds, c.Capacity, maxRows)
	}
	if c.C%max(c.Frames, 1) != 0 {
		return fmt.Errorf("replay: C is %d, must be a multiple of Frames, which is %d", c.C, c.Frames)
	}
	if least := c.past() + 2; c.Capacity < least {
		return fmt.Errorf("replay: Capacity is %d, must be at least %d for draws that look back %d steps", c.Capacity, least, c.past())
	}
	return nil
}

// past returns how many rows before the one it chooses a draw may look at: the steps of the draw, and behind the first of them the
// rest of its frame stack or the transition that led to it.
func (c Config) past() int { return c.Back + max(c.Frames-1, 1) }

// rowBytes returns the memory that a row takes beside its image.
func (c Config) rowBytes() uint64 {
	words := c.Vec + c.Signals + c.State + c.Streams + 1 // the reward
	words += when(c.Phi, 1) + when(c.LogP, 1) + 2*(when(c.Marks, 1)+when(c.Key, 1))
	return uint64(1 + 4 + 4 + 16 + 4*words) // flags, back, action, two queues
}

// Bytes returns the memory that a Ring takes, math.MaxInt64 if that is less.
func (c Config) Bytes() int64 {
	sat := func(x, y uint64) uint64 {
		hi, lo := bits.Mul64(x, y)
		if hi != 0 || lo > math.MaxInt64 {
			return math.MaxInt64
		}
		return lo
	}
	image := sat(sat(uint64(c.H), uint64(c.W)), uint64(c.C/max(c.Frames, 1)))
	row := min(image+c.rowBytes(), math.MaxInt64)
	return int64(sat(row, uint64(c.Worlds)*uint64(c.Capacity)))
}

// check reports why the Ring cannot be had within limit bytes.
func (c Config) check(limit int64) error {
	if err := c.Validate(); err != nil {
		return err
	}
	n := c.Bytes()
	if n <= limit {
		return nil
	}
	rows := int64(c.Worlds) * int64(c.Capacity)
	text := fmt.Sprintf("replay: %d worlds x Capacity %d take %s, more than the %s allowed", c.Worlds, c.Capacity, size(n), size(limit))
	if most := limit / int64(c.Worlds) / max(n/rows, 1); most >= int64(c.past()+2) {
		return fmt.Errorf("%s: lower Capacity to at most %d", text, most)
	}
	return fmt.Errorf("%s: lower Worlds or the size of an observation", text)
}

// size writes a number of bytes for people.
func size(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
