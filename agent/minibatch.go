package agent

import (
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/replay"
)

// minibatch is part of a rollout: shuffled rows, or whole sequences of consecutive ones where the network has a core.
type minibatch struct {
	replay.Batch
	team   *nn.Team
	size   int     // bytes of an observation
	vec    int     // floats beside it
	state  int     // floats of a recurrent state
	length int     // of sequences; 0: rows
	rows   []int32 // of the rollout that the minibatch's are
	weight []float32

	from  *replay.Batch // of the gather under way
	shard func(int)
}

// init makes room for n rows, or sequences of the given length.
func (m *minibatch) init(net *policy.Net, n, length, streams int) {
	s := net.Shape()
	m.team, m.size, m.vec, m.state, m.length, m.shard = net.Team(), s.H*s.W*s.C, s.Vec, net.StateLen(), length, m.gatherShard
	if length > 0 {
		m.State, m.LastAction, m.LastReward = make([]float32, n*m.state), make([]int32, n), make([]float32, n)
		n *= length
		m.Start, m.Reward = make([]bool, n), make([]float32, n)
	}
	m.rows, m.weight = make([]int32, n), make([]float32, n)
	m.Obs, m.Vec, m.Action, m.LogP = make([]byte, n*m.size), make([]float32, n*m.vec), make([]int32, n), make([]float32, n)
	m.Targets = &replay.Targets{Adv: make([]float32, n)}
	for range streams {
		m.Targets.Return = append(m.Targets.Return, make([]float32, n))
		m.Targets.Value = append(m.Targets.Value, make([]float32, n))
	}
}

// gather copies rows of a rollout or, with a length, its sequences: number q is steps q/B*length and on of world q%B.
func (m *minibatch) gather(b *replay.Batch, chosen []int32) {
	m.T, m.B = max(m.length, 1), len(chosen)
	n := m.T * m.B
	m.rows = m.rows[:n]
	m.Action, m.LogP, m.Targets.Adv = m.Action[:n], m.LogP[:n], m.Targets.Adv[:n]
	for k := range m.Targets.Return {
		m.Targets.Return[k], m.Targets.Value[k] = m.Targets.Return[k][:n], m.Targets.Value[k][:n]
	}
	if m.length == 0 {
		copy(m.rows, chosen)
	} else {
		m.Start, m.Reward = m.Start[:n], m.Reward[:n]
		m.sequences(b, chosen)
	}
	m.Weight = nil
	if b.Weight != nil {
		m.Weight = m.weight[:n]
	}
	m.from = b
	m.team.Run(shards, m.shard)
	m.from = nil
}

// sequences lists the rows and what was before them.
func (m *minibatch) sequences(b *replay.Batch, chosen []int32) {
	m.State, m.LastAction, m.LastReward = m.State[:m.B*m.state], m.LastAction[:m.B], m.LastReward[:m.B]
	for c, q := range chosen {
		first := int(q)/b.B*m.length*b.B + int(q)%b.B
		for t := range m.T {
			m.rows[t*m.B+c] = int32(first + t*b.B)
		}
		copy(m.State[c*m.state:(c+1)*m.state], b.States[first*m.state:])
		if first < b.B {
			m.LastAction[c], m.LastReward[c] = b.LastAction[first], b.LastReward[first]
		} else {
			m.LastAction[c], m.LastReward[c] = b.Action[first-b.B], b.Reward[first-b.B]
		}
	}
}

func (m *minibatch) gatherShard(shard int) {
	b, n := m.from, len(m.rows)
	for i := shard * n / shards; i < (shard+1)*n/shards; i++ {
		r := int(m.rows[i])
		copy(m.Obs[i*m.size:(i+1)*m.size], b.Obs[r*m.size:])
		copy(m.Vec[i*m.vec:(i+1)*m.vec], b.Vec[r*m.vec:])
		m.Action[i], m.LogP[i], m.Targets.Adv[i] = b.Action[r], b.LogP[r], b.Targets.Adv[r]
		for k := range m.Targets.Return {
			m.Targets.Return[k][i], m.Targets.Value[k][i] = b.Targets.Return[k][r], b.Targets.Value[k][r]
		}
		if m.Weight != nil {
			m.Weight[i] = b.Weight[r]
		}
		if m.length > 0 {
			m.Start[i], m.Reward[i] = b.Start[r], b.Reward[r]
		}
	}
}
