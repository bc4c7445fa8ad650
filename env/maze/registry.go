package maze

import (
	"fmt"
	"strings"
	"sync"

	"github.com/auxrl/auxrl/env"
)

// sizes are those of the images of first-person worlds in the list; NewWith takes others.
var sizes = [...]int{84, 64, 42}

// tasks lists the rules in the order of IDs.
var tasks = []*rules{
	static("Static01", "a small maze: apples, and a ring that is always in the same place; UNREAL's first", blueprint{cols: 10, rows: 5, loops: 50}, 6, 43, 5, 900, 86.94),
	static("Static02", "a larger maze with apples and a ring", blueprint{cols: 15, rows: 9, loops: 50}, 10, 128, 13, 2250, 96.38),
	static("Static03", "a large maze with apples and a ring", blueprint{cols: 20, rows: 13, loops: 50}, 16, 260, 25, 4500, 140.8),
	randomGoal("RandomGoal01", "a small maze whose ring is elsewhere in every episode", blueprint{cols: 10, rows: 5, loops: 50}, 6, 900, 84.19),
	randomGoal("RandomGoal02", "a larger maze whose ring is elsewhere in every episode", blueprint{cols: 15, rows: 9, loops: 50}, 10, 2250, 133.4),
	randomGoal("RandomGoal03", "a large maze whose ring is elsewhere in every episode", blueprint{cols: 20, rows: 13, loops: 50}, 16, 4500, 184.4),
	seekAvoid,
	stairway,
	myWayHome("MyWayHome-Dense", "find the vest among coloured rooms, beginning in any", '*', 0.9462),
	myWayHome("MyWayHome-Sparse", "find the vest from a room far away", 's', 0.9295),
	myWayHome("MyWayHome-VerySparse", "find the vest from the far end of a corridor", 'v', 0.8813),
	memoryMaze("Memory9", "remember where 3 balls are, in a new maze every time", blueprint{cols: 5, rows: 5, rooms: 6, least: 2, most: 3, loops: 50}, 3, 1000, 45.56),
	memoryMaze("Memory11", "remember where 4 balls are, in a new maze every time", blueprint{cols: 6, rows: 6, rooms: 6, least: 2, most: 3, loops: 50}, 4, 2000, 64.69),
	memoryMaze("Memory13", "remember where 5 balls are, in a new maze every time", blueprint{cols: 7, rows: 7, rooms: 6, least: 2, most: 3, loops: 50}, 5, 3000, 81.88),
	memoryMaze("Memory15", "remember where 6 balls are, in a new maze every time", blueprint{cols: 8, rows: 8, rooms: 9, least: 2, most: 2, loops: 50}, 6, 4000, 75.88),
	tMaze(5),
	tMaze(10),
	tMaze(20),
}

// split is a choice of levels that ids can name.
type split struct {
	suffix, about string
	levels        Levels
}

var splits = [...]split{
	{"-Train", " (200 levels to train on)", TrainLevels},
	{"-Test", " (levels to test on, none of those to train on)", TestLevels},
}

// title is what the id of a first-person world stands for.
type title struct {
	id, about string
	rules     *rules
	cfg       Config
}

// titles returns every first-person world.
var titles = sync.OnceValue(func() []title {
	var list []title
	for _, r := range tasks {
		list = append(list, sized(r, "", "", r.levels)...)
		if strings.HasPrefix(r.name, "RandomGoal") {
			for _, s := range splits {
				list = append(list, sized(r, s.suffix, s.about, s.levels)...)
			}
		}
	}
	return list
})

// sized lists a task in all sizes.
func sized(r *rules, suffix, about string, levels Levels) []title {
	list := make([]title, len(sizes))
	for i, size := range sizes {
		list[i] = title{
			id: fmt.Sprintf("Maze/%s%s-%dx%d-v0", r.name, suffix, size, size), about: r.about + about,
			rules: r, cfg: Config{Size: size, Actions: r.actions, Levels: levels},
		}
	}
	return list
}

// overheads lists the mazes that are seen from above.
var overheads = []struct {
	id, about string
	side      int // of a cell, in pixels
}{
	{"Maze/Overhead-84x84-v0", "seven by seven cells seen from above, twenty steps to a goal out of sight: UNREAL's test maze", 12},
	{"Maze/Overhead-42x42-v0", "the same in a quarter of the pixels", 6},
}

// IDs returns the ids of all worlds, task by task. Maze/NAME-84x84-v0 takes place where the task says; with -Train and -Test
// before the size, the walls of a random-goal maze are those of another level in every episode.
func IDs() []string {
	var ids []string
	for _, o := range overheads {
		ids = append(ids, o.id)
	}
	for _, t := range titles() {
		ids = append(ids, t.id)
	}
	return ids
}

// Describe returns one line on what the world of the id asks for, or "" if there is no such world.
func Describe(id string) string {
	for _, o := range overheads {
		if o.id == id {
			return o.about
		}
	}
	t, err := find(id)
	if err != nil {
		return ""
	}
	return t.about
}

// New returns the world of the id: an *Overhead or a *World, which may have options behind a colon: see Config. Beside the listed
// ids it knows T-mazes with corridors of 1 to 100 tiles. Until it is seeded a world follows seed 0.
func New(id string) (env.Env, error) {
	for _, o := range overheads {
		switch base, _, optional := strings.Cut(id, ":"); {
		case base == o.id && optional:
			return nil, fmt.Errorf("maze: %s takes no options: leave out what is behind the colon", base)
		case base == o.id:
			return newOverhead(id, o.side), nil
		}
	}
	base, options, optional := strings.Cut(id, ":")
	t, err := find(base)
	if err != nil {
		return nil, err
	}
	cfg := t.cfg
	if optional {
		if err := cfg.parse(options); err != nil {
			return nil, err
		}
	}
	return newWorld(t, cfg), nil
}

// Default returns the settings of a first-person world.
func Default(id string) (Config, error) {
	t, err := find(id)
	return t.cfg, err
}

// NewWith returns the first-person world of the id, which has no options, with other settings: see Default.
func NewWith(id string, cfg Config) (*World, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t, err := find(id)
	if err != nil {
		return nil, err
	}
	return newWorld(t, cfg), nil
}

// find returns the first-person world of an id: one in the list, or a T-maze with a corridor of another length.
func find(id string) (title, error) {
	list := titles()
	var corridor int
	if n, _ := fmt.Sscanf(id, "Maze/TMaze%d-", &corridor); n == 1 && corridor >= 1 && corridor <= maxCorridor {
		r := tMaze(corridor)
		list = sized(r, "", "", r.levels)
	}
	for _, t := range list {
		if t.id == id {
			return t, nil
		}
	}
	return title{}, fmt.Errorf("maze: unknown id %q", id)
}
