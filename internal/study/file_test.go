package study

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/config"
)

// written returns the name of a file with that text.
func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// said returns items as text.
func said(items []config.Item) string {
	var parts []string
	for _, i := range items {
		parts = append(parts, fmt.Sprintf("%d:%s=%v", i.Line, strings.Join(i.Key, "."), i.Value))
	}
	return strings.Join(parts, " ")
}

func TestRead(t *testing.T) {
	s, err := Read(written(t, `title = "Does it help?"
about = """
One.

Two."""
worlds = ["A-v0", "B-v0"]
seeds = "101-110"
steps = 1_000
arms = ["base", "+counts"]
score = "greedy"
threshold = 0.5
episodes = 7
points = 9

[base]
preset = "unreal"
bare = true
a2c.entropy = 0.03

[arm."+counts"]
lr = 0.1

[arm.mine]
aux.entropy.weight = 2
shape.counts.settings.weight = 3

[arm.same]

[world."B-v0"]
steps = 5
scale = [-1, 2.5]
published = "0.5 (one run)"
threshold = 2
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "x" || s.Title != "Does it help?" || s.About != "One.\n\nTwo." || len(s.Seeds) != 10 || s.Seeds[0] != 101 || s.Score != ByGreedy ||
		s.Threshold != 0.5 || s.Episodes != 7 || s.Points != 9 || !s.Bare {
		t.Errorf("got %+v", s)
	}
	if got, want := said(s.Base), "8:steps=1000 16:preset=unreal 18:a2c.entropy=0.03"; got != want {
		t.Errorf("base is %s, want %s", got, want)
	}
	var arms []string
	for _, a := range s.Arms {
		arms = append(arms, fmt.Sprintf("%d %s %v %s", a.Line, a.Name, a.Terms, said(a.Items)))
	}
	want := "9 base [] |9 +counts [{counts }] 21:lr=0.1|23 mine [] 24:aux.entropy.weight=2 25:shape.counts.settings.weight=3|27 same [] "
	if got := strings.Join(arms, "|"); got != want {
		t.Errorf("arms are\n%s, want\n%s", got, want)
	}
	b := s.Worlds[1]
	if s.Worlds[0].ID != "A-v0" || !math.IsNaN(s.Worlds[0].Threshold) || b.Scale != [2]float64{-1, 2.5} || b.Published != "0.5 (one run)" || b.Threshold != 2 || said(b.Items) != "30:steps=5" {
		t.Errorf("worlds are %+v", s.Worlds)
	}
}

// Whatever is wrong, the error has the file and the line.
func TestReadRefuses(t *testing.T) {
	const head = "worlds = [\"A\"]\nseeds = 3\narms = [\"base\"]\n"
	for name, tc := range map[string]struct{ text, want string }{
		"syntax":            {"worlds = [", ":1: "},
		"nothing":           {"", ":1: study: no worlds"},
		"no seeds":          {"worlds = [\"A\"]\narms = [\"base\"]", ":2: study: no seeds"},
		"no arms":           {"worlds = [\"A\"]\nseeds = 1", ":2: study: no arms"},
		"unknown key":       {head + "lr = 1", ":4: no lr in a study"},
		"unknown table":     {head + "[bass]\nlr = 1", ":4: no bass in a study"},
		"title":             {head + "title = 1", ":4: title: text"},
		"worlds":            {"worlds = \"A\"", ":1: worlds: a list of texts"},
		"a number":          {"worlds = [1]", ":1: worlds: a list of texts"},
		"world twice":       {"seeds = 1\nworlds = [\"A\", \"A\"]\narms = [\"base\"]", ":2: study: the world A is named twice"},
		"seeds":             {"worlds = [\"A\"]\nseeds = \"5-3\"", ":2: seeds: study: seeds are"},
		"seed":              {"seeds = [1, -2]", ":1: seeds: a list of whole numbers"},
		"seeds of nothing":  {"seeds = true", ":1: seeds: 10, "},
		"arm":               {"worlds = [\"A\"]\narms = [\"base+\"]", ":2: arms: study: an arm is"},
		"arm twice":         {"worlds = [\"A\"]\nseeds = 1\narms = [\"base\", \"base\"]", ":3: study: two arms are called base"},
		"arms share":        {head + "[arm.\"a b\"]\n[arm.a-b]", ":5: study: arms a b and a-b would share"},
		"arm is no table":   {head + "arm = 3", ":4: arm is a table of tables"},
		"arm of a number":   {head + "arm.x = 3", ":4: a table of settings"},
		"seed of an arm":    {head + "[base]\nseed = 3", ":5: seed is no setting"},
		"bare":              {head + "[arm.x]\nbare = 3", ":5: bare is true or false"},
		"bare world":        {head + "[world.A]\nbare = true", ":5: bare: belongs"},
		"score":             {head + "score = \"best\"", ":4: score: one of return, success, greedy"},
		"episodes":          {head + "episodes = 0", ":4: episodes: a whole number from 1"},
		"points":            {head + "points = 1e9", ":4: points: a whole number from 1 to 400"},
		"threshold":         {head + "threshold = nan", ":4: threshold: a number"},
		"scale":             {head + "[world.A]\nscale = [1, 1]", ":5: scale: two returns"},
		"scale of a world":  {head + "[world.B]\nscale = [0, 1]", ":4: the world B is not in the list"},
		"too many runs":     {"worlds = [\"A\",\"B\",\"C\",\"D\",\"E\",\"F\",\"G\",\"H\",\"I\",\"J\",\"K\"]\nseeds = 10000\narms = [\"base\"]", ":3: study: 110000 runs"},
		"a key of no table": {head + "worlds.x = 3", ":4: "},
	} {
		t.Run(name, func(t *testing.T) {
			file := written(t, tc.text)
			if _, err := Read(file); err == nil || !strings.HasPrefix(err.Error(), file+tc.want) {
				t.Errorf("got %v, want FILE%s", err, tc.want)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.toml")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}

// Every study file of the repository is read, and no report of theirs has seeds that settings were tuned on.
func TestStudies(t *testing.T) {
	files, err := filepath.Glob("../../studies/*.toml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d study files, %v", len(files), err)
	}
	for _, f := range files {
		s, err := Read(f)
		if err != nil {
			t.Error(err)
		}
		for _, seed := range s.Seeds {
			if seed > 100 {
				t.Errorf("%s: seed %d is for tuning", f, seed)
			}
		}
	}
}
