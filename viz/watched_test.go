package viz

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"
)

// keyHelp is a table as viewers show it.
func keyHelp(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("%c ↑\tdo what the table says of line %d", 'a'+i, i))
	}
	return lines
}

// Flags, notices, help and tiles, in pictures.
func TestWatchedGolden(t *testing.T) {
	watched := func(s *Snapshot) *Snapshot {
		s.Flags = []string{"3 back", "×1/4", "sampled", "PAUSED", "REC 120"}
		s.Training = "trained for 200k steps"
		return s
	}
	tiles := func(n int) *Snapshot {
		s := &Snapshot{Title: "the same seed", Action: -1, Flags: []string{"greedy", "PAUSED"}}
		for i := range n {
			tile := thinking(16, 40+20*i, 7)
			tile.Title = fmt.Sprintf("run-%d", i+1)
			s.Tiles = append(s.Tiles, tile)
		}
		s.Tiles[0].End = "terminated"
		return s
	}
	uneven := tiles(3)
	uneven.Tiles[0].Thoughts, uneven.Tiles[0].Rewards = nil, nil
	uneven.Tiles[1].Thoughts = uneven.Tiles[1].Thoughts[1:]
	uneven.Tiles[2].World, uneven.Tiles[2].View, uneven.Tiles[2].Policy = nil, nil, nil
	for _, c := range []struct {
		name  string
		w, h  int
		light bool
		snap  *Snapshot
	}{
		{"flags-960x600", 960, 600, false, watched(func() *Snapshot {
			s := thinking(32, 30, 7)
			s.End, s.Notice = "terminated", "saved doorkey-1.png"
			return s
		}())},
		{"help-960x600", 960, 600, true, watched(func() *Snapshot {
			s := thinking(32, 30, 7)
			s.Help = keyHelp(20)
			return s
		}())},
		{"help-small-400x250", 400, 250, false, watched(func() *Snapshot {
			s := newEpisode(16).run(20)
			s.Help, s.Notice = keyHelp(20), "a notice that is so long that it does not fit into the picture, however small its letters may be"
			return s
		}())},
		{"legend-640x400", 640, 400, false, func() *Snapshot {
			s := newEpisode(32).run(20)
			s.Policy, s.Value, s.Action = nil, float32(math.NaN()), 2
			s.Legend = []string{"←      left", "→      right", "↑      forward", "p      pickup", "d      drop", "space  toggle", "enter  done", "n      next episode", "q      quit"}
			return s
		}()},
		{"tiles-2-960x600", 960, 600, false, tiles(2)},
		{"tiles-3-1280x720", 1280, 720, true, tiles(3)},
		{"tiles-uneven-1280x720", 1280, 720, false, uneven},
		{"tiles-4-1280x720", 1280, 720, false, tiles(4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
			d := Dashboard{Light: c.light}
			for range 2 { // the second does not depend on the first
				d.Draw(img, c.snap)
			}
			golden(t, c.name, img)
		})
	}
}

// Each of several tiles that have the same to show is the dashboard of its snapshot, with the room for the world that a picture is drawn for.
func TestTilesAreDashboards(t *testing.T) {
	s := &Snapshot{Title: "two"}
	for i := range 2 {
		s.Tiles = append(s.Tiles, thinking(16, 30+i, 7))
	}
	whole := drawn(s, 960, 600)
	size := newTilesLayout(shape{frame: image.Pt(960, 600), tiles: 2}).tileSize
	if size.X != 480 || size.Y < 550 {
		t.Fatalf("tiles of %v", size)
	}
	for i, tile := range s.Tiles {
		want := drawn(tile, size.X, size.Y)
		for y := range size.Y {
			if got := whole.Pix[whole.PixOffset(i*size.X, 600-size.Y+y):][:4*size.X]; !slices.Equal(got, want.Pix[y*want.Stride:][:4*size.X]) {
				t.Fatalf("tile %d differs in row %d", i, y)
			}
		}
	}
	if got, want := TileRoom(image.Pt(960, 600), s.Tiles), WorldRoom(size, s.Tiles[0]); got != want {
		t.Errorf("room for a world of %v, want %v", got, want)
	}
	s.Tiles[1].Thoughts, s.Tiles[1].Rewards = nil, nil // what has less to show does not move
	if got, want := TileRoom(image.Pt(960, 600), s.Tiles), WorldRoom(size, s.Tiles[0]); got != want {
		t.Errorf("room for a world of %v, want %v", got, want)
	}
}

// A terminal shows as many tiles as there is room for, and says what the others need.
func TestTerminalTiles(t *testing.T) {
	for _, c := range []struct {
		cols, rows, n, shown int
		says                 string
	}{
		{80, 24, 2, 2, ""},
		{80, 24, 3, 2, "2 of 3 side by side: all need 120 columns or 33 rows"},
		{120, 24, 3, 3, ""},
		{80, 40, 4, 4, ""},
		{30, 10, 2, 1, "1 of 2"},
	} {
		v := newVT(c.cols, c.rows)
		s := &Snapshot{Title: "the same seed", Flags: []string{"PAUSED"}}
		for i := range c.n {
			tile := newEpisode(16).run(10)
			tile.Title = fmt.Sprintf("run-%d", i+1)
			s.Tiles = append(s.Tiles, tile)
		}
		if err := NewTerminal(v, v.size, TrueColor).Show(s); err != nil {
			t.Fatal(err)
		}
		screen := v.String()
		for i := range c.n {
			if got := strings.Contains(screen, s.Tiles[i].Title); got != (i < c.shown) {
				t.Errorf("%dx%d: tile %d of %d is there: %v\n%s", c.cols, c.rows, i+1, c.n, got, screen)
			}
		}
		if !strings.Contains(screen, c.says) || c.says == "" && strings.Contains(screen, "side by side") {
			t.Errorf("%dx%d: want %q\n%s", c.cols, c.rows, c.says, screen)
		}
	}
}

// Flags, notices and help stand on the terminal, whatever its size.
func TestTerminalWatched(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}, {20, 4}, {1, 1}} {
		v := newVT(size[0], size[1])
		sink := NewTerminal(v, v.size, TrueColor)
		s := thinking(32, 30, 7)
		s.Flags, s.Notice = []string{"sampled", "PAUSED"}, "saved"
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
		if screen := v.String(); size[0] >= 40 && (!strings.Contains(screen, "sampled ▐PAUSED▌") || !strings.Contains(screen, " saved")) {
			t.Errorf("%v:\n%s", size, screen)
		}
		s.Help = keyHelp(20)
		if err := sink.Show(s); err != nil {
			t.Fatal(err)
		}
		if screen := v.String(); size[1] >= 24 && strings.Count(screen, "do what the table says") != 20 {
			t.Errorf("%v:\n%s", size, screen)
		}
	}
}

// A tape gives back every moment to the last pixel, whatever was shown since, and forgets the oldest.
func TestTape(t *testing.T) {
	e := newEpisode(16)
	tape := NewTape(1 << 30)
	small := NewTape(200_000)
	var want []*image.RGBA
	var lines []string
	for k := range 60 {
		if k%20 == 0 {
			e = newEpisode(16)
		} else {
			e.step()
		}
		s := &e.snap
		if k > 30 {
			s.Thoughts = thinking(16, k, 5).Thoughts
		}
		tape.Add(s)
		small.Add(s)
		want = append(want, drawn(s, 800, 500))
		lines = append(lines, string(appendLine(nil, s)))
	}
	if tape.First() != 0 || tape.Next() != 60 {
		t.Fatalf("moments %d to %d", tape.First(), tape.Next())
	}
	if small.First() < 10 || small.First() > 58 || small.Next() != 60 {
		t.Errorf("a small tape keeps moments %d to %d", small.First(), small.Next())
	}
	for _, from := range []*Tape{tape, small} {
		for _, i := range []int{59, 3, 0, 44, 45, 44, 58} {
			if i < from.First() {
				continue
			}
			s := from.At(i)
			if got := drawn(s, 800, 500); !slices.Equal(got.Pix, want[i].Pix) {
				t.Errorf("moment %d is drawn otherwise", i)
			}
			if got := string(appendLine(nil, s)); got != lines[i] {
				t.Errorf("moment %d reads %q, want %q", i, got, lines[i])
			}
			if got := from.Begins(i); got != (s.Step == 0) {
				t.Errorf("moment %d, step %d, begins an episode: %v", i, s.Step, got)
			}
		}
	}
	tape.Amend(&e.snap)
	e.step()
	tape.Add(&e.snap)
	if got := tape.At(tape.Next() - 2); tape.Next() != 61 || got.Step != e.snap.Step-1 || len(got.Thoughts) == 0 {
		t.Errorf("the amended moment is %+v", got)
	}
	tape.Reset(7)
	tape.Add(&e.snap)
	if tape.First() != 7 || tape.Next() != 8 {
		t.Errorf("after Reset: moments %d to %d", tape.First(), tape.Next())
	}
}
