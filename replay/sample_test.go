package replay

import (
	"bytes"
	"math"
	"reflect"
	"runtime"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/team"
)

// fifteen returns a ring of 2000 rows in which all episodes have 15 transitions, the last of which pays 1 and ends the task: where a
// well-known re-implementation never saw a reward. Each observation is the episode's number and the step.
func fifteen(t testing.TB, worlds, transitions int) *Ring {
	const length = 15
	cfg := Config{Worlds: worlds, Capacity: 2000, Back: 4, H: 1, W: 1, C: 5, Actions: 1}
	r := newRing(t, cfg)
	obs := func(b *Batch, row, episode, step int) {
		copy(b.Obs[row*5:], []byte{byte(step), byte(episode), byte(episode >> 8), byte(episode >> 16), byte(row % worlds)})
	}
	const T = 20
	for lo := 0; lo < transitions; lo += T {
		n := T * worlds
		b := &Batch{
			T: T, B: worlds, Obs: make([]byte, 5*(2*n+worlds)), Start: make([]bool, n+worlds), Next: make([]int32, n),
			Action: make([]int32, n), Reward: make([]float32, n), Ended: make([]bool, n), Terminated: make([]bool, n),
		}
		for row := range n + worlds {
			at := lo + row/worlds
			obs(b, row, at/length, at%length)
			b.Start[row] = at%length == 0
			if row >= n {
				continue
			}
			b.Next[row] = int32(row + worlds)
			if at%length == length-1 {
				extra := n + worlds + b.F
				b.F++
				b.Reward[row], b.Ended[row], b.Terminated[row], b.Next[row] = 1, true, true, int32(extra)
				obs(b, extra, at/length, length)
				b.Obs[extra*5+4] = byte(row % worlds)
			}
		}
		r.Add(b)
	}
	return r
}

// TestEndsAreTargets is the replay oracle: endings are in what is drawn, as often as they must be, and no sequence crosses one.
func TestEndsAreTargets(t *testing.T) {
	r := fifteen(t, 2, 5000)
	for _, tc := range []struct {
		d    Draw
		want float64 // part of the transitions that end an episode
	}{
		{Draw{Len: 1, Seqs: 1000}, 1. / 15},
		{Draw{Len: 20, Seqs: 1000}, 1. / 8},          // each sequence ends its episode, after 8 transitions on average
		{Draw{Len: 8, Seqs: 1000}, 8. / (8*8 + 7*4)}, // of starts 0..14, eight reach the end; 8 have 8 transitions, the others 7..1
	} {
		var total, ends, best float64
		for random := range uint64(20) {
			var b Batch
			if !r.Sample(&b, tc.d, random) {
				t.Fatal("nothing to draw")
			}
			for j := range b.B {
				ret := 0.0
				for at := b.T - 1; at >= 0; at-- {
					k := at*b.B + j
					if b.Weight[k] == 0 {
						continue
					}
					total++
					ret = float64(b.Reward[k]) + 0.99*ret
					best = max(best, ret)
					if b.Terminated[k] {
						ends++
					}
					now, next := b.Obs[5*k:5*k+5], b.Obs[5*int(b.Next[k]):5*int(b.Next[k])+5]
					if next[0] != now[0]+1 || string(next[1:]) != string(now[1:]) || b.Terminated[k] != (next[0] == 15) {
						t.Fatalf("%+v: %v follows %v", tc.d, next, now)
					}
				}
			}
		}
		if got := ends / total; math.Abs(got-tc.want) > 0.05*tc.want {
			t.Errorf("%+v: %.4f of %.0f targets are terminal, want %.4f", tc.d, got, total, tc.want)
		}
		if best < 1 {
			t.Errorf("%+v: the largest return is %v, want 1", tc.d, best)
		}
	}
}

// TestSkewed counts how often windows end on a reward, and checks that they stay within an episode.
func TestSkewed(t *testing.T) {
	r := fifteen(t, 3, 5000)
	if got := r.Paying(); math.Abs(got-1./15) > 0.002 {
		t.Errorf("%.4f of the transitions pay, want 1/15", got)
	}
	var paying, total float64
	var b Batch
	for random := range uint64(50) {
		r.Sample(&b, Draw{Len: 3, Seqs: 1000, Skewed: true, NoNext: true}, random)
		for j := range b.B {
			last := 2*b.B + j
			total++
			if b.Reward[last] != 0 {
				paying++
			}
			for at := range 3 {
				step := max(0, int(b.Obs[5*last])-2+at)
				k := at*b.B + j
				if int(b.Obs[5*k]) != step || string(b.Obs[5*k+1:5*k+5]) != string(b.Obs[5*last+1:5*last+5]) {
					t.Fatalf("the window before %v has %v in place %d", b.Obs[5*last:5*last+5], b.Obs[5*k:5*k+5], at)
				}
			}
		}
	}
	if got := paying / total; math.Abs(got-0.5) > 0.01 { // standard error 0.0022
		t.Errorf("%.4f of the windows end on a reward, want 0.5", got)
	}
}

// TestSkewedFallsBack draws where all transitions are of one kind.
func TestSkewedFallsBack(t *testing.T) {
	for _, pays := range []float64{0, 1} {
		cfg := plain(2, 50, 2)
		r := newRing(t, cfg)
		r.Add(newPlayer(cfg, 1, 0.2, pays).play(20))
		var b Batch
		if !r.Sample(&b, Draw{Len: 3, Seqs: 20, Skewed: true}, 1) {
			t.Fatalf("rewards with probability %v: nothing to draw", pays)
		}
		for j := range b.B {
			if got := b.Reward[2*b.B+j] != 0; got != (pays == 1) {
				t.Errorf("rewards with probability %v: a window ends on %v", pays, b.Reward[2*b.B+j])
			}
		}
	}
}

// TestUniform counts how often each transition is drawn, of worlds that have kept different numbers of them.
func TestUniform(t *testing.T) {
	cfg := plain(3, 40, 0)
	r := newRing(t, cfg)
	p := newPlayer(cfg, 3, 0.25, 0.3)
	for range 4 {
		r.Add(p.play(25))
	}
	live := r.Live()
	seen := map[uint64]float64{}
	const rounds, seqs = 400, 100
	var b Batch
	for random := range uint64(rounds) {
		r.Sample(&b, Draw{Len: 1, Seqs: seqs}, rng.At(7, random))
		for j := range seqs {
			seen[b.Key[j]]++
		}
	}
	if len(seen) != live {
		t.Errorf("%d transitions were drawn, %d are live", len(seen), live)
	}
	want, chi := float64(rounds*seqs)/float64(live), 0.0
	for _, n := range seen { // order: a sum of squares of whole numbers
		chi += (n - want) * (n - want) / want
	}
	// chi-square with live-1 degrees of freedom: mean live-1, standard deviation sqrt(2 live).
	if limit := float64(live) + 4*math.Sqrt(2*float64(live)); chi > limit {
		t.Errorf("chi-square is %.1f over %d transitions, want below %.1f", chi, live, limit)
	}
}

// TestRandomDecides draws twice with the same number, and with others.
func TestRandomDecides(t *testing.T) {
	r := fifteen(t, 2, 500)
	var one, same, other Batch
	d := Draw{Len: 4, Seqs: 30}
	r.Sample(&one, d, 5)
	r.Sample(&other, d, 6)
	r.Sample(&same, d, 5)
	if !reflect.DeepEqual(one, same) {
		t.Error("the same number draws other sequences")
	}
	if reflect.DeepEqual(one, other) {
		t.Error("another number draws the same sequences")
	}
}

// TestTeam shares the copying: what is kept and what is drawn stay the same.
func TestTeam(t *testing.T) {
	crew := team.New(3)
	defer crew.Close()
	cfg := plain(5, 64, 6)
	alone, shared, p := newRing(t, cfg), newRing(t, cfg), newPlayer(cfg, 1, 0.1, 0.2)
	shared.Use(crew)
	for round := range 12 {
		b := p.play(20)
		alone.Add(b)
		shared.Add(b)
		for _, d := range []Draw{{Len: 5, Burn: 1, Seqs: 9}, {Len: 3, Skewed: true, NoNext: true}, {Len: 2, Newest: true, NoState: true}} {
			var got, want Batch
			if alone.Sample(&want, d, uint64(round)) != shared.Sample(&got, d, uint64(round)) || !reflect.DeepEqual(got, want) {
				t.Fatalf("round %d, %+v: a team draws something else", round, d)
			}
		}
	}
	if !bytes.Equal(shared.AppendState(nil), alone.AppendState(nil)) {
		t.Error("a team keeps something else")
	}
}

func TestAllocations(t *testing.T) {
	crew := team.New(2)
	defer crew.Close()
	for name, crew := range map[string]*team.Team{"alone": nil, "team": crew} { // order: each by itself
		t.Run(name, func(t *testing.T) { testAllocations(t, crew) })
	}
}

func testAllocations(t *testing.T, crew *team.Team) {
	cfg := plain(4, 64, 6)
	cfg.Frames, cfg.C = 4, 4
	r, p := newRing(t, cfg), newPlayer(cfg, 1, 0.1, 0.2)
	if crew != nil {
		r.Use(crew)
	}
	rollout := p.play(20)
	draws := []Draw{{Len: 5, Burn: 2}, {Len: 3, Skewed: true, NoNext: true}, {Len: 1, Newest: true, NoState: true}}
	batches := make([]Batch, len(draws))
	random := uint64(0)
	step := func() {
		r.Add(rollout)
		for i, d := range draws {
			random++
			r.Sample(&batches[i], d, random)
		}
	}
	step()
	if n := testing.AllocsPerRun(20, step); n != 0 {
		t.Errorf("Add and Sample allocate %v times", n)
	}
	runtime.KeepAlive(batches)
}
