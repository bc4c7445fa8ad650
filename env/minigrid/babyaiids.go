package minigrid

import "fmt"

// The ids of BabyAI in the original's order. Those with Fixed in their names are ours: levels without a slip of the original.

var babyAIGoToIDs = []entry{
	babyAIGoTo("GoToRedBallGrey-v0", "go to the red ball among 7 grey things", oneRoom(8), layGoToRedBall(7, true)),
	babyAIGoTo("GoToRedBall-v0", "go to the red ball among 7 things", oneRoom(8), layGoToRedBall(7, false)),
	babyAIGoTo("GoToRedBallNoDists-v0", "go to the red ball, with nothing else in the room", oneRoom(8), layGoToRedBall(0, false)),
	goToObjID("GoToObj-v0", 8),
	goToObjID("GoToObjS4-v0", 4),
	goToObjID("GoToObjS6-v1", 6),
	goToLocalID("GoToLocal-v0", 8, 8),
	goToLocalID("GoToLocalS5N2-v0", 5, 2),
	goToLocalID("GoToLocalS6N2-v0", 6, 2),
	goToLocalID("GoToLocalS6N3-v0", 6, 3),
	goToLocalID("GoToLocalS6N4-v0", 6, 4),
	goToLocalID("GoToLocalS7N4-v0", 7, 4),
	goToLocalID("GoToLocalS7N5-v0", 7, 5),
	goToLocalID("GoToLocalS8N2-v0", 8, 2),
	goToLocalID("GoToLocalS8N3-v0", 8, 3),
	goToLocalID("GoToLocalS8N4-v0", 8, 4),
	goToLocalID("GoToLocalS8N5-v0", 8, 5),
	goToLocalID("GoToLocalS8N6-v0", 8, 6),
	goToLocalID("GoToLocalS8N7-v0", 8, 7),
	babyAIGoTo("GoTo-v0", "go to one of 18 things in nine rooms", maze, layFind(goTo, 18)),
	babyAIGoTo("GoToOpen-v0", "go to one of 18 things in nine rooms with open doors", maze, layGoToOpen(18)),
	goToObjMazeID("GoToObjMaze-v0", maze),
	babyAIGoTo("GoToObjMazeOpen-v0", "go to the only thing in nine rooms with open doors", maze, layGoToOpen(1)),
	goToObjMazeID("GoToObjMazeS4R2-v0", plan{4, 2, 2}),
	goToObjMazeID("GoToObjMazeS4-v0", plan{4, 3, 3}),
	goToObjMazeID("GoToObjMazeS5-v0", plan{5, 3, 3}),
	goToObjMazeID("GoToObjMazeS6-v0", plan{6, 3, 3}),
	goToObjMazeID("GoToObjMazeS7-v0", plan{7, 3, 3}),
	babyAIGoTo("GoToImpUnlock-v0", "go to a thing that may be in a locked room, whose key may be there too", maze, layUnlock(2, true, false)),
	babyAIGoTo("GoToImpUnlockFixed-v0", "go to a thing in a locked room; the key is elsewhere", maze, layUnlock(2, true, true)),
	generatorID("GoToSeq-v0", "go to up to four things in nine rooms, in order", maze, goToSeq(18)),
	generatorID("GoToSeqS5R2-v0", "go to up to four things in four rooms, in order", plan{5, 2, 2}, goToSeq(4)),
	babyAIGoTo("GoToRedBlueBall-v0", "go to the red or the blue ball among 7 other things", oneRoom(8), layGoToRedBlueBall),
	babyAIGoTo("GoToDoor-v0", "go to one of the four doors of a room", plan{7, 3, 3}, layGoToDoor),
	babyAIGoTo("GoToObjDoor-v0", "go to one of the 8 things or of the four doors of a room", maze, layGoToObjDoor),
}

func babyAIGoTo(id, about string, p plan, lay func(*level)) entry {
	return babyAIID(id, about, p, p.steps(1), goToWords, lay)
}

func goToObjID(id string, size int) entry {
	return babyAIGoTo(id, fmt.Sprintf("go to the only thing in a room, %d by %d squares", size, size), oneRoom(size), layGoToObj)
}

func goToLocalID(id string, size, things int) entry {
	about := fmt.Sprintf("go to one of %d things in a room, %d by %d squares", things, size, size)
	return babyAIGoTo(id, about, oneRoom(size), layFind(goTo, things))
}

func goToObjMazeID(id string, p plan) entry {
	about := fmt.Sprintf("go to the only thing in %d rooms, %d by %d squares each", p.cols*p.rows, p.size, p.size)
	return babyAIGoTo(id, about, p, layFind(goTo, 1))
}

// twoDoors is the plan of levels about several doors, and its limit.
var twoDoors = plan{6, 3, 3}

const twoDoorsLimit = 20 * 6 * 6

var babyAIOpenIDs = []entry{
	babyAIID("Open-v0", "open a door of nine rooms full of things", maze, maze.steps(1), openWords, layOpen),
	openRedDoorID(),
	openDoorID("OpenDoor-v0", "by colour or by where it is", byAny, false),
	openDoorID("OpenDoorDebug-v0", "by colour or by where it is; toggling another ends the episode", byAny, true),
	openDoorID("OpenDoorColor-v0", "by colour", byColour, false),
	openDoorID("OpenDoorLoc-v0", "by where it is", byBearing, false),
	openDoorsID("OpenTwoDoors-v0", "open two doors on opposite sides in order", layOpenTwoDoors(anyColour, anyColour, false)),
	openDoorsID("OpenRedBlueDoors-v0", "open the red door, then the blue one", layOpenTwoDoors(red, blue, false)),
	openDoorsID("OpenRedBlueDoorsDebug-v0", "open the red door, then the blue one; toggling the blue one first ends the episode",
		layOpenTwoDoors(red, blue, true)),
	openDoorsID("OpenDoorsOrderN2-v0", "open one or both of two doors in order", layOpenDoorsOrder(2, false)),
	openDoorsID("OpenDoorsOrderN4-v0", "open one or two of four doors in order", layOpenDoorsOrder(4, false)),
	openDoorsID("OpenDoorsOrderN2Debug-v0", "open one or both of two doors in order; toggling another ends the episode",
		layOpenDoorsOrder(2, true)),
	openDoorsID("OpenDoorsOrderN4Debug-v0", "open one or two of four doors in order; toggling another ends the episode",
		layOpenDoorsOrder(4, true)),
}

func openRedDoorID() entry {
	p := plan{5, 2, 1}
	return babyAIID("OpenRedDoor-v0", "open the only door of two rooms", p, p.steps(1), openWords, layOpenRedDoor)
}

func openDoorID(id, how string, by selection, strict bool) entry {
	const words = 1 + 2 + 4 // "open the door in front of you"
	return babyAIID(id, "open one of the four doors of a room, told "+how, maze, maze.steps(1), words, layOpenDoor(by, strict))
}

func openDoorsID(id, about string, lay func(*level)) entry {
	e := babyAIID(id, about, twoDoors, twoDoorsLimit, openWords+2+openWords, lay)
	e.clauses = 2
	return e
}

var babyAIPickupIDs = []entry{
	babyAIID("Pickup-v0", "pick up one of 18 things in nine rooms", maze, maze.steps(1), pickUpWords, layFind(pickUp, 18)),
	babyAIID("UnblockPickup-v0", "pick up one of 20 things in nine rooms; some are in the way", maze, maze.steps(1), pickUpWords, layUnblockPickup),
	pickupLocID(),
	pickupDistID("PickupDist-v0", "", false),
	pickupDistID("PickupDistDebug-v0", "; another one ends the episode", true),
	babyAIID("PickupAbove-v0", "pick up the thing in the room above", plan{6, 3, 3}, 8*6*6, pickUpWords, layPickupAbove),
}

func pickupLocID() entry {
	g := generator{things: 8, bearings: true, unlocking: true, verbs: []verb{pickUp}, forms: allForms[:1]}
	p := oneRoom(8)
	return babyAIID("PickupLoc-v0", "pick up one of 8 things in a room, told by kind, colour or where it is", p, p.steps(1), g.words(), g.lay)
}

func pickupDistID(id, more string, strict bool) entry {
	p := oneRoom(7)
	about := "pick up one of 5 things in a room, told by kind, colour or both" + more
	return babyAIID(id, about, p, p.steps(1), pickUpWords, layPickupDist(strict))
}

var babyAIPutNextIDs = []entry{
	putNextLocalID("PutNextLocal-v0", 8, 8),
	putNextLocalID("PutNextLocalS5N3-v0", 5, 3),
	putNextLocalID("PutNextLocalS6N4-v0", 6, 4),
	putNextID("PutNextS4N1-v0", 4, 1, onTheFloor),
	putNextID("PutNextS5N2-v0", 5, 2, onTheFloor),
	putNextID("PutNextS5N1-v0", 5, 1, onTheFloor),
	putNextID("PutNextS6N3-v0", 6, 3, onTheFloor),
	putNextID("PutNextS7N4-v0", 7, 4, onTheFloor),
	putNextID("PutNextS5N2Carrying-v0", 5, 2, inHandLater),
	putNextID("PutNextS6N3Carrying-v0", 6, 3, inHandLater),
	putNextID("PutNextS7N4Carrying-v0", 7, 4, inHandLater),
	putNextID("PutNextS5N2CarryingFixed-v0", 5, 2, inHand),
	putNextID("PutNextS6N3CarryingFixed-v0", 6, 3, inHand),
	putNextID("PutNextS7N4CarryingFixed-v0", 7, 4, inHand),
}

func putNextLocalID(id string, size, things int) entry {
	about := fmt.Sprintf("put one of %d things next to another in a room, %d by %d squares", things, size, size)
	p := oneRoom(size)
	return babyAIID(id, about, p, p.steps(2), putWords, layPutNextLocal(things))
}

// where is where the thing to be put is when an episode begins.
type where uint8

const (
	onTheFloor  where = iota
	inHandLater       // in hand from the first step on, which the first observation does not show yet
	inHand
)

func putNextID(id string, size, things int, at where) entry {
	about := fmt.Sprintf("put a thing next to one across two rooms in one, %d by %d squares and %d things each", size, size, things)
	lay := layPutNext(things)
	p := plan{size, 2, 1}
	e := babyAIID(id, about, p, 8*size*size, putWords, lay)
	switch at {
	case inHandLater:
		e.about += "; it is in hand, which the first observation does not show"
		e.family = func() family { return &carrying{*newLevel(p, lay)} }
	case inHand:
		e.about += "; it is in hand"
		e.family = func() family { return &holding{*newLevel(p, lay)} }
	}
	return e
}

var babyAIUnlockIDs = []entry{
	unlockID("Unlock-v0", "open a locked door of nine rooms; the key may be behind it", false),
	unlockID("UnlockFixed-v0", "open a locked door of nine rooms; the key is elsewhere", true),
	unlockLocalID("UnlockLocal-v0", "open the locked door; the key is in the room", layUnlockLocal(0)),
	unlockLocalID("UnlockLocalDist-v0", "open the locked door; the key is in the room among 3 other things", layUnlockLocal(3)),
	unlockLocalID("KeyInBox-v0", "open the locked door; the key is in a box", layKeyInBox),
	unlockPickupID("UnlockPickup-v0", "72 steps to take the key, open the door and pick up the box behind it", twoRoomsPlan.steps(1), 0),
	unlockPickupID("UnlockPickupFixed-v0", "288 steps to take the key, open the door and pick up the box behind it", unlockSteps, 0),
	unlockPickupID("UnlockPickupDist-v0", "as UnlockPickup, with 4 other things", twoRoomsPlan.steps(1), 4),
	unlockPickupID("UnlockPickupDistFixed-v0", "as UnlockPickupFixed, with 4 other things", unlockSteps, 4),
	babyAIID("BlockedUnlockPickup-v0", "as UnlockPickup, with a ball in front of the door", twoRoomsPlan, 16*6*6, kindWords,
		layBlockedUnlockPickup),
	babyAIID("UnlockToUnlock-v0", "unlock one room for the key of the other, where the ball is", plan{6, 3, 1}, 30*6*6, kindWords,
		layUnlockToUnlock),
}

// twoRoomsPlan is the plan of worlds with a door between two rooms; unlockSteps is the limit that the original means for them.
var (
	twoRoomsPlan = plan{twoRoomsSize, 2, 1}
	unlockSteps  = 8 * twoRoomsSize * twoRoomsSize
)

// kindWords is the length of "pick up the ball".
const kindWords = 4

func unlockID(id, about string, mended bool) entry {
	return babyAIID(id, about, maze, maze.steps(1), openWords, layUnlock(3, false, mended))
}

func unlockLocalID(id, about string, lay func(*level)) entry {
	const words = 3 // "open the door"
	return babyAIID(id, about, maze, maze.steps(1), words, lay)
}

func unlockPickupID(id, about string, limit, things int) entry {
	return babyAIID(id, about, twoRoomsPlan, limit, pickUpWords, layUnlockPickup(things))
}

var babyAIOtherIDs = []entry{
	babyAIID("ActionObjDoor-v0", "go to, pick up or open one of the 5 things and four doors of a room", plan{7, 3, 3}, plan{7, 3, 3}.steps(1),
		pickUpWords, layActionObjDoor),
	findObjID("FindObjS5-v0", 5),
	findObjID("FindObjS6-v0", 6),
	findObjID("FindObjS7-v0", 7),
	babyAIKeyCorridorID("KeyCorridor-v0", 6, 3),
	babyAIKeyCorridorID("KeyCorridorS3R1-v0", 3, 1),
	babyAIKeyCorridorID("KeyCorridorS3R2-v0", 3, 2),
	babyAIKeyCorridorID("KeyCorridorS3R3-v0", 3, 3),
	babyAIKeyCorridorID("KeyCorridorS4R3-v0", 4, 3),
	babyAIKeyCorridorID("KeyCorridorS5R3-v0", 5, 3),
	babyAIKeyCorridorID("KeyCorridorS6R3-v0", 6, 3),
	oneRoomID("OneRoomS8-v0", 8),
	oneRoomID("OneRoomS12-v0", 12),
	oneRoomID("OneRoomS16-v0", 16),
	oneRoomID("OneRoomS20-v0", 20),
	moveTwoAcrossID("MoveTwoAcrossS5N2-v0", 5, 2),
	moveTwoAcrossID("MoveTwoAcrossS8N9-v0", 8, 9),
}

func findObjID(id string, size int) entry {
	about := fmt.Sprintf("pick up the only thing in nine rooms, %d by %d squares each", size, size)
	return babyAIID(id, about, plan{size, 3, 3}, 20*size*size, kindWords, layFindObj)
}

func babyAIKeyCorridorID(id string, size, rows int) entry {
	about := fmt.Sprintf("find the key, unlock the room, pick up the ball; %d rooms along a corridor, %d by %d squares", 2*rows, size, size)
	return babyAIID(id, about, plan{size, 3, rows}, 30*size*size, kindWords, layKeyCorridor)
}

func oneRoomID(id string, size int) entry {
	p := oneRoom(size)
	return babyAIID(id, fmt.Sprintf("pick up the ball in an empty room, %d by %d squares", size, size), p, p.steps(1), kindWords, layOneRoom)
}

func moveTwoAcrossID(id string, size, things int) entry {
	about := fmt.Sprintf("put two things next to others across two rooms in one, %d by %d squares and %d things each", size, size, things)
	e := babyAIID(id, about, plan{size, 2, 1}, 16*size*size, putWords+1+putWords, layMoveTwoAcross(things))
	e.clauses = 2
	return e
}

var babyAISynthIDs = []entry{
	generatorID("Synth-v0", "go to, open, pick up or put something", maze, synth(18, false)),
	generatorID("SynthFixed-v0", "as Synth; asks for no less after episodes with a locked room", maze, synth(18, false).fixed()),
	generatorID("SynthS5R2-v0", "go to, open, pick up or put something in six small rooms", plan{5, 3, 2}, synth(18, false)),
	generatorID("SynthS5R2Fixed-v0", "as SynthS5R2; asks for no less after episodes with a locked room", plan{5, 3, 2}, synth(18, false).fixed()),
	generatorID("SynthLoc-v0", "as Synth, with things told by where they are", maze, synth(18, true)),
	generatorID("SynthLocFixed-v0", "as SynthLoc; asks for no less after episodes with a locked room", maze, synth(18, true).fixed()),
	generatorID("SynthSeq-v0", "up to four tasks of SynthLoc, in order", maze, synthSeq()),
	generatorID("SynthSeqFixed-v0", "as SynthSeq; asks for no less after episodes with a locked room", maze, synthSeq().fixed()),
	generatorID("MiniBossLevel-v0", "up to four tasks of all sorts in four small rooms, one of which may be locked", plan{5, 2, 2}, boss(7, 0.25, true)),
	generatorID("BossLevel-v0", "up to four tasks of all sorts in nine rooms, one of which may be locked", maze, boss(18, 0.5, true)),
	generatorID("BossLevelNoUnlock-v0", "up to four tasks of all sorts in nine rooms, none of them locked", maze, boss(18, 0, false)),
}

func generatorID(id, about string, p plan, g generator) entry {
	e := babyAIID(id, about, p, 0, g.words(), g.lay)
	if g.longest() != oneClause {
		e.clauses = maxClauses
	}
	return e
}

func goToSeq(things int) generator {
	return generator{things: things, unlocking: true, verbs: allVerbs[:1], forms: allForms}
}

func synth(things int, bearings bool) generator {
	return generator{things: things, lockedRoom: 0.5, bearings: bearings, unblocking: true, verbs: allVerbs, forms: allForms[:1]}
}

func synthSeq() generator {
	g := synth(18, true)
	g.forms = allForms
	return g
}

func boss(things int, lockedRoom float64, unlocking bool) generator {
	return generator{
		things: things, lockedRoom: lockedRoom, bearings: true, unblocking: true, unlocking: unlocking, verbs: allVerbs, forms: allForms,
	}
}

func (g generator) fixed() generator {
	g.mended = true
	return g
}
