package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

// What each level lays out, in the original's order of draws.

// maxStrewn bounds the things that a level strews about.
const maxStrewn = 20

// strew puts n things anywhere, or into one room, and appends them to all.
func (l *level) strew(all []target, n, i, j int, unique bool) []target {
	was := len(all)
	all = all[:was+n]
	l.addDistractors(all[was:], i, j, unique)
	return all
}

// needReachable rejects layouts in which something must be moved to get to something else.
func (l *level) needReachable() {
	if !l.w.allReachable() {
		l.w.reject()
	}
}

// askFor asks for something of the target's kind and colour.
func (l *level) askFor(v verb, t target) { l.ask(clause{verb: v, what: like(t.cell)}) }

// subset moves k random elements of p to its front, in the order drawn, and returns them.
func subset[T any](g *npyrand.Generator, p []T, k int) []T {
	for n := range k {
		i := g.Int(n, len(p))
		v := p[i]
		copy(p[n+1:i+1], p[n:i])
		p[n] = v
	}
	return p[:k]
}

// coin tosses the original's coin.
func (w *World) coin() bool { return w.rng.Int(0, 2) == 0 }

func layGoToRedBall(things int, paint bool) func(*level) {
	return func(l *level) {
		l.placeAgent(anyRoom, anyRoom)
		ball := l.add(0, 0, kindBall, red)
		var all [maxStrewn]target
		for _, t := range l.strew(all[:0], things, anyRoom, anyRoom, false) {
			if paint {
				l.w.grid.set(t.x, t.y, newCell(t.cell.kind(), grey, 0, t.cell.number()))
			}
		}
		l.needReachable()
		l.askFor(goTo, ball)
	}
}

func layGoToRedBlueBall(l *level) {
	const things = 7
	l.placeAgent(anyRoom, anyRoom)
	var all [maxStrewn]target
	for _, t := range l.strew(all[:0], things, anyRoom, anyRoom, false) {
		if c := t.cell.colour(); t.cell.kind() == kindBall && (c == blue || c == red) {
			l.w.reject()
			return
		}
	}
	ball := l.add(0, 0, kindBall, npyrand.Choice(&l.w.rng, []colour{red, blue}))
	l.needReachable()
	l.askFor(goTo, ball)
}

func layGoToObj(l *level) {
	l.placeAgent(anyRoom, anyRoom)
	var all [maxStrewn]target
	l.askFor(goTo, l.strew(all[:0], 1, anyRoom, anyRoom, true)[0])
}

// layFind is for levels that ask for one of the things that lie about.
func layFind(v verb, things int) func(*level) {
	return func(l *level) {
		l.placeAgent(anyRoom, anyRoom)
		l.connectAll(drawn[:])
		var all [maxStrewn]target
		strewn := l.strew(all[:0], things, anyRoom, anyRoom, false)
		l.needReachable()
		l.askFor(v, npyrand.Choice(&l.w.rng, strewn))
	}
}

// layGoToOpen is layFind with all doors open.
func layGoToOpen(things int) func(*level) {
	lay := layFind(goTo, things)
	return func(l *level) {
		lay(l)
		for n := range l.rooms {
			for _, s := range l.rooms[n].walls {
				if s.open {
					l.w.grid.set(s.x, s.y, l.w.grid.at(s.x, s.y).with(doorOpen))
				}
			}
		}
	}
}

func layUnblockPickup(l *level) {
	const things = 20
	l.placeAgent(anyRoom, anyRoom)
	l.connectAll(drawn[:])
	var all [maxStrewn]target
	strewn := l.strew(all[:0], things, anyRoom, anyRoom, false)
	if l.w.allReachable() {
		l.w.reject()
		return
	}
	l.askFor(pickUp, npyrand.Choice(&l.w.rng, strewn))
}

// fourDoors hangs doors in all walls of the room in the middle and appends them to all.
func (l *level) fourDoors(all []target, s state) []target {
	for range 4 {
		all = append(all, l.addDoor(1, 1, anyWall, anyColour, s))
	}
	return all
}

func layGoToDoor(l *level) {
	var all [maxStrewn]target
	doors := l.fourDoors(all[:0], anyState)
	l.placeAgent(1, 1)
	l.askFor(goTo, npyrand.Choice(&l.w.rng, doors))
}

func layGoToObjDoor(l *level) {
	const things = 8
	l.placeAgent(1, 1)
	var all [maxStrewn]target
	targets := l.fourDoors(l.strew(all[:0], things, 1, 1, false), anyState)
	l.needReachable()
	l.askFor(goTo, npyrand.Choice(&l.w.rng, targets))
}

func layActionObjDoor(l *level) {
	const things = 5
	var all [maxStrewn]target
	targets := l.fourDoors(l.strew(all[:0], things, 1, 1, true), doorClosed)
	l.placeAgent(1, 1)
	t := npyrand.Choice(&l.w.rng, targets)
	v := pickUp
	if t.cell.kind() == kindDoor {
		v = openIt
	}
	if l.w.coin() {
		v = goTo
	}
	l.askFor(v, t)
}

func layOpen(l *level) {
	const things = 18
	w := l.w
	l.placeAgent(anyRoom, anyRoom)
	l.connectAll(drawn[:])
	var all [maxStrewn]target
	l.strew(all[:0], things, anyRoom, anyRoom, false)
	l.needReachable()
	if w.rejected {
		return
	}
	var doors [4 * 9]target
	n := 0
	for i := range l.cols {
		for j := range l.rows {
			for _, s := range l.room(i, j).walls { // every door is met from both sides
				if s.open {
					doors[n] = target{w.grid.at(s.x, s.y), s.x, s.y}
					n++
				}
			}
		}
	}
	l.askFor(openIt, npyrand.Choice(&w.rng, doors[:n]))
}

func layOpenRedDoor(l *level) {
	door := l.addDoor(0, 0, 0, red, doorClosed)
	l.placeAgent(0, 0)
	l.askFor(openIt, door)
}

// selection is what objects are described by.
type selection uint8

const (
	byAny selection = iota // as drawn
	byKind
	byColour
	byBoth
	byBearing
)

func layOpenDoor(by selection, strict bool) func(*level) {
	return func(l *level) {
		w := l.w
		all := drawn
		var first target
		for wall, c := range subset(&w.rng, all[:], 4) {
			if door := l.addDoor(1, 1, wall, c, doorClosed); wall == 0 {
				first = door
			}
		}
		by := by
		if by == byAny {
			by = npyrand.Choice(&w.rng, []selection{byColour, byBearing})
		}
		what := like(first.cell)
		if by == byBearing {
			what = desc{kind: kindDoor, colour: anyColour, bearing: npyrand.Choice(&w.rng, allBearings[:])}
		}
		l.placeAgent(1, 1)
		l.ask(clause{verb: openIt, strict: strict, what: what})
	}
}

// layOpenTwoDoors hangs two doors of random colours, or of the given ones.
func layOpenTwoDoors(first, second colour, strict bool) func(*level) {
	return func(l *level) {
		all := drawn
		of := subset(&l.w.rng, all[:], 2)
		if first != anyColour {
			of[0], of[1] = first, second
		}
		left := l.addDoor(1, 1, 2, of[0], doorClosed)
		right := l.addDoor(1, 1, 0, of[1], doorClosed)
		l.placeAgent(1, 1)
		l.askBoth(clause{verb: openIt, strict: strict, what: like(left.cell)}, then, clause{verb: openIt, what: like(right.cell)})
	}
}

func layOpenDoorsOrder(n int, strict bool) func(*level) {
	return func(l *level) {
		w := l.w
		all := drawn
		var doors [4]target
		for i, c := range subset(&w.rng, all[:], n) {
			doors[i] = l.addDoor(1, 1, anyWall, c, doorClosed)
		}
		l.placeAgent(1, 1)
		two := subset(&w.rng, doors[:n], 2)
		a := clause{verb: openIt, strict: strict, what: like(two[0].cell)}
		b := clause{verb: openIt, strict: strict, what: like(two[1].cell)}
		switch o := order(w.rng.Int(0, int(orders))); o {
		case alone:
			l.ask(a)
		default:
			l.askBoth(a, o, b)
		}
	}
}

func layPickupDist(strict bool) func(*level) {
	const things = 5
	return func(l *level) {
		var all [maxStrewn]target
		strewn := l.strew(all[:0], things, anyRoom, anyRoom, true)
		l.placeAgent(0, 0)
		what := like(npyrand.Choice(&l.w.rng, strewn).cell)
		switch npyrand.Choice(&l.w.rng, []selection{byKind, byColour, byBoth}) {
		case byKind:
			what.colour = anyColour
		case byColour:
			what.kind = anyKind
		}
		l.ask(clause{verb: pickUp, strict: strict, what: what})
	}
}

func layPickupAbove(l *level) {
	t := l.add(1, 0, anyKind, anyColour)
	l.addDoor(1, 1, 3, anyColour, doorClosed)
	l.placeAgent(1, 1)
	l.connectAll(drawn[:])
	l.askFor(pickUp, t)
}

// askForKind asks for any thing of the target's kind.
func (l *level) askForKind(v verb, t target) {
	l.ask(clause{verb: v, what: desc{kind: t.cell.kind(), colour: anyColour}})
}

func layFindObj(l *level) {
	i, j := l.w.rng.Int(0, l.rows), l.w.rng.Int(0, l.cols)
	t := l.add(i, j, anyKind, anyColour)
	l.placeAgent(1, 1)
	l.connectAll(drawn[:])
	l.askForKind(pickUp, t)
}

func layOneRoom(l *level) {
	ball := l.add(0, 0, kindBall, anyColour)
	l.placeAgent(anyRoom, anyRoom)
	l.askForKind(pickUp, ball)
}

func put(move, next target) clause {
	return clause{verb: putNext, what: like(move.cell), next: like(next.cell)}
}

func layPutNextLocal(things int) func(*level) {
	return func(l *level) {
		l.placeAgent(anyRoom, anyRoom)
		var all [maxStrewn]target
		strewn := l.strew(all[:0], things, anyRoom, anyRoom, true)
		l.needReachable()
		two := subset(&l.w.rng, strewn, 2)
		l.ask(put(two[0], two[1]))
	}
}

// strewTwoRooms puts the agent into the left of two rooms, and things into both, then takes the wall between them away.
func (l *level) strewTwoRooms(all []target, things int) (left, right []target) {
	l.placeAgent(0, 0)
	left = l.strew(all[:0], things, 0, 0, true)
	right = l.strew(all[things:things], things, 1, 0, true)
	l.removeWall(0, 0, 0)
	return left, right
}

func layPutNext(things int) func(*level) {
	return func(l *level) {
		var all [maxStrewn]target
		left, right := l.strewTwoRooms(all[:], things)
		a := npyrand.Choice(&l.w.rng, left)
		b := npyrand.Choice(&l.w.rng, right)
		if l.w.coin() {
			a, b = b, a
		}
		l.ask(put(a, b))
	}
}

func layMoveTwoAcross(things int) func(*level) {
	return func(l *level) {
		var all [maxStrewn]target
		left, right := l.strewTwoRooms(all[:], things)
		left = subset(&l.w.rng, left, 2)
		right = subset(&l.w.rng, right, 2)
		l.askBoth(put(left[0], right[0]), then, put(right[1], left[1]))
	}
}

// layUnlock locks a room and puts the key somewhere, and then things into every room. By a slip of the original that may be the
// locked room, so that the door cannot be opened; mended levels do not make it. inside asks for a thing in that room in place of
// the door.
func layUnlock(things int, inside, mended bool) func(*level) {
	return func(l *level) {
		w := l.w
		locked := [2]int{w.rng.Int(0, l.cols), w.rng.Int(0, l.rows)}
		door := l.addDoor(locked[0], locked[1], anyWall, anyColour, doorLocked)
		key := locked
		for first := true; first || mended && key == locked; first = false {
			key = [2]int{w.rng.Int(0, l.cols), w.rng.Int(0, l.rows)}
		}
		l.add(key[0], key[1], kindKey, door.cell.colour())
		l.connectUnlike(door, inside)
		var all [maxStrewn]target
		for i := range l.cols {
			for j := range l.rows {
				if at := [2]int{i, j}; !mended || at != locked {
					l.strew(all[:0], things, i, j, false)
				}
			}
		}
		l.placeAgentOutside(locked[1]*l.cols + locked[0])
		l.needReachable()
		if inside {
			l.askFor(goTo, l.strew(all[:0], 1, locked[0], locked[1], false)[0])
			return
		}
		l.askFor(openIt, door)
	}
}

// connectUnlike joins the rooms. Half of the time no other door has the colour of the given one; alike tosses no coin and lets
// all doors have any colour.
func (l *level) connectUnlike(door target, alike bool) {
	if alike || !l.w.coin() {
		l.connectAll(drawn[:])
		return
	}
	var others [len(drawn) - 1]colour
	n := 0
	for _, c := range drawn {
		if c != door.cell.colour() {
			others[n] = c
			n++
		}
	}
	l.connectAll(others[:])
}

// placeAgentOutside puts the agent into any room but that of the number.
func (l *level) placeAgentOutside(locked int) {
	w := l.w
	for {
		l.placeAgent(anyRoom, anyRoom)
		if w.rejected || w.y/(l.size-1)*l.cols+w.x/(l.size-1) != locked {
			return
		}
	}
}

func layUnlockLocal(things int) func(*level) {
	return func(l *level) {
		door := l.addDoor(1, 1, anyWall, anyColour, doorLocked)
		l.add(1, 1, kindKey, door.cell.colour())
		var all [maxStrewn]target
		l.strew(all[:0], things, 1, 1, true)
		l.placeAgent(1, 1)
		l.askForKind(openIt, door)
	}
}

func layKeyInBox(l *level) {
	door := l.addDoor(1, 1, anyWall, anyColour, doorLocked)
	key := l.w.object(kindKey, door.cell.colour(), 0)
	l.placeIn(1, 1, l.w.box(l.w.drawColour(), key))
	l.placeAgent(1, 1)
	l.askForKind(openIt, door)
}

func layUnlockPickup(things int) func(*level) {
	return func(l *level) {
		box := l.add(1, 0, kindBox, anyColour)
		door := l.addDoor(0, 0, 0, anyColour, doorLocked)
		l.add(0, 0, kindKey, door.cell.colour())
		var all [maxStrewn]target
		l.strew(all[:0], things, anyRoom, anyRoom, true)
		l.placeAgent(0, 0)
		l.askFor(pickUp, box)
	}
}

func layBlockedUnlockPickup(l *level) {
	box := l.add(1, 0, kindBox, anyColour)
	door := l.addDoor(0, 0, 0, anyColour, doorLocked)
	l.w.grid.set(door.x-1, door.y, l.w.object(kindBall, l.w.drawColour(), 0))
	l.add(0, 0, kindKey, door.cell.colour())
	l.placeAgent(0, 0)
	l.askForKind(pickUp, box)
}

func layUnlockToUnlock(l *level) {
	all := drawn
	of := subset(&l.w.rng, all[:], 2)
	l.addDoor(0, 0, 0, of[0], doorLocked)
	l.add(2, 0, kindKey, of[0])
	l.addDoor(1, 0, 0, of[1], doorLocked)
	l.add(1, 0, kindKey, of[1])
	ball := l.add(0, 0, kindBall, anyColour)
	l.placeAgent(1, 0)
	l.askForKind(pickUp, ball)
}

func layKeyCorridor(l *level) {
	for j := 1; j < l.rows; j++ {
		l.removeWall(1, j, 3)
	}
	j := l.w.rng.Int(0, l.rows)
	door := l.addDoor(2, j, 2, anyColour, doorLocked)
	ball := l.add(2, j, kindBall, anyColour)
	l.add(0, l.w.rng.Int(0, l.rows), kindKey, door.cell.colour())
	l.placeAgent(1, l.rows/2)
	l.connectAll(drawn[:])
	l.askForKind(pickUp, ball)
}
