package minigrid

var unlockIDs = []entry{twoRooms("MiniGrid-Unlock-v0", "take the key and open the door", 288, 0, &unlockMarks,
	func() family { return &unlock{roomGrid: newTwoRooms()} })}

var unlockPickupIDs = []entry{
	twoRooms("MiniGrid-UnlockPickup-v0", "take the key, open the door, pick up the box behind it", 288, 5, &unlockPickupMarks,
		func() family { return &unlockPickup{roomGrid: newTwoRooms()} }),
	twoRooms("MiniGrid-BlockedUnlockPickup-v0", "as UnlockPickup, with a ball in front of the door", 576, 5, &blockedMarks,
		func() family { return &unlockPickup{roomGrid: newTwoRooms(), blocked: true} }),
}

var (
	unlockMarks       = marks{events: []event{keyTaken, taskDone}}
	unlockPickupMarks = marks{events: []event{keyTaken, doorUnlocked, doorPassed, taskDone}}
	blockedMarks      = marks{events: []event{ballTaken, keyTaken, doorUnlocked, doorPassed, taskDone}}
)

// twoRoomsSize is the side of either room.
const twoRoomsSize = 6

func newTwoRooms() roomGrid { return newRoomGrid(twoRoomsSize, 2, 1) }

func twoRooms(id, about string, limit, words int, m *marks, build func() family) entry {
	return entry{
		id: id, about: about,
		w: extent(twoRoomsSize, 2), h: twoRoomsSize, limit: limit, words: words, marks: m,
		family: build,
	}
}

// unlock is two rooms with a locked door between them.
//
//   - Goal: open the door; the key is in the agent's room, on the left.
//   - Actions: all seven; done does nothing.
//   - Observation: walls and closed doors hide what is behind them.
//   - Reward: 1 - 0.9 t/T for opening the door.
//   - End: terminated when the door opens, truncated after T = 288 steps.
//   - Milestones: key taken, task fulfilled.
//   - Potential: exact, by way of the key.
type unlock struct {
	roomGrid
	task // first: the door
}

func (f *unlock) generate(w *World) {
	f.begin(w)
	f.first = f.addDoor(0, 0, 0, anyColour, doorLocked)
	f.add(0, 0, kindKey, f.first.cell.colour())
	f.placeAgent(0, 0)
}

func (f *unlock) aim() aim { return aim{kind: aimOpen, first: f.first} }

func (*unlock) mission(b []byte) []byte { return append(b, "open the door"...) }

func (f *unlock) after(w *World, action int) {
	if action == actToggle && w.isOpen(f.first) {
		w.succeed()
	}
}

// unlockPickup is two rooms with a locked door between them and a box behind it.
//
//   - Goal: pick up the box; the key is in the agent's room, on the left. If the door is blocked, the ball in front of it must
//     be carried away first.
//   - Actions: all seven; done does nothing. Toggling the box destroys it.
//   - Observation: walls and closed doors hide what is behind them.
//   - Reward: 1 - 0.9 t/T for the box.
//   - End: terminated with the box in hand, truncated after T = 288 steps, or 576 if the door is blocked.
//   - Milestones: ball taken if the door is blocked, key taken, door unlocked, door passed, task fulfilled.
//   - Potential: by way of the key and the door.
type unlockPickup struct {
	roomGrid
	task    // first: the box
	blocked bool
}

func (f *unlockPickup) generate(w *World) {
	f.begin(w)
	f.first = f.add(1, 0, kindBox, anyColour)
	door := f.addDoor(0, 0, 0, anyColour, doorLocked)
	if f.blocked {
		w.grid.set(door.x-1, door.y, w.object(kindBall, w.drawColour(), 0))
	}
	f.add(0, 0, kindKey, door.cell.colour())
	f.placeAgent(0, 0)
}

func (f *unlockPickup) aim() aim { return aim{kind: aimTake, first: f.first} }

func (f *unlockPickup) mission(b []byte) []byte {
	return f.first.cell.appendWords(append(b, "pick up the "...))
}

func (f *unlockPickup) after(w *World, action int) { f.taken(w, action) }
