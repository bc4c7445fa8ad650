package systest

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pixelRlrun is rlrun of the build with the window.
func pixelRlrun(t *testing.T, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := pixelBinaries()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "rlrun"), args...)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

// watch shows a world in the window, takes keys from it, and ends with it.
func TestWatchWindow(t *testing.T) {
	x := newXServer(t)
	c := x.connect(t)
	dir := t.TempDir()
	fastest := time.Hour // from the start of the process to the first picture
	// begin starts watching and returns the process, its standard error, and the window.
	begin := func(view string) (*exec.Cmd, *bytes.Buffer, uint32) {
		t.Helper()
		cmd := pixelRlrun(t, dir, x.env(), "watch", world, "--view", view, "--speed", "4")
		said := new(bytes.Buffer)
		cmd.Stderr = said
		start := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		id := x.windowOf(t, world)
		for { // until there are letters
			pix, err := c.screenshot(t, id, 400, 40)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(slices.Collect(slices.Chunk(pix, 4)), func(p []byte) bool { return p[0] > 200 }) {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		took := time.Since(start)
		t.Logf("--view %s: the first picture after %v", view, took)
		fastest = min(fastest, took)
		return cmd, said, id
	}
	ends := func(cmd *exec.Cmd, said *bytes.Buffer, want string) {
		t.Helper()
		if err := cmd.Wait(); err != nil || said.String() != want {
			t.Errorf("it ended with %v and said %q, want %q", err, said, want)
		}
	}

	cmd, said, id := begin("pixel")
	name := strconv.Itoa(int(id))
	// The middle of the picture: above are badges, below what the viewer has to say.
	middle := image.Rect(0, 60, 960, 500)
	shot := func() []byte {
		t.Helper()
		pix, err := c.screenshot(t, id, middle.Max.X, middle.Max.Y)
		if err != nil {
			t.Fatal(err)
		}
		return pix[4*middle.Max.X*middle.Min.Y:]
	}
	// within waits for something that becomes true.
	within := func(what string, is func() bool) {
		t.Helper()
		for range 400 {
			if is() {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Fatalf("no %s in ten seconds", what)
	}
	before := shot()
	within("movement", func() bool { return !bytes.Equal(shot(), before) })
	x.xdotool(t, "windowfocus", "--sync", name, "key", "--delay", "0", "space", "p")
	saved := filepath.Join(dir, strings.ReplaceAll(world, "/", "-")+"-1.png")
	within("saved picture", func() bool { _, err := os.Stat(saved); return err == nil })
	var want []byte
	within("whole picture", func() bool {
		f, err := os.Open(saved)
		if err != nil {
			return false
		}
		defer f.Close()
		img, err := png.Decode(f)
		if err != nil {
			return false
		}
		part := image.NewRGBA(image.Rectangle{Max: middle.Size()})
		draw.Draw(part, part.Rect, img, middle.Min, draw.Src)
		want = part.Pix
		return true
	})
	within("window that shows the saved picture", func() bool { return bytes.Equal(shot(), want) })
	x.xdotool(t, "key", "--delay", "0", "n")
	within("step", func() bool { return !bytes.Equal(shot(), want) })
	x.xdotool(t, "key", "--delay", "0", "q")
	if err := cmd.Wait(); err != nil {
		t.Errorf("q: it ended with %v and said %q", err, said)
	}

	cmd, said, id = begin("auto")
	c.askToClose(t, id)
	ends(cmd, said, "rlrun: showing in a window; --view term shows in the terminal\n")

	cmd, said, id = begin("pixel")
	x.xdotool(t, "windowfocus", "--sync", strconv.Itoa(int(id)), "key", "--delay", "0", "ctrl+c")
	ends(cmd, said, "")
	for try := 0; fastest > time.Second/2 && try < 5; try++ { // others use the processor too
		cmd, said, id = begin("pixel")
		c.askToClose(t, id)
		ends(cmd, said, "")
	}
	if fastest > time.Second/2 {
		t.Errorf("the first picture comes %v after the start, at best; want half a second", fastest)
	}
}

// Where there is no screen, the build with the window says so, and is for the rest like any other: its exit codes and signals are.
func TestWindowBuild(t *testing.T) {
	dir, blind := t.TempDir(), append(os.Environ(), "DISPLAY=", "WAYLAND_DISPLAY=")
	const reason = "neither DISPLAY nor WAYLAND_DISPLAY is set"
	if _, stderr := finish(t, pixelRlrun(t, dir, blind, "watch", world, "--view", "pixel"), 2); !strings.Contains(stderr, reason) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("it said %q", stderr)
	}
	page := start(t, pixelRlrun(t, dir, blind, "watch", world, "--view", "auto"))
	page.await(t, "rlrun: watch at http")
	page.signal(t, os.Interrupt)
	if err := page.end(); err != nil || !strings.Contains(page.said.String(), "showing on a page (no window: there is no screen, "+reason) {
		t.Errorf("%v, it said %q", err, page.said.String())
	}
	x := newXServer(t)
	for _, env := range [][]string{blind, x.env()} {
		finish(t, pixelRlrun(t, dir, env, "version"), 0)
		finish(t, pixelRlrun(t, dir, env, "nonsense"), 2)
		for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			p := start(t, pixelRlrun(t, t.TempDir(), env, "train", world, "--algo", "a2c", "--steps", "1M", "--run", "r"))
			p.await(t, "step ")
			p.signal(t, s)
			if err := p.end(); p.cmd.ProcessState.ExitCode() != resumable {
				t.Errorf("%v, want status %d\n%s", err, resumable, p.said.String())
			}
		}
	}
}

// Looking on in the window changes no bit of a run, nor does closing it.
func TestTrainWindow(t *testing.T) {
	x := newXServer(t)
	c := x.connect(t)
	dir := t.TempDir()
	train := func(run string, more ...string) *exec.Cmd {
		args := append([]string{"train", world, "--steps", "60k", "--seed", "1", "--episodes", "2", "--run", run}, more...)
		return pixelRlrun(t, dir, x.env(), args...)
	}
	weights := func(run string) []byte {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(dir, run, "ckpt", "*", "model.safetensors"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s has no checkpoint: %v", run, err)
		}
		b, err := os.ReadFile(slices.Max(names))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	finish(t, train("alone"), 0)
	finish(t, train("watched", "--watch=pixel"), 0)
	cmd := train("left", "--watch=pixel")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.askToClose(t, x.windowOf(t, ".*"))
	if err := cmd.Wait(); err != nil {
		t.Errorf("when its window was closed, training ended with %v", err)
	}
	for _, run := range []string{"watched", "left"} {
		if !bytes.Equal(weights(run), weights("alone")) {
			t.Errorf("the weights of the run %s differ from those of the run that nobody looked on at", run)
		}
	}
}
