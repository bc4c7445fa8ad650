package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

var playgroundIDs = []entry{{
	id: "MiniGrid-Playground-v0", about: "nine rooms full of things, and nothing to do",
	w: 19, h: 19, limit: 100, aimless: true,
	marks:  &playgroundMarks,
	family: func() family { return playground{} },
}}

var playgroundMarks = marks{events: []event{keyTaken, ballTaken, boxTaken, boxOpened, doorOpened, doorPassed}}

// playground is three by three rooms joined by closed doors, with twelve keys, balls and boxes.
//
//   - Goal: none.
//   - Actions: all seven; done does nothing.
//   - Observation: walls and closed doors hide what is behind them. The agent starts anywhere.
//   - Reward: none.
//   - End: truncated after T = 100 steps.
//   - Milestones: key, ball, box taken, box opened, door opened, door passed.
//   - Potential: 0 throughout.
type playground struct{}

func (playground) generate(w *World) {
	const rooms = 3
	g := &w.grid
	g.border(g.all())
	roomW, roomH := g.w/rooms, g.h/rooms
	for j := range rooms {
		for i := range rooms {
			x, y := i*roomW, j*roomH
			if i < rooms-1 {
				g.vert(x+roomW, y, roomH, wallCell)
				at := w.rng.Int(y+1, y+roomH-1)
				g.set(x+roomW, at, w.object(kindDoor, w.drawColour(), doorClosed))
			}
			if j < rooms-1 {
				g.horz(x, y+roomH, roomW, wallCell)
				at := w.rng.Int(x+1, x+roomW-1)
				g.set(at, y+roomH, w.object(kindDoor, w.drawColour(), doorClosed))
			}
		}
	}
	w.placeAgent(g.all())
	for range 12 {
		k := npyrand.Choice(&w.rng, []kind{kindKey, kindBall, kindBox})
		w.place(w.object(k, w.drawColour(), 0), g.all(), nil, forever)
	}
}

func (playground) mission(b []byte) []byte { return b }
