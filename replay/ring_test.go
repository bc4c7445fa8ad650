package replay

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plain returns settings of tiny worlds in which everything is kept.
func plain(worlds, capacity, back int) Config {
	return Config{
		Worlds: worlds, Capacity: capacity, Back: back, H: 2, W: 1, C: 2, Frames: 1, Vec: 2, Actions: 3, Streams: 2, State: 2, Signals: 1,
		Phi: true, Marks: true, Key: true, LogP: true,
	}
}

func newRing(t rapid.TB, cfg Config) *Ring {
	t.Helper()
	r, err := NewRing(cfg, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// anyDraw is one of all the kinds of draws.
func anyDraw(t *rapid.T) Draw {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	return Draw{
		Len: rapid.IntRange(1, 6).Draw(t, "len"), Seqs: rapid.IntRange(0, 5).Draw(t, "seqs"), Burn: rapid.IntRange(0, 4).Draw(t, "burn"),
		Skewed: flag("skewed"), NoNext: flag("nonext"), Newest: flag("newest"), NoState: flag("nostate"),
	}
}

// TestRing compares every sequence that is drawn with the one that the slow Ring says it must be.
func TestRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, e := anyDraw(t), anyDraw(t)
		frames, channels := rapid.IntRange(1, 4).Draw(t, "frames"), rapid.IntRange(1, 2).Draw(t, "channels")
		cfg := plain(rapid.IntRange(1, 3).Draw(t, "worlds"), 0, max(d.Back(), e.Back()))
		cfg.H, cfg.Frames, cfg.C = 4, frames, frames*channels
		cfg.Capacity = cfg.past() + 2 + rapid.IntRange(0, 30).Draw(t, "capacity")
		ends := rapid.SampledFrom([]float64{0, 0.05, 0.3, 1}).Draw(t, "ends")
		p := newPlayer(cfg, rapid.Uint64().Draw(t, "seed"), ends, rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "pays"))
		r, s := newRing(t, cfg), newSlow(cfg)
		var b Batch
		if r.Sample(&b, d, 1) {
			t.Fatal("an empty ring was sampled")
		}
		for round := range rapid.IntRange(1, 6).Draw(t, "adds") {
			if round > 0 && rapid.IntRange(0, 3).Draw(t, "gap") == 0 {
				p.play(1 + round) // a rollout that the ring does not see
			}
			rollout := p.play(rapid.IntRange(1, 12).Draw(t, "steps"))
			r.Add(rollout)
			s.add(rollout)
			for _, d := range []Draw{d, e} {
				compare(t, r, s, d, &b)
			}
		}
	})
}

// compare draws from both and reports the first difference.
func compare(t *rapid.T, r *Ring, s *slow, d Draw, b *Batch) {
	var legal, paying int
	for i, rows := range s.worlds {
		for row := range rows {
			if s.legal(i, row, d.Newest) {
				legal++
				if rows[row].reward != 0 {
					paying++
				}
			}
		}
	}
	if got := [2]int{r.count(0, d), r.count(1, d)}; got != [2]int{legal - paying, paying} {
		t.Fatalf("%d transitions without and with reward can be drawn, want %d", got, [2]int{legal - paying, paying})
	}
	if !d.Newest && (r.Live() != legal || legal > 0 && r.Paying() != float64(paying)/float64(legal)) {
		t.Fatalf("%d are live, of which %v pay; want %d, %d", r.Live(), r.Paying(), legal, paying)
	}
	for random := range uint64(4) {
		poison(b)
		if got := r.Sample(b, d, random); got != (legal > 0) {
			t.Fatalf("Sample returned %v with %d transitions to draw", got, legal)
		}
		if legal == 0 {
			return
		}
		checkShape(t, &s.cfg, d, b)
		for j := range b.B {
			checkSequence(t, s, d, b, j)
		}
	}
}

// poison fills b with what no draw has.
func poison(b *Batch) {
	for _, s := range [][]float32{b.Vec, b.Signals, b.Phi, b.State, b.LastReward, b.Reward, b.LogP, b.Weight} {
		for i := range s {
			s[i] = float32(math.NaN())
		}
	}
	for _, s := range b.Paid {
		for i := range s {
			s[i] = float32(math.NaN())
		}
	}
	for _, s := range [][]int32{b.LastAction, b.Env, b.Next, b.Action} {
		for i := range s {
			s[i] = -99
		}
	}
	for _, s := range [][]bool{b.Start, b.Ended, b.Terminated} {
		for i := range s {
			s[i] = !s[i]
		}
	}
	for i := range b.Obs {
		b.Obs[i] = ^b.Obs[i]
	}
	for _, s := range [][]uint64{b.Marks, b.Key} {
		for i := range s {
			s[i] = ^s[i]
		}
	}
}

func checkShape(t *rapid.T, cfg *Config, d Draw, b *Batch) {
	seqs := d.Seqs
	if seqs == 0 {
		seqs = cfg.Worlds
	}
	n := (d.Burn + d.Len) * seqs
	rows := n + seqs
	if d.NoNext {
		rows = n
	}
	if b.T != d.Burn+d.Len || b.B != seqs || b.F != 0 || b.Burn != d.Burn || b.Rows() != rows || (b.Next == nil) != d.NoNext {
		t.Fatalf("%+v: got T=%d B=%d F=%d Burn=%d, %d rows, Next %v", d, b.T, b.B, b.F, b.Burn, b.Rows(), b.Next)
	}
	got := []int{
		len(b.Obs), len(b.Vec), len(b.Signals), len(b.Phi), len(b.Marks), len(b.Key), len(b.Start), len(b.State), len(b.LastAction),
		len(b.LastReward), len(b.Env), len(b.Action), len(b.Reward), len(b.LogP), len(b.Ended), len(b.Terminated), len(b.Weight),
		len(b.Paid), len(b.States),
	}
	want := []int{
		rows * cfg.H * cfg.W * cfg.C, rows * cfg.Vec, rows * cfg.Signals, rows, rows, rows, rows, seqs * cfg.State, seqs,
		seqs, seqs, n, n, n, n, n, n, cfg.Streams, 0,
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v: lengths %v, want %v", d, got, want)
	}
}

// checkSequence finds out which transition sequence j was drawn for, and compares it with what it must be.
func checkSequence(t *rapid.T, s *slow, d Draw, b *Batch, j int) {
	size, i := s.cfg.H*s.cfg.W*s.cfg.C, int(b.Env[j])
	image := func(k int) []byte { return b.Obs[k*size : (k+1)*size] }
	chosen := d.Burn
	if d.Skewed {
		chosen = b.T - 1
	}
	row := slices.IndexFunc(s.worlds[i], func(r record) bool { return r.taken && bytes.Equal(r.obs, image(chosen*b.B+j)) })
	if row < 0 || !s.legal(i, row, d.Newest) {
		t.Fatalf("%+v: sequence %d was drawn for row %d of world %d, which cannot be drawn", d, j, row, i)
	}
	numbers, happened := s.sequence(i, row, d)
	rows := s.worlds[i]
	begun := false
	for at, number := range numbers[:len(b.Start)/b.B] {
		k, want := at*b.B+j, &rows[number]
		isStart := want.start && happened[at] && !begun
		begun = begun || happened[at]
		got := record{
			obs: image(k), vec: b.Vec[k*s.cfg.Vec : (k+1)*s.cfg.Vec], signals: b.Signals[k*s.cfg.Signals : (k+1)*s.cfg.Signals],
			phi: b.Phi[k], marks: b.Marks[k], key: b.Key[k], start: b.Start[k],
		}
		if !bytes.Equal(got.obs, want.obs) || !slices.Equal(got.vec, want.vec) || !slices.Equal(got.signals, want.signals) ||
			got.phi != want.phi || got.marks != want.marks || got.key != want.key || got.start != isStart {
			t.Fatalf("%+v: sequence %d, row %d: got %+v, want %+v with start %v", d, j, at, got, *want, isStart)
		}
		if at < b.T {
			checkTransition(t, want, d, b, k, happened[at])
		}
	}
	first := slices.Index(happened, true)
	checkBefore(t, rows, numbers[first], d, b, j)
}

func checkTransition(t *rapid.T, want *record, d Draw, b *Batch, k int, happened bool) {
	w, weight, next := *want, float32(1), int32(k+b.B)
	if !happened {
		w, weight, next = record{paid: make([]float32, len(want.paid))}, 0, int32(k)
	}
	if k < d.Burn*b.B {
		weight = 0
	}
	if b.Action[k] != w.action || b.Reward[k] != w.reward || b.LogP[k] != w.logp || b.Ended[k] != w.ended ||
		b.Terminated[k] != w.terminated || b.Weight[k] != weight || b.Next != nil && b.Next[k] != next {
		t.Fatalf("%+v: transition %d (happened: %v) is action %d, reward %v, logp %v, ended %v, terminated %v, weight %v, next %v; want %+v",
			d, k, happened, b.Action[k], b.Reward[k], b.LogP[k], b.Ended[k], b.Terminated[k], b.Weight[k], b.Next, w)
	}
	for stream, paid := range w.paid {
		if b.Paid[stream][k] != paid {
			t.Fatalf("%+v: transition %d paid %v in stream %d, want %v", d, k, b.Paid[stream][k], stream, paid)
		}
	}
}

// checkBefore compares what belongs to row 0 of sequence j, whose first transition leaves the given row.
func checkBefore(t *rapid.T, rows []record, first int, d Draw, b *Batch, j int) {
	state, action, reward := slices.Clone(rows[first].state), int32(-1), float32(0)
	if rows[first].start || d.NoState {
		clear(state)
	}
	if !rows[first].start {
		action, reward = rows[first-1].action, rows[first-1].reward
	}
	got := b.State[j*len(state) : (j+1)*len(state)]
	if !slices.Equal(got, state) || b.LastAction[j] != action || b.LastReward[j] != reward {
		t.Fatalf("%+v: sequence %d begins with state %v, action %d, reward %v; want %v, %d, %v",
			d, j, got, b.LastAction[j], b.LastReward[j], state, action, reward)
	}
}
