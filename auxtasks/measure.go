package auxtasks

import (
	"math"
	"strings"

	"github.com/auxrl/auxrl/internal/f32"
	"github.com/auxrl/auxrl/nn"
)

// TaskReport is what the Mixer measured of one task in one update.
type TaskReport struct {
	Name string
	Report
	Weight float32 // of the loss in this update
	Factor float32 // that the balance rule multiplied the gradient on shared blocks with; 1 for fixed weights

	// Of the last measuring update. The main gradient is that of the objective alone, as clipping left it: without those of tasks
	// that ride on its pass, which clipping shortened like it.
	Held     float32   // Quality on the newest sequences, which nothing was trained on yet
	HeldRows int       // 0: it was undefined, or these rows could not tell
	Norm     float32   // of the gradient, times Weight, on the shared blocks
	Share    float32   // of the sum of that of all tasks and of the main one
	Total    float32   // cosine with the main gradient over all shared blocks
	Cosine   []float32 // in each of the Mixer's Layers; NaN where either gradient is 0
	Least    float32   // the smallest of them; NaN if there is none
	Measured bool      // in this update
	Seen     bool      // in any
}

// Layer is a stretch of a shared block.
type Layer struct {
	Name   string
	block  int
	lo, hi int
}

// Norm returns that of the gradient that stands in the layer; blocks are those that it was found in.
func (l Layer) Norm(blocks []Block) float32 {
	g := blocks[l.block].Params.G[l.lo:l.hi]
	return float32(math.Sqrt(f32.Dot(g, g)))
}

// LayersOf finds the layers of the shared blocks by the names of their views.
func LayersOf(blocks []Block) (layers []Layer) {
	for i, b := range blocks {
		if !b.Shared {
			continue
		}
		for _, v := range b.Params.Views {
			name := v.Name
			if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
				name = name[:dot]
			}
			if n := len(layers); n > 0 && layers[n-1].Name == name && layers[n-1].block == i {
				layers[n-1].hi = v.Off + v.Len()
				continue
			}
			layers = append(layers, Layer{Name: name, block: i, lo: v.Off, hi: v.Off + v.Len()})
		}
	}
	return layers
}

// setApart takes out of the main gradient what riders added to it, and brings that to the length that it had there: clipping multiplied
// both with scale, but for frozen blocks, which are not clipped. What is left is as exact as the sum was.
func (m *Mixer) setApart(scale float32) {
	for _, k := range m.riders {
		if k.report.Rows == 0 {
			continue
		}
		for i, b := range m.blocks {
			g := k.gradient[i]
			if !b.Frozen {
				for j := range g {
					g[j] *= scale
				}
			}
			nn.AddScaled(m.main[i], g, -1)
		}
	}
}

// conclude finishes the reports and judges the tasks.
func (m *Mixer) conclude(measure bool) {
	total := 0.0
	if measure {
		for i, l := range m.layers {
			g := m.main[l.block][l.lo:l.hi]
			m.square[i] = f32.Dot(g, g)
			total += m.square[i]
		}
	}
	total = math.Sqrt(total)
	for _, k := range m.members {
		r := k.report
		r.Measured = measure && r.Rows > 0
		if m.cfg.Balance == Fixed || k.needs.Source == Minibatch {
			r.Factor = 1
		}
		if r.Measured {
			m.compare(k)
			r.Seen = true
			total += float64(r.Norm)
			k.proven = k.proven || r.Norm > 0
		}
		if m.err == nil {
			m.err = k.judge()
		}
	}
	for _, k := range m.members {
		if k.report.Measured {
			k.report.Share = 0
			if total > 0 {
				k.report.Share = float32(float64(k.report.Norm) / total)
			}
		}
	}
}

// compare measures a task's gradient beside the main one.
func (m *Mixer) compare(k *member) {
	r := k.report
	r.Least = float32(math.NaN())
	var sum products
	for i, l := range m.layers {
		a, b := m.main[l.block][l.lo:l.hi], k.gradient[l.block][l.lo:l.hi]
		p := products{m.square[i], f32.Dot(a, b), f32.Dot(b, b)}
		sum = products{sum.aa + p.aa, sum.ab + p.ab, sum.bb + p.bb}
		r.Cosine[i] = p.cosine()
		if !(r.Least <= r.Cosine[i]) && r.Cosine[i] == r.Cosine[i] {
			r.Least = r.Cosine[i]
		}
	}
	r.Total, r.Norm = sum.cosine(), float32(math.Sqrt(sum.bb))
	if k.needs.Source != Minibatch {
		r.Norm *= r.Factor
	}
}

// dot returns the scalar product of two gradients over the shared blocks.
func (m *Mixer) dot(a, b [][]float32) (sum float64) {
	for i, block := range m.blocks {
		if block.Shared {
			sum += f32.Dot(a[i], b[i])
		}
	}
	return sum
}

// products are the scalar products of two gradients a and b.
type products struct{ aa, ab, bb float64 }

// cosine returns that of the angle between the two; NaN if either is 0.
func (p products) cosine() float32 {
	if p.aa <= 0 || p.bb <= 0 {
		return float32(math.NaN())
	}
	return float32(min(max(p.ab/math.Sqrt(p.aa*p.bb), -1), 1))
}
