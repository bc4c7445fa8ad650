package minigrid

import "strings"

// entry is one id of a family.
type entry struct {
	id         string
	about      string // one line for people
	w, h       int
	limit      int      // steps after which an episode is truncated; 0 if that differs from episode to episode
	seeThrough bool     // walls and doors hide nothing
	actions    []string // nil: all seven
	aimless    bool     // nothing is asked for: no episode is a success
	marks      *marks   // milestones; nil: anyMarks
	words      int      // of the longest mission; 0 if it never changes
	clauses    int      // of the longest instruction, if each is a milestone
	family     func() family
}

// families lists every id, family by family, in the order of IDs.
var families = [][]entry{
	emptyIDs,
	doorKeyIDs,
	fourRoomsIDs,
	lavaCrossingIDs,
	simpleCrossingIDs,
	distShiftIDs,
	lavaGapIDs,
	dynamicObstaclesIDs,
	fetchIDs,
	goToDoorIDs,
	goToObjectIDs,
	putNearIDs,
	memoryIDs,
	redBlueDoorsIDs,
	multiRoomIDs,
	lockedRoomIDs,
	unlockIDs,
	unlockPickupIDs,
	keyCorridorIDs,
	obstructedMazeIDs,
	playgroundIDs,
	babyAIGoToIDs,
	babyAIOpenIDs,
	babyAIPickupIDs,
	babyAIPutNextIDs,
	babyAIUnlockIDs,
	babyAIOtherIDs,
	babyAISynthIDs,
}

// IDs returns the ids of all worlds, family by family, small before large.
func IDs() []string {
	var ids []string
	for _, f := range families {
		for _, e := range f {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// Describe returns one line on what the world of the id asks for, or "" if there is no such world.
func Describe(id string) string {
	if e := find(id); e != nil {
		return e.about
	}
	return ""
}

// New returns the world of the id, which may have the options of a Config after a colon. Until it is seeded it follows seed 0.
func New(id string) (*World, error) {
	c := Default()
	if base, options, ok := strings.Cut(id, ":"); ok {
		var err error
		if c, err = ParseConfig(options); err != nil {
			return nil, err
		}
		id = base
	}
	return c.New(id)
}

func find(id string) *entry {
	for _, f := range families {
		for i := range f {
			if f[i].id == id {
				return &f[i]
			}
		}
	}
	return nil
}
