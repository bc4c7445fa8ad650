package minigrid

import "fmt"

var keyCorridorIDs = []entry{
	keyCorridorID("MiniGrid-KeyCorridorS3R1-v0", 3, 1),
	keyCorridorID("MiniGrid-KeyCorridorS3R2-v0", 3, 2),
	keyCorridorID("MiniGrid-KeyCorridorS3R3-v0", 3, 3),
	keyCorridorID("MiniGrid-KeyCorridorS4R3-v0", 4, 3),
	keyCorridorID("MiniGrid-KeyCorridorS5R3-v0", 5, 3),
	keyCorridorID("MiniGrid-KeyCorridorS6R3-v0", 6, 3),
}

var keyCorridorMarks = marks{events: []event{doorOpened, doorPassed, keyTaken, doorUnlocked, taskDone}}

func keyCorridorID(id string, size, rows int) entry {
	const cols = 3
	about := fmt.Sprintf("find the key, unlock the room, pick up the ball; %d rooms along a corridor, %d by %d squares", 2*rows, size, size)
	return entry{
		id: id, about: about,
		w: extent(size, cols), h: extent(size, rows), limit: 30 * size * size, words: 5,
		marks:  &keyCorridorMarks,
		family: func() family { return &keyCorridor{roomGrid: newRoomGrid(size, cols, rows)} },
	}
}

// keyCorridor is a corridor with rooms on both sides, of which one on the right is locked.
//
//   - Goal: pick up the ball in the locked room; the key is in a room on the left.
//   - Actions: all seven; done does nothing. The hands must be empty for the ball.
//   - Observation: walls and closed doors hide what is behind them. The agent starts in the middle of the corridor.
//   - Reward: 1 - 0.9 t/T for the ball.
//   - End: terminated with the ball in hand, truncated after T = 30 size² steps.
//   - Milestones: door opened, door passed, key taken, door unlocked, task fulfilled.
//   - Potential: by way of the key and the door.
type keyCorridor struct {
	roomGrid
	task // first: the ball
}

func (f *keyCorridor) generate(w *World) {
	f.begin(w)
	for j := 1; j < f.rows; j++ {
		f.removeWall(1, j, 3)
	}
	j := w.rng.Int(0, f.rows)
	door := f.addDoor(2, j, 2, anyColour, doorLocked)
	f.first = f.add(2, j, kindBall, anyColour)
	f.add(0, w.rng.Int(0, f.rows), kindKey, door.cell.colour())
	f.placeAgent(1, f.rows/2)
	f.connectAll(drawn[:])
}

func (f *keyCorridor) aim() aim { return aim{kind: aimTake, first: f.first} }

func (f *keyCorridor) mission(b []byte) []byte {
	return f.first.cell.appendWords(append(b, "pick up the "...))
}

func (f *keyCorridor) after(w *World, action int) { f.taken(w, action) }
