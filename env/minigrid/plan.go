package minigrid

import (
	"errors"
	"slices"
)

// Plan is the quickest way to success.
type Plan struct {
	Actions []int
	Return  float64 // what the episode still pays along it: the most there is
}

// Why there is no Plan.
var (
	ErrNoTask = errors.New("minigrid: plan: no episode runs, or it asks for nothing that a planner knows of")
	ErrChance = errors.New("minigrid: plan: what happens depends on chance")
	ErrNoWay  = errors.New("minigrid: plan: no actions lead to success in time")
	ErrStates = errors.New("minigrid: plan: there are more states than were allowed")
)

// PlanStates is a number of states that is enough for most worlds and takes at most about 100 MB and a few seconds.
const PlanStates = 8 << 20

// Plan returns the quickest way to success from where the episode stands. It knows the whole grid and searches positions,
// directions, what is carried, where things are, doors, boxes and what of an instruction is done, by the rules of the world
// itself, best first; what it finds is optimal, and where it returns ErrNoWay there is none. It gives up with ErrStates beyond the
// given number of states. The world stays as it is.
func (w *World) Plan(states int) (Plan, error) { return w.plan(states, false) }

// NearPlan is Plan in a hurry, for episodes that have too many states: the way that it finds may take up to a quarter more steps
// than the quickest.
func (w *World) NearPlan(states int) (Plan, error) { return w.plan(states, true) }

func (w *World) plan(states int, hurry bool) (Plan, error) {
	a := w.aim()
	switch {
	case w.phase != running || a.kind == aimNone:
		return Plan{}, ErrNoTask
	case a.chance:
		return Plan{}, ErrChance
	}
	actions, err := newPlanner(w, a, states, hurry).search()
	if err != nil {
		return Plan{}, err
	}
	end := *w
	end.steps += len(actions)
	end.succeed()
	return Plan{actions, end.reward}, nil
}

// planner searches for a plan: A* (Hart, Nilsson & Raphael 1968) over the poses of the agent in the situations that there can be.
// In a hurry the steps that are left count for a quarter more than the ruler says (Pohl 1970), so that ways that have come far are
// gone on with.
type planner struct {
	aim    aim
	ruler  *ruler
	sim    World // moves by the rules of the world; its grid is its own
	loaded int32 // the situation that sim is in; -1: between two
	steps  int   // taken before
	limit  int   // steps that are left
	hurry  bool
	most   int // situations that may be known

	known map[uint64]int32 // by hash
	all   []situation
	open  [][]node // by steps from the start to success at least
	f     int      // steps of the ways being looked at
	won   *arrival
}

// situation is all of a state but the pose.
type situation struct {
	cells    []cell // [h, w]
	carrying cell
	contents []cell
	moment   *moment   // of a level
	left     []uint16  // [poses] what the steps to success count for, at least
	taken    []uint16  // [poses] steps from the start, far where unknown
	from     []arrival // [poses]
}

// node is a pose in a situation.
type node struct{ at, pose int32 }

// arrival is how a node was come to.
type arrival struct {
	node
	action int8
}

// winning is in place of a node that is success.
const winning = -1

func newPlanner(w *World, a aim, states int, hurry bool) *planner {
	p := &planner{
		aim: a, ruler: newRuler(w), sim: *w, loaded: -1, steps: w.steps, limit: w.limit - w.steps, hurry: hurry, known: map[uint64]int32{},
	}
	p.most = max(states/p.ruler.poses(), 1)
	p.sim.grid = newGrid(w.grid.w, w.grid.h, w.grid.pad)
	for y := range w.grid.h {
		copy(p.sim.grid.row(y), w.grid.row(y))
	}
	p.sim.ruler = nil
	if a.level != nil {
		p.ownLevel()
	}
	p.open = make([][]node, p.counted(p.limit)+1)
	return p
}

// counted returns what steps that are left count for.
func (p *planner) counted(steps int) int {
	if p.hurry {
		steps += steps / 4
	}
	return steps
}

// ownLevel gives sim a level of its own. What will be in hand when the next step is taken is there already.
func (p *planner) ownLevel() {
	w := &p.sim
	w.adopt(w.family.(evolving).fork())
	p.aim = w.aim()
	if w.preparer != nil {
		w.preparer.before(w, actDone)
	}
	p.aim.level.settle(w)
}

func (p *planner) search() ([]int, error) {
	start := node{pose: p.pose()}
	if _, err := p.situation(); err != nil {
		return nil, err
	}
	p.come(start, 0, arrival{node: node{at: winning}})
	for f := range p.open {
		p.f = f
		for len(p.open[f]) > 0 {
			last := len(p.open[f]) - 1
			n := p.open[f][last]
			p.open[f] = p.open[f][:last]
			if n.at == winning {
				return p.trace(), nil
			}
			taken := int(p.all[n.at].taken[n.pose])
			if taken+int(p.all[n.at].left[n.pose]) != f {
				continue // a quicker way was found meanwhile
			}
			if err := p.expand(n, taken); err != nil {
				return nil, err
			}
		}
	}
	return nil, ErrNoWay
}

// expand tries all actions in a node.
func (p *planner) expand(n node, taken int) error {
	for action := range p.sim.spec.Actions {
		p.load(n, taken)
		w := &p.sim
		front := w.grid.index(w.x, w.y) + w.grid.ahead(w.dir)
		ahead, held := w.grid.cells[front], w.carrying
		do := action
		if w.preparer != nil {
			do = w.preparer.before(w, do)
		}
		w.act(do)
		if w.judge != nil {
			w.judge.after(w, do)
		}
		came := arrival{n, int8(action)}
		changed := w.grid.cells[front] != ahead || w.carrying != held
		if l := p.aim.level; l != nil {
			m := p.all[n.at].moment
			changed = changed || l.progress() != m.progress() || do == actDrop && l.where != m.where
		}
		if changed {
			p.loaded = -1
		}
		switch {
		case w.terminated && w.reward > 0:
			p.win(taken+1, came)
			continue
		case w.terminated:
			continue
		}
		next := node{n.at, p.pose()}
		if changed {
			if p.aim.level != nil {
				p.aim.level.settle(w)
			}
			var err error
			if next.at, err = p.situation(); err != nil {
				return err
			}
		}
		p.come(next, taken+1, came)
	}
	return nil
}

// pose returns that of sim.
func (p *planner) pose() int32 { return int32(4*(p.sim.y*p.sim.grid.w+p.sim.x) + p.sim.dir) }

// load puts sim into the node, so many steps after the start.
func (p *planner) load(n node, taken int) {
	w, s := &p.sim, &p.all[n.at]
	if p.loaded != n.at {
		for y := range w.grid.h {
			copy(w.grid.row(y), s.cells[y*w.grid.w:(y+1)*w.grid.w])
		}
		copy(w.contents[:], s.contents)
		if s.moment != nil {
			p.aim.level.moment = *s.moment
		}
		p.loaded = n.at
	}
	w.carrying = s.carrying
	square := int(n.pose >> 2)
	w.x, w.y, w.dir = square%w.grid.w, square/w.grid.w, int(n.pose&3)
	w.terminated, w.truncated, w.steps = false, false, p.steps+taken
}

// situation returns that of sim, which may be new.
func (p *planner) situation() (int32, error) {
	w := &p.sim
	h := mixed(0, uint64(w.carrying))
	for y := range w.grid.h {
		for _, c := range w.grid.row(y) {
			h = mixed(h, uint64(c))
		}
	}
	for _, c := range w.contents[:w.objects+1] {
		h = mixed(h, uint64(c))
	}
	if l := p.aim.level; l != nil {
		h = mixed(h, l.progress())
		for _, at := range l.where[:w.objects+1] {
			h = mixed(h, uint64(at.x)|uint64(at.y)<<8)
		}
	}
	for ; ; h++ { // another situation with this hash makes place for the next
		at, ok := p.known[h]
		if !ok {
			break
		}
		if p.in(&p.all[at]) {
			p.loaded = at
			return at, nil
		}
	}
	if len(p.all) == p.most {
		return 0, ErrStates
	}
	p.known[h] = int32(len(p.all))
	p.loaded = int32(len(p.all))
	p.all = append(p.all, p.newSituation())
	return p.loaded, nil
}

// in says whether sim is in the situation.
func (p *planner) in(s *situation) bool {
	w := &p.sim
	if w.carrying != s.carrying || !slices.Equal(w.contents[:w.objects+1], s.contents) {
		return false
	}
	if s.moment != nil && p.aim.level.moment != *s.moment {
		return false
	}
	for y := range w.grid.h {
		if !slices.Equal(w.grid.row(y), s.cells[y*w.grid.w:(y+1)*w.grid.w]) {
			return false
		}
	}
	return true
}

func (p *planner) newSituation() situation {
	w := &p.sim
	poses := p.ruler.poses()
	s := situation{carrying: w.carrying, contents: slices.Clone(w.contents[:w.objects+1]), from: make([]arrival, poses)}
	for y := range w.grid.h {
		s.cells = append(s.cells, w.grid.row(y)...)
	}
	if p.aim.level != nil {
		m := p.aim.level.moment
		s.moment = &m
	}
	s.left = slices.Clone(p.ruler.measure(w, p.aim))
	for pose, d := range s.left {
		if d != far {
			s.left[pose] = uint16(min(p.counted(int(d)), far-1))
		}
	}
	s.taken = slices.Repeat([]uint16{far}, poses)
	return s
}

// come notes a way to a node, if it is the quickest so far and may lead to success in time. Where the ruler says that a step took
// away more than one of the steps left, the node it came from knew better (Mérő 1984).
func (p *planner) come(n node, taken int, from arrival) {
	s := &p.all[n.at]
	f := max(taken+int(s.left[n.pose]), p.f)
	if f < len(p.open) && taken < int(s.taken[n.pose]) {
		s.left[n.pose] = uint16(f - taken)
		s.taken[n.pose], s.from[n.pose] = uint16(taken), from
		p.open[f] = append(p.open[f], n)
	}
}

// win notes a way to success, if it is the quickest so far.
func (p *planner) win(taken int, from arrival) {
	if taken <= p.limit && (p.won == nil || taken < p.taken(*p.won)) {
		p.won = &from
		f := max(taken, p.f)
		p.open[f] = append(p.open[f], node{at: winning})
	}
}

// taken returns the steps to success after an arrival.
func (p *planner) taken(a arrival) int { return int(p.all[a.at].taken[a.pose]) + 1 }

// trace returns the actions to success.
func (p *planner) trace() []int {
	var actions []int
	for a := *p.won; a.at != winning; a = p.all[a.at].from[a.pose] {
		actions = append(actions, int(a.action))
	}
	slices.Reverse(actions)
	return actions
}
