package cli

import (
	"encoding/binary"
	"image/gif"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/env/catalog"
	"github.com/auxrl/auxrl/policy"
	"github.com/auxrl/auxrl/viz"
)

func TestEnvs(t *testing.T) {
	r := must(t, "envs", "probe/*CORR*")
	want := "ID                 OBS    ACTIONS  LIMIT  BEST    ABOUT\n" +
		"Probe/Corridor-v0  1x8x1  2        32     0.8906  seven steps to the goal, each at a cost: does reward travel back in time?\n"
	if r.out != want || r.err != "" {
		t.Errorf("got\n%swant\n%s", r.out, want)
	}
	if r := rlrun(t, "envs"); r.code != exitFailed || r.out != "" || r.err != "rlrun: User-Missing-v0: file does not exist\n" {
		t.Errorf("a world that cannot be made: exit %d, %q, %q", r.code, r.out, r.err)
	}
}

func TestEnvsPatterns(t *testing.T) {
	ids := func(pattern string) string {
		var found []string
		for _, line := range must(t, "envs", pattern, "--json").lines() {
			found = append(found, decoded(t, line)["id"].(string))
		}
		return strings.Join(found, " ")
	}
	for pattern, want := range map[string]string{
		"user-v0":               "User-v0",
		"/Corridor-v0":          corridor,
		"MiniGrid-Empty-?":      "",
		"MiniGrid-Empty-[58]x*": "MiniGrid-Empty-5x5-v0 MiniGrid-Empty-8x8-v0",
		"*Bandit*":              bandit,
		"doorkey-5":             "MiniGrid-DoorKey-5x5-v0",
	} {
		if want == "" {
			if r := rlrun(t, "envs", pattern); r.code != exitUsage {
				t.Errorf("%s: exit %d", pattern, r.code)
			}
			continue
		}
		if got := ids(pattern); got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
	}
	line := must(t, "envs", "--json", "MiniGrid-DoorKey-8x8").out
	m := decoded(t, line)
	if m["success"] == nil || m["success"].(float64) <= 0 || m["success"].(float64) >= 1 {
		t.Errorf("a return of %v counts as a success", m["success"])
	}
	if m["v"] != 1.0 || m["kind"] != "env" || m["step_limit"] != 640.0 || m["best"] != 0.9764 || len(m["actions"].([]any)) != 7 {
		t.Errorf("the world is %s", line)
	}
}

// Options stand behind an id wherever one does.
func TestEnvsOptions(t *testing.T) {
	line := must(t, "envs", "MiniGrid-DoorKey-8x8-v0:full,rgb,tile=4", "--json").out
	if m := decoded(t, line); m["id"] != "MiniGrid-DoorKey-8x8-v0:full,rgb,tile=4" || m["obs"].([]any)[0] != 32.0 || m["codes"] != nil {
		t.Errorf("the world is %s", line)
	}
	for args, want := range map[string]string{
		"envs MiniGrid-DoorKey-8x8-v0:fool":  `rlrun: MiniGrid-DoorKey-8x8-v0:fool: no option "fool"; there are full, view=N, codes, onehot, rgb, tile=N`,
		"train MiniGrid-Empty-5x5-v0:view=8": "rlrun: MiniGrid-Empty-5x5-v0:view=8: view is 8, must be odd, 3 to 31",
		"watch MiniGrid-Empty-5x5-v0:view":   "rlrun: MiniGrid-Empty-5x5-v0:view: no option \"view\"; there are full",
		"train MinAtar/Breakout-v1:lim=5":    `rlrun: MinAtar/Breakout-v1:lim=5: no option "lim=5"; there are sticky=P, ramping=off, limit=N`,
		"watch Maze/Static01-42x42-v0:x":     `rlrun: Maze/Static01-42x42-v0:x: no option "x"; there are layout=N, texture=N, actions=NAME, depth`,
		"train " + bandit + ":full":          "rlrun: " + bandit + " takes no options: leave out what is behind the colon",
		"envs MiniGrid-DorKey-8x8-v0:full":   `rlrun: no world "MiniGrid-DorKey-8x8-v0"; did you mean MiniGrid-DoorKey-8x8-v0?`,
	} {
		if r := rlrun(t, strings.Fields(args)...); r.code != exitUsage || !strings.HasPrefix(r.err, want) {
			t.Errorf("%s: exit %d, %q, want %q", args, r.code, r.err, want)
		}
	}
	t.Chdir(t.TempDir())
	must(t, "train", "MiniGrid-Empty-5x5-v0:full,onehot", "--steps", "200", "--set", "horizon=8", "--episodes", "1")
	must(t, "eval", "runs/MiniGrid-Empty-5x5-v0-full-onehot-1", "--episodes", "1")
}

// The digests are those of the original; see env/minigrid/testdata.
func TestDigest(t *testing.T) {
	table, err := os.ReadFile("../env/minigrid/testdata/digests.tsv")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if f[0] != "MiniGrid-DoorKey-8x8-v0" && f[0] != "MiniGrid-LavaCrossingS9N2-v0" {
			continue
		}
		compared++
		r := must(t, "envs", "digest", f[0])
		if want := "layout " + f[5] + "\ntrace " + f[6] + "\n"; r.out != want {
			t.Errorf("%s: %q, want %q", f[0], r.out, want)
		}
		r = must(t, "envs", "digest", f[0], "--layout", "0:100", "--trace", "0,1,2", "--steps", "1000", "--json", "--policy", "0,1,2,3,4,5,6")
		if want := `{"v":1,"kind":"digest","id":"` + f[0] + `","layout":"` + f[5] + `","trace":"` + f[6] + "\"}\n"; r.out != want {
			t.Errorf("%s: %q, want %q", f[0], r.out, want)
		}
	}
	if compared != 2 {
		t.Errorf("%d worlds were found in the table", compared)
	}
	// Seeds, steps and policies count; so do worlds that do not describe themselves.
	seen := map[string]string{}
	for _, args := range []string{"", "--steps 10", "--trace 1", "--policy 1", "--policy 1,1,0"} {
		r := must(t, append([]string{"envs", "digest", "MiniGrid-DoorKey-5x5-v0"}, strings.Fields(args)...)...)
		if other, ok := seen[r.out]; ok {
			t.Errorf("%q and %q have the digest %s", args, other, r.out)
		}
		seen[r.out] = args
	}
	a, b := must(t, "envs", "digest", "User-v0", "--steps", "50"), must(t, "envs", "digest", "User-v0", "--steps", "50")
	if a.out != b.out || len(a.out) != len("layout \ntrace \n")+32 {
		t.Errorf("digests %q and %q", a.out, b.out)
	}
	if c := must(t, "envs", "digest", corridor, "--steps", "50"); c.out != a.out {
		t.Errorf("the same world has the digests %q and %q", a.out, c.out)
	}
}

func frames(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := gif.DecodeAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if g.Config.Width != 960 || g.Config.Height != 600 {
		t.Errorf("%s is %dx%d", name, g.Config.Width, g.Config.Height)
	}
	return len(g.Image)
}

func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, "User-v0", "r")
	r := must(t, "watch", "r", "--out", "r.gif", "--episodes", "1", "--greedy")
	if !strings.HasSuffix(r.err, " frames in r.gif\n") || r.out != "" || frames(t, "r.gif") < 2 {
		t.Errorf("%q, %q", r.out, r.err)
	}
	if testing.Short() {
		return // drawing is slow where races are looked for
	}
	must(t, "watch", "r", "--out", "r.gif", "--episodes", "2", "--force", "--fps", "10")
	for id, what := range map[string]string{bandit: "arms", "User-v0": "the user's", "MiniGrid-Empty-5x5-v0": "a mission and a view"} {
		must(t, "watch", id, "--out", "x.gif", "--episodes", "1", "--force")
		if frames(t, "x.gif") < 2 {
			t.Errorf("%s, %s: nothing moves", id, what)
		}
	}
	// The same seed shows the same.
	must(t, "watch", corridor, "--out", "a.gif", "--seed", "5", "--episodes", "1")
	must(t, "watch", corridor, "--out", "b.gif", "--seed", "5", "--episodes", "1")
	a, _ := os.ReadFile("a.gif")
	if b, _ := os.ReadFile("b.gif"); string(a) != string(b) {
		t.Error("the same seed shows something else")
	}
}

// Ctrl-C leaves a file that is complete.
func TestWatchInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	r := interruptAfter(t, 5, "watch", "User-v0", "--out", "x.gif", "--episodes", "100")
	if r.code != exitOK || r.err != "5 frames in x.gif\n" {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	frames(t, "x.gif")
	r = rlrunContext(canceled(t), "watch", "User-v0", "--out", "none.gif")
	if _, err := os.Stat("none.gif"); r.code != exitOK || err == nil {
		t.Errorf("exit %d, %q, a file without frames: %v", r.code, r.err, err)
	}
}

// A run with tasks and bonuses is shown with what they think and pay.
func TestWatchShowsThoughts(t *testing.T) {
	t.Chdir(t.TempDir())
	const id = "MiniGrid-Empty-5x5-v0"
	must(t, "train", id, "--algo", "a2c", "--steps", "2k", "--episodes", "1", "--run", "r", "--aux", "unreal", "--shape", "episodic-counts")
	actor, err := policy.Open("r")
	if err != nil {
		t.Fatal(err)
	}
	w, err := catalog.New(id)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(w)
	m, err := openMind("r", nil, w, actor, &s.snap)
	if err != nil {
		t.Fatal(err)
	}
	actor.Begin()
	m.begin(&s.snap)
	s.begin(3, 1)
	sum := float32(0)
	for k := range 30 {
		act := actor.Act(s.obs, s.vec)
		m.see(&s.snap, s.obs, s.vec)
		pixels, reward := &s.snap.Thoughts[0], &s.snap.Thoughts[1]
		if len(pixels.Overlay) != 49 || len(pixels.Maps) != 3 || (pixels.Maps[2].Cell == nil) != (k == 0) || pixels.Grid.Area.Dx() != 7 || pixels.Grid.Of.X != 7 {
			t.Fatalf("step %d: %+v", k, pixels)
		}
		if len(reward.Classes) != 3 || (reward.Came >= 0) != (k > 0) {
			t.Fatalf("step %d: %+v", k, reward)
		}
		if len(s.snap.Rewards) != 2 || s.snap.Rewards[1].Name != "episodic-counts" {
			t.Fatalf("rewards from %+v", s.snap.Rewards)
		}
		if sum += s.snap.Rewards[1].Now; sum != s.snap.Rewards[1].Sum {
			t.Fatalf("step %d: %v in sum, want %v", k, s.snap.Rewards[1].Sum, sum)
		}
		step := s.step(act, 0)
		actor.Reward(step.Reward)
		m.took(act, step)
		if step.End != env.Running {
			break
		}
	}
	if !(sum > 0) {
		t.Error("nothing new was met")
	}
	for _, thought := range s.snap.Thoughts {
		if math.IsNaN(float64(thought.Loss)) || thought.Weight != 1 {
			t.Errorf("%s: loss %v, weight %v", thought.Name, thought.Loss, thought.Weight)
		}
	}
	if testing.Short() {
		return
	}
	for _, f := range viz.Formats() {
		if f.Ext == ".mp4" {
			continue // ffmpeg may not be there
		}
		must(t, "watch", "r", "--out", "x"+f.Ext, "--episodes", "1", "--light")
		if info, err := os.Stat("x" + f.Ext); err != nil || info.Size() < 1000 {
			t.Errorf("x%s: %v", f.Ext, err)
		}
	}
}

// A run with tasks that this program does not know is shown without them, and that is said.
func TestWatchUnknownTasks(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, "User-v0", "r", "--aux", "entropy")
	text, err := os.ReadFile("r/config.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"kind": "entropy"`, `"kind": "of-the-user"`, 1)
	if changed == string(text) {
		t.Fatalf("no task in %s", text)
	}
	if err := os.WriteFile("r/config.json", []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	r := must(t, "watch", "r", "--out", "x.gif", "--episodes", "1")
	if !strings.Contains(r.err, `warning: auxiliary tasks and bonuses are not shown: no task or bonus is called "of-the-user"`) || frames(t, "x.gif") < 2 {
		t.Errorf("%q", r.err)
	}
}

// Ctrl-C leaves every kind of file complete.
func TestWatchInterruptedAPNG(t *testing.T) {
	t.Chdir(t.TempDir())
	r := interruptAfter(t, 5, "watch", "User-v0", "--out", "x.apng", "--episodes", "100")
	if r.code != exitOK || r.err != "5 frames in x.apng\n" {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	file, err := os.ReadFile("x.apng")
	if err != nil || len(file) < 45 || binary.BigEndian.Uint32(file[41:]) != 5 || string(file[len(file)-8:len(file)-4]) != "IEND" {
		t.Errorf("the file is not complete: %v", err)
	}
}
