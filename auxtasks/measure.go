package auxtasks

import (
	"math"
	"strings"

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
	HeldRows int       // 0: it was undefined
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
	return float32(math.Sqrt(dot(g, g)))
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
	main := 0.0
	if measure {
		main = math.Sqrt(m.dot(m.main, m.main))
	}
	total := main
	for _, k := range m.members {
		r := k.report
		r.Measured = measure && r.Rows > 0
		if m.cfg.Balance == Fixed || k.needs.Source == Minibatch {
			r.Factor = 1
		}
		if r.Measured {
			m.compare(k, main)
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
func (m *Mixer) compare(k *member, main float64) {
	r := k.report
	own := math.Sqrt(m.dot(k.gradient, k.gradient))
	r.Total = float32(cosine(m.dot(m.main, k.gradient), main*main, own*own))
	r.Norm = float32(own)
	if k.needs.Source != Minibatch {
		r.Norm *= r.Factor
	}
	r.Least = float32(math.NaN())
	for i, l := range m.layers {
		a, b := m.main[l.block][l.lo:l.hi], k.gradient[l.block][l.lo:l.hi]
		r.Cosine[i] = float32(cosine(dot(a, b), dot(a, a), dot(b, b)))
		if !(r.Least <= r.Cosine[i]) && r.Cosine[i] == r.Cosine[i] {
			r.Least = r.Cosine[i]
		}
	}
}

// dot returns the scalar product of two gradients over the shared blocks.
func (m *Mixer) dot(a, b [][]float32) (sum float64) {
	for i, block := range m.blocks {
		if block.Shared {
			sum += dot(a[i], b[i])
		}
	}
	return sum
}

// dot adds in eight lanes, which is fast and always the same.
func dot(a, b []float32) float64 {
	var lanes [8]float64
	b = b[:len(a)]
	i := 0
	for ; i+8 <= len(a); i += 8 {
		x, y := a[i:i+8:i+8], b[i:i+8:i+8]
		for j := range lanes {
			lanes[j] += float64(x[j]) * float64(y[j])
		}
	}
	for ; i < len(a); i++ {
		lanes[0] += float64(a[i]) * float64(b[i])
	}
	return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
}

// cosine returns ab / sqrt(aa bb); NaN if either is 0.
func cosine(ab, aa, bb float64) float64 {
	if aa <= 0 || bb <= 0 {
		return math.NaN()
	}
	return min(max(ab/math.Sqrt(aa*bb), -1), 1)
}
