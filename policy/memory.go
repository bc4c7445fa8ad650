package policy

import "github.com/auxrl/auxrl/auxtasks"

// Memory is what a recurrent agent carries from one decision to the next in each of a number of worlds. A feed-forward agent's is
// empty.
type Memory struct {
	State  []float32 // [worlds, StateLen]
	Action []int32   // [worlds] the last one; -1: none yet
	Reward []float32 // [worlds] the last one

	width int // floats of a state
}

// NewMemory returns the memory of an agent that begins episodes in so many worlds.
func (n *Net) NewMemory(worlds int) *Memory {
	m := &Memory{width: n.StateLen(), Action: make([]int32, worlds), Reward: make([]float32, worlds)}
	m.State = make([]float32, worlds*m.width)
	for i := range worlds {
		m.Begin(i)
	}
	return m
}

// Begin forgets: an episode begins in world i.
func (m *Memory) Begin(i int) {
	clear(m.State[i*m.width : (i+1)*m.width])
	m.Action[i], m.Reward[i] = -1, 0
}

// Saw notes what was done in world i and what it paid.
func (m *Memory) Saw(i int, action int32, reward float32) { m.Action[i], m.Reward[i] = action, reward }

// Set makes world i remember what world j of from does.
func (m *Memory) Set(i int, from *Memory, j int) {
	copy(m.State[i*m.width:(i+1)*m.width], from.State[j*m.width:(j+1)*m.width])
	m.Action[i], m.Reward[i] = from.Action[j], from.Reward[j]
}

// Grow makes room for so many worlds, which begin episodes.
func (m *Memory) Grow(worlds int) {
	old := len(m.Action)
	if worlds <= old {
		return
	}
	m.Action = append(m.Action, make([]int32, worlds-old)...)
	m.Reward = append(m.Reward, make([]float32, worlds-old)...)
	m.State = append(m.State, make([]float32, (worlds-old)*m.width)...)
	for i := old; i < worlds; i++ {
		m.Begin(i)
	}
}

// Part sets dst to worlds lo..hi-1 of m; the two share memory.
func (m *Memory) Part(dst *Memory, lo, hi int) {
	*dst = Memory{State: m.State[lo*m.width : hi*m.width], Action: m.Action[lo:hi], Reward: m.Reward[lo:hi], width: m.width}
}

// StateLen returns how many floats the recurrent state of a world has; 0: the network has no core.
func (n *Net) StateLen() int {
	if n.core == nil {
		return 0
	}
	return n.core.StateLen()
}

// Recurrent reports whether the network has a core.
func (n *Net) Recurrent() bool { return n.core != nil }

// sideLen returns how many floats the core reads beside the features.
func (n *Net) sideLen() int {
	size := 0
	if n.cfg.LastAction {
		size = n.shape.Actions
	}
	if n.cfg.LastReward {
		size++
	}
	return size
}

// note writes one row of what the core reads beside the features: the last action, one in Actions, and the last reward, clipped
// to [-1, 1]. action -1 is none.
func (n *Net) note(dst []float32, action int32, reward float32) {
	clear(dst)
	if n.cfg.LastAction && action >= 0 {
		dst[action] = 1
	}
	if n.cfg.LastReward && action >= 0 {
		dst[len(dst)-1] = min(max(reward, -1), 1)
	}
}

// recall runs the core over one step of the worlds in m.
func (n *Net) recall(m *Memory, rows int) {
	size := n.sideLen()
	for i := range rows {
		n.note(n.side[i*size:(i+1)*size], m.Action[i], m.Reward[i])
	}
	features := n.encoder.Tap(n.below - 1)
	n.core.Step(features.Act, n.side, nil, m.State[:rows*m.width], rows)
}

// remember runs the core over the sequences of a batch, and over its extra rows.
func (n *Net) remember(b *auxtasks.Batch) {
	steps, size := b.T, n.sideLen()
	if b.Next != nil {
		steps++
	}
	for row := range steps * b.B {
		action, reward := n.before(b, row)
		n.note(n.side[row*size:(row+1)*size], action, reward)
	}
	features := n.encoder.Tap(n.below - 1)
	n.core.Forward(features.Act, n.side, b.Start, b.State, steps, b.B)
	if b.Next == nil || b.F == 0 {
		return
	}
	first := steps * b.B
	for i, next := range b.Next {
		if k := int(next) - first; k >= 0 {
			n.from[k] = int32(i)
			n.note(n.extraSide[k*size:(k+1)*size], b.Action[i], b.Reward[i])
		}
	}
	n.core.Extra(features.Act[first*n.cfg.Features:], n.extraSide, n.from[:b.F])
}

// before returns the action and the reward that led to a row; action is -1 where there are none.
func (n *Net) before(b *auxtasks.Batch, row int) (action int32, reward float32) {
	switch {
	case b.Start != nil && b.Start[row]:
		return -1, 0
	case row >= b.B:
		return b.Action[row-b.B], b.Reward[row-b.B]
	case b.LastAction == nil:
		return -1, 0
	}
	return b.LastAction[row], b.LastReward[row]
}
