package viz

import (
	"errors"
	"image"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRecorder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "episode.gif")
	c := DefaultRecord()
	c.Width, c.Height = 320, 200
	r, err := NewRecorder(name, c)
	if err != nil {
		t.Fatal(err)
	}
	var want []*image.RGBA
	e := newEpisode(8)
	for range 5 {
		if err := r.Show(&e.snap); err != nil {
			t.Fatal(err)
		}
		want = append(want, drawn(&e.snap, 320, 200))
		e.step()
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, got := played(t, file)
	compareFrames(t, got, want)
}

func TestRecorderSparesFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "episode.gif")
	if err := os.WriteFile(name, []byte("dear"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := DefaultRecord()
	if _, err := NewRecorder(name, c); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want one that says that the file exists", err)
	}
	if b, err := os.ReadFile(name); string(b) != "dear" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	c.Overwrite = true
	r, err := NewRecorder(name, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Show(&Snapshot{}); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(name); len(b) < 6 || string(b[:6]) != "GIF89a" {
		t.Error("the file is not overwritten")
	}
}

func TestRecorderWithoutFramesLeavesNoFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "episode.gif")
	r, err := NewRecorder(name, DefaultRecord())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat: %v", err)
	}
}

func TestRecorderRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := NewRecorder(filepath.Join(dir, "episode.avi"), DefaultRecord()); err == nil {
		t.Error("no error of an unknown format")
	}
	if _, err := NewRecorder(filepath.Join(dir, "nowhere", "episode.gif"), DefaultRecord()); err == nil {
		t.Error("no error of a directory that does not exist")
	}
	for _, change := range []func(c *RecordConfig){
		func(c *RecordConfig) { c.Width = 0 }, func(c *RecordConfig) { c.Height = 1 << 20 }, func(c *RecordConfig) { c.FPS = 0 },
		func(c *RecordConfig) { c.FPS = 60 }, func(c *RecordConfig) { c.FPS = math.NaN() }, func(c *RecordConfig) { c.Hold = -time.Second },
	} {
		c := DefaultRecord()
		change(&c)
		if _, err := NewRecorder(filepath.Join(dir, "episode.gif"), c); err == nil {
			t.Errorf("no error of %+v", c)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestWritePNG(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "frame.png")
	rnd := noise(2)
	for range 2 { // the second replaces the first
		want := rnd.picture(20, 10, 500)
		if err := WritePNG(name, want); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for y := range 10 {
			for x := range 20 {
				if r, g, b, _ := got.At(x, y).RGBA(); uint8(r) != want.RGBAAt(x, y).R || uint8(g) != want.RGBAAt(x, y).G || uint8(b) != want.RGBAAt(x, y).B {
					t.Fatalf("pixel %d, %d differs", x, y)
				}
			}
		}
	}
	if err := WritePNG(filepath.Join(dir, "nowhere", "frame.png"), rnd.picture(1, 1, 1)); err == nil {
		t.Error("no error of a directory that does not exist")
	}
	if err := WritePNG(name, image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("no error of an empty picture")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

// fakeSink counts.
type fakeSink struct {
	shown, closed int
	err           error
}

func (f *fakeSink) Show(*Snapshot) error { f.shown++; return f.err }
func (f *fakeSink) Close() error         { f.closed++; return f.err }

func TestSinks(t *testing.T) {
	broken := errors.New("broken")
	a, b := &fakeSink{err: broken}, &fakeSink{}
	all := Sinks{a, b}
	if err := all.Show(&Snapshot{}); !errors.Is(err, broken) {
		t.Errorf("Show: %v", err)
	}
	if err := all.Close(); !errors.Is(err, broken) {
		t.Errorf("Close: %v", err)
	}
	if b.shown != 1 || b.closed != 1 {
		t.Errorf("after an error of the first sink, the second is shown %d, closed %d times", b.shown, b.closed)
	}
}
