package maze

import "github.com/auxrl/auxrl/internal/rng"

// rules are a task: what it adds to the common world.
type rules struct {
	name, about string

	w, h  int       // tiles
	plan  blueprint // of a maze, if it is one
	zones int       // parts that look different; 0: build says which

	actions Actions
	levels  Levels  // where it takes place unless the Config says otherwise
	limit   int     // decisions in an episode
	cost    float64 // of a tic
	success float64 // smallest return of a success; 0: there is no such notion
	best    float64 // mean return of a player who knows the map; see the package comment
	frame   bool    // the picture's border has the colour of the ball that is asked for

	build func(l *level, d *rng.Stream) // makes walls, things and spawns of a level
	place func(w *World)                // puts the things of an episode
	spawn func(w *World) int            // draws the tile where the agent begins
	look  func(w *World) int            // draws its heading
	touch func(w *World, i int)         // the agent has reached thing i
	wants func(w *World, i int) bool    // says that the agent should go to thing i, which is not gone
}

// maxThings is the most things in a world.
const maxThings = 80

// value is what a thing pays that is picked up.
var value = [kinds]float64{apple: 1, lemon: -1, strawberry: 2, fungus: -10, goal: 10, melon: 20}

// pick takes a thing away and pays for it.
func (w *World) pick(i int) {
	w.things[i].gone = true
	w.pay(value[w.things[i].kind])
}

// restart begins the map anew within the episode: things return, the agent is put somewhere.
func (w *World) restart() {
	for i := range w.things {
		w.things[i].gone = false
	}
	w.arrive()
}

// left counts the things of a kind that are not gone.
func (w *World) left(k kind) int {
	n := 0
	for _, t := range w.things {
		if t.kind == k && !t.gone {
			n++
		}
	}
	return n
}

// The simplest rules for place, spawn and look.

func placeAll(w *World) { w.things = append(w.things, w.level.things...) }

func spawnListed(w *World) int { return int(w.level.spawns[w.draws.Below(len(w.level.spawns))]) }

func spawnAnywhere(w *World) int { return vacancy(&w.level.grid, w.things, &w.draws) }

func lookAnywhere(w *World) int { return w.draws.Below(turns) }

// is returns a rule for wants: all things of a kind.
func is(k kind) func(w *World, i int) bool {
	return func(w *World, i int) bool { return w.things[i].kind == k }
}
