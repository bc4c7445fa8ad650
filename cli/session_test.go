package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/viz"
)

// emptyRoom is a world with pictures, and an episode of 100 steps at most.
const emptyRoom = "MiniGrid-Empty-5x5-v0"

// testClock is time that passes only for those who wait.
type testClock struct{ now time.Time }

func (c *testClock) Now() time.Time { return c.now }

func (c *testClock) After(d time.Duration) <-chan time.Time {
	c.now = c.now.Add(d)
	fired := make(chan time.Time, 1)
	fired <- c.now
	return fired
}

// person is a viewer with somebody before it: after so many pictures, keys are pressed.
type person struct {
	keys    chan viz.Key
	shown   int
	last    viz.Snapshot
	presses map[int]string
	seen    func(s *viz.Snapshot)
}

func newPerson() *person { return &person{keys: make(chan viz.Key, 100)} }

func (p *person) Keys() <-chan viz.Key { return p.keys }
func (p *person) Close() error         { return nil }

func (p *person) Show(s *viz.Snapshot) error {
	p.shown++
	p.last.Copy(s)
	for _, key := range pressing(p.presses[p.shown]) {
		p.keys <- key
	}
	if p.seen != nil {
		p.seen(s)
	}
	return nil
}

// watching begins a session and shows its first moment.
func watching(t *testing.T, f feed) (*session, *person, *testClock) {
	t.Helper()
	p, c := newPerson(), &testClock{now: time.Unix(1000, 0)}
	s := newSession(f, p, 8, c)
	s.name = "test"
	if err := s.forward(); err != nil {
		t.Fatal(err)
	}
	if err := s.show(); err != nil {
		t.Fatal(err)
	}
	return s, p, c
}

// press presses keys.
func press(t *testing.T, s *session, keys string) {
	t.Helper()
	for _, key := range pressing(keys) {
		if err := s.key(key, true); err != nil {
			t.Fatalf("%q of %q: %v", string(rune(key)), keys, err)
		}
	}
}

// testFeed opens what there is to watch.
func testFeed(t *testing.T, f *watchFlags, what ...string) feed {
	t.Helper()
	if f == nil {
		f = &watchFlags{seed: 1}
	}
	feed, err := newApp(t.Context(), Options{Envs: userWorlds(func() {})}, nil, io.Discard, io.Discard).feed(what, f)
	if err != nil {
		t.Fatal(err)
	}
	return feed
}

// Every key changes what the table says that it does, and nothing else.
func TestSessionKeys(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--aux", "unreal")
	s, p, c := watching(t, testFeed(t, nil, "r"))
	for n, tc := range []struct{ keys, moment, flags, notice string }{
		{"", "1.0", "sampled", ""},
		{" ", "1.0", "sampled PAUSED", ""},
		{"n", "1.1", "sampled PAUSED", ""},
		{"→n", "1.3", "sampled PAUSED", ""},
		{"b", "1.2", "1 back sampled PAUSED", ""},
		{"←←←", "1.0", "3 back sampled PAUSED", ""},
		{"]", "1.10", "sampled PAUSED", ""},
		{"[n", "1.1", "9 back sampled PAUSED", ""},
		{".", "2.0", "sampled PAUSED", ""},
		{"n,", "2.0", "1 back sampled PAUSED", ""},
		{",", "1.0", "12 back sampled PAUSED", ""},
		{".", "2.0", "1 back sampled PAUSED", ""},
		{".", "3.0", "sampled PAUSED", ""}, // what was not shown yet is skipped
		{" ", "3.0", "sampled", ""},
		{"+", "3.0", "×2 sampled", "speed ×2"},
		{"↑=", "3.0", "×8 sampled", "speed ×8"},
		{"0", "3.0", "sampled", "speed ×1"},
		{"-↓--", "3.0", "×1/16 sampled", "speed ×1/16"},
		{"-", "3.0", "×1/16 sampled", "speed ×1/16"},
		{"m", "3.0", "max sampled", "speed max"},
		{"+", "3.0", "max sampled", "speed max"},
		{"-", "3.0", "×64 sampled", "speed ×64"},
		{"0a", "3.0", "greedy", "speed ×1"},
		{"a", "3.0", "sampled", "speed ×1"},
		{"o", "3.0", "sampled", "overlay: none"},
		{"o", "3.0", "sampled", "overlay: saliency of the action"},
		{"o", "3.0", "sampled", "overlay: saliency of the value"},
		{"o", "3.0", "sampled", "overlay: loss of pixel-control, 1 back"},
		{"oo", "3.0", "sampled", "overlay: loss of value-replay, 1 back"},
		{"o", "3.0", "sampled", "overlay: value of each cell"},
		{"o", "3.0", "sampled", "overlay: max Q"},
		{"nnr", "3.0", "sampled PAUSED", "overlay: max Q"},
		{"s", "1.0", "sampled PAUSED", "seed 2"},
		{" xyz&", "1.0", "sampled", "seed 2"},
	} {
		press(t, s, tc.keys)
		if got := fmt.Sprintf("%d.%d", p.last.Episode, p.last.Step); got != tc.moment {
			t.Errorf("%d: after %q the moment is %s, want %s", n, tc.keys, got, tc.moment)
		}
		if got := strings.Join(p.last.Flags, " "); got != tc.flags {
			t.Errorf("%d: after %q the flags are %q, want %q", n, tc.keys, got, tc.flags)
		}
		if p.last.Notice != tc.notice {
			t.Errorf("%d: after %q it says %q, want %q", n, tc.keys, p.last.Notice, tc.notice)
		}
		if tc.keys == "m" {
			c.now = c.now.Add(noticeTime - 1)
		}
	}
	c.now = c.now.Add(noticeTime)
	press(t, s, "h")
	if len(p.last.Help) != len(controls) || p.last.Notice != "" {
		t.Errorf("help is %q, the notice %q", p.last.Help, p.last.Notice)
	}
	press(t, s, "?")
	if p.last.Help != nil {
		t.Error("help stays")
	}
	press(t, s, "h"+string(rune(viz.KeyEscape)))
	if p.last.Help != nil {
		t.Error("help stays after escape")
	}
	press(t, s, "q")
	if !s.quit {
		t.Error("q does not quit")
	}
}

// drawn is what a moment looks like.
func drawn(s *viz.Snapshot) [32]byte {
	img := image.NewRGBA(image.Rect(0, 0, 640, 400))
	bare := *s
	bare.Flags, bare.Notice, bare.Help = nil, "", nil
	viz.NewDashboard().Draw(img, &bare)
	return sha256.Sum256(img.Pix)
}

// Going back shows what was shown, to the last pixel, and going on again goes on as if nothing had been.
func TestSessionStepsBack(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--aux", "unreal")
	straight, p, _ := watching(t, testFeed(t, nil, "r"))
	want := [][32]byte{drawn(&p.last)}
	for range 40 {
		press(t, straight, "n")
		want = append(want, drawn(&p.last))
	}
	s, p, _ := watching(t, testFeed(t, nil, "r"))
	press(t, s, " nnnnnnnnnn")
	for i := 9; i >= 0; i-- {
		press(t, s, "b")
		if drawn(&p.last) != want[i] {
			t.Fatalf("moment %d is shown otherwise", i)
		}
	}
	press(t, s, "b")
	if s.at != 0 {
		t.Errorf("before the first moment: %d", s.at)
	}
	for i := 1; i <= 40; i++ {
		if press(t, s, "n"); i%13 == 0 {
			press(t, s, "[bbnn][oooooooohh") // back and forth, and there again
		}
		if s.at != i || drawn(&p.last) != want[i] {
			t.Fatalf("moment %d is shown otherwise", s.at)
		}
	}
	press(t, s, "[[[[[[[[[[[")
	for i := range 41 {
		if drawn(&p.last) != want[i] {
			t.Fatalf("moment %d, the second time: it is shown otherwise", i)
		}
		press(t, s, "n")
	}
	// What is no longer on the tape cannot be shown.
	s.tape = viz.NewTape(1)
	s.at = -1
	press(t, s, "nnnb")
	if s.at != 2 || p.last.Notice != "further back is not kept" {
		t.Errorf("moment %d, it says %q", s.at, p.last.Notice)
	}
}

// Watching changes no file of a run.
func TestSessionLeavesTheRun(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--aux", "unreal")
	before := digest(t, "r")
	s, _, _ := watching(t, testFeed(t, nil, "r"))
	press(t, s, "nnbb[]oooaat↑↑→ th.,rsgnngpm0+-")
	for range 50 {
		if err := s.tick(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.rec.close(); err != nil {
		t.Fatal(err)
	}
	if after := digest(t, "r"); after != before {
		t.Error("files of the run have changed")
	}
}

// digest is what there is in a directory.
func digest(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintln(h, path, len(data))
		h.Write(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// The person's actions are taken, the agent goes on saying what it would do, and then it is its turn again.
func TestSessionTakeOver(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "r", "--core", "gru")
	f := testFeed(t, nil, "r")
	s, p, _ := watching(t, f)
	press(t, s, "t")
	if got := strings.Join(p.last.Flags, " "); got != "sampled YOU PLAY" {
		t.Errorf("flags are %q", got)
	}
	if !slices.Equal(p.last.Actions, []string{"← left", "→ right"}) {
		t.Errorf("actions are called %q", p.last.Actions)
	}
	if s.moving() {
		t.Error("time passes while the person plays")
	}
	for k := 1; k <= 7; k++ {
		press(t, s, "→")
		if p.last.Step != k || len(p.last.Policy) != 2 || p.last.Policy[0] == 0 {
			t.Fatalf("after %d actions: %+v", k, p.last)
		}
	}
	if p.last.End != "terminated" || p.last.Return < 0.5 {
		t.Fatalf("seven steps to the right end with %+v", p.last)
	}
	if f.(*show).episode != 1 {
		t.Error("the next episode has begun")
	}
	press(t, s, "←←")
	if p.last.Episode != 2 || p.last.Step != 1 {
		t.Errorf("in the next episode: %d.%d", p.last.Episode, p.last.Step)
	}
	press(t, s, "n") // the agent acts once
	if p.last.Step != 2 || s.paused {
		t.Errorf("the agent's step leads to %d, paused: %v", p.last.Step, s.paused)
	}
	press(t, s, "bb")
	if got := strings.Join(p.last.Flags, " "); got != "2 back sampled YOU PLAY" {
		t.Errorf("flags are %q", got)
	}
	press(t, s, "→") // in the past there is nothing to be done
	if p.last.Step != 3 {
		t.Errorf("an action leads to step %d", p.last.Step)
	}
	press(t, s, "t")
	if !slices.Equal(p.last.Actions, []string{"left", "right"}) || !s.moving() {
		t.Errorf("after handing back: actions %q, moving %v", p.last.Actions, s.moving())
	}
	press(t, s, "→")
	if p.last.Step != 4 || !s.paused {
		t.Error("an arrow is still an action")
	}
}

// Files that are made while watching are complete, however that ends, and replace none.
func TestSessionKeepsakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, there := range []string{"test-1.gif", "test-2.png"} {
		if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	p := newPerson()
	p.presses = map[int]string{2: "p", 3: "gp", 10: "bbnnn"}
	p.seen = func(s *viz.Snapshot) {
		if p.shown == 30 {
			cancel() // as Ctrl-C does
		}
	}
	s := newSession(testFeed(t, nil, emptyRoom), p, 8, &testClock{})
	s.name = "test"
	if err := s.run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, there := range []string{"test-1.gif", "test-2.png"} {
		if text, err := os.ReadFile(there); string(text) != "mine" || err != nil {
			t.Errorf("%s is %q, %v", there, text, err)
		}
	}
	if len(s.rec.names) != 1 || s.rec.names[0].file != "test-2.gif" {
		t.Fatalf("recordings %+v", s.rec.names)
	}
	if n := gifFrames(t, "test-2.gif"); n != s.rec.names[0].frames || n < 8 {
		t.Errorf("%d frames, %d were counted", n, s.rec.names[0].frames)
	}
	for _, name := range []string{"test-1.png", "test-3.png"} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_ = f.Close()
	}
	// Ending one by the key says how long it is; what cannot be written is no reason to stop.
	s, p, _ = watching(t, testFeed(t, nil, emptyRoom))
	press(t, s, "gnng")
	if p.last.Notice != "test-3.gif: 3 frames" || gifFrames(t, "test-3.gif") != 3 {
		t.Errorf("it says %q", p.last.Notice)
	}
	s.name = "nosuch/dir"
	for _, keys := range []string{"g", "p"} {
		if press(t, s, keys); !strings.HasPrefix(p.last.Notice, "no ") || s.rec.running() {
			t.Errorf("%s: it says %q", keys, p.last.Notice)
		}
	}
}

func gifFrames(t *testing.T, name string) int {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return len(g.Image)
}

// Moments come at the rate that was chosen; of those that come faster than pictures some are not shown, but none is left out.
func TestSessionSpeed(t *testing.T) {
	for keys, want := range map[string]struct{ moments, pictures int }{
		"":     {32, 32},
		"+":    {64, 64},
		"++":   {128, 120}, // beyond 30 pictures a second
		"++++": {512, 120},
		"--":   {8, 16}, // drawn again and again
	} {
		s, p, c := watching(t, testFeed(t, nil, "User-Endless-v0"))
		press(t, s, keys)
		pass(t, s, c, time.Second) // into the rhythm
		pictures, moments := p.shown, s.tape.Next()
		pass(t, s, c, 4*time.Second)
		if n := s.tape.Next() - moments; n < want.moments*9/10 || n > want.moments*11/10+1 {
			t.Errorf("%q: %d moments in 4 seconds, want about %d", keys, n, want.moments)
		}
		if n := p.shown - pictures; n < want.pictures*9/10 || n > want.pictures*11/10+1 {
			t.Errorf("%q: %d pictures in 4 seconds, want about %d", keys, n, want.pictures)
		}
	}
	// As fast as possible is as many moments between two pictures as there is time for: here it does not pass.
	s, _, _ := watching(t, testFeed(t, nil, "User-Endless-v0"))
	press(t, s, "m")
	before := s.tape.Next()
	if err := s.tick(); err != nil {
		t.Fatal(err)
	}
	if n := s.tape.Next() - before; n != maxBurst {
		t.Errorf("%d moments in one go, want %d", n, maxBurst)
	}
}

// pass lets time pass for a session.
func pass(t *testing.T, s *session, c *testClock, d time.Duration) {
	t.Helper()
	for end := c.now.Add(d); c.now.Before(end); {
		timer, tick := s.wait()
		<-timer
		do := s.show
		if tick {
			do = s.tick
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
}

// A session ends with its person, its context or, without a person, its feed.
func TestSessionEnds(t *testing.T) {
	for name, end := range map[string]func(p *person, cancel func()){
		"q":       func(p *person, _ func()) { p.keys <- 'q' },
		"ctrl-c":  func(p *person, _ func()) { p.keys <- viz.KeyInterrupt },
		"window":  func(p *person, _ func()) { close(p.keys) },
		"context": func(_ *person, cancel func()) { cancel() },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		p := newPerson()
		p.seen = func(*viz.Snapshot) {
			if p.shown == 3 {
				end(p, cancel)
			}
		}
		if err := newSession(testFeed(t, nil, emptyRoom), p, 8, &testClock{}).run(ctx); err != nil || p.shown > 5 {
			t.Errorf("%s: %d pictures, %v", name, p.shown, err)
		}
		cancel()
	}
	p := newPerson()
	if err := newSession(testFeed(t, &watchFlags{seed: 1, episodes: count{n: 2}}, "User-v0"), p, 8, &testClock{}).run(t.Context()); err != nil || p.last.Episode != 2 || p.last.End == "" {
		t.Errorf("after two episodes: %v, %+v", err, p.last)
	}
	var shown moments
	if err := newSession(testFeed(t, &watchFlags{seed: 1, episodes: count{n: 2}}, "User-v0"), &shown, 8, &testClock{}).run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := shown[len(shown)-1]; last.Episode != 2 || last.End == "" {
		t.Errorf("without a person it ends with %+v", last)
	}
}

// Several play on the same seed; who is done waits, and all begin the next episode together.
func TestSessionSideBySide(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "a", "--seed", "1")
	trained(t, emptyRoom, "b", "--seed", "2", "--aux", "unreal")
	f := testFeed(t, nil, "a", "b", emptyRoom)
	for i, s := range f.(*shows).all {
		s.limit = 20 + 5*i
	}
	s, p, _ := watching(t, f)
	var titles []string
	for _, tile := range p.last.Tiles {
		titles = append(titles, tile.Title)
	}
	if strings.Join(titles, " ") != "a b "+emptyRoom {
		t.Errorf("they are called %q", titles)
	}
	waited := false
	for range 50 {
		press(t, s, "n")
		ended := 0
		for _, tile := range p.last.Tiles {
			if tile.Episode != p.last.Tiles[0].Episode {
				t.Fatalf("episodes %d and %d", tile.Episode, p.last.Tiles[0].Episode)
			}
			if tile.Step == 0 != (p.last.Step == 0) {
				t.Fatal("one begins without the others")
			}
			if tile.End != "" {
				ended++
			}
		}
		waited = waited || ended == 2
		if (p.last.End != "") != (ended == 3) {
			t.Fatalf("%d have ended, but the end is %q", ended, p.last.End)
		}
	}
	if !waited || p.last.Tiles[0].Episode < 2 {
		t.Error("nobody waited for anybody")
	}
	for _, want := range []string{"none", "saliency of the action"} { // the one without tasks goes with the one that has some
		press(t, s, "o")
		if got := p.last.Tiles; got[0].Overlay.Name != want || got[1].Overlay.Name != want || p.last.Notice != "overlay: "+want {
			t.Errorf("overlays %q and %q, want %q", got[0].Overlay.Name, got[1].Overlay.Name, want)
		}
	}
	want := drawn(&p.last)
	press(t, s, "nnbb")
	if drawn(&p.last) != want {
		t.Error("going back shows something else")
	}
	press(t, s, "t")
	if s.playing != nil || p.last.Notice != "nobody can take over here" {
		t.Errorf("it says %q", p.last.Notice)
	}
	press(t, s, "a")
	if !slices.Contains(p.last.Flags, "greedy") || !f.(*shows).all[1].actor.Greedy {
		t.Errorf("flags are %q", p.last.Flags)
	}
	if got := labels([]string{"x/r", "y/r"}); !slices.Equal(got, []string{"x/r", "y/r"}) {
		t.Errorf("two runs of one name are called %q", got)
	}
}

// Checkpoints of one run stand side by side; one that was asked for is not replaced by a newer one.
func TestSessionOfCheckpoints(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, emptyRoom, "r", "--aux", "unreal")
	s, p, _ := watching(t, testFeed(t, nil, "r/ckpt/step-000000000000", "r/ckpt/step-000000000128", "r"))
	press(t, s, "n..n")
	for i, want := range []struct{ title, training string }{
		{"r/ckpt/step-000000000000", "trained for 0 steps"},
		{"r/ckpt/step-000000000128", "trained for 128 steps"},
		{"r", "trained for 128 steps"},
	} {
		tile := p.last.Tiles[i]
		if !strings.HasSuffix(want.title, tile.Title) || tile.Training != want.training || tile.Episode != 3 {
			t.Errorf("tile %d: %q, %q, episode %d", i, tile.Title, tile.Training, tile.Episode)
		}
		if loss := tile.Thoughts[0].Loss; (loss == loss) != (i == 2) {
			t.Errorf("tile %d: a loss of %v", i, loss)
		}
	}
	if slices.Equal(p.last.Tiles[0].Policy, p.last.Tiles[1].Policy) || !slices.Equal(p.last.Tiles[1].Policy, p.last.Tiles[2].Policy) {
		t.Error("the agents are not those of the checkpoints")
	}
}

// A game from a file can be gone through in both directions, also when it is longer than what is kept, and nothing in it changes.
func TestSessionOfAGame(t *testing.T) {
	dir := t.TempDir()
	g, shown := played(t, emptyRoom, dir, "↑→↑←↑n↑↑→↑↑n↑")
	f := testFeed(t, nil, filepath.Join(dir, "game.jsonl"))
	s, p, _ := watching(t, f)
	s.tape = viz.NewTape(1) // the last moment alone is kept
	s.at = -1
	f.(*rerun).rewind()
	press(t, s, "n")
	if got := strings.Join(p.last.Flags, " "); got != fmt.Sprintf("1 of %d PAUSED", len(shown)) || p.last.Title != g.snap.Title {
		t.Errorf("flags are %q", got)
	}
	seen := func() string { return fmt.Sprintf("%d.%d%s", p.last.Episode, p.last.Step, p.last.End) }
	for i, want := range shown {
		if want := fmt.Sprintf("%d.%d%s", want.Episode, want.Step, want.End); seen() != want {
			t.Errorf("moment %d is %s, want %s", i, seen(), want)
		}
		press(t, s, "n")
	}
	if !s.over || s.moving() || s.ends() || p.last.Notice != "this is the end; q quits" {
		t.Error("it goes on after the end")
	}
	for i := len(shown) - 2; i >= 0; i-- {
		press(t, s, "b")
		if want := shown[i]; seen() != fmt.Sprintf("%d.%d%s", want.Episode, want.Step, want.End) {
			t.Errorf("moment %d is %s the second time", i, seen())
		}
	}
	press(t, s, ".")
	if seen() != "2.0" {
		t.Errorf("the next episode begins at %s", seen())
	}
	for _, keys := range []string{"t", "a", "r", "s"} {
		at := seen()
		if press(t, s, keys); p.last.Notice != "this is a recording: only what is played now can be changed" || seen() != at {
			t.Errorf("%s: %s, it says %q", keys, seen(), p.last.Notice)
		}
	}
}

// Of a random agent there is nothing to be greedy with, and of a world without tasks nothing to lie over it.
func TestSessionWithoutAgent(t *testing.T) {
	s, p, _ := watching(t, testFeed(t, nil, bandit))
	for keys, want := range map[string]string{"a": "actions are random: there is no agent", "o": "overlay: none to choose from"} {
		if press(t, s, keys); p.last.Notice != want {
			t.Errorf("%s: it says %q, want %q", keys, p.last.Notice, want)
		}
	}
	if len(p.last.Flags) != 0 {
		t.Errorf("flags are %q", p.last.Flags)
	}
}

func TestKeepsakeName(t *testing.T) {
	for what, want := range map[string]string{
		"runs/doorkey": "doorkey", "runs/doorkey/": "doorkey", "MinAtar/Breakout-v1": "Breakout-v1", "MiniGrid-Empty-5x5-v0:full,rgb": "MiniGrid-Empty-5x5-v0-full,rgb",
		"game.jsonl": "game", ".": "watch", "..": "watch", "/": "watch", "-x": "watch",
	} {
		if got := keepsakeName(what); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

func TestSpeeds(t *testing.T) {
	for _, text := range speeds() {
		var s speed
		if err := s.Set(text); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s.String(), err)
		}
	}
	var s speed
	for _, text := range []string{"3", "", "1/32", "128", "fast"} {
		if s.Set(text) == nil {
			t.Errorf("%q is a speed", text)
		}
	}
}

// What goes to a file besides is every moment once, whatever the person looks at.
func TestSessionFilmsToo(t *testing.T) {
	var film moments
	s, _, _ := watching(t, testFeed(t, nil, corridor))
	s.out = &film
	press(t, s, "nnbbbnnn+hn")
	var steps []int
	for _, m := range film {
		steps = append(steps, m.Step)
		if m.Flags != nil || m.Help != nil || m.Notice != "" {
			t.Errorf("moment %d has what is the viewer's: %+v", m.Step, m)
		}
	}
	if !slices.Equal(steps, []int{1, 2, 3, 4}) || s.shown != 4 {
		t.Errorf("steps %v", steps)
	}
}

// A game is filmed as it was played.
func TestWatchGameInAFile(t *testing.T) {
	dir := t.TempDir()
	_, shown := played(t, corridor, dir, strings.Repeat(right, 7))
	out := filepath.Join(dir, "again.gif")
	r := must(t, "watch", filepath.Join(dir, "game.jsonl"), "--out", out)
	if n := gifFrames(t, out); n != len(shown)+4 || !strings.HasSuffix(r.err, fmt.Sprintf("%d frames in %s\n", n, out)) { // the end stands for half a second
		t.Errorf("%d frames of %d moments, %q", n, len(shown), r.err)
	}
}

// However long one watches, memory stays where it was once the tape was full.
func TestSessionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("many moments")
	}
	t.Chdir(t.TempDir())
	s, _, _ := watching(t, testFeed(t, nil, corridor))
	s.tape = viz.NewTape(1 << 20)
	s.at = -1
	heap := func(moments int) uint64 {
		for s.tape.Next() < moments {
			if err := s.forward(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(1000)
	if s.tape.First() == 0 {
		t.Fatal("the tape is not full")
	}
	if after := heap(20_000); after > before+1<<18 {
		t.Errorf("%d bytes after 1000 moments, %d after 20000", before, after)
	}
}

// BenchmarkSession measures a moment of an agent with auxiliary tasks: playing it, drawing its world, keeping it.
func BenchmarkSession(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "r")
	args := []string{"train", "MiniGrid-DoorKey-6x6-v0", "--aux", "unreal", "--steps", "2k", "--episodes", "1", "--run", dir}
	if code := Run(b.Context(), Options{}, args, strings.NewReader(""), io.Discard, io.Discard); code != exitOK {
		b.Fatalf("exit %d", code)
	}
	feed, err := newApp(b.Context(), Options{}, nil, io.Discard, io.Discard).feed([]string{dir}, &watchFlags{seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	s := newSession(feed, newPerson(), 8, &testClock{})
	b.ReportAllocs()
	for b.Loop() {
		if err := s.forward(); err != nil {
			b.Fatal(err)
		}
	}
}
