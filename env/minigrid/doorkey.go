package minigrid

import "fmt"

var doorKeyIDs = []entry{
	doorKeyID("MiniGrid-DoorKey-5x5-v0", 5),
	doorKeyID("MiniGrid-DoorKey-6x6-v0", 6),
	doorKeyID("MiniGrid-DoorKey-8x8-v0", 8),
	doorKeyID("MiniGrid-DoorKey-16x16-v0", 16),
}

var doorKeyMarks = marks{events: []event{keyTaken, doorUnlocked, doorPassed, taskDone}}

func doorKeyID(id string, size int) entry {
	return entry{
		id: id, about: fmt.Sprintf("take the key, unlock the door, go to the goal; %d by %d squares", size, size),
		w: size, h: size, limit: 10 * size * size,
		marks:  &doorKeyMarks,
		family: func() family { return doorKey{} },
	}
}

// doorKey is a room cut in two by a wall with a locked door.
//
//   - Goal: reach the green square in the lower right corner; the key is on the agent's side of the door.
//   - Actions: all seven; done does nothing.
//   - Observation: walls and closed doors hide what is behind them.
//   - Reward: 1 - 0.9 t/T at the goal.
//   - End: terminated at the goal, truncated after T = 10 size² steps.
//   - Milestones: key taken, door unlocked, door passed, task fulfilled.
//   - Potential: exact, by way of the key and the door.
type doorKey struct{}

func (doorKey) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	g.set(g.w-2, g.h-2, goalCell)
	split := w.rng.Int(2, g.w-2)
	g.vert(split, 0, g.h, wallCell)
	near := rect{0, 0, split, g.h}
	w.placeAgent(near)
	g.set(split, w.rng.Int(1, g.h-2), w.object(kindDoor, yellow, doorLocked))
	w.place(w.object(kindKey, yellow, 0), near, nil, forever)
}

func (doorKey) aim() aim { return aim{kind: aimReach} }

func (doorKey) mission(b []byte) []byte {
	return append(b, "use the key to open the door and then get to the goal"...)
}
