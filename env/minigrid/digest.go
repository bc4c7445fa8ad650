package minigrid

import (
	"encoding/binary"
	"math"

	"github.com/auxrl/auxrl/env"
)

// lifter families have the agent take something up on its first step. The original does so between the first observation and
// that step, and the layout is as it is then.
type lifter interface {
	// lifted returns where the thing still lies, or a square outside the grid.
	lifted(w *World) (x, y int)
}

// AppendLayout appends the layout: kind, colour and state of every square, column by column; the agent's x, y and direction;
// the mission and a zero byte; the limit of steps as 32 bits, little endian.
func (w *World) AppendLayout(b []byte) []byte {
	liftedX, liftedY := -1, -1
	if f, ok := w.family.(lifter); ok {
		liftedX, liftedY = f.lifted(w)
	}
	for x := range w.grid.w {
		for y := range w.grid.h {
			c := w.grid.at(x, y)
			if x == liftedX && y == liftedY {
				c = emptyCell
			}
			b = appendShown(b, c)
		}
	}
	b = append(b, byte(w.x), byte(w.y), byte(w.dir))
	b = append(append(b, w.Mission()...), 0)
	return binary.LittleEndian.AppendUint32(b, uint32(w.limit))
}

// AppendReset appends the mission and a zero byte, the image in the original's order, [vx][vy][3], and the direction.
func (w *World) AppendReset(b []byte) []byte {
	b = append(append(b, w.Mission()...), 0)
	return w.appendView(b)
}

// AppendStep appends the image and the direction as AppendReset does, the reward as a float64, little endian, and one byte
// each for terminated and truncated, which the original may report together and env.End cannot. s is the latest Step.
func (w *World) AppendStep(b []byte, s env.Step) []byte {
	b = w.appendView(b)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.Reward))
	return append(b, flag(w.terminated), flag(w.truncated))
}

// appendView appends the image, transposed, and the direction.
func (w *World) appendView(b []byte) []byte {
	var rows [maxView]uint32
	w.visible(rows[:])
	i, right := w.corner()
	top := i + (w.view-1)*w.grid.ahead(w.dir)
	for vx := range w.view {
		for vy := range w.view {
			c := w.grid.cells[top+vx*right-vy*w.grid.ahead(w.dir)]
			if rows[vy]>>vx&1 == 0 {
				c = nothing
			}
			if vx == w.view/2 && vy == w.view-1 {
				c = w.held()
			}
			b = appendShown(b, c)
		}
	}
	return append(b, byte(w.dir))
}

func appendShown(b []byte, c cell) []byte { return append(b, byte(c), byte(c>>8), byte(c>>16)) }

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}
