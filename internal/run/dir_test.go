package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type config struct {
	Env  string
	Seed uint64
}

// newDir returns a locked run directory with a configuration, on a file system that does not sync.
func newDir(t *testing.T) *Dir {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "runs", "a"))
	if err != nil {
		t.Fatal(err)
	}
	d.fs = quick{}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.WriteConfig(config{"probe", 7}); err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestConfigRoundTrip(t *testing.T) {
	d := newDir(t)
	want := config{"MiniGrid-Empty-5x5-v0", 1<<64 - 1}
	if err := d.WriteConfig(want); err != nil {
		t.Fatal(err)
	}
	r, err := Open(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	var got config
	if err := r.ReadConfig(&got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReadConfigRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"unknown setting": `{"Env":"x","Sede":1}`,
		"second value":    `{"Env":"x"} {}`,
		"torn":            `{"Env":"x"`,
		"huge":            `{"Env":"` + strings.Repeat("x", maxConfig) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			write(t, filepath.Join(d.Path(), configName), data)
			var c config
			if err := d.ReadConfig(&c); err == nil || !strings.Contains(err.Error(), configName) {
				t.Errorf("error is %v, want one that names %s", err, configName)
			}
		})
	}
}

func TestWriteConfigKeepsTheOldOne(t *testing.T) {
	d := newDir(t)
	total := countOps(d, func() {
		if err := d.WriteConfig(config{"probe", 7}); err != nil {
			t.Fatal(err)
		}
	})
	for i := range total {
		d.fs = &faulty{fsys: quick{}, failAt: i}
		if err := d.WriteConfig(config{"new", 8}); !errors.Is(err, errFull) {
			t.Errorf("operation %d fails: error is %v, want %v", i, err, errFull)
		}
		d.fs = quick{}
		var c config
		if err := d.ReadConfig(&c); err != nil {
			t.Errorf("operation %d fails: %v", i, err)
		}
	}
	if err := d.WriteConfig(make(chan int)); err == nil {
		t.Error("a channel was written as settings")
	}
}

// Other files are kept as the configuration is; names of the run's own files are refused.
func TestKeep(t *testing.T) {
	d := newDir(t)
	for _, want := range []string{"one", "two"} {
		if err := d.Keep("notes.txt", []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(d.Path(), "notes.txt")); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	d.fs = &faulty{fsys: quick{}}
	if err := d.Keep("notes.txt", nil); !errors.Is(err, errFull) {
		t.Errorf("error is %v, want %v", err, errFull)
	}
	for _, name := range []string{configName, metricsName, ckptName, lockName, "../x", "", "A"} {
		mustPanic(t, func() { _ = d.Keep(name, nil) })
	}
}

func TestCreateRefusesUsedDirectories(t *testing.T) {
	d := newDir(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Create(d.Path())
	if !errors.Is(err, ErrExists) {
		t.Fatalf("a run's directory: error is %v, want %v", err, ErrExists)
	}
	for _, advice := range []string{"rlrun train --resume " + d.Path(), "--run DIR"} {
		if !strings.Contains(err.Error(), advice) {
			t.Errorf("error %q does not say %q", err, advice)
		}
	}
	other := t.TempDir()
	write(t, filepath.Join(other, "thesis.tex"), "\\end")
	if _, err := Create(other); !errors.Is(err, ErrNoRun) || !strings.Contains(err.Error(), "--run DIR") {
		t.Errorf("a directory with something else: error is %v, want %v and advice", err, ErrNoRun)
	}
	if _, err := os.Lstat(filepath.Join(other, lockName)); err == nil {
		t.Error("a lock file was left in a directory that was refused")
	}
	name := filepath.Join(t.TempDir(), "file")
	write(t, name, "")
	if _, err := Create(name); err == nil {
		t.Error("a file was taken for a directory")
	}
}

func TestCreateAfterACrashInCreate(t *testing.T) {
	path := t.TempDir()
	write(t, filepath.Join(path, lockName), "")
	d, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestLock(t *testing.T) {
	d := newDir(t)
	_, err := Resume(d.Path())
	if want := "run directory " + d.Path() + " is in use by another process"; !errors.Is(err, ErrInUse) || err.Error() != want {
		t.Errorf("second writer: error is %v, want %s", err, want)
	}
	if _, err := Open(d.Path()); err != nil {
		t.Errorf("a reader beside the writer: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	again, err := Resume(d.Path())
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestCreateWhileInUse(t *testing.T) {
	path := t.TempDir()
	d, err := Create(path) // has no configuration yet
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := Create(path); !errors.Is(err, ErrInUse) {
		t.Errorf("error is %v, want %v", err, ErrInUse)
	}
}

func TestOpenWithoutRun(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := Open(path); !errors.Is(err, ErrNoRun) {
			t.Errorf("Open: error is %v, want %v", err, ErrNoRun)
		}
		if _, err := Resume(path); !errors.Is(err, ErrNoRun) {
			t.Errorf("Resume: error is %v, want %v", err, ErrNoRun)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	d, err := Open(newDir(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"WriteConfig": func() error { return d.WriteConfig(config{}) },
		"Save":        func() error { return d.Save(1, []File{{"a", nil}}, 1) },
		"Metrics":     func() error { _, err := d.Metrics(0); return err },
	} {
		t.Run(name, func(t *testing.T) { mustPanic(t, func() { _ = f() }) })
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if s, _ := recover().(string); !strings.HasPrefix(s, "run: ") {
			t.Errorf("panic %q, want one that begins with run:", s)
		}
	}()
	f()
}

func TestLockDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	first, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); !errors.Is(err, ErrInUse) {
		t.Errorf("locked twice: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(filepath.Join(path, "lock", "c")); err == nil {
		t.Error("a file was locked as a directory")
	}
}
