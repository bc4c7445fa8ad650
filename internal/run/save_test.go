package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// filesOf returns the files of an imagined run at a step.
func filesOf(step int64) []File {
	return []File{
		{"state.json", fmt.Appendf(nil, `{"step":%d}`, step)},
		{"env-0.bin", []byte{byte(step), 0xff, 0}},
		{"empty", nil},
	}
}

func save(t *testing.T, d *Dir, step int64) {
	t.Helper()
	if err := d.Save(step, filesOf(step), DefaultKeep); err != nil {
		t.Fatal(err)
	}
}

func wantSteps(t *testing.T, d *Dir, want ...int64) {
	t.Helper()
	got, err := d.Steps()
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("steps are %v (%v), want %v", got, err, want)
	}
}

// wantLoad checks that the newest whole checkpoint is that of step and that nothing newer was skipped.
func wantLoad(t *testing.T, d *Dir, step int64) {
	t.Helper()
	c, skipped, err := d.Load()
	if err != nil || len(skipped) > 0 {
		t.Fatalf("load: error %v, skipped %v", err, skipped)
	}
	if c.Step != step {
		t.Fatalf("loaded step %d, want %d", c.Step, step)
	}
	for _, f := range filesOf(step) {
		got, err := c.File(f.Name)
		if err != nil || string(got) != string(f.Data) {
			t.Errorf("step %d: %s is %q (%v), want %q", step, f.Name, got, err, f.Data)
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	d := newDir(t)
	d.fs = disk{} // with its syncs
	if _, _, err := d.Load(); !errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("before the first Save: error is %v, want %v", err, ErrNoCheckpoint)
	}
	for _, step := range []int64{0, 10, 20, 30, maxStep} {
		save(t, d, step)
		wantLoad(t, d, step)
	}
	wantSteps(t, d, 20, 30, maxStep)
	c, err := d.LoadStep(20)
	if err != nil || c.Step != 20 {
		t.Errorf("LoadStep(20): %v, %v", c, err)
	}
	if _, err := c.File("model.safetensors"); err == nil || !strings.Contains(err.Error(), "model.safetensors") {
		t.Errorf("a file that is not there: error is %v", err)
	}
	if _, err := d.LoadStep(25); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a step that is not there: error is %v", err)
	}
}

// The format is a promise: who changes these bytes raises manifestFormat and keeps reading the old ones.
func TestManifestGolden(t *testing.T) {
	d := newDir(t)
	if err := d.Save(1000, []File{{"b.txt", []byte("abc")}, {"a.bin", nil}}, 1); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(d.Path(), "ckpt", "step-000000001000", "MANIFEST.json"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "format": 1,
  "step": 1000,
  "files": [
    {
      "name": "a.bin",
      "size": 0,
      "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    },
    {
      "name": "b.txt",
      "size": 3,
      "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }
  ]
}
`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDigestIsOfContent(t *testing.T) {
	load := func(files []File) string {
		d := newDir(t)
		if err := d.Save(5, files, 1); err != nil {
			t.Fatal(err)
		}
		c, _, err := d.Load()
		if err != nil {
			t.Fatal(err)
		}
		return c.Digest
	}
	files := filesOf(5)
	reversed := slices.Clone(files)
	slices.Reverse(reversed)
	if a, b := load(files), load(reversed); a != b {
		t.Errorf("two directories, two orders: digests %s and %s", a, b)
	}
	if a, b := load(files), load(filesOf(6)); a == b {
		t.Errorf("different files have one digest %s", a)
	}
}

// Every operation of a save fails once, with the process going on or dying there. Whatever it is, the checkpoint before or the
// new one is there and whole, and the next attempt succeeds.
func TestSaveFailsAnywhere(t *testing.T) {
	damageThird := func(t *testing.T, d *Dir) {
		write(t, filepath.Join(d.stepDir(4), "state.json"), `{"step":5}`)
	}
	scenarios := []struct {
		name    string
		prepare func(t *testing.T, d *Dir)
		before  int64 // newest whole checkpoint
	}{
		{"first", func(*testing.T, *Dir) {}, -1},
		{"after three and a leftover", func(t *testing.T, d *Dir) {
			for step := range int64(3) {
				save(t, d, step+1)
			}
			if err := os.Mkdir(filepath.Join(d.ckpt(), ".tmp-7"), 0o777); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(d.ckpt(), ".tmp-7", "state.json"), "{")
		}, 3},
		{"in place of a damaged one", func(t *testing.T, d *Dir) {
			save(t, d, 2)
			save(t, d, 3)
			save(t, d, 4)
			damageThird(t, d)
		}, 3},
	}
	for _, sc := range scenarios {
		count := newDir(t)
		sc.prepare(t, count)
		total := countOps(count, func() {
			if err := count.Save(4, filesOf(4), 2); err != nil {
				t.Fatal(err)
			}
		})
		if total < 20 {
			t.Fatalf("%s: only %d operations were seen", sc.name, total)
		}
		for i := range total {
			for _, dies := range []bool{false, true} {
				if testing.Short() && dies != (i%2 == 0) {
					continue
				}
				t.Run(fmt.Sprintf("%s/op=%d/dies=%v", sc.name, i, dies), func(t *testing.T) {
					d := newDir(t)
					sc.prepare(t, d)
					failSave(t, d, &faulty{fsys: quick{}, failAt: i, dies: dies}, sc.before)
				})
			}
		}
	}
}

func failSave(t *testing.T, d *Dir, f *faulty, before int64) {
	t.Helper()
	d.fs = f
	err := d.Save(4, filesOf(4), 2)
	unreadable := err == nil && f.failed == "read" // a checkpoint that was damaged anyway
	if !unreadable && (!errors.Is(err, errFull) || !strings.Contains(err.Error(), d.Path())) {
		t.Fatalf("error is %v, want one that says %v and names a file", err, errFull)
	}
	d.fs = quick{}
	c, _, err := d.Load()
	switch {
	case before < 0 && errors.Is(err, ErrNoCheckpoint):
	case err != nil:
		t.Fatalf("after the failure: %v", err)
	case c.Step != before && c.Step != 4:
		t.Fatalf("after the failure: step %d is loaded, want %d or 4", c.Step, before)
	}
	if err := d.Save(4, filesOf(4), 2); err != nil {
		t.Fatalf("second attempt: %v", err)
	}
	wantLoad(t, d, 4)
	if before < 0 {
		wantSteps(t, d, 4)
	} else {
		wantSteps(t, d, 3, 4)
	}
	names, err := disk{}.list(d.ckpt())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left behind", name)
		}
	}
}

func TestSaveRemovesOnlyItsOwnLeftovers(t *testing.T) {
	d := newDir(t)
	save(t, d, 1)
	others := []string{".tmp-", ".tmp-x1", "tmp-1", ".tmp-1.bak", "step-1", "step-000000000001.old", "notes"}
	for _, name := range slices.Concat(others, []string{".tmp-0", ".tmp-123"}) {
		if err := os.MkdirAll(filepath.Join(d.ckpt(), name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	save(t, d, 2)
	names, err := disk{}.list(d.ckpt())
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(others, []string{"step-000000000001", "step-000000000002"})
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	wantSteps(t, d, 1, 2)
}

func TestHistoryIsNotRewritten(t *testing.T) {
	d := newDir(t)
	save(t, d, 10)
	save(t, d, 20)
	save(t, d, 20) // the same once more
	wantSteps(t, d, 10, 20)
	if err := d.Save(20, filesOf(21), 3); err == nil || !strings.Contains(err.Error(), "another checkpoint of step 20") {
		t.Errorf("other content for step 20: error is %v", err)
	}
	if err := d.Save(15, filesOf(15), 3); err == nil || !strings.Contains(err.Error(), "another checkpoint of step 20") {
		t.Errorf("step 15 behind step 20: error is %v", err)
	}
	wantLoad(t, d, 20)
}

// A later checkpoint that is damaged neither stops a run that goes on from an earlier one nor counts among those to keep.
func TestSaveBehindADamagedCheckpoint(t *testing.T) {
	d := newDir(t)
	save(t, d, 10)
	save(t, d, 20)
	write(t, filepath.Join(d.stepDir(20), "env-0.bin"), "zzz")
	for _, step := range []int64{11, 12} {
		if err := d.Save(step, filesOf(step), 1); err != nil {
			t.Fatal(err)
		}
		wantSteps(t, d, step, 20)
	}
	if err := d.Save(20, filesOf(20), 1); err != nil {
		t.Fatal(err)
	}
	wantSteps(t, d, 20)
	wantLoad(t, d, 20)
}

func TestSavePanics(t *testing.T) {
	d := newDir(t)
	ok := filesOf(1)
	for name, f := range map[string]func() error{
		"negative step": func() error { return d.Save(-1, ok, 1) },
		"large step":    func() error { return d.Save(maxStep+1, ok, 1) },
		"keep none":     func() error { return d.Save(1, ok, 0) },
		"no files":      func() error { return d.Save(1, nil, 1) },
		"twice":         func() error { return d.Save(1, []File{{"a", nil}, {"a", nil}}, 1) },
		"parent":        func() error { return d.Save(1, []File{{"../a", nil}}, 1) },
		"dot":           func() error { return d.Save(1, []File{{".", nil}}, 1) },
		"no name":       func() error { return d.Save(1, []File{{"", nil}}, 1) },
		"manifest":      func() error { return d.Save(1, []File{{"MANIFEST.json", nil}}, 1) },
		"device":        func() error { return d.Save(1, []File{{"c:a", nil}}, 1) },
	} {
		t.Run(name, func(t *testing.T) { mustPanic(t, func() { _ = f() }) })
	}
	wantSteps(t, d)
}
