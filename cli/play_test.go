package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/viz"
)

func TestKeysFor(t *testing.T) {
	for actions, want := range map[string]string{
		"left,right,forward,pickup,drop,toggle,done":    "← → ↑ p d space enter",
		"noop,left,up,right,down,fire":                  ". ← ↑ → ↓ space",
		"arm 0,arm 1,arm 2,arm 3":                       "0 1 2 3",
		"0,1":                                           "0 1",
		"name 0,name 1,wait":                            "0 1 .",
		"wait 1,wait 3,wait 10,wait 30,wait 100":        "1 3 w a i",
		"forward,up":                                    "↑ u",
		"look_left,look_right,strafe_left,strafe_right": "← → a d",
		"turn_left,turn_right,forward":                  "← → ↑",
		"n,q,nn,qqq":                                    "1 2 3 4",
		"left,left turn":                                "← l",
	} {
		var names []string
		for _, key := range keysFor(strings.Split(actions, ",")) {
			names = append(names, key.String())
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: got %s, want %s", actions, got, want)
		}
	}
	for _, e := range catalog.Builtin() {
		w, err := e.New()
		if err != nil {
			t.Fatal(err)
		}
		keys := keysFor(w.Spec().Actions)
		seen := map[viz.Key]bool{keyQuit: true, keyNext: true, keyTake: true, keyHelp: true, viz.KeyInterrupt: true}
		for _, key := range keys {
			if key == 0 || seen[key] {
				t.Errorf("%s: the keys %q are not distinct", e.ID, keys)
			}
			seen[key] = true
		}
		if len(keys) == 0 {
			t.Errorf("%s has no keys", e.ID)
		}
		if lines := legend(keys, w.Spec().Actions); len(lines) != len(keys)+2 {
			t.Errorf("%s: the legend is %q", e.ID, lines)
		}
	}
	if keys := keysFor(make([]string, 33)); keys != nil {
		t.Errorf("33 actions have the keys %q", keys)
	}
	if keys := keysFor(make([]string, 32)); keys == nil {
		t.Error("32 actions have no keys")
	}
}

// moments is a sink that remembers.
type moments []viz.Snapshot

func (f *moments) Show(s *viz.Snapshot) error { *f = append(*f, *s); return nil }
func (f *moments) Close() error               { return nil }

// played plays a world with keys, and writes a trace and a GIF.
func played(t *testing.T, id, dir, keys string) (*game, moments) {
	t.Helper()
	var shown moments
	r, err := viz.NewRecorder(filepath.Join(dir, "game.gif"), viz.RecordConfig{Width: 960, Height: 600, FPS: 8, Hold: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	build := func() (env.Env, error) { return catalog.New(id) }
	g, err := newGame(build, viz.Sinks{&shown, noLegend{r}}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if g.trace, err = newTracer(filepath.Join(dir, "game.jsonl"), false, id, 7); err != nil {
		t.Fatal(err)
	}
	g.snap.Legend = legend(keysFor(g.snap.Actions), g.snap.Actions)
	pressed := make(chan viz.Key, len(keys))
	for _, key := range pressing(keys) {
		pressed <- key
	}
	close(pressed)
	if err := g.playKeys(t.Context(), keysFor(g.snap.Actions), pressed, nil, &shown); err != nil {
		t.Fatal(err)
	}
	if err := g.trace.close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return g, shown
}

const right = "→"

// pressing returns the keys that a text of characters and arrows stands for.
func pressing(text string) (keys []viz.Key) {
	arrows := map[rune]viz.Key{'↑': viz.KeyUp, '↓': viz.KeyDown, '→': viz.KeyRight, '←': viz.KeyLeft}
	for _, r := range text {
		key, ok := arrows[r]
		if !ok {
			key = viz.Key(r)
		}
		keys = append(keys, key)
	}
	return keys
}

// A game shows every decision, goes on with the next episode, and ends with q.
func TestPlay(t *testing.T) {
	g, shown := played(t, corridor, t.TempDir(), "←"+strings.Repeat(right, 7)+right+right+"xn"+right+"q"+right)
	want := "1.0 " + "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8terminated 2.0 2.1 3.0 3.1"
	var got []string
	for _, s := range shown {
		got = append(got, fmt.Sprintf("%d.%d%s", s.Episode, s.Step, s.End))
	}
	if strings.Join(got, " ") != want {
		t.Errorf("shown were %s, want %s", strings.Join(got, " "), want)
	}
	if s := shown[8]; s.Action != 1 || s.Return != float32(0.890625-1.0/64) || s.Title != corridor || s.StepLimit != 32 {
		t.Errorf("at the end of the episode: %+v", s)
	}
	if s := shown[0]; s.Action != -1 || !slices.Equal(s.Legend, []string{"←      left", "→      right", "n      next episode", "q      quit"}) {
		t.Errorf("at the start: %+v", s)
	}
	var out bytes.Buffer
	if err := g.results(&out); err != nil || out.String() != "episode 1: return 0.875 in 8 steps, terminated\n" {
		t.Errorf("results are %q, %v", out.String(), err)
	}
}

// A tick draws the screen again and nothing else.
func TestPlayRedraws(t *testing.T) {
	var all, screen moments
	g, err := newGame(func() (env.Env, error) { return catalog.New(bandit) }, &all, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tick := make(chan time.Time)
	go func() {
		tick <- time.Time{}
		tick <- time.Time{}
		cancel()
	}()
	if err := g.playKeys(ctx, keysFor(g.snap.Actions), make(chan viz.Key), tick, &screen); err != nil || len(all) != 1 || len(screen) != 2 {
		t.Errorf("%d frames, %d of them only on the screen, %v", len(all)+len(screen), len(screen), err)
	}
}

// A replayed game shows the same to the last pixel, and says so.
func TestReplay(t *testing.T) {
	for id, keys := range map[string]string{
		corridor:                            strings.Repeat(right, 10) + "n" + right,
		"Probe/UmbrellaLength-5-v0":         "lalalalalalalala", // random rewards
		"MinAtar/Breakout-v1":               strings.Repeat("..→.←", 4),
		"MiniGrid-Dynamic-Obstacles-5x5-v0": strings.Repeat("↑→", 4),
	} {
		dir := t.TempDir()
		g, _ := played(t, id, dir, keys)
		trace, again := filepath.Join(dir, "game.jsonl"), filepath.Join(dir, "again.gif")
		r := must(t, "play", "--replay", trace, "--out", again)
		var results bytes.Buffer
		if err := g.results(&results); err != nil || r.out != results.String() {
			t.Errorf("%s: it printed %q, want %q", id, r.out, results.String())
		}
		if !strings.HasSuffix(r.err, " decisions came out as they were\n") {
			t.Errorf("%s: it said %q", id, r.err)
		}
		a, err := os.ReadFile(filepath.Join(dir, "game.gif"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(again)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the pictures of the replay differ", id)
		}
		if quiet := must(t, "play", id, "--replay", trace); quiet.out != r.out {
			t.Errorf("%s: without pictures it printed %q", id, quiet.out)
		}
	}
}

// A replay that is interrupted ends in good order, and claims nothing.
func TestReplayInterrupted(t *testing.T) {
	dir := t.TempDir()
	played(t, corridor, dir, right)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := rlrunContext(ctx, "play", "--replay", filepath.Join(dir, "game.jsonl")); r.code != exitOK || r.out != "" || r.err != "" {
		t.Errorf("exit %d, %q, %q", r.code, r.out, r.err)
	}
}

// What is no game, or one of another world, is refused with the line that is wrong.
func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	played(t, corridor, dir, strings.Repeat(right, 9))
	text, err := os.ReadFile(filepath.Join(dir, "game.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	edit := func(n int, line string) string {
		edited := slices.Clone(lines)
		edited[n] = strings.TrimSuffix(line, "\n") + "\n"
		return strings.Join(edited, "")
	}
	for name, tc := range map[string]struct {
		text, want string
		code       int
	}{
		"empty":            {"", "is no trace of a game: line 1: unexpected end of JSON input", exitUsage},
		"another file":     {"{\"v\":1,\"kind\":\"train\"}\n", "line 1: it must begin with", exitUsage},
		"a newer one":      {edit(0, `{"v":2,"kind":"play","env":"x","seed":1}`), "line 1: it must begin with", exitUsage},
		"broken":           {edit(3, "{"), "line 4: unexpected end of JSON input", exitUsage},
		"of another kind":  {edit(3, `{"kind":"jump"}`), "line 4: neither an episode nor a step of one", exitUsage},
		"no episode":       {edit(1, lines[2]), "line 2: neither an episode nor a step of one", exitUsage},
		"another world":    {edit(0, `{"v":1,"kind":"play","env":"Probe/Corridr-v0","seed":1}`), "did you mean Probe/Corridor-v0?", exitUsage},
		"another reward":   {edit(3, `{"kind":"step","action":1,"reward":1}`), "line 4 of the game: the world returned -0.015625 running", exitFailed},
		"another end":      {edit(8, `{"kind":"step","action":1,"reward":0.984375}`), "line 9 of the game: the world returned 0.984375 terminated", exitFailed},
		"no such action":   {edit(3, `{"kind":"step","action":2}`), "line 4 of the game cannot be played: action 2 of 2", exitFailed},
		"after the end":    {edit(9, lines[2]), "line 10 of the game cannot be played", exitFailed},
		"cut in a line":    {string(text[:len(text)-5]), "", exitOK},
		"cut after a line": {strings.Join(lines[:4], ""), "", exitOK},
	} {
		file := filepath.Join(dir, "edited.jsonl")
		if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := rlrun(t, "play", "--replay", file); r.code != tc.code || !strings.Contains(r.err, tc.want) {
			t.Errorf("%s: exit %d, %q, want %d, ...%s...", name, r.code, r.err, tc.code, tc.want)
		}
	}
}

func TestPlayMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	played(t, bandit, ".", "0")
	for args, want := range map[string]string{
		"play":                                    "ENV, a world's id, is missing",
		"play Bandit":                             `no world "Bandit"; did you mean Probe/Bandit-v0?`,
		"play " + bandit:                          "playing takes a terminal that can do more than print lines, for standard input and output both; --view web takes none",
		"play a b":                                `unexpected argument "b" after "a"`,
		"play --replay nothing":                   "open nothing: no such file or directory",
		"play --replay game.jsonl " + corridor:    "the game in game.jsonl is of Probe/Bandit-v0, not of Probe/Corridor-v0",
		"play --replay game.jsonl --seed 3":       "--seed does not go with --replay: the game is as it was",
		"play --replay game.jsonl --trace x":      "--trace does not go with --replay: the game is as it was",
		"play --replay game.jsonl --out game.gif": "game.gif exists already: choose another --out, or replace it with --force",
		"play --replay game.jsonl --out game":     "--out takes a file whose name ends in .gif, .apng, .html, .mp4, .cast or .png, such as game.gif, not \"game\"",
	} {
		if r := rlrun(t, strings.Fields(args)...); r.code != exitUsage || r.out != "" || r.err != "rlrun: "+want+"\n" {
			t.Errorf("%s: exit %d, %q, want %q", args, r.code, r.err, want)
		}
	}
}
