package systest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auxrl/auxrl/viz"
)

// pixelBinaries builds, once, what has the window: rlrun, and testdata/window. It returns their directory. The first time, the
// window library takes a minute.
var pixelBinaries = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch(), "pixel")
	out, err := exec.Command("go", "build", "-tags", "pixel", "-o", dir+"/", "./testdata/window", "../../cmd/rlrun").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

// windowProgram is testdata/window, at work.
type windowProgram struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string // of its standard output, but keys
	keys  chan viz.Key

	stderr bytes.Buffer // once the program has ended
}

func startWindow(t *testing.T, env []string) *windowProgram {
	t.Helper()
	dir, err := pixelBinaries()
	if err != nil {
		t.Fatal(err)
	}
	p := &windowProgram{cmd: exec.CommandContext(t.Context(), filepath.Join(dir, "window")), lines: make(chan string, 100), keys: make(chan viz.Key, 1000)}
	p.cmd.Env = env
	p.cmd.Stderr = &p.stderr
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			if k, err := strconv.Atoi(strings.TrimPrefix(s.Text(), "key ")); err == nil {
				p.keys <- viz.Key(k)
				continue
			}
			p.lines <- s.Text()
		}
	}()
	return p
}

// send sends a command.
func (p *windowProgram) send(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(p.stdin, format+"\n", args...); err != nil {
		t.Fatal(err)
	}
}

// await returns the lines up to one that begins like this.
func (p *windowProgram) await(t *testing.T, prefix string) []string {
	t.Helper()
	var lines []string
	timeout := time.After(60 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			lines = append(lines, line)
			if strings.HasPrefix(line, prefix) {
				return lines
			}
			if !ok {
				t.Fatalf("the program ended before %q; it said %q", prefix, lines)
			}
		case <-timeout:
			t.Fatalf("no %q in a minute; the program said %q", prefix, lines)
		}
	}
}

// do sends a command and waits until it is done.
func (p *windowProgram) do(t *testing.T, format string, args ...any) []string {
	t.Helper()
	p.send(t, format, args...)
	return p.await(t, "ok")
}

// cost is do for a command that says what it cost: the share of a core in percent, and bytes of heap afterwards.
func (p *windowProgram) cost(t *testing.T, command string) (cpu float64, heap int) {
	t.Helper()
	lines := p.do(t, "%s", command)
	if _, err := fmt.Sscanf(lines[0], "cpu %f %% of a core, heap %d bytes", &cpu, &heap); err != nil {
		t.Fatalf("%v: %q", err, lines)
	}
	return cpu, heap
}

// pressed returns the next n keys; fewer if they do not come.
func (p *windowProgram) pressed(n int) []viz.Key {
	var keys []viz.Key
	timeout := time.After(5 * time.Second)
	for len(keys) < n {
		select {
		case k := <-p.keys:
			keys = append(keys, k)
		case <-timeout:
			return keys
		}
	}
	return keys
}

// end closes the program's standard input and returns its status.
func (p *windowProgram) end(t *testing.T) int {
	t.Helper()
	p.stdin.Close()
	for line := range p.lines {
		t.Logf("at the end: %s", line)
	}
	_ = p.cmd.Wait()
	if p.stderr.Len() > 0 {
		t.Errorf("on standard error it said %q", p.stderr.String())
	}
	return p.cmd.ProcessState.ExitCode()
}

// windowOf waits for the window with the title.
func (x xServer) windowOf(t *testing.T, title string) uint32 {
	t.Helper()
	for range 200 {
		cmd := exec.CommandContext(t.Context(), "xdotool", "search", "--onlyvisible", "--name", "^"+title+"$")
		cmd.Env = x.env()
		out, _ := cmd.Output() // it fails where there is none
		if n, err := strconv.ParseUint(strings.TrimSpace(string(out)), 10, 32); err == nil {
			return uint32(n)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no window %q in ten seconds", title)
	return 0
}

// sees waits until the window shows the picture, pixel by pixel.
func (c *xClient) sees(t *testing.T, window uint32, want []byte, width, height int) {
	t.Helper()
	var got []byte
	var err error
	for range 200 {
		if got, err = c.screenshot(t, window, width, height); err == nil && bytes.Equal(got, want) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := 0; i < len(want); i += 4 {
		if !bytes.Equal(got[i:i+4], want[i:i+4]) {
			n++
		}
	}
	t.Fatalf("%d of %d pixels differ from the software renderer's", n, width*height)
}

// drawn returns what the software renderer makes of picture k.
func (p *windowProgram) drawn(t *testing.T, k, width, height int, style string) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "picture")
	p.do(t, "draw %d %d %d %s %s", k, width, height, style, name)
	pix, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return pix
}

// The window shows the software renderer's picture, at any size, whatever was over it; keys come in order, none is lost; the person may close
// it, and the program go on and open another.
func TestWindow(t *testing.T) {
	x := newXServer(t)
	c := x.connect(t)
	p := startWindow(t, x.env())
	p.do(t, "open 640 400 dark")
	id := x.windowOf(t, "systest")
	name := strconv.Itoa(int(id))
	show := func(t *testing.T, k, width, height int, style string) {
		t.Helper()
		want := p.drawn(t, k, width, height, style)
		p.do(t, "show %d", k)
		c.sees(t, id, want, width, height)
	}

	t.Run("picture", func(t *testing.T) {
		show(t, 1, 640, 400, "dark")
		show(t, 2, 640, 400, "dark")
	})
	t.Run("resized", func(t *testing.T) {
		for _, size := range [][2]int{{960, 600}, {421, 333}, {1279, 799}, {640, 400}} {
			want := p.drawn(t, 2, size[0], size[1], "dark")
			x.xdotool(t, "windowsize", name, strconv.Itoa(size[0]), strconv.Itoa(size[1]))
			c.sees(t, id, want, size[0], size[1])
		}
	})
	t.Run("covered", func(t *testing.T) {
		x.xdotool(t, "windowunmap", "--sync", name, "windowmap", "--sync", name)
		c.sees(t, id, p.drawn(t, 2, 640, 400, "dark"), 640, 400)
	})
	x.xdotool(t, "windowfocus", "--sync", name)
	// Keys are held for no time. Twice in the same millisecond, GLFW takes a key for an echo of the input method; but not what it types.
	tap := func(key string) []string { return []string{"key", "--delay", "0", key, "sleep", "0.002"} }
	taps := func(t *testing.T) {
		for key, want := range map[string]viz.Key{"space": ' ', "Up": viz.KeyUp, "Return": viz.KeyEnter} {
			x.xdotool(t, slices.Repeat(tap(key), 20)...)
			if got := p.pressed(20); !slices.Equal(got, slices.Repeat([]viz.Key{want}, 20)) {
				t.Errorf("20 taps of %s came as %v, want 20 of %v", key, got, want)
			}
		}
		x.xdotool(t, append([]string{"key", "--delay", "0"}, slices.Repeat([]string{"o"}, 20)...)...)
		if got := p.pressed(20); !slices.Equal(got, slices.Repeat([]viz.Key{'o'}, 20)) {
			t.Errorf("20 taps of o at once came as %v", got)
		}
	}
	t.Run("taps", taps)
	t.Run("delay", func(t *testing.T) {
		delays := x.typing(t, 21, func() {
			if len(p.pressed(1)) == 0 {
				t.Fatal("a key did not come")
			}
		})
		slices.Sort(delays)
		t.Logf("from the tap to the program's word of it: %v", delays)
		if delays[10] > 20*time.Millisecond {
			t.Errorf("a tap takes %v in the median, want at most 20 ms", delays[10])
		}
	})
	t.Run("taps while it draws", func(t *testing.T) {
		p.send(t, "play 60 20")
		taps(t)
		p.await(t, "ok")
	})
	t.Run("order", func(t *testing.T) {
		x.xdotool(t, "key", "--delay", "0", "question", "plus", "Up", "minus", "Down", "a", "A", "Left", "7", "Right", "space", "Escape", "Return", "Tab", "F1", "ctrl+x", "ctrl+c", "q")
		want := []viz.Key{'?', '+', viz.KeyUp, '-', viz.KeyDown, 'a', 'a', viz.KeyLeft, '7', viz.KeyRight, ' ', viz.KeyEscape, viz.KeyEnter, viz.KeyInterrupt, 'q'}
		if got := p.pressed(len(want)); !slices.Equal(got, want) {
			t.Errorf("keys %v, want %v", got, want)
		}
	})
	t.Run("closed by the person", func(t *testing.T) {
		c.askToClose(t, id)
		p.await(t, "no more keys")
		p.do(t, "show 3")
		p.do(t, "close")
	})
	t.Run("another", func(t *testing.T) {
		p.do(t, "open 700 450 light")
		id = x.windowOf(t, "systest")
		show(t, 4, 700, 450, "light")
		if lines := p.do(t, "close"); lines[0] != "no more keys" {
			t.Errorf("when it is closed, it says %q", lines)
		}
	})
	if status := p.end(t); status != 5 {
		t.Errorf("exit %d, want 5", status)
	}
}

// Memory does not grow with the number of frames, nor with that of windows and sizes.
func TestWindowMemory(t *testing.T) {
	x := newXServer(t)
	p := startWindow(t, x.env())
	p.do(t, "open 640 400 dark")
	_, first := p.cost(t, "play 1000 0")
	for range 5 {
		p.do(t, "close")
		p.do(t, "open 640 400 dark")
		id := fmt.Sprint(x.windowOf(t, "systest"))
		for _, width := range []string{"700", "800", "640"} {
			x.xdotool(t, "windowsize", "--sync", id, width, "400")
		}
	}
	_, last := p.cost(t, "play 20000 0")
	t.Logf("heap after 1000 frames %d bytes, after 20000 more, five windows and fifteen sizes %d", first, last)
	if last > first+first/10 {
		t.Errorf("heap after 1000 frames %d bytes, after 20000 more %d", first, last)
	}
}

// Pictures of 640x400, 20 each second, cost at most a tenth of one core.
func TestWindowCost(t *testing.T) {
	x := newXServer(t)
	p := startWindow(t, x.env())
	for _, size := range []string{"420 280", "640 400", "960 600"} {
		p.do(t, "open %s dark", size)
		p.do(t, "play 20 20")
		cpu := math.Inf(1) // the least of three: others use the processor too
		for range 3 {
			c, _ := p.cost(t, "play 30 20")
			cpu = min(cpu, c)
		}
		idle, _ := p.cost(t, "rest 500")
		t.Logf("%s: %.1f %% of a core at 20 pictures a second, %.1f %% when nothing is shown", size, cpu, idle)
		if size == "640 400" && cpu > 10 {
			t.Errorf("a small window costs %.1f %% of a core, want at most 10 %%", cpu)
		}
		p.do(t, "close")
	}
}

// If the window library fails, the program hears of it and goes on: the keys end, and to show, close or open is an error.
func TestWindowFails(t *testing.T) {
	x := newXServer(t)
	for _, next := range []string{"show 2", "close", "open 640 400 dark"} {
		p := startWindow(t, x.env())
		p.do(t, "open 640 400 dark")
		p.do(t, "show 1")
		if lines := p.do(t, "crash"); lines[0] != "no more keys" {
			t.Errorf("when it fails, it says %q", lines)
		}
		p.send(t, "%s", next)
		p.await(t, "error: true window: no window can be opened: the window library failed: on purpose")
		if status := p.end(t); status != 3 {
			t.Errorf("exit %d, want 3", status)
		}
	}
}

// Where there can be no window, an error says why, and nothing else does; nothing panics.
func TestNoWindow(t *testing.T) {
	x, without := newXServer(t), newXServer(t, "-extension", "GLX")
	const dead = "/tmp/.X11-unix/X4712"
	if err := os.WriteFile(dead, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(dead)
	for _, tc := range []struct {
		name string
		env  []string
		says string
		seen bool // already by Available
	}{
		{"no display", append(os.Environ(), "DISPLAY=", "WAYLAND_DISPLAY="), "neither DISPLAY nor WAYLAND_DISPLAY is set", true},
		{"no server", append(os.Environ(), "DISPLAY=:4711"), "no X server answers at DISPLAY=:4711", true},
		{"dead server", append(os.Environ(), "DISPLAY=:4712"), "no X server answers at DISPLAY=:4712", false},
		{"no GLX", without.env(), "OpenGL 3.3 is needed", false},
		{"old OpenGL", x.env("MESA_GL_VERSION_OVERRIDE=2.1"), "OpenGL 3.3 is needed", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := startWindow(t, tc.env)
			p.send(t, "open 640 400 dark")
			lines := p.await(t, "error: true window: no window can be opened: ")
			if !strings.Contains(lines[len(lines)-1], tc.says) || (len(lines) == 2) != tc.seen {
				t.Errorf("it says %q, want an error with %q", lines, tc.says)
			}
			if status := p.end(t); status != 3 {
				t.Errorf("exit %d, want 3", status)
			}
		})
	}
}

// What go test ./... and go vet ./... leave out, since they do without the headers.
func TestWindowPackage(t *testing.T) {
	for _, args := range [][]string{
		{"vet", "-tags", "pixel", "../../viz/window", "../../cmd/rlrun", "./testdata/window"},
		{"test", "-count=1", "-tags", "pixel", "../../viz/window"},
	} {
		if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
			t.Errorf("go %q: %v\n%s", args, err, out)
		}
	}
}
