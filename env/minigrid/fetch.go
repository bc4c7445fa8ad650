package minigrid

import "github.com/auxrl/auxrl/internal/npyrand"

var fetchIDs = []entry{
	fetchID("MiniGrid-Fetch-5x5-N2-v0", 5, 2),
	fetchID("MiniGrid-Fetch-6x6-N2-v0", 6, 2),
	fetchID("MiniGrid-Fetch-8x8-N3-v0", 8, 3),
}

var fetchMarks = marks{events: []event{keyTaken, ballTaken, taskDone}}

func fetchID(id string, size, things int) entry {
	return entry{
		id: id, about: "pick up the thing that the mission names and no other",
		w: size, h: size, limit: 5 * size * size, seeThrough: true, words: 6,
		marks:  &fetchMarks,
		family: func() family { return &fetch{things: things} },
	}
}

// fetch is a room with keys and balls, of which one is asked for.
//
//   - Goal: pick up what the mission names; another of its kind and colour will do.
//   - Actions: all seven; whatever is picked up first decides.
//   - Observation: walls hide nothing. The agent starts anywhere.
//   - Reward: 1 - 0.9 t/T for the right thing.
//   - End: terminated with anything in hand, truncated after T = 5 size² steps.
//   - Milestones: key taken, ball taken, task fulfilled.
//   - Potential: exact.
type fetch struct {
	task         // first: what is asked for
	things int   // how many lie about
	phrase uint8 // number of the mission's beginning
}

var fetchPhrases = [...]string{"get a ", "go get a ", "fetch a ", "go fetch a ", "you must fetch a "}

func (f *fetch) generate(w *World) {
	g := &w.grid
	g.border(g.all())
	var all [maxThings]cell
	for i := range f.things {
		k := npyrand.Choice(&w.rng, []kind{kindKey, kindBall})
		all[i] = w.object(k, w.drawColour(), 0)
		w.place(all[i], g.all(), nil, forever)
	}
	w.placeAgent(g.all())
	f.first.cell = npyrand.Choice(&w.rng, all[:f.things])
	f.phrase = uint8(w.rng.Int(0, len(fetchPhrases)))
}

// aim treats other things as walls: to pick one of them up ends the episode.
func (f *fetch) aim() aim { return aim{kind: aimTake, first: f.first, like: true, solid: true} }

func (f *fetch) mission(b []byte) []byte {
	return f.first.cell.appendWords(append(b, fetchPhrases[f.phrase]...))
}

func (f *fetch) after(w *World, _ int) {
	switch {
	case w.carrying == nothing:
	case w.carrying&shown == f.first.cell&shown:
		w.succeed()
	default:
		w.terminated = true
	}
}

func (f *fetch) appendState(b []byte) []byte { return append(f.task.appendState(b), f.phrase) }

func (f *fetch) restoreState(w *World, b []byte) error {
	last := len(b) - 1
	if last < 0 {
		return errShort
	}
	if int(b[last]) >= len(fetchPhrases) {
		return errEpisode
	}
	if err := f.task.restoreState(w, b[:last]); err != nil {
		return err
	}
	f.phrase = b[last]
	return nil
}
