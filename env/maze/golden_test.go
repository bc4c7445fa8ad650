package maze

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

const goldenFile = "testdata/digests.tsv"

// digest hashes all that a world shows and tells in 150 decisions.
func digest(t *testing.T, id string) string {
	cfg, err := Default(id)
	if err != nil {
		t.Fatal(err)
	}
	cfg.FullDepth = true
	w, err := NewWith(id, cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	word := func(v uint64) { h.Write(binary.LittleEndian.AppendUint64(nil, v)) }
	obs, vec := w.Spec().Buffers()
	signals := make([]float32, w.Spec().SignalsLen())
	show := func(s env.Step) {
		h.Write(obs)
		w.Signals(signals)
		for _, f := range [][]float32{vec, signals} {
			for _, v := range f {
				word(uint64(math.Float32bits(v)))
			}
		}
		for _, v := range []float64{s.Reward, w.Potential(), w.body.x, w.body.y} {
			word(math.Float64bits(v))
		}
		word(w.Milestones())
		word(w.Key())
		word(uint64(s.End))
	}
	w.Seed(11)
	w.Reset(obs, vec)
	show(env.Step{})
	for i := range uint64(150) {
		s := w.Step(rng.Below(rng.At(3, i/6), len(w.spec.Actions)), obs, vec)
		if show(s); s.End != env.Running || i%60 == 59 {
			w.Reset(obs, vec)
			show(env.Step{})
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// Worlds are what they were, bit for bit, on every machine: the file was written on amd64 and also holds where products and sums are
// fused.
func TestGolden(t *testing.T) {
	var b strings.Builder
	for i, r := range tasks {
		id := fmt.Sprintf("Maze/%s-%[2]dx%[2]d-v0", r.name, sizes[i%len(sizes)])
		fmt.Fprintf(&b, "%s\t%s\n", id, digest(t, id))
	}
	if *update {
		if err := os.WriteFile(goldenFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("the digests are\n%swant\n%s", got, want)
	}
}
