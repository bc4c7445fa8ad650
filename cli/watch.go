package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
)

// watchFlags are those of `watch`.
type watchFlags struct {
	view     view
	addr     name
	out      name
	mapFile  name
	episodes count
	fps      number
	speed    speed
	seed     seed
	greedy   bool
	attach   bool
	own      bool
	overlay  name
	force    bool
	light    bool
}

// Defaults of watching: a file is finite, a viewer is left with q or Ctrl-C.
const (
	fileEpisodes = 3
	fileLimit    = 1000 // steps of an episode in a file, in worlds without a limit of their own
	watchFPS     = 8
	maxFPS       = 50 // of a GIF
)

func (a *app) watchCmd() *cobra.Command {
	f := watchFlags{
		view: viewAuto, addr: newAddrFlag(),
		out: name{kind: "FILE", such: "a file's name"}, overlay: name{kind: "NAME", such: overlayHelp()}, mapFile: newMapFlag(), episodes: count{0, 1, maxEpisodes},
		seed: 1, fps: number{value: watchFPS, min: 0.1, max: maxFPS},
	}
	cmd := &cobra.Command{
		Use:   "watch RUN|ENV|GAME...",
		Short: "Watch an agent, on the screen or in a file",
		Long: `Watch an agent at work: what the world looks like, what the agent sees, what
it thinks of its actions and of its prospects. RUN is a run directory, also of
a run under way: each episode is played by the newest checkpoint. With ENV, a
world's id, or --map FILE, actions are random. GAME is a file that play --trace
wrote. Several RUNs and ENVs play on the same seed, side by side.

With --attach, RUN is in training, in another process, and what is shown is
the first of the worlds that it learns in, as it goes by.

--view says where: pixel is a window, term the terminal, web a page in the
browser, auto the first of window, terminal and page that there can be. Keys:

` + keyTable() + `
Once you play, the keys of actions stand beside them.`,
		Example: fmt.Sprintf("  %[1]s watch runs/doorkey\n  %[1]s watch runs/doorkey --out doorkey.gif --episodes 5\n  %[1]s watch runs/plain runs/unreal --seed 7\n  %[1]s watch MiniGrid-FourRooms-v0 --view web", a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if f.mapFile.text == "" && len(args) == 0 {
				return usagef("RUN, a run directory, or ENV, a world's id, is missing")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 || f.mapFile.text != "" {
				what, err := a.named(args, f.mapFile.text)
				if err != nil {
					return err
				}
				args = []string{what}
			}
			return a.watch(args, cmd.Flags().Changed("view"), cmd.InOrStdin(), &f)
		},

		ValidArgsFunction: a.completeRunOrEnv,
	}
	fl := cmd.Flags()
	fl.Var(&f.view, "view", viewHelp())
	fl.Var(&f.addr, "addr", addrHelp)
	fl.Var(&f.out, "out", "write to this file instead, or too if there is a --view: "+strings.Join(endings(), ", "))
	fl.Var(&f.episodes, "episodes", "episodes to show (default: on a screen all, in a file 3)")
	fl.Var(&f.fps, "fps", "steps per second in real time")
	fl.Var(&f.speed, "speed", "how much faster to begin with")
	fl.Var(&f.seed, "seed", "seed of layouts and sampled actions")
	fl.BoolVar(&f.greedy, "greedy", false, "take the likeliest action instead of a sampled one")
	fl.BoolVar(&f.attach, "attach", false, "look on at a RUN that is in training, instead of playing by itself")
	fl.BoolVar(&f.own, "own", false, "with --attach: an episode of its own, with the weights of the moment")
	fl.Var(&f.overlay, "overlay", overlayHelp())
	fl.BoolVar(&f.force, "force", false, "replace FILE if it exists")
	fl.BoolVar(&f.light, "light", false, "dark on light, where there are pictures")
	addMapFlag(cmd, &f.mapFile)
	cmd.MarkFlagFilename("out", extensions()...) //nolint:errcheck // the flag exists
	completeFlags(cmd, map[string][]string{"episodes": nil, "fps": nil, "seed": nil, "addr": nil, "view": views, "speed": speeds()})
	return cmd
}

// watch shows what there is to watch; chosen: a viewer was asked for.
func (a *app) watch(what []string, chosen bool, stdin io.Reader, f *watchFlags) error {
	feed, err := a.feed(what, f)
	if err != nil {
		return err
	}
	if f.out.text != "" && !chosen {
		return a.watchFile(feed, f)
	}
	var out viz.Sink
	if f.out.text != "" {
		if out, err = a.recorder(f); err != nil {
			return err
		}
	}
	sink, err := viewer{app: a, view: f.view, flag: "--view ", title: strings.Join(what, " "), addr: f.addr.text, light: f.light, help: pageHelp(), stdin: stdin}.open()
	if err != nil {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
		return err
	}
	s := newSession(feed, sink, f.fps.value, viz.SystemClock{})
	s.name, s.light, s.out, s.speed = keepsakeName(what[0]), f.light, out, f.speed
	err = errors.Join(s.run(a.ctx), sink.Close())
	if out != nil {
		err = errors.Join(err, out.Close())
	}
	if t, ok := feed.(*attached); ok && t.end() != "" {
		fmt.Fprintf(a.err, "%s: %s\n", what[0], t.end())
	}
	for _, name := range s.rec.names {
		a.saidFile(name.frames, name.file)
	}
	if err == nil && out != nil {
		a.saidFile(s.shown, f.out.text)
	}
	return err
}

func (a *app) saidFile(frames int, file string) {
	fmt.Fprintf(a.err, "%d frames in %s\n", frames, file)
}

// watchFile writes a file as fast as frames come. Ctrl-C is how it may be ended.
func (a *app) watchFile(feed feed, f *watchFlags) error {
	sink, err := a.recorder(f)
	if err != nil {
		return err
	}
	waiting := "recording ..."
	if _, ok := feed.(recorded); !ok {
		waiting = fmt.Sprintf("recording %d episodes ...", f.fileEpisodes())
	}
	done := a.passing(waiting)
	shown, err := film(a.ctx, feed, sink, int(f.fps.value)/2)
	done()
	if err = errors.Join(err, sink.Close()); err == nil && shown > 0 {
		a.saidFile(shown, f.out.text)
	}
	return err
}

// film shows all moments, the last of an episode so many times more, and returns how many times it showed one.
func film(ctx context.Context, feed feed, sink viz.Sink, hold int) (shown int, err error) {
	for {
		snap, err := feed.next()
		if err != nil || snap == nil {
			return shown, err
		}
		times := 1
		if snap.End != "" {
			times += hold
		}
		for ; times > 0; times-- {
			if ctx.Err() != nil { // how a film is ended
				return shown, nil //nolint:nilerr // the feed had no error
			}
			if err := sink.Show(snap); err != nil {
				return shown, err
			}
			shown++
		}
	}
}

// fileEpisodes is how many episodes go into a file.
func (f *watchFlags) fileEpisodes() int {
	if f.episodes.n == 0 {
		return fileEpisodes
	}
	return f.episodes.n
}

// feed finds out what there is to watch.
func (a *app) feed(what []string, f *watchFlags) (feed, error) {
	if f.attach {
		return a.attachFeed(what, f)
	}
	if len(what) == 1 && isFile(what[0]) {
		return a.newRerun(what[0])
	}
	var all []*show
	for _, one := range what {
		s, err := a.newShow(one, uint64(f.seed))
		if err != nil {
			return nil, err
		}
		s.setGreedy(f.greedy)
		if s.lens != nil {
			s.lens.wanted = f.overlay.text
		} else if f.overlay.text != "" {
			return nil, usagef("--overlay needs a RUN: %s has no agent", one)
		}
		if s.episodes = f.episodes.n; f.out.text != "" {
			s.episodes = f.fileEpisodes()
			if s.snap.StepLimit == 0 {
				s.limit = fileLimit
			}
		}
		all = append(all, s)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return newShows(all, labels(what)), nil
}

// labels returns what several runs are called: their last parts, if these differ.
func labels(what []string) []string {
	var short []string
	seen := map[string]bool{}
	for _, one := range what {
		label := filepath.Base(one)
		if seen[label] {
			return what
		}
		seen[label] = true
		short = append(short, label)
	}
	return short
}

// isPath reports whether there is a file or directory of that name.
func isPath(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// isFile reports whether there is a file of that name, not a directory.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

func (a *app) recorder(f *watchFlags) (viz.Sink, error) {
	out := filepath.Clean(f.out.text)
	c := viz.DefaultRecord()
	c.FPS, c.Overwrite, c.Light = f.fps.value, f.force, f.light
	c.FFmpeg, _ = exec.LookPath("ffmpeg")
	r, err := viz.NewRecorder(out, c)
	switch {
	case errors.Is(err, viz.ErrFormat):
		return nil, usagef("--out takes a file whose name ends in %s, such as %s.gif, not %q", anyOf(endings()), strings.TrimSuffix(out, filepath.Ext(out)), out)
	case errors.Is(err, viz.ErrFFmpeg):
		return nil, usagef("--out %s needs the program ffmpeg, which is not on the PATH: install it, or choose another of %s", out, strings.Join(endings(), ", "))
	case errors.Is(err, fs.ErrExist):
		return nil, usagef("%s exists already: choose another --out, or replace it with --force", out)
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--out %s cannot be made: there is no directory %s", out, filepath.Dir(out))
	case err != nil:
		return nil, err
	}
	return r, nil
}

// endings lists how names of files may end.
func endings() (list []string) {
	for _, f := range viz.Formats() {
		list = append(list, f.Ext)
	}
	return list
}

// extensions is endings without the dots.
func extensions() []string { return strings.Split(strings.Join(endings(), "")[1:], ".") }
