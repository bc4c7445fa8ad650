package viz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// What the changed cells add up to is what a new terminal would be shown.
func TestTerminalDiffsMatchFullRedraw(t *testing.T) {
	for _, color := range []Color{Mono, Color256, TrueColor} {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {57, 13}, {20, 6}, {3, 2}, {1, 1}} {
			shown := newVT(size[0], size[1])
			sink := NewTerminal(shown, shown.size, color)
			e := newEpisode(7)
			for k := range 60 {
				if e.step(); k == 40 {
					e.snap.End = "terminated"
				} else if k == 45 {
					e.snap.End, e.snap.View = "", nil
				}
				if err := sink.Show(&e.snap); err != nil {
					t.Fatal(err)
				}
				fresh := newVT(size[0], size[1])
				if err := NewTerminal(fresh, fresh.size, color).Show(&e.snap); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(shown.seen(), fresh.seen()) {
					t.Fatalf("color %v, size %v, frame %d:\n%v\nwant:\n%v", color, size, k, shown, fresh)
				}
			}
		}
	}
}

// Where a person plays, what the keys do stands in the place of the policy, as far as there is room, and there is no value.
func TestTerminalShowsALegend(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {80, 16}, {40, 10}} {
		v := newVT(size[0], size[1])
		sink := NewTerminal(v, v.size, TrueColor)
		s := newEpisode(32).run(60)
		s.Policy, s.Value, s.Action = nil, float32(math.NaN()), 1
		s.Legend = []string{"←      left", "→      right", "n      next episode", "q      quit"}
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
		screen := v.String()
		for i, line := range s.Legend {
			if i == 1 {
				line = "► " + line
			}
			if want := size[1] >= 5+2+len(s.Legend)+1; strings.Contains(screen, line) != want {
				t.Errorf("%v: %q is there: %v, want %v\n%s", size, line, !want, want, screen)
			}
		}
		if strings.Contains(screen, "value,") || size[1] == 24 && !strings.Contains(screen, "reward ▲▼") {
			t.Errorf("%v: the curve is not that of the reward alone\n%s", size, screen)
		}
		silent := NewTerminal(io.Discard, v.size, TrueColor)
		if n := testing.AllocsPerRun(10, func() { _ = silent.Show(s) }); n != 0 {
			t.Errorf("%v: a frame allocates %v times", size, n)
		}
	}
}

func TestTerminalShowsEverythingIn80x24(t *testing.T) {
	v := newVT(80, 24)
	sink := NewTerminal(v, v.size, TrueColor)
	s := newEpisode(32).run(60)
	s.End = "terminated"
	if err := sink.Show(s); err != nil {
		t.Fatal(err)
	}
	screen := v.String()
	for _, want := range []string{"MiniGrid-DoorKey-8x8-v0", "use the key", "terminated", "12", "60 of 640", "+0.64", "0.60", "entropy 1.41 nat",
		"left", "right", "► forward", "45%", "pickup", "drop", "toggle", "done", "view", "value, reward", "▲", "▼", "▀"} {
		if !strings.Contains(screen, want) {
			t.Errorf("%q is missing in\n%s", want, screen)
		}
	}
	if v.sync {
		t.Error("the synchronised update is not ended")
	}
}

// The pixels of a picture that fits are its colours, two to a cell.
func TestTerminalHalfBlocks(t *testing.T) {
	v := newVT(80, 24)
	sink := NewTerminal(v, v.size, TrueColor)
	s := newEpisode(8).run(5)
	rnd := noise(3)
	s.World = rnd.picture(20, 20, 1<<20) // shown twice as large
	if err := sink.Show(s); err != nil {
		t.Fatal(err)
	}
	rgb := func(x, y int) string {
		c := s.World.RGBAAt(x, y)
		return fmt.Sprintf("2;%d;%d;%d", c.R, c.G, c.B)
	}
	for y := range 20 {
		for x := range 40 {
			c := v.cells[(y+2)*80+x+1]
			if c.r != ' ' || c.bg != rgb(x/2, y) { // two equal halves
				t.Fatalf("cell %d, %d is %+v, want %s", x, y, c, rgb(x/2, y))
			}
		}
	}
	s.World = rnd.picture(40, 40, 1<<20)
	if err := sink.Show(s); err != nil {
		t.Fatal(err)
	}
	for y := range 20 {
		for x := range 40 {
			c := v.cells[(y+2)*80+x+1]
			if c.r != '▀' || c.fg != rgb(x, 2*y) || c.bg != rgb(x, 2*y+1) {
				t.Fatalf("cell %d, %d is %+v, want %s over %s", x, y, c, rgb(x, 2*y), rgb(x, 2*y+1))
			}
		}
	}
}

func TestTerminalBarsAreProportional(t *testing.T) {
	v := newVT(80, 24)
	sink := NewTerminal(v, v.size, TrueColor)
	s := newEpisode(8).run(5)
	copy(s.Policy, []float32{0, 1, 0.5, 0.25, 0.125, 0.001, 0.999})
	if err := sink.Show(s); err != nil {
		t.Fatal(err)
	}
	eighths := func(a int) int {
		n := 0
		for _, c := range v.cells[(8+a)*80 : (8+a)*80+75] {
			if c.r >= '█' && c.r <= '▏' {
				n += 8 - int(c.r-'█')
			}
		}
		return n
	}
	full := eighths(1)
	for a, p := range s.Policy {
		want := int(math.Round(float64(p) * float64(full)))
		if p > 0 {
			want = max(want, 1)
		}
		if p < 1 {
			want = min(want, full-1)
		}
		if got := eighths(a); got != want {
			t.Errorf("probability %v: %d eighths, want %d of %d", p, got, want, full)
		}
	}
}

func TestTerminalSendsNothingForTheSameFrame(t *testing.T) {
	var out bytes.Buffer
	sink := NewTerminal(&out, func() (int, int) { return 80, 24 }, TrueColor)
	s := newEpisode(16).run(7)
	sink.Show(s)
	out.Reset()
	sink.Show(s)
	if got, want := out.String(), "\x1b[?2026h\x1b[?2026l"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTerminalFollowsItsSize(t *testing.T) {
	v := newVT(80, 24)
	s := newEpisode(16).run(7)
	sink := NewTerminal(v, v.size, TrueColor)
	sink.Show(s)
	*v = vt{w: 100, h: 30, cells: make([]vtCell, 3000)}
	sink.Show(s)
	fresh := newVT(100, 30)
	NewTerminal(fresh, fresh.size, TrueColor).Show(s)
	if !slices.Equal(v.seen(), fresh.seen()) {
		t.Errorf("after a change of size:\n%v\nwant:\n%v", v, fresh)
	}
}

func TestTerminalRestores(t *testing.T) {
	v := newVT(80, 24)
	sink := NewTerminal(v, v.size, Color256)
	if err := sink.Close(); err != nil || v.writes != 0 {
		t.Errorf("Close before any frame: error %v, %d writes", err, v.writes)
	}
	sink.Show(newEpisode(16).run(7))
	if !v.alt || v.cursor || v.wraps {
		t.Errorf("while showing: alternate screen %v, cursor %v, wrapping %v", v.alt, v.cursor, v.wraps)
	}
	if err := sink.Close(); err != nil {
		t.Error(err)
	}
	if v.alt || !v.cursor || !v.wraps || v.sync || v.pen != (vtCell{}) {
		t.Errorf("after Close: alternate screen %v, cursor %v, wrapping %v, sync %v, pen %+v", v.alt, v.cursor, v.wraps, v.sync, v.pen)
	}
}

// Texts come from worlds and users; they must not control the terminal. The vt panics if they do.
func TestTerminalTextIsHarmless(t *testing.T) {
	for _, color := range []Color{Plain, Mono, TrueColor} {
		v := newVT(80, 24)
		sink := NewTerminal(v, v.size, color)
		if color == Plain {
			sink.w = &bytes.Buffer{}
		}
		s := newEpisode(16).run(7)
		evil := "a\x1b[31m\r\n\x9b2J\xff\u009b日本\u202e\u0301"
		s.Title, s.Mission, s.End = evil, evil, evil
		s.Actions = []string{evil, evil, evil, evil, evil, evil, evil}
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
		if color == Plain {
			if got := sink.w.(*bytes.Buffer).String(); strings.ContainsAny(got[:len(got)-1], "\x1b\r\n\u009b\u202e") {
				t.Errorf("line is %q", got)
			}
		}
	}
}

func TestMonoHasNoColours(t *testing.T) {
	v := newVT(80, 24)
	NewTerminal(v, v.size, Mono).Show(newEpisode(16).run(7))
	for _, c := range v.cells {
		if c.fg != "" || c.bg != "" {
			t.Fatalf("cell %+v", c)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestTerminalReportsErrors(t *testing.T) {
	size := func() (int, int) { return 80, 24 }
	for _, color := range []Color{Plain, TrueColor} {
		if err := NewTerminal(brokenWriter{}, size, color).Show(&Snapshot{}); err == nil {
			t.Errorf("color %v: no error", color)
		}
	}
}

func TestTerminalAllocatesNothing(t *testing.T) {
	e := newEpisode(16)
	e.run(50)
	v := &bytes.Buffer{}
	for _, color := range []Color{Plain, Mono, Color256, TrueColor} {
		sink := NewTerminal(v, func() (int, int) { return 120, 40 }, color)
		k := 0
		show := func() {
			v.Reset()
			k++
			e.snap.Step, e.snap.Value, e.snap.Action = 100+k%7, float32(k%5), k%7
			sink.Show(&e.snap)
		}
		for range 50 {
			show()
		}
		if n := testing.AllocsPerRun(50, show); n > 0 {
			t.Errorf("color %v: Show allocates %v times", color, n)
		}
	}
}

func TestTerminalSizeOfAFile(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if w, h := TerminalSize(f)(); w != 80 || h != 24 {
		t.Errorf("got %dx%d, want 80x24", w, h)
	}
}
