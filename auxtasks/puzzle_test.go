package auxtasks_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
	"github.com/auxrl/auxrl/internal/rng"
)

// numbered returns an image whose bytes all differ, up to 256.
func numbered(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// A turn to the left takes what is on the right to the top; several are one after the other.
func TestRotate(t *testing.T) {
	for _, c := range []struct{ side, channels int }{{2, 1}, {5, 3}, {4, 2}} {
		src := numbered(c.side * c.side * c.channels)
		want := slices.Clone(src)
		for q := range 6 {
			got := bytes.Repeat([]byte{0xaa}, len(src))
			if auxtasks.Rotate(got, src, c.side, c.channels, q); !bytes.Equal(got, want) {
				t.Errorf("%+v turned by %d:\n%v, want\n%v", c, q, got, want)
			}
			next := make([]byte, len(src))
			for y := range c.side {
				for x := range c.side {
					for ch := range c.channels {
						next[((c.side-1-x)*c.side+y)*c.channels+ch] = want[(y*c.side+x)*c.channels+ch]
					}
				}
			}
			want = next
		}
	}
}

// Any two differ in all places but one at most, and there are as many as there can be.
func TestPermutations(t *testing.T) {
	for _, q := range []int{4, 9, 16, 25} {
		all := auxtasks.Permutations(q)
		if len(all) != q*(q-1) {
			t.Fatalf("of %d: %d, want %d", q, len(all), q*(q-1))
		}
		for i, p := range all {
			sorted := slices.Clone(p)
			slices.Sort(sorted)
			for k, v := range sorted {
				if int(v) != k || i == 0 && int(p[k]) != k {
					t.Fatalf("of %d: %d is %v", q, i, p)
				}
			}
			for j, o := range all[:i] {
				same := 0
				for k := range p {
					if p[k] == o[k] {
						same++
					}
				}
				if same > 1 || i < q && same > 0 {
					t.Fatalf("of %d: %d and %d, %v and %v, agree in %d places", q, i, j, p, o, same)
				}
			}
		}
	}
}

func TestRearrange(t *testing.T) {
	const h, w, c, tiles = 7, 8, 2, 3
	p := []uint8{4, 2, 0, 1, 3, 5, 8, 6, 7}
	src, got := numbered(h*w*c), bytes.Repeat([]byte{0xaa}, h*w*c)
	auxtasks.Rearrange(got, src, h, w, c, tiles, p)
	for y := range h {
		for x := range w {
			fromY, fromX := y, x
			if y < 6 && x < 6 {
				piece := slices.Index(p, uint8(y/2*3+x/2))
				fromY, fromX = piece/3*2+y%2, piece%3*2+x%2
			}
			for ch := range c {
				if v, want := got[(y*w+x)*c+ch], src[(fromY*w+fromX)*c+ch]; v != want {
					t.Fatalf("pixel (%d, %d) channel %d is %d, want %d", y, x, ch, v, want)
				}
			}
		}
	}
}

// picture is dims that puzzles can work with.
func picture(rows int) auxtasks.Dims {
	return auxtasks.Dims{H: 12, W: 12, C: 2, Rows: rows, Taps: []auxtasks.Tap{{Name: "conv1", H: 2, W: 2, C: 3}, {Name: "features", H: 1, W: 1, C: 4}}}
}

// What the transform says it did is what it did, and it does everything there is about equally often.
func TestPuzzleTransforms(t *testing.T) {
	d := picture(8)
	src, dst, want := numbered(12*12*2), make([]byte, 12*12*2), make([]byte, 12*12*2)
	perms := auxtasks.Permutations(9)
	for kind, versions := range map[string]int{"rotation": 4, "jigsaw": 10} {
		settings := ""
		if kind == "jigsaw" {
			settings = `{"permutations": 10}`
		}
		change := built(t, kind, settings, d).Needs().Views[0].Transform
		counts := make([]int, versions)
		for i := range 100 * versions {
			label := change.Apply(dst, src, 12, 12, 2, rng.At(8, uint64(i)))
			if kind == "rotation" {
				auxtasks.Rotate(want, src, 12, 2, int(label))
			} else {
				auxtasks.Rearrange(want, src, 12, 12, 2, 3, perms[label])
			}
			if !bytes.Equal(dst, want) {
				t.Fatalf("%s: version %d is another one", kind, label)
			}
			counts[label]++
		}
		if slices.Min(counts) < 70 || slices.Max(counts) > 130 {
			t.Errorf("%s: of 100 each: %v", kind, counts)
		}
	}
}

// Only the changed view is looked at; what does not count is not; and random labels have nothing to do with what was done.
func TestPuzzleLoss(t *testing.T) {
	const rows = 8
	for kind, versions := range map[string]int{"rotation": 4, "jigsaw": 64} {
		for _, random := range []bool{false, true} {
			settings := `{"rows": 8, "hidden": 16}`
			if random {
				settings = `{"rows": 8, "hidden": 16, "random_labels": true}`
			}
			task := built(t, kind, settings, picture(rows))
			n := task.Needs()
			if len(n.Taps) != 0 || len(n.Views) != 1 || !slices.Equal(n.Views[0].Taps, []string{"conv1"}) || n.Draw.Len != 1 || n.Draw.Seqs != rows {
				t.Fatalf("%s needs %+v", kind, n)
			}
			tap := tapOf("conv1", 2, 2, 3, rows)
			b := &auxtasks.Batch{T: 1, B: rows, Weight: []float32{1, 1, 0, 1, 1, 1, 1, 1}}
			labels := []int32{0, 1, 2, 3, 0, 1, 2, 3}
			in := &auxtasks.Input{Batch: b, Taps: [][]*auxtasks.Tap{nil, {tap}}, Labels: [][]int32{nil, labels}, Random: 3}
			r := task.Loss(in, 1)
			if math.Abs(float64(r.Loss)-math.Log(float64(versions))) > 0.03 || r.Rows != rows-1 {
				t.Errorf("%s: the first loss is %+v, want ln %d of %d rows", kind, r, versions, rows-1)
			}
			for row := range rows {
				moved := slices.ContainsFunc(tap.Grad[row*12:(row+1)*12], func(v float32) bool { return v != 0 })
				if moved != (row != 2) {
					t.Errorf("%s: row %d: gradient %v", kind, row, moved)
				}
			}
			first := slices.Clone(tap.Grad)
			changed := func(change func()) bool {
				change()
				clear(tap.Grad)
				task.Loss(in, 1)
				return !slices.Equal(tap.Grad, first)
			}
			if got := changed(func() { labels[2] = 0; labels[0], labels[1] = 1, 0 }); got == random {
				t.Errorf("%s, random labels %v: other labels change the gradient: %v", kind, random, got)
			}
			labels[0], labels[1] = 0, 1
			if got := changed(func() { in.Random++ }); got != random {
				t.Errorf("%s, random labels %v: another update changes the gradient: %v", kind, random, got)
			}
		}
	}
}

func TestPuzzlesRefuse(t *testing.T) {
	for _, c := range []struct {
		kind, settings, want string
		change               func(*auxtasks.Dims)
	}{
		{"rotation", ``, "", func(*auxtasks.Dims) {}},
		{"rotation", ``, "symbols", func(d *auxtasks.Dims) { d.Codes = []int{3, 3} }},
		{"rotation", ``, "12x10, must be square", func(d *auxtasks.Dims) { d.W = 10 }},
		{"rotation", ``, "2x2", func(d *auxtasks.Dims) { d.H, d.W = 1, 1 }},
		{"rotation", ``, `"features"`, func(d *auxtasks.Dims) { d.Taps = nil }},
		{"rotation", `{"rows": 0}`, "rows", func(*auxtasks.Dims) {}},
		{"jigsaw", ``, "", func(*auxtasks.Dims) {}},
		{"jigsaw", ``, "", func(d *auxtasks.Dims) { d.W = 20 }},
		{"jigsaw", ``, "symbols", func(d *auxtasks.Dims) { d.Codes = []int{3, 3} }},
		{"jigsaw", ``, "pieces of 4x3", func(d *auxtasks.Dims) { d.W = 11 }},
		{"jigsaw", ``, `"features"`, func(d *auxtasks.Dims) { d.Taps = nil }},
		{"jigsaw", `{"tiles": 6}`, "tiles is 6", func(*auxtasks.Dims) {}},
		{"jigsaw", `{"tiles": 2}`, "between 2 and 12 for 2x2", func(*auxtasks.Dims) {}},
		{"jigsaw", `{"tiles": 2, "permutations": 12}`, "", func(*auxtasks.Dims) {}},
		{"jigsaw", `{"permutations": 1}`, "permutations is 1", func(*auxtasks.Dims) {}},
		{"jigsaw", `{"hidden": 0}`, "hidden", func(*auxtasks.Dims) {}},
	} {
		d := picture(32)
		c.change(&d)
		_, err := auxtasks.New(c.kind, []byte(c.settings), d)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got error %v, want one with %q", c.kind, c.settings, err, c.want)
		}
	}
}

// The harmful version keeps the contract like any other.
func TestRandomLabelsKeepTheContract(t *testing.T) {
	tasktest.Run(t, "rotation", []byte(`{"random_labels": true}`))
}
