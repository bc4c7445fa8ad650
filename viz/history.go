package viz

import "math"

// historyLen is the number of points a History keeps. Even, because pairs are merged, and more than any panel has columns.
const historyLen = 1024

// History is the course of one episode: the value and the reward of each snapshot since its start. Its memory is bounded: when
// it is full, neighbours are merged, so that a point stands for twice as many steps. The zero value is ready for use.
type History struct {
	value, reward []float32 // [Len]
	stride        int       // steps that a full point stands for
	last          int       // steps in the last point
	step          int
}

// Append adds a step: the value of the state and the reward that came on arriving there.
func (h *History) Append(value, reward float32) {
	if h.value == nil {
		h.value = make([]float32, 0, historyLen)
		h.reward = make([]float32, 0, historyLen)
		h.stride = 1
	}
	h.step++
	if n := len(h.value); n > 0 && h.last < h.stride {
		h.last++
		h.value[n-1] += (value - h.value[n-1]) / float32(h.last)
		h.reward[n-1] += reward
		return
	}
	if len(h.value) == historyLen {
		h.merge()
	}
	h.value = append(h.value, value)
	h.reward = append(h.reward, reward)
	h.last = 1
}

// merge halves the number of points. All of them are full.
func (h *History) merge() {
	for i := range historyLen / 2 {
		h.value[i] = (h.value[2*i] + h.value[2*i+1]) / 2
		h.reward[i] = h.reward[2*i] + h.reward[2*i+1]
	}
	h.value = h.value[:historyLen/2]
	h.reward = h.reward[:historyLen/2]
	h.stride *= 2
}

// Reset forgets everything, for the next episode.
func (h *History) Reset() {
	h.value, h.reward = h.value[:0], h.reward[:0]
	h.stride, h.last, h.step = 1, 0, 0
}

// Len returns the number of points.
func (h *History) Len() int { return len(h.value) }

// Steps returns the number of steps appended since Reset.
func (h *History) Steps() int { return h.step }

// Stride returns the number of steps that a point stands for; the last point may still lack some.
func (h *History) Stride() int { return max(h.stride, 1) }

// Values returns the mean value of each point [Len], valid until the next Append.
func (h *History) Values() []float32 { return h.value }

// Rewards returns the sum of the rewards of each point [Len], valid until the next Append.
func (h *History) Rewards() []float32 { return h.reward }

// AppendReturns appends the discounted sum of the rewards after each point, [Len]; tail is what is expected after the last. Exact
// while Stride is 1; beyond, the rewards of a point are taken to come in its middle.
func (h *History) AppendReturns(dst []float32, gamma, tail float32) []float32 {
	at := len(dst)
	dst = append(dst, h.reward...)
	g := float64(tail)
	all, half := math.Pow(float64(gamma), float64(h.Stride())), math.Pow(float64(gamma), float64(h.Stride()-1)/2)
	for i := len(h.reward) - 1; i >= 0; i-- {
		came := float64(dst[at+i])
		dst[at+i] = float32(g)
		g = half*came + all*g
	}
	return dst
}

// between returns the mean value and the largest reward of the steps that a column shows, if there are any.
func (h *History) between(steps, col, cols int) (val, rew float32, ok bool) {
	per := float64(steps+1) / float64(h.Stride()) / float64(cols) // points; steps are counted from 0
	from, to := int(math.Ceil(float64(col)*per)), int(math.Ceil(float64(col+1)*per))
	if from == to { // between two points: the one before
		if from--; from >= 0 && from < len(h.value)-1 {
			return h.value[from], 0, h.value[from] == h.value[from]
		}
		return 0, 0, false
	}
	n := 0
	for i := max(from, 0); i < min(to, len(h.value)); i++ {
		if math.Abs(float64(h.reward[i])) > math.Abs(float64(rew)) {
			rew = h.reward[i]
		}
		if v := h.value[i]; v == v {
			val += v
			n++
		}
	}
	if n == 0 {
		return 0, rew, false
	}
	return val / float32(n), rew, true
}
