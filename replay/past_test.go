package replay

import (
	"encoding/binary"
	"slices"

	"github.com/auxrl/auxrl/internal/rng"
)

// player plays made-up episodes in worlds of its own and lays them out as rollouts. No two observations are the same. The frame
// stacks are made as a wrapper makes them: by shifting what was shown before, and by repeating the first frame at a start.
type player struct {
	cfg    Config
	rng    *rng.Stream
	endP   float64 // that a transition ends its episode
	payP   float64 // that it has a reward
	frames uint32  // made so far: the number of the next
	show   [][]byte
	vec    []float32
	start  []bool
	batch  Batch
}

func newPlayer(cfg Config, seed uint64, endP, payP float64) *player {
	p := &player{
		cfg: cfg, rng: rng.New(seed), endP: endP, payP: payP,
		show: make([][]byte, cfg.Worlds), vec: make([]float32, cfg.Worlds), start: make([]bool, cfg.Worlds),
	}
	for i := range p.show {
		p.show[i] = make([]byte, cfg.H*cfg.W*cfg.C)
		p.begin(i)
	}
	return p
}

// next makes the next frame of a world.
func (p *player) next(i int) []byte {
	frame := make([]byte, 0, 4)
	frame = binary.LittleEndian.AppendUint32(frame, p.frames)
	p.frames++
	size := p.cfg.H * p.cfg.W * p.cfg.C / p.cfg.Frames
	for len(frame) < size {
		frame = append(frame, byte(p.rng.Uint64()))
	}
	p.vec[i] = float32(p.frames) + 0.5
	return frame[:size]
}

func (p *player) begin(i int) {
	frame := p.next(i)
	for range p.cfg.Frames {
		p.shift(i, frame)
	}
	p.start[i] = true
}

// shift adds a frame to the stack that world i shows.
func (p *player) shift(i int, frame []byte) {
	ch := p.cfg.C / p.cfg.Frames
	for px := range p.cfg.H * p.cfg.W {
		pixel := p.show[i][px*p.cfg.C : (px+1)*p.cfg.C]
		copy(pixel, pixel[ch:])
		copy(pixel[p.cfg.C-ch:], frame[px*ch:(px+1)*ch])
	}
}

// put writes what world i shows to a row.
func (p *player) put(b *Batch, row, i int) {
	size := len(p.show[i])
	copy(b.Obs[row*size:(row+1)*size], p.show[i])
	n := float32(p.vec[i])
	for j := range p.cfg.Vec {
		b.Vec[row*p.cfg.Vec+j] = n + float32(j)/8
	}
	for j := range p.cfg.Signals {
		b.Signals[row*p.cfg.Signals+j] = -n - float32(j)/8
	}
	b.Phi[row], b.Marks[row], b.Key[row] = -1/n, uint64(n), uint64(n)*77
	if row < len(b.Start) {
		b.Start[row] = p.start[i]
	}
}

// play returns the rollout of the next steps decisions. It is valid until the next.
func (p *player) play(steps int) *Batch {
	c, n := p.cfg, steps*p.cfg.Worlds
	most := 2*n + c.Worlds
	p.batch = Batch{
		T: steps, B: c.Worlds, Obs: make([]byte, most*c.H*c.W*c.C), Vec: make([]float32, most*c.Vec),
		Signals: make([]float32, most*c.Signals), Phi: make([]float32, most), Marks: make([]uint64, most), Key: make([]uint64, most),
		Start: make([]bool, n+c.Worlds), States: make([]float32, n*c.State), Next: make([]int32, n), Action: make([]int32, n),
		Reward: make([]float32, n), LogP: make([]float32, n), Ended: make([]bool, n), Terminated: make([]bool, n),
	}
	b := &p.batch
	for range c.Streams {
		b.Paid = append(b.Paid, make([]float32, n))
	}
	for i := range c.Worlds {
		p.put(b, i, i)
	}
	for t := range steps {
		for i := range c.Worlds {
			p.step(b, t*c.Worlds+i, i)
		}
	}
	return b
}

func (p *player) step(b *Batch, k, i int) {
	draw := func() float64 { return p.rng.Float64() }
	b.Action[k], b.Next[k] = int32(p.rng.Below(p.cfg.Actions)), int32(k+b.B)
	if draw() < p.payP {
		b.Reward[k] = float32(p.rng.Below(5)) + 1
		if draw() < 0.5 {
			b.Reward[k] *= -1
		}
	}
	for s := range b.Paid {
		b.Paid[s][k] = b.Reward[k] + float32(s) + 10
	}
	b.LogP[k] = float32(-draw())
	for j := range p.cfg.State {
		b.States[k*p.cfg.State+j] = float32(draw()) + 1
	}
	p.start[i] = false
	p.shift(i, p.next(i))
	if draw() < p.endP {
		b.Ended[k], b.Terminated[k] = true, draw() < 0.7
		b.Next[k] = int32((b.T+1)*b.B + b.F)
		p.put(b, int(b.Next[k]), i)
		b.F++
		p.begin(i)
	}
	p.put(b, k+b.B, i)
}

// slow is the Ring said simply: it keeps all that ever happened, one record per row, and looks for what is left of it.
type slow struct {
	cfg    Config
	worlds [][]record
	added  []int
}

type record struct {
	obs        []byte
	vec        []float32
	signals    []float32
	phi        float32
	marks, key uint64
	start, cut bool

	taken, ended, terminated bool
	state                    []float32
	action                   int32
	reward, logp             float32
	paid                     []float32
}

func newSlow(cfg Config) *slow {
	return &slow{cfg: cfg, worlds: make([][]record, cfg.Worlds), added: make([]int, cfg.Worlds)}
}

func (s *slow) row(b *Batch, k int) record {
	size := s.cfg.H * s.cfg.W * s.cfg.C
	return record{
		obs: slices.Clone(b.Obs[k*size : (k+1)*size]), vec: slices.Clone(b.Vec[k*s.cfg.Vec : (k+1)*s.cfg.Vec]),
		signals: slices.Clone(b.Signals[k*s.cfg.Signals : (k+1)*s.cfg.Signals]), phi: b.Phi[k], marks: b.Marks[k], key: b.Key[k],
	}
}

func (s *slow) add(b *Batch) {
	for i := range s.worlds {
		rows := s.worlds[i]
		begin := func(k int) {
			row := s.row(b, k)
			row.start, row.cut = b.Start[k], !b.Start[k]
			rows = append(rows, row)
		}
		if first := s.row(b, i); len(rows) == 0 || !slices.Equal(rows[len(rows)-1].obs, first.obs) {
			begin(i)
		}
		s.added[i] = len(rows) - 1
		for t := range b.T {
			k := t*b.B + i
			last := &rows[len(rows)-1]
			last.taken, last.ended, last.terminated = true, b.Ended[k], b.Terminated[k]
			last.action, last.reward, last.logp = b.Action[k], b.Reward[k], b.LogP[k]
			last.state = slices.Clone(b.States[k*s.cfg.State : (k+1)*s.cfg.State])
			for _, paid := range b.Paid {
				last.paid = append(last.paid, paid[k])
			}
			rows = append(rows, s.row(b, int(b.Next[k])))
			if b.Ended[k] {
				begin(k + b.B)
			}
		}
		s.worlds[i] = rows
	}
}

// legal reports whether the transition that leaves a row can be drawn.
func (s *slow) legal(i, row int, newest bool) bool {
	rows := s.worlds[i]
	lo := max(0, len(rows)-s.cfg.Capacity)
	if row < lo || !rows[row].taken || newest && row < s.added[i] {
		return false
	}
	for range s.cfg.Back + max(1, s.cfg.Frames-1) {
		if rows[row].start {
			return true
		}
		if row == lo || rows[row].cut {
			return false
		}
		row--
	}
	return true
}

// sequence returns the rows and transitions of the sequence that a draw makes of a transition: for each t the number of the row, and
// whether its transition is real.
func (s *slow) sequence(i, row int, d Draw) (numbers []int, happened []bool) {
	rows := s.worlds[i]
	room, after := d.Burn, d.Len
	if d.Skewed {
		room, after = d.Burn+d.Len-1, 1
	}
	first := row
	for range room {
		if rows[first].start {
			break
		}
		first--
	}
	for range room - (row - first) {
		numbers, happened = append(numbers, first), append(happened, false)
	}
	for ; first < row; first++ {
		numbers, happened = append(numbers, first), append(happened, true)
	}
	for range after {
		if !rows[row].taken {
			break
		}
		numbers, happened = append(numbers, row), append(happened, true)
		row++
		if rows[row-1].ended {
			break
		}
	}
	for len(numbers) <= d.Burn+d.Len {
		numbers, happened = append(numbers, row), append(happened, false)
	}
	return numbers, happened
}
