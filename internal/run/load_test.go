package run

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every way to damage the newest checkpoint is noticed, named, and answered with the one before.
func TestLoadSkipsDamage(t *testing.T) {
	edit := func(name string, f func([]byte) []byte) func(string) error {
		return func(dir string) error {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name), f(data), 0o666)
		}
	}
	swap := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(from), []byte(to), 1) }
	}
	for name, damage := range map[string]func(dir string) error{
		"bit":             edit("env-0.bin", func(b []byte) []byte { b[0] ^= 1; return b }),
		"short file":      edit("env-0.bin", func(b []byte) []byte { return b[:2] }),
		"long file":       edit("env-0.bin", func(b []byte) []byte { return append(b, 0) }),
		"empty manifest":  edit(manifestName, func([]byte) []byte { return nil }),
		"torn manifest":   edit(manifestName, func(b []byte) []byte { return b[:len(b)-4] }),
		"two manifests":   edit(manifestName, func(b []byte) []byte { return append(b, b...) }),
		"format 0":        edit(manifestName, swap(`"format": 1`, `"format": 0`)),
		"other step":      edit(manifestName, swap(`"step": 20`, `"step": 21`)),
		"unknown key":     edit(manifestName, swap(`"step": 20`, `"step": 20, "host": "x"`)),
		"no files":        edit(manifestName, func([]byte) []byte { return []byte(`{"format":1,"step":20,"files":[]}`) }),
		"negative size":   edit(manifestName, swap(`"size": 3`, `"size": -3`)),
		"huge size":       edit(manifestName, swap(`"size": 3`, `"size": 3000000000000000000`)),
		"other size":      edit(manifestName, swap(`"size": 3`, `"size": 4`)),
		"other digest":    edit(manifestName, swap(`"sha256": "`, `"sha256": "0`)),
		"path in name":    edit(manifestName, swap(`"empty"`, `"../empty"`)),
		"other case":      edit(manifestName, swap(`"step"`, `"Step"`)),
		"no newline":      edit(manifestName, func(b []byte) []byte { return b[:len(b)-1] }),
		"format 3":        edit(manifestName, swap(`"format": 1`, `"format": 3`)),
		"order of names":  edit(manifestName, swap(`"empty"`, `"a"`)),
		"no file":         func(dir string) error { return os.Remove(filepath.Join(dir, "state.json")) },
		"no manifest":     func(dir string) error { return os.Remove(filepath.Join(dir, manifestName)) },
		"empty directory": os.RemoveAll,
		"link": func(dir string) error {
			name := filepath.Join(dir, "env-0.bin")
			if err := os.Rename(name, name+".away"); err != nil {
				return err
			}
			return os.Symlink(name+".away", name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			save(t, d, 10)
			save(t, d, 20)
			if err := damage(d.stepDir(20)); err != nil {
				t.Fatal(err)
			}
			if name == "empty directory" {
				write(t, d.stepDir(20), "a file in its place")
			}
			c, skipped, err := d.Load()
			if err != nil {
				t.Fatal(err)
			}
			if c.Step != 10 {
				t.Errorf("loaded step %d, want 10", c.Step)
			}
			if len(skipped) != 1 || !strings.Contains(skipped[0].Error(), "step 20") {
				t.Errorf("skipped %v, want step 20", skipped)
			}
			if err := d.Verify(20); err == nil || !strings.Contains(err.Error(), "step 20") {
				t.Errorf("verified, it has error %v", err)
			}
			if err := d.Verify(10); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLoadWithNothingWhole(t *testing.T) {
	d := newDir(t)
	for _, step := range []int64{1, 2} {
		save(t, d, step)
	}
	for _, step := range []int64{1, 2} {
		write(t, filepath.Join(d.stepDir(step), "state.json"), "{}")
	}
	_, skipped, err := d.Load()
	if err == nil || len(skipped) != 2 {
		t.Fatalf("error %v, skipped %v, want an error and two skipped", err, skipped)
	}
	for _, want := range []string{d.Path(), "step 1", "step 2", "state.json"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// A newer format is not damage: going back to an older checkpoint would throw work away without a word.
func TestNewerFormat(t *testing.T) {
	d := newDir(t)
	save(t, d, 10)
	save(t, d, 20)
	write(t, filepath.Join(d.stepDir(20), manifestName), `{"format":2,"shards":["a"]}`)
	if _, _, err := d.Load(); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("load: error is %v", err)
	}
	if err := d.Save(20, filesOf(20), 1); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("save: error is %v", err)
	}
	wantSteps(t, d, 10, 20)
}

func TestRemove(t *testing.T) {
	d := newDir(t)
	save(t, d, 10)
	save(t, d, 20)
	if n, err := d.Size(10); err != nil || n < 100 {
		t.Errorf("size %d, %v", n, err)
	}
	if err := d.Remove(10); err != nil {
		t.Fatal(err)
	}
	wantSteps(t, d, 20)
	if _, err := d.Size(10); err == nil {
		t.Error("what was removed has a size")
	}
}

func TestReadIsBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	write(t, name, "abcd")
	if got, err := (disk{}).read(name, 4); err != nil || string(got) != "abcd" {
		t.Errorf("limit 4: %q, %v", got, err)
	}
	if _, err := (disk{}).read(name, 3); err == nil {
		t.Error("limit 3: no error")
	}
	if _, err := (disk{}).read(filepath.Dir(name), 1<<20); err == nil {
		t.Error("a directory: no error")
	}
}
