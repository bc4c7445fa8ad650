package policy

import (
	"math"
	"testing"

	"github.com/auxrl/auxrl/internal/rng"
)

// What saliency says of each cell is how much the score of an action moves where its intensities move a little.
func TestSaliencyOfIntensities(t *testing.T) {
	shape := Shape{H: 7, W: 6, C: 2, Vec: 3, Actions: 4}
	for _, core := range []string{"", "lstm", "gru"} {
		cfg := Default(shape)
		if core != "" {
			cfg = cfg.WithCore(core, shape)
		}
		n, err := New(shape, cfg, []string{"", "extra"}, 1, 5, nil)
		if err != nil {
			t.Fatal(err)
		}
		obs, vec, m := make([]byte, 7*6*2), []float32{1, 0, 0.5}, n.NewMemory(1)
		for i := range obs {
			obs[i] = 100 + byte(rng.At(3, uint64(i))%50)
		}
		for i := range m.State {
			m.State[i] = float32(i%5) / 10
		}
		m.Saw(0, 2, 0.5)
		for tap, element := range map[string]int{"logits": 3, "value": 0, "value.extra": 0} {
			value := func() float64 {
				var fresh Memory
				m.Part(&fresh, 0, 1)
				fresh.State = append([]float32(nil), m.State...)
				n.Act(obs, vec, &fresh, 1)
				return float64(n.tap(tap).Act[element])
			}
			const step = 3
			want := make([]float64, 42)
			for i := range obs {
				obs[i] += step
				up := value()
				obs[i] -= 2 * step
				down := value()
				obs[i] += step
				want[i/2] += math.Abs(up - down)
			}
			s, got := n.NewSaliency(), make([]float32, 42)
			for range 2 {
				s.Look(obs, vec, m)
				s.Of(got, tap, element)
			}
			var dot, a, b float64
			for i, w := range want {
				dot, a, b = dot+float64(got[i])*w, a+float64(got[i])*float64(got[i]), b+w*w
			}
			if cosine := dot / math.Sqrt(a*b); !(cosine > 0.98) { // exact but for cells whose steps cross a kink
				t.Errorf("core %q, %s: got %v, slopes say %v: cosine %v", core, tap, got, want, cosine)
			}
			if a := testing.AllocsPerRun(5, func() { s.Look(obs, vec, m); s.Of(got, tap, element) }); a != 0 {
				t.Errorf("core %q: allocates %v times", core, a)
			}
		}
		for _, p := range n.Params() {
			for _, g := range p.G {
				if g != 0 {
					t.Fatal("a parameter has a gradient")
				}
			}
		}
	}
}

// Where nothing depends on the image, all is 0; numbers that are not finite stay out.
func TestSumChannels(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct{ dx, want []float32 }{
		{[]float32{1, -2, 0, 1.5}, []float32{1, 0.5}},
		{[]float32{0, 0, 0, 0}, []float32{0, 0}},
		{[]float32{inf, 1, 1, 1}, []float32{0, 0}},
		{[]float32{inf - inf, 1, 1, 1}, []float32{0, 0}},
	} {
		got := []float32{9, 9}
		SumChannels(got, c.dx, 2)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v: got %v, want %v", c.dx, got, c.want)
				break
			}
		}
	}
}
