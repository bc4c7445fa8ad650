package auxtasks_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
)

// lane is one world's rollout of two-byte observations: the first is what it shows, the second is always 0.
func lane(shown []byte, start []int, next []int32) *auxtasks.Batch {
	n := len(next)
	b := &auxtasks.Batch{
		T: n, B: 1, F: len(shown) - n - 1, Next: next,
		Start: make([]bool, n+1), Ended: make([]bool, n), Terminated: make([]bool, n),
	}
	for _, s := range shown {
		b.Obs = append(b.Obs, s, 0)
	}
	for _, i := range start {
		b.Start[i] = true
	}
	for i, to := range next {
		b.Ended[i] = int(to) != i+1
	}
	return b
}

func counter(t *testing.T, name, settings string) auxtasks.Bonus {
	t.Helper()
	d := tasktest.BonusDims(1)
	d.H, d.W, d.C, d.Frames = 1, 2, 1, 1
	b, err := auxtasks.NewBonus(name, []byte(settings), d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The memory is cleared first, then the episode's first observation is counted: coming back to it is not new, and neither the first
// observation of the next episode nor the last of the old one is counted in the other.
func TestEpisodicCountsOrder(t *testing.T) {
	half := float32(1 / math.Sqrt2)
	// a b a b, whose last observation c ends the episode; then b c, b
	roll := func() *auxtasks.Batch {
		return lane([]byte{'a', 'b', 'a', 'b', 'b', 'c', 'b', 'c'}, []int{0, 4}, []int32{1, 2, 3, 7, 5, 6})
	}
	for _, tc := range []struct {
		settings string
		want     []float32
	}{
		{`{"first": true}`, []float32{1, 0, 0, 1, 1, 0}},
		{`{"first": false}`, []float32{1, half, half, 1, 1, half}},
		{`{"first": false, "beta": 2}`, []float32{2, 2 * half, 2 * half, 2, 2, 2 * half}},
		{`{"memory": 2}`, []float32{1, 0, 0, 0, 1, 0}}, // c no longer fits
	} {
		if got := reward(counter(t, "episodic-counts", tc.settings), roll()); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.settings, got, tc.want)
		}
	}
	// All in one memory: a1 b1 a2 b2, c1; b3, c2, b4.
	want := []float32{1, half, half, 1, half, .5}
	if got := reward(counter(t, "counts", ""), roll()); !slices.Equal(got, want) {
		t.Errorf("counts: got %v, want %v", got, want)
	}

	// An episode that goes on in the next rollout goes on being remembered.
	b := counter(t, "episodic-counts", "")
	got := reward(b, lane([]byte{'a', 'b'}, []int{0}, []int32{1}))
	got = append(got, reward(b, lane([]byte{'b', 'a', 'c'}, nil, []int32{1, 2}))...)
	if !slices.Equal(got, []float32{1, 0, 1}) {
		t.Errorf("over two rollouts: got %v, want [1 0 1]", got)
	}
}

// The oracle counts in maps what the rows' bytes are.
func TestCountsAreExact(t *testing.T) {
	const worlds = 5
	d := tasktest.BonusDims(worlds)
	size := d.H * d.W * d.C
	newest := func(b *auxtasks.Batch, row int) string {
		var shown []byte
		for at := row * size; at < (row+1)*size; at += d.C {
			shown = append(shown, b.Obs[at+2], b.Obs[at+3]) // of channels 0..3 the newest frame is 2 and 3
		}
		return string(shown)
	}
	state := func(b *auxtasks.Batch, row int) string { return fmt.Sprint(b.Key[row]) }
	for _, tc := range []struct {
		name, settings string
		key            func(b *auxtasks.Batch, row int) string
	}{
		{"counts", `{"stream": ""}`, newest},
		{"counts", `{"key": "state"}`, state},
		{"episodic-counts", `{"first": false}`, newest},
		{"episodic-counts", `{"first": false, "key": "state"}`, state},
	} {
		bonus := newBonus(t, tc.name, tc.settings, worlds)
		seen := make([]map[string]int, worlds)
		for i := range seen {
			seen[i] = map[string]int{}
		}
		g := tasktest.NewGame(worlds, 1)
		for range 30 {
			b := g.Rollout(7)
			for i, got := range reward(bonus, b) {
				m := &seen[0]
				if tc.name == "episodic-counts" {
					if m = &seen[i%worlds]; b.Start[i] {
						*m = map[string]int{}
					}
				}
				if b.Start[i] {
					(*m)[tc.key(b, i)]++
				}
				key := tc.key(b, int(b.Next[i]))
				(*m)[key]++
				if want := float32(1 / math.Sqrt(float64((*m)[key]))); got != want {
					t.Fatalf("%s %s: got %v, want %v", tc.name, tc.settings, got, want)
				}
			}
		}
		if want := (auxtasks.Reads{Key: tc.settings == `{"key": "state"}` || tc.settings == `{"first": false, "key": "state"}`}); bonus.(auxtasks.Reader).Reads() != want {
			t.Errorf("%s %s: reads %+v", tc.name, tc.settings, want)
		}
	}
}

// Sequences are told apart by Env, whatever their order.
func TestEpisodicCountsFollowWorlds(t *testing.T) {
	bonus := newBonus(t, "episodic-counts", "", 2)
	g := tasktest.NewGame(2, 4)
	g.Ends = tasktest.Never
	reward(bonus, g.Rollout(40)) // all seven cells are known in both worlds
	b := g.Rollout(3)
	b.Start[0] = true // as if world 0 began anew
	b.Env[0], b.Env[1] = 1, 0
	got := reward(bonus, b)
	for i, r := range got {
		if i%2 == 1 && r != 0 {
			t.Errorf("world 0 is paid %v for what it knows", r)
		}
	}
	if got[0]+got[2]+got[4] == 0 {
		t.Error("world 1 began anew, and nothing is new")
	}
}

// Every byte of the newest frame counts, and no other.
func TestHashImage(t *testing.T) {
	for _, tc := range []struct{ size, channels, newest int }{{1, 1, 1}, {7, 1, 1}, {8, 1, 1}, {24, 3, 3}, {25, 5, 5}, {24, 4, 1}, {60, 20, 10}} {
		obs := make([]byte, tc.size)
		seen := map[uint64]int{auxtasks.HashImage(obs, tc.channels, tc.newest): -1}
		for i := range obs {
			for _, x := range []byte{1, 2, 128} {
				obs[i] = x
				h := auxtasks.HashImage(obs, tc.channels, tc.newest)
				old, known := seen[h]
				if counts := i%tc.channels >= tc.channels-tc.newest; counts == known {
					t.Errorf("%+v: byte %d = %d: hash as for byte %d", tc, i, x, old)
				}
				seen[h] = i
			}
			obs[i] = 0
		}
	}
	const pinned = 0x7151a1cf62265705
	if got := auxtasks.HashImage([]byte("nine bytes"), 1, 1); got != pinned {
		t.Errorf("the hash is %#x: saved counts lose their meaning", got)
	}
}

func BenchmarkCounts(b *testing.B) {
	for _, name := range []string{"counts", "episodic-counts"} {
		b.Run(name, func(b *testing.B) {
			bonus := newBonus(b, name, "", 16)
			roll := tasktest.NewGame(16, 1).Rollout(128)
			dst := make([]float32, roll.Transitions())
			b.ReportAllocs()
			for b.Loop() {
				bonus.Reward(dst, roll)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/transition")
		})
	}
}
