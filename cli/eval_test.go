package cli

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A table has a line per run, and the mean of those that differ in their seeds alone.
func TestEvalRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "runs/a1", "--seed", "1")
	trained(t, corridor, "runs/a2", "--seed", "2")
	trained(t, corridor, "runs/b", "--aux", "entropy=0.02")
	var returns []float64
	for _, run := range []string{"a1", "a2", "b"} {
		m := decoded(t, must(t, "eval", "runs/"+run, "--episodes", "5", "--json").out)
		returns = append(returns, m["return_mean"].(float64))
	}
	r := must(t, "eval", "runs", "runs/a1", "--episodes", "5")
	lines := r.lines()
	want := []string{
		`RUN +ENV +SEED +STEP +RETURN +SUCCESS +LENGTH +GREEDY RETURN +SUCCESS`,
		`runs/a1 +Probe/Corridor-v0 +1 +128 +` + regexp.QuoteMeta(decimal(returns[0], 3)) + ` \[\S+, \S+\] +\d+% +\d+\.\d +-?\d\.\d{3} +\d+%`,
		`runs/a2 +Probe/Corridor-v0 +2 +128 +` + regexp.QuoteMeta(decimal(returns[1], 3)) + ` \[.*`,
		`runs/b +Probe/Corridor-v0 +1 +128 +` + regexp.QuoteMeta(decimal(returns[2], 3)) + ` \[.*`,
		``,
		`base: return ` + regexp.QuoteMeta(decimal((returns[0]+returns[1])/2, 3)) + ` \[\S+, \S+\], interquartile mean of 2 runs; the least -?\d\.\d{3}`,
	}
	if len(lines) != len(want) {
		t.Fatalf("printed\n%s", r.out)
	}
	for i, w := range want {
		if !regexp.MustCompile(`^` + w + `$`).MatchString(lines[i]) {
			t.Errorf("line %d is %q, want %s", i, lines[i], w)
		}
	}
	rows := must(t, "eval", "runs", "--episodes", "5", "--json").lines()
	if len(rows) != 4 {
		t.Fatalf("printed %q", rows)
	}
	for i, run := range []string{"runs/a1", "runs/a2", "runs/b"} {
		if m := decoded(t, rows[i]); m["kind"] != "eval" || m["run"] != run || m["env"] != corridor || m["return_mean"] != returns[i] || m["greedy.return_mean"] == nil {
			t.Errorf("line %d is %s", i, rows[i])
		}
	}
	group := decoded(t, rows[3])
	if group["kind"] != "eval-group" || group["label"] != "base" || group["runs"] != 2.0 || math.Abs(group["return_iqm"].(float64)-(returns[0]+returns[1])/2) > 1e-12 {
		t.Errorf("the group is %s", rows[3])
	}
	if one := must(t, "eval", "runs/a1", "runs/a1/", "--episodes", "1").lines(); len(one) != 2 {
		t.Errorf("the same run twice is %q", one)
	}
	greedy := must(t, "eval", "runs", "--episodes", "1", "--greedy").lines()
	if strings.Contains(greedy[0], "GREEDY") || len(strings.Fields(greedy[1])) != 9 {
		t.Errorf("--greedy prints %q", greedy)
	}
	write(t, "runs/b/config.json", "{")
	if r := rlrun(t, "eval", "runs", "--episodes", "1"); r.code != exitFailed || !strings.Contains(r.out, "runs/a2") || !strings.Contains(r.err, "runs/b/config.json") {
		t.Errorf("with a damaged run: exit %d, %q, %q", r.code, r.out, r.err)
	}
}

// A return that is required and not reached is exit 3, after everything has been printed and saved.
func TestRequireReturn(t *testing.T) {
	t.Chdir(t.TempDir())
	train := func(dir, least string) result {
		return rlrun(t, "train", corridor, "--algo", "a2c", "--steps", "128", "--episodes", "5", "--run", dir, "--json", "--require-return", least)
	}
	r := train("a", "0.999")
	lines := r.lines()
	last := decoded(t, lines[len(lines)-1])
	got := decimal(last["return_mean"].(float64), 3)
	if want := "rlrun: a: the mean return is " + got + ", required is 0.999\n"; r.code != exitMissed || !strings.HasSuffix(r.err, want) || last["kind"] != "eval" {
		t.Errorf("exit %d, %q, want %q", r.code, r.err, want)
	}
	if r := train("b", "-10"); r.code != exitOK {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
	exact := strconv.FormatFloat(last["return_mean"].(float64), 'g', -1, 64)
	for _, tc := range []struct {
		args []string
		code int
	}{
		{[]string{"eval", "a", "--require-return", exact}, exitOK},
		{[]string{"eval", "a", "--require-return", "0.999"}, exitMissed},
		{[]string{"eval", "a", "b", "--require-return", exact, "--json"}, exitOK}, // b is the same run
		{[]string{"eval", "a", "b", "--require-return", "0.999"}, exitMissed},
	} {
		r := rlrun(t, append(tc.args, "--episodes", "5")...)
		if r.code != tc.code || r.out == "" || (tc.code == exitMissed) != strings.Contains(r.err, "the mean return is "+got+", required is 0.999") {
			t.Errorf("%q: exit %d, want %d: %q, %q", tc.args, r.code, tc.code, r.out, r.err)
		}
	}
}
