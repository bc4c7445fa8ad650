package f32

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// ulp is the tolerance of a result that is rounded once or twice.
func ulp(want float64) float64 { return 0x1p-23 * math.Abs(want) }

// Every routine that maps elements, on odd sizes, unaligned slices, NaN and infinities, against its definition in float64.
func TestElementwiseAgainstDefinition(t *testing.T) {
	tests := []struct {
		name string
		call func(x, y []float32) // changes x
		want func(x, y float64) float64
	}{
		{"Add", Add, func(x, y float64) float64 { return x + y }},
		{"Scale", func(x, _ []float32) { Scale(x, -1.5) }, func(x, _ float64) float64 { return -1.5 * x }},
		{"Exp", Exp, func(_, y float64) float64 { return math.Exp(y) }},
		{"ReLU", func(x, _ []float32) { ReLU(x) }, func(x, _ float64) float64 { return math.Max(x, 0) }},
		{"Tanh", func(x, _ []float32) { Tanh(x) }, func(x, _ float64) float64 { return math.Tanh(x) }},
		{"Sigmoid", func(x, _ []float32) { Sigmoid(x) }, func(x, _ float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"MaskReLU", MaskReLU, func(x, y float64) float64 {
			if y <= 0 {
				return 0
			}
			return x
		}},
		{"MaskTanh", MaskTanh, func(x, y float64) float64 { return x * (1 - y*y) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(0, 70).Draw(t, "n")
				x, y := floats(t, n, "x"), floats(t, n, "y")
				was := append([]float32(nil), x...)
				test.call(x, y)
				for i := range x {
					want := test.want(float64(was[i]), float64(y[i]))
					tolerance := 1.5 * ulp(want) // Tanh in assembly: see TestAccuracy
					if test.name == "Sigmoid" {
						tolerance += 0x1p-24 // of tanh, halved
					}
					if test.name == "MaskTanh" {
						tolerance += 0x1p-24 * math.Abs(float64(was[i])) // of y², before it is taken from 1
					}
					if !near(x[i], want, tolerance) {
						t.Fatalf("element %d of %d: f(%v, %v): got %v, want %v", i, n, was[i], y[i], x[i], want)
					}
				}
				fences(t, x, y)
			})
		})
	}
}

// Products are rounded before they are added, in every set.
func TestAddScaled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		a := rapid.Float32().Draw(t, "a")
		x, y := floats(t, n, "x"), floats(t, n, "y")
		want := append([]float32(nil), x...)
		for i, v := range y {
			want[i] += float32(a * v)
		}
		AddScaled(x, y, a)
		for i := range x {
			if math.Float32bits(x[i]) != math.Float32bits(want[i]) && (x[i] == x[i] || want[i] == want[i]) {
				t.Fatalf("element %d of %d: got %v, want %v", i, n, x[i], want[i])
			}
		}
		fences(t, x, y)
	})
}

func TestBytes(t *testing.T) {
	src := make([]byte, 256)
	for i := range src {
		src[i] = byte(i)
	}
	for _, n := range []int{0, 1, 15, 16, 17, 255} {
		dst := fenced(seq(n), 3)
		Bytes(dst, src[1:n+1], 1.0/255)
		for i, v := range dst {
			if want := float64(src[1+i]) / 255; !near(v, want, ulp(want)) {
				t.Errorf("byte %d: got %v, want %v", src[1+i], v, want)
			}
		}
		fences(t, dst)
	}
}

func TestDot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		x, y := floats(t, n, "x"), floats(t, n, "y")
		want, size := 0.0, 0.0
		for i, v := range x {
			want += float64(v) * float64(y[i])
			size += math.Abs(float64(v) * float64(y[i]))
		}
		got := Dot(x, y)
		if alike := math.IsNaN(got) && math.IsNaN(want) || got == want; !alike && !(math.Abs(got-want) <= 1e-14*size) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
	if got := Dot([]float32{1e30, 1e30}, []float32{1e30, 1e30}); math.IsInf(got, 0) {
		t.Errorf("squares of 1e30 overflow: %v", got)
	}
}

func TestDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		off := rapid.IntRange(0, 7).Draw(t, "offset")
		a := rapid.SliceOfN(rapid.Byte(), off+4*n, off+4*n).Draw(t, "a")[off:]
		b := rapid.SliceOfN(rapid.Byte(), 4*n, 4*n).Draw(t, "b")
		const post = 0xdeadbeef
		sums, want := make([]uint32, n+1), make([]uint32, n+1)
		for i := range n {
			sums[i] = uint32(i)
			want[i] = uint32(i + apart(a[4*i], b[4*i]) + apart(a[4*i+1], b[4*i+1]) + apart(a[4*i+2], b[4*i+2]) + apart(a[4*i+3], b[4*i+3]))
		}
		sums[n], want[n] = post, post
		Differences(sums[:n], a, b)
		if !slices.Equal(sums, want) {
			t.Fatalf("got %v, want %v", sums, want)
		}
	})
}

func apart(a, b byte) int {
	if a < b {
		a, b = b, a
	}
	return int(a - b)
}

func TestElementwiseChecksLengths(t *testing.T) {
	two, three := make([]float32, 2, 8), make([]float32, 3)
	for name, call := range map[string]func(){
		"Add":         func() { Add(two, three) },
		"Bytes":       func() { Bytes(two, make([]byte, 3), 1) },
		"Dot":         func() { Dot(two, three) },
		"Differences": func() { Differences(make([]uint32, 2), make([]byte, 8), make([]byte, 7)) },
		"MaskReLU":    func() { MaskReLU(two, three) },
		"MaskTanh":    func() { MaskTanh(two, three) },
		"Exp":         func() { Exp(two, three) },
		"Adam":        func() { Adam(three, two, three, three, 1, 1, 1, 0, 0, 1) },
		"Adam, m":     func() { Adam(three, three, two, three, 1, 1, 1, 0, 0, 1) },
		"Adam, v":     func() { Adam(three, three, three, two, 1, 1, 1, 0, 0, 1) },
		"RMSProp":     func() { RMSProp(three, two, three, 1, 1, 0, 1, true) },
		"RMSProp, s":  func() { RMSProp(three, three, two, 1, 1, 0, 1, true) },
	} {
		if !panics(call) {
			t.Errorf("%s: no panic", name)
		}
	}
}
