package cli

import (
	"os"
	"strings"
	"testing"
)

const smallMap = "see: full\nsteps: 20\nmap:\n#####\n#>..#\n#..G#\n#####\n"

// A run keeps its map: what comes after works without the file.
func TestMap(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("small.map", []byte(smallMap), 0o666); err != nil {
		t.Fatal(err)
	}
	line := must(t, "envs", "--map", "small.map", "--json").out
	if m := decoded(t, line); m["id"] != "Map/small" || m["step_limit"] != 20.0 || m["best"] != 1-0.9*4/20 {
		t.Errorf("the world is %s", line)
	}
	must(t, "train", "--map", "small.map", "--steps", "300", "--set", "horizon=8", "--episodes", "2")
	must(t, "watch", "--map", "small.map", "--out", "random.gif", "--episodes", "1")
	if err := os.Remove("small.map"); err != nil {
		t.Fatal(err)
	}
	r := must(t, "eval", "runs/Map-small-1", "--episodes", "3")
	if !strings.Contains(r.out, "(3 episodes)") {
		t.Errorf("eval: %q", r.out)
	}
	must(t, "train", "--resume", "runs/Map-small-1", "--steps", "600", "--episodes", "2")
	must(t, "watch", "runs/Map-small-1", "--out", "trained.gif", "--episodes", "1")
	if frames(t, "trained.gif") < 2 {
		t.Error("nothing moves")
	}
}

func TestMapMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"bad.map": "map:\n#G#\n#>\n", "walled.map": "map:\n>#G"} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		"train --map none.map":              "rlrun: there is no file none.map; rlrun envs --help says what a map looks like",
		"train --map bad.map":               "rlrun: bad.map:3:3: the row has 2 squares, the first row has 3: make them equally long",
		"watch --map bad.map":               "rlrun: bad.map:3:3: the row has 2 squares",
		"envs --map bad.map":                "rlrun: bad.map:3:3: the row has 2 squares",
		"play --map bad.map":                "rlrun: bad.map:3:3: the row has 2 squares",
		"play --map walled.map":             "rlrun: playing takes a terminal",
		"play User-v0 --map walled.map":     "rlrun: --map walled.map and User-v0 are two worlds: leave one out",
		"envs --map .":                      "rlrun: read .: is a directory",
		"train User-v0 --map walled.map":    "rlrun: --map walled.map and User-v0 are two worlds: leave one out",
		"watch User-v0 --map walled.map":    "rlrun: --map walled.map and User-v0 are two worlds: leave one out",
		"envs User --map walled.map":        "rlrun: --map walled.map and User are two questions: leave one out",
		"train --resume x --map walled.map": "rlrun: --map does not go with --resume: the run keeps its own",
		"train --map":                       "rlrun: --map needs a value",
	} {
		if r := rlrun(t, strings.Fields(args)...); r.code != exitUsage || !strings.HasPrefix(r.err, want) {
			t.Errorf("%s: exit %d, %q, want %q", args, r.code, r.err, want)
		}
	}
	if r := must(t, "envs", "--map", "walled.map"); r.err != "rlrun: warning: in Map/walled no actions lead to success in time\n" {
		t.Errorf("a map without a way: %q", r.err)
	}
}
