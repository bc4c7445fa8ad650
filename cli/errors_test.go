package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
)

// Every mistake gets one line that says what to do.
func TestMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "done")
	trained(t, corridor, "bare")
	if err := errors.Join(os.RemoveAll("bare/ckpt"), os.Mkdir("empty", 0o777), os.WriteFile("file", nil, 0o666),
		os.WriteFile("there.gif", nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	const (
		steps = "a whole number from 1 to 100000000000, such as 500, 200k or 1M"
		seeds = "a whole number from 0 to 18446744073709551615"
	)
	for _, tc := range []struct {
		args string // words; '' is an empty one
		want string
		code int
	}{
		{"trian", `no verb "trian"; did you mean train?`, 2},
		{"xyzzy", `no verb "xyzzy"; there are bench, compare, completion, config, envs, eval, play, plot, runs, sweep, tasks, train, version, watch`, 2},
		{"''", `no verb ""; there are bench, compare, completion, config, envs, eval, play, plot, runs, sweep, tasks, train, version, watch`, 2},
		{"help trian", `no verb "trian"; did you mean train?`, 2},
		{"help envs digset", `no verb "digset"; did you mean digest?`, 2},
		{"-x", "no flag -x; rlrun takes --help, --version", 2},
		{"--versio", "no flag --versio; did you mean --version?", 2},
		{"version x", `unexpected argument "x"`, 2},
		{"completion", "SHELL, one of bash, zsh, fish and powershell, is missing", 2},
		{"completion foo", `no shell "foo"; there are bash, zsh, fish, powershell`, 2},
		{"completion bsah", `no shell "bsah"; did you mean bash?`, 2},

		{"train", "ENV, the world's id, is missing (rlrun envs lists them)", 2},
		{"train a b", `unexpected argument "b" after "a"`, 2},
		{"train Corridor", `no world "Corridor"; did you mean Probe/Corridor-v0?`, 2},
		{"train minigrid-dorkey-8x8-v1", `no world "minigrid-dorkey-8x8-v1"; did you mean MiniGrid-DoorKey-8x8-v0?`, 2},
		{"train dorkey", `no world "dorkey"; did you mean MiniGrid-DoorKey-5x5-v0, MiniGrid-DoorKey-6x6-v0 or MiniGrid-DoorKey-8x8-v0?`, 2},
		{"train User-v1", `no world "User-v1"; did you mean User-v0?`, 2},
		{"train zzzzz", `no world "zzzzz"; rlrun envs lists them`, 2},
		{"train User-Missing-v0", "User-Missing-v0: file does not exist", 1},
		{"train User-v0 --sted 4", "no flag --sted; did you mean --seed?", 2},
		{"train User-v0 -s 4", "no flag -s; did you mean --seed, --set or --shape?", 2},
		{"train User-v0 --resize 84", `--resize takes height and width, such as 84x84, not "84"`, 2},
		{"train User-v0 --resize 84x84x3", `--resize takes height and width, such as 84x84, not "84x84x3"`, 2},
		{"train User-v0 --resize 8x8", "Probe/Corridor-v0: its images are symbols, of which there is no mean: they cannot be resized", 2},
		{"train User-v0 --sticky 2", `--sticky takes a number from 0 to 1, not "2"`, 2},
		{"train User-v0 --reward-clip 0", "--reward-scale and --reward-clip of 0 would leave no reward", 2},
		{"train User-v0 --foo", "no flag --foo; rlrun train takes --algo, --aux, --balance, --config, --core, --encoder, --episodes, --frame-stack, --freeze, --gray, --help, --init, --json, " +
			"--map, --measure, --milestones, --no-ops, --one-hot, --preset, --repeat, --require-return, --resize, --resume, --reward-clip, --reward-norm, --reward-scale, --run, " +
			"--seed, --set, --shape, --share, --skip, --steps, --sticky, --stop-at-return, --tensorboard, --time-limit, --watch", 2},
		{"train User-v0 --=3", "bad flag syntax: --=3", 2},
		{"train User-v0 --algo pppo", `no algorithm "pppo"; did you mean ppo?`, 2},
		{"train User-v0 --algo dqn", `no algorithm "dqn"; there are ppo, a2c`, 2},
		{"train User-v0 --algo ''", `--algo takes ppo or a2c, not ""`, 2},
		{"train User-v0 --preset torch_ac", `no preset "torch_ac"; did you mean torch-ac?`, 2},
		{"train User-v0 --preset x", `no preset "x"; there are default, minigrid, torch-ac, minatar, unreal`, 2},
		{"train User-v0 --preset ''", `--preset takes default, minigrid, torch-ac, minatar or unreal, not ""`, 2},
		{"train User-v0 --steps", "--steps needs a value", 2},
		{"train User-v0 --steps abc", "--steps takes " + steps + `, not "abc"`, 2},
		{"train User-v0 --steps -5", "--steps takes " + steps + `, not "-5"`, 2},
		{"train User-v0 --steps 0", "--steps takes " + steps + `, not "0"`, 2},
		{"train User-v0 --steps 1.5", "--steps takes " + steps + `, not "1.5"`, 2},
		{"train User-v0 --steps 1e30", "--steps takes " + steps + `, not "1e30"`, 2},
		{"train User-v0 --steps nan", "--steps takes " + steps + `, not "nan"`, 2},
		{"train User-v0 --steps ''", "--steps takes " + steps + `, not ""`, 2},
		{"train User-v0 --seed -1", "--seed takes " + seeds + `, not "-1"`, 2},
		{"train User-v0 --seed 1e3", "--seed takes " + seeds + `, not "1e3"`, 2},
		{"train User-v0 --stop-at-return abc", `--stop-at-return takes a number such as 0.95, not "abc"`, 2},
		{"train User-v0 --stop-at-return inf", `--stop-at-return takes a number such as 0.95, not "inf"`, 2},
		{"train User-v0 --episodes 0", `--episodes takes a whole number from 1 to 1000000, such as 500, 200k or 1M, not "0"`, 2},
		{"train User-v0 --json=maybe", `--json takes true or false, not "maybe"`, 2},
		{"train User-v0 --run ''", `--run takes a directory, not ""`, 2},
		{"train User-v0 --run done", "done already holds a run: go on with it (rlrun train --resume done) or choose another directory with --run", 2},
		{"train User-v0 --run done/ckpt", "done/ckpt is not empty: choose another directory with --run", 2},
		{"train User-v0 --run file", "file is a file: choose another directory with --run", 2},
		{"train User-v0 --run file/below", "create directory: mkdir file: not a directory", 1},

		{"train --resume done", "the run in done has taken 128 steps, its budget is 128: raise that with --steps, or measure it (rlrun eval done)", 2},
		{"train --resume done --steps 100", "the run in done has taken 128 steps, its budget is 100: raise that with --steps, or measure it (rlrun eval done)", 2},
		{"train --resume done --algo a2c", "--algo does not go with --resume: the run keeps its own", 2},
		{"train --resume done --preset torch-ac", "--preset does not go with --resume: the run keeps its own", 2},
		{"train --resume done --seed 3", "--seed does not go with --resume: the run keeps its own", 2},
		{"train --resume done --run x", "--run does not go with --resume: the run keeps its own", 2},
		{"train --resume done User-v0", "the run in done is of Probe/Corridor-v0, not of User-v0", 2},
		{"train --resume empty", "empty is a directory, but holds no run: it has no config.json", 2},
		{"train --resume nosuch", "there is no run directory nosuch: rlrun train ENV --run nosuch makes one", 2},

		{"eval", "RUN, a run directory, is missing", 2},
		{"eval nosuch", "there is no run directory nosuch: rlrun train ENV --run nosuch makes one", 2},
		{"eval User-v0", "User-v0 is a world, not a run directory: rlrun train User-v0 makes one", 2},
		{"eval file", "file is a file, not a run directory", 2},
		{"eval done/config.json", "done/config.json is a file, not a run directory", 2},
		{"eval empty", "empty is no run directory, and there is none in it", 2},
		{"eval bare", "the run in bare has no checkpoint yet: go on with it (rlrun train --resume bare)", 1},
		{"eval done --episodes 1e9", `--episodes takes a whole number from 1 to 1000000, such as 500, 200k or 1M, not "1e9"`, 2},
		{"eval done --require-return x", `--require-return takes a number such as 0.95, not "x"`, 2},

		{"watch", "RUN, a run directory, or ENV, a world's id, is missing", 2},
		{"watch nosuch", `"nosuch" is neither a run directory nor a world; rlrun envs lists worlds`, 2},
		{"watch user-v1", `"user-v1" is neither a run directory nor a world; did you mean User-v0?`, 2},
		{"watch User-Missing-v0 --out x.gif", "User-Missing-v0: file does not exist", 1},
		{"watch file", "file is no trace of a game: line 1: unexpected end of JSON input", 2},
		{"watch bare --out x.gif", "the run in bare has no checkpoint yet: go on with it (rlrun train --resume bare)", 1},
		{"watch done --view term", "standard output is no terminal: name a file with --out FILE, such as agent.gif", 2},
		{"watch done --view screen", "--view takes auto, pixel, term or web, not \"screen\"", 2},
		{"watch done --speed 3", "--speed takes 1/16, 1/8, 1/4, 1/2, 1, 2, 4, 8, 16, 32, 64 or max, not \"3\"", 2},
		{"watch done --out x.avi", `--out takes a file whose name ends in .gif, .apng, .html, .mp4, .cast or .png, such as x.gif, not "x.avi"`, 2},
		{"watch done --out x", `--out takes a file whose name ends in .gif, .apng, .html, .mp4, .cast or .png, such as x.gif, not "x"`, 2},
		{"watch done --out ''", `--out takes a file's name, not ""`, 2},
		{"watch done --out there.gif", "there.gif exists already: choose another --out, or replace it with --force", 2},
		{"watch done --out nosuch/x.gif", "--out nosuch/x.gif cannot be made: there is no directory nosuch", 2},
		{"watch done --out file/x.gif", "record: open file/x.gif: not a directory", 1},
		{"watch done --fps 0", `--fps takes a number from 0.1 to 50, not "0"`, 2},
		{"watch done --episodes 0", `--episodes takes a whole number from 1 to 1000000, such as 500, 200k or 1M, not "0"`, 2},

		{"runs", "what to do is missing: diff, list, prune, show, tensorboard or verify", 2},
		{"runs lst", `no verb "lst"; did you mean list?`, 2},
		{"runs list", "there is no directory runs here: rlrun train ENV makes one", 2},
		{"runs list empty", "empty is no run directory, and there is none in it", 2},
		{"runs verify nosuch", "there is no run directory nosuch: rlrun train ENV --run nosuch makes one", 2},
		{"runs prune file", "file is a file, not a run directory", 2},
		{"runs prune done --keep 0", `--keep takes a whole number from 1 to 1000, such as 500, 200k or 1M, not "0"`, 2},
		{"runs show", "RUN, a run directory, is missing", 2},
		{"runs show empty", "empty is a directory, but holds no run: it has no config.json", 2},
		{"runs show done --csv --json", "--csv and --json do not go together", 2},
		{"runs diff done", "RUN RUN, two run directories, is missing", 2},
		{"runs diff done nosuch", "there is no run directory nosuch: rlrun train ENV --run nosuch makes one", 2},
		{"runs tensorboard nosuch", "there is no run directory nosuch: rlrun train ENV --run nosuch makes one", 2},
		{"config", "ENV, the world's id, is missing (rlrun envs lists them)", 2},

		{"bench", "what to measure is missing: rlrun bench engine or rlrun bench envs", 2},
		{"bench engin", `no benchmark "engin"; did you mean engine?`, 2},
		{"bench xyz", `no benchmark "xyz"; there are agent, engine, envs`, 2},
		{"bench engine x", `unexpected argument "x"`, 2},
		{"bench engine --seconds 0", `--seconds takes a number from 0.001 to 3600, not "0"`, 2},
		{"bench engine --filter ''", `--filter takes a part of a row's name, not ""`, 2},
		{"bench engine --filter nature_stp_b32", `no row has "nature_stp_b32" in its name; did you mean nature_step_b32?`, 2},
		{"bench engine --filter xyzzy", `no row has "xyzzy" in its name; there are names such as minigrid_act_b16, nature_act_b1, nature_act_b16`, 2},

		{"envs a b", `unexpected argument "b" after "a"`, 2},
		{"envs zzz", `no world "zzz"; rlrun envs lists them`, 2},
		{"envs dorkey", `no world "dorkey"; did you mean MiniGrid-DoorKey-5x5-v0, MiniGrid-DoorKey-6x6-v0 or MiniGrid-DoorKey-8x8-v0?`, 2},
		{"envs [", `the pattern "[" is malformed: a [ must be closed`, 2},
		{"envs digset", `no world "digset"; did you mean rlrun envs digest?`, 2},
		{"envs digset User-v0", `no verb "digset"; did you mean digest?`, 2},
		{"envs --steps 5", "no flag --steps; rlrun envs takes --help, --json, --map", 2},
		{"envs digest", "ID, the world's id, is missing", 2},
		{"envs digest User-v1", `no world "User-v1"; did you mean User-v0?`, 2},
		{"envs digest User-Missing-v0", "User-Missing-v0: file does not exist", 1},
		{"envs digest User-v0 --layout 3", `--layout takes seeds A:B such as 0:100, not "3"`, 2},
		{"envs digest User-v0 --layout 5:3", `--layout takes seeds A:B such as 0:100, not "5:3"`, 2},
		{"envs digest User-v0 --trace 1,x", `--trace takes whole numbers with commas between, such as 0,1,2, not "1,x"`, 2},
		{"envs digest User-v0 --policy 9,", `--policy takes whole numbers with commas between, such as 0,1,2, not "9,"`, 2},
		{"envs digest User-v0 --steps -1", `--steps takes a whole number from 0 to 100000000000, such as 500, 200k or 1M, not "-1"`, 2},
	} {
		t.Run(tc.args, func(t *testing.T) {
			args := strings.Fields(tc.args)
			for i, word := range args {
				if word == "''" {
					args[i] = ""
				}
			}
			r := rlrun(t, args...)
			if want := "rlrun: " + tc.want + "\n"; r.code != tc.code || r.err != want || r.out != "" {
				t.Errorf("exit %d, want %d\ngot  %swant %sstdout %q", r.code, tc.code, r.err, want, r.out)
			}
		})
	}
	// Nothing was made or changed.
	config, err := os.ReadFile("done/config.json")
	if err != nil || !bytes.Contains(config, []byte(`"steps": 128`)) {
		t.Errorf("settings were changed (%v):\n%s", err, config)
	}
	names, err := filepath.Glob("*")
	if want := "bare done empty file there.gif"; err != nil || strings.Join(names, " ") != want {
		t.Errorf("there are %q (%v), want %s", names, err, want)
	}
}

// The command's name is that of the program.
func TestName(t *testing.T) {
	var out, stderr bytes.Buffer
	if code := Run(t.Context(), Options{Name: "mine"}, []string{"train"}, nil, &out, &stderr); code != exitUsage {
		t.Errorf("exit %d", code)
	}
	if got, want := stderr.String(), "mine: ENV, the world's id, is missing (mine envs lists them)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWorldListedTwice(t *testing.T) {
	var out, stderr bytes.Buffer
	o := Options{Envs: env.Catalog{{ID: corridor, About: "again", New: userWorlds(nil)[0].New}}}
	if code := Run(t.Context(), o, []string{"envs"}, nil, &out, &stderr); code != exitFailed {
		t.Errorf("exit %d", code)
	}
	if got, want := stderr.String(), "rlrun: catalog: \"Probe/Corridor-v0\" is listed twice\n"; got != want && got != strings.Replace(want, "catalog: ", "", 1) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "r")
	d, err := run.Resume("r")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r := rlrun(t, "train", "--resume", "r", "--steps", "1k")
	if want := "rlrun: the run in r is in use by another process: wait for that or stop it\n"; r.code != exitUsage || r.err != want {
		t.Errorf("exit %d, %q, want %q", r.code, r.err, want)
	}
	must(t, "eval", "r", "--episodes", "1") // reading is allowed
	young, err := run.Create("young")
	if err != nil {
		t.Fatal(err)
	}
	defer young.Close()
	r = rlrun(t, "train", bandit, "--run", "young")
	if want := "rlrun: young is in use by another process: choose another directory with --run\n"; r.code != exitUsage || r.err != want {
		t.Errorf("exit %d, %q, want %q", r.code, r.err, want)
	}
}

// full is an output that takes so many writes.
type full struct {
	room int
	err  error
}

func (w *full) Write(b []byte) (int, error) {
	if w.room--; w.room < 0 {
		return 0, w.err
	}
	return len(b), nil
}

// What cannot be printed is an error; a run is saved first.
func TestOutputFails(t *testing.T) {
	t.Chdir(t.TempDir())
	trained(t, corridor, "done")
	for _, args := range [][]string{{"envs"}, {"envs", "--json"}, {"version"}, {"eval", "done", "--episodes", "1"}, {"envs", "digest", corridor}} {
		for cause, want := range map[error]string{syscall.ENOSPC: "rlrun: no space left on device\n", syscall.EPIPE: ""} {
			var stderr bytes.Buffer
			code := Run(t.Context(), Options{}, args, nil, &full{err: cause}, &stderr)
			if code != exitFailed || stderr.String() != want {
				t.Errorf("%q, %v: exit %d, %q, want %q", args, cause, code, stderr.String(), want)
			}
		}
	}
	var stderr bytes.Buffer
	code := Run(t.Context(), Options{}, []string{"train", corridor, "--algo", "a2c", "--steps", "1k", "--run", "r", "--json"}, nil,
		&full{room: 1, err: syscall.EPIPE}, &stderr)
	_, text, _ := strings.Cut(stderr.String(), "\n")
	want := "rlrun: stopped and saved at step 256, because the output fails (broken pipe); go on with rlrun train --resume r\n"
	if code != exitFailed || text != want {
		t.Errorf("exit %d, %q, want %q", code, text, want)
	}
	must(t, "train", "--resume", "r", "--episodes", "1")
}
