package run

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// held is a file system that holds files in memory, one of them in another state than it was written.
type held struct {
	fsys
	files map[string][]byte
	name  string
	data  []byte
}

func (h *held) read(name string, limit int64) ([]byte, error) {
	data, ok := h.files[name]
	switch {
	case name == h.name:
		data = h.data
	case !ok:
		return h.fsys.read(name, limit)
	}
	if int64(len(data)) > limit {
		return nil, os.ErrInvalid
	}
	return bytes.Clone(data), nil
}

// Every flipped bit and every truncation of a checkpoint is noticed, and the one before is used: of a small one here, of one of
// 32 KiB in make test-system.
func TestEveryBit(t *testing.T) {
	size := 512
	switch {
	case os.Getenv("AUXRL_SYSTEM") == "1":
		size = 31 << 10
	case testing.Short():
		size = 64
	}
	d := newDir(t)
	save(t, d, 10)
	files := filesOf(20)
	for i := range size {
		files[1].Data = append(files[1].Data, byte(i*i>>3))
	}
	if err := d.Save(20, files, DefaultKeep); err != nil {
		t.Fatal(err)
	}
	h := &held{fsys: d.fs, files: map[string][]byte{}}
	for _, step := range []int64{10, 20} {
		names, err := d.fs.list(d.stepDir(step))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			name = filepath.Join(d.stepDir(step), name)
			if h.files[name], err = d.fs.read(name, 1<<20); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.fs = h
	if c, _, err := d.Load(); err != nil || c.Step != 20 {
		t.Fatalf("without damage: %v, %v", c, err)
	}
	n := 0
	check := func(what string, at int) {
		n++
		if c, skipped, err := d.Load(); err != nil || c.Step != 10 || len(skipped) != 1 {
			t.Fatalf("%s, %s %d: error %v, skipped %v", h.name, what, at, err, skipped)
		}
	}
	for name, whole := range h.files { // order: each is checked by itself
		if filepath.Dir(name) != d.stepDir(20) {
			continue
		}
		h.name, h.data = name, bytes.Clone(whole)
		for bit := range 8 * len(whole) {
			h.data[bit/8] ^= 1 << (bit % 8)
			check("bit", bit)
			h.data[bit/8] ^= 1 << (bit % 8)
		}
		for length := range whole {
			h.data = whole[:length]
			check("length", length)
		}
	}
	if n < 9*size {
		t.Errorf("%d kinds of damage were tried", n)
	}
	t.Logf("%d kinds of damage", n)
}
