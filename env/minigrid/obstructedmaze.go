package minigrid

import (
	"fmt"

	"github.com/auxrl/auxrl/internal/npyrand"
)

var obstructedMazeIDs = []entry{
	obstructedMazeDoorID("MiniGrid-ObstructedMaze-1Dl-v0", obstructed{}),
	obstructedMazeDoorID("MiniGrid-ObstructedMaze-1Dlh-v0", obstructed{hidden: true}),
	obstructedMazeDoorID("MiniGrid-ObstructedMaze-1Dlhb-v0", obstructed{hidden: true, blocked: true}),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Dl-v0", obstructed{}, 1, 2, 4),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Dlh-v0", obstructed{hidden: true}, 1, 2, 4),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Dlhb-v0", obstructed{hidden: true, blocked: true}, 1, 2, 4),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Dlhb-v1", obstructed{hidden: true, blocked: true, keysLast: true}, 1, 2, 4),
	obstructedMazeID("MiniGrid-ObstructedMaze-1Q-v0", obstructed{hidden: true, blocked: true}, 1, 1, 5),
	obstructedMazeID("MiniGrid-ObstructedMaze-1Q-v1", obstructed{hidden: true, blocked: true, keysLast: true}, 1, 1, 5),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Q-v0", obstructed{hidden: true, blocked: true}, 2, 2, 11),
	obstructedMazeID("MiniGrid-ObstructedMaze-2Q-v1", obstructed{hidden: true, blocked: true, keysLast: true}, 2, 2, 11),
	obstructedMazeID("MiniGrid-ObstructedMaze-Full-v0", obstructed{hidden: true, blocked: true}, 4, 1, 25),
	obstructedMazeID("MiniGrid-ObstructedMaze-Full-v1", obstructed{hidden: true, blocked: true, keysLast: true}, 4, 1, 25),
}

// obstructed says how hard the locked doors of a maze are to open.
type obstructed struct {
	hidden   bool // keys are in boxes
	blocked  bool // balls lie in front of the doors
	keysLast bool // keys are placed after the balls of both doors of a room, so that no ball takes the place of a key
}

// about describes the maze.
func (o obstructed) about(rooms string) string {
	s := "pick up the blue ball behind a locked door, " + rooms
	if o.hidden {
		s += "; keys are in boxes"
	}
	if o.blocked {
		s += "; balls block locked doors"
	}
	if o.blocked && !o.keysLast {
		s += " and may have crushed a key"
	}
	return s
}

// marks lists the milestones that there can be.
func (o obstructed) marks(unlockedDoors bool) *marks {
	m := &marks{}
	if unlockedDoors {
		m.events = append(m.events, doorOpened)
	}
	if o.hidden {
		m.events = append(m.events, boxOpened)
	}
	if o.blocked {
		m.events = append(m.events, ballTaken)
	}
	m.events = append(m.events, keyTaken, doorUnlocked, doorPassed, taskDone)
	return m
}

// obstructedSize is the side of a room; roomSteps is how many steps of the limit there are per room to be visited.
const (
	obstructedSize = 6
	roomSteps      = 4 * obstructedSize * obstructedSize
)

func obstructedMazeDoorID(id string, o obstructed) entry {
	return entry{
		id: id, about: o.about("in two rooms"),
		w: extent(obstructedSize, 2), h: obstructedSize, limit: 2 * roomSteps,
		marks:  o.marks(false),
		family: func() family { return &obstructedMaze{roomGrid: newRoomGrid(obstructedSize, 2, 1), obstructed: o} },
	}
}

// obstructedMazeID is the maze of nine rooms of which the given number of quarters is open to the agent. It starts in column
// start of the middle row. visits is how many rooms the original thinks it visits.
func obstructedMazeID(id string, o obstructed, quarters, start, visits int) entry {
	const n = 3
	side := extent(obstructedSize, n)
	return entry{
		id: id, about: o.about(fmt.Sprintf("in %d of the four corners of nine rooms", quarters)),
		w: side, h: side, limit: visits * roomSteps,
		marks: o.marks(true),
		family: func() family {
			return &obstructedMaze{roomGrid: newRoomGrid(obstructedSize, n, n), obstructed: o, quarters: quarters, start: start}
		},
	}
}

// obstructedMaze is two rooms with a locked door between them, or nine rooms: open doors lead from the room in the middle to
// those beside it, and locked doors from these to the corners.
//
//   - Goal: pick up the blue ball, which is in the second room or in a corner. Keys are in the room that the door is locked
//     from, in grey boxes if they are hidden; green balls lie in front of doors that are blocked.
//   - Actions: all seven; done does nothing. The hands must be empty for the ball.
//   - Observation: walls and closed doors hide what is behind them.
//   - Reward: 1 - 0.9 t/T for the blue ball.
//   - End: terminated with the blue ball in hand, truncated after T = 144 steps per room to be visited.
//   - Milestones: door opened where not all are locked, box opened where keys are hidden, ball taken where doors are blocked,
//     key taken, door unlocked, door passed, task fulfilled.
//   - Potential: by way of a key that can be got at and its door; later keys are left out.
//
// In the worlds of version 0, and in those only, a ball may lie where a key was, and the key is gone.
type obstructedMaze struct {
	roomGrid
	obstructed
	task            // first: the blue ball
	quarters, start int
}

func (f *obstructedMaze) generate(w *World) {
	f.begin(w)
	doors := w.drawColours()
	if f.quarters == 0 {
		f.lock(0, 0, 0, doors[0])
		f.addKey(0, 0, doors[0])
		f.first = f.add(1, 0, kindBall, blue)
		f.placeAgent(0, 0)
		return
	}
	sides := [...][2]int{{2, 1}, {1, 2}, {0, 1}, {1, 0}}
	for wall, at := range sides[:f.quarters] {
		f.addDoor(1, 1, wall, doors[wall], doorClosed)
		f.lockSides(at[0], at[1], wall, &doors)
	}
	corners := [...][2]int{{2, 0}, {2, 2}, {0, 2}, {0, 0}}
	corner := npyrand.Choice(&w.rng, corners[:f.quarters])
	f.first = f.add(corner[0], corner[1], kindBall, blue)
	f.placeAgent(f.start, 1)
}

// lockSides locks the two doors to the corners next to a room that lies in direction wall of the middle.
func (f *obstructedMaze) lockSides(i, j, wall int, doors *[colours]colour) {
	walls := [...]int{wall + 3, wall + 1}
	of := [...]colour{doors[(wall+len(doors)-1)%len(doors)], doors[wall+1]}
	for k, v := range walls {
		f.lock(i, j, v&3, of[k])
		if !f.keysLast {
			f.addKey(i, j, of[k])
		}
	}
	if f.keysLast {
		f.addKey(i, j, of[0])
		f.addKey(i, j, of[1])
	}
}

// lock hangs a locked door, and blocks it where doors are blocked.
func (f *obstructedMaze) lock(i, j, wall int, c colour) {
	door := f.addDoor(i, j, wall, c, doorLocked)
	if f.blocked {
		dx, dy := toward(wall)
		f.w.grid.set(door.x-dx, door.y-dy, f.w.object(kindBall, green, 0))
	}
}

// addKey puts a key into the room, in a box where keys are hidden.
func (f *obstructedMaze) addKey(i, j int, c colour) {
	key := f.w.object(kindKey, c, 0)
	if f.hidden {
		key = f.w.box(grey, key)
	}
	f.placeIn(i, j, key)
}

func (f *obstructedMaze) aim() aim { return aim{kind: aimTake, first: f.first} }

func (f *obstructedMaze) mission(b []byte) []byte { return append(b, "pick up the blue ball"...) }

func (f *obstructedMaze) after(w *World, action int) { f.taken(w, action) }
