package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/page"
	"github.com/spf13/cobra"
)

// playFlags are those of `play`.
type playFlags struct {
	view    view
	addr    name
	seed    seed
	out     name
	trace   name
	replay  name
	mapFile name
	fps     number
	force   bool
}

func (a *app) playCmd() *cobra.Command {
	f := playFlags{
		view: viewTerm, addr: newAddrFlag(),
		seed: 1, fps: number{value: watchFPS, min: 0.1, max: maxFPS},
		out: name{kind: "FILE", such: "a file's name"}, trace: name{kind: "FILE", such: "a file's name"}, replay: name{kind: "FILE", such: "a file's name"},
		mapFile: newMapFlag(),
	}
	cmd := &cobra.Command{
		Use:   "play ENV",
		Short: "Play a world yourself",
		Long: `Play a world yourself, in the terminal or where --view says. Time stands still
until you press a key; the keys are shown beside the world. q ends it.

--trace keeps the game as JSON lines, the world and its seed first, then every
decision. --replay plays such a game again, shows it if there is a terminal or
--out, and fails if the world answers differently than it did.`,
		Example: fmt.Sprintf("  %[1]s play MiniGrid-DoorKey-8x8-v0\n  %[1]s play MinAtar/Breakout-v1 --out game.gif --trace game.jsonl\n  %[1]s play --replay game.jsonl --out again.gif", a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if (f.replay.text != "" || f.mapFile.text != "") && len(args) == 0 {
				return nil
			}
			return exactly(1, "ENV, a world's id,")(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.mapFile.text != "" {
				id, err := a.named(args, f.mapFile.text)
				if err != nil {
					return err
				}
				args = []string{id}
			}
			if f.replay.text != "" {
				for _, flag := range []string{"seed", "trace"} {
					if cmd.Flags().Changed(flag) {
						return usagef("--%s does not go with --replay: the game is as it was", flag)
					}
				}
				return a.replay(args, &f)
			}
			return a.play(args[0], cmd.InOrStdin(), &f)
		},
		ValidArgsFunction: a.completeEnvs,
	}
	fl := cmd.Flags()
	fl.Var(&f.view, "view", viewHelp())
	fl.Var(&f.addr, "addr", addrHelp)
	fl.Var(&f.seed, "seed", "seed of the layouts")
	fl.Var(&f.out, "out", "also record what is shown: "+strings.Join(endings(), ", "))
	fl.Var(&f.trace, "trace", "also write the game, to be replayed")
	fl.Var(&f.replay, "replay", "show the game in this file again")
	fl.Var(&f.fps, "fps", "steps per second of a replay and of a GIF")
	fl.BoolVar(&f.force, "force", false, "replace files that exist")
	addMapFlag(cmd, &f.mapFile)
	cmd.MarkFlagFilename("out", extensions()...) //nolint:errcheck // the flag exists
	cmd.MarkFlagFilename("replay", "jsonl")      //nolint:errcheck // the flag exists
	cmd.MarkFlagFilename("trace", "jsonl")       //nolint:errcheck // the flag exists
	completeFlags(cmd, map[string][]string{"seed": nil, "fps": nil, "addr": nil, "view": views})
	return cmd
}

// game is a world that is played by a person, or again.
type game struct {
	*stage
	sink  viz.Sink
	trace *tracer
	seed  uint64
	over  bool // the running episode has ended
	done  []env.Episode

	episodes int // begun
}

// newGame makes a world to be played.
func newGame(build func() (env.Env, error), sink viz.Sink, seed uint64) (*game, error) {
	w, err := build()
	if err != nil {
		return nil, err
	}
	return &game{stage: newStage(w), sink: sink, seed: seed}, nil
}

// begin starts an episode and shows its first moment.
func (g *game) begin(episode int) error {
	g.over = false
	g.episodes++
	g.stage.begin(env.EvalSeed(g.seed, episode-1), episode)
	g.snap.Action = -1
	g.snap.History.Append(g.snap.Value, 0)
	if err := g.trace.episode(episode); err != nil {
		return err
	}
	return g.show()
}

// decide takes a decision and shows what came of it.
func (g *game) decide(act int) (env.Step, error) {
	s := g.step(act, 0)
	g.snap.Action = act
	g.snap.History.Append(g.snap.Value, g.snap.Reward)
	if s.End != env.Running {
		g.over = true
		g.done = append(g.done, env.Episode{World: g.snap.Episode, Return: g.ret, Len: g.snap.Step, End: s.End})
	}
	if err := g.trace.step(act, s); err != nil {
		return s, err
	}
	return s, g.show()
}

// show draws the moment.
func (g *game) show() error {
	g.draw()
	return g.sink.Show(&g.snap)
}

// results prints the episodes that were played to their ends.
func (g *game) results(w io.Writer) error {
	for _, e := range g.done {
		if _, err := fmt.Fprintf(w, "episode %d: return %s in %d steps, %v\n", e.World, decimal(e.Return, 3), e.Len, e.End); err != nil {
			return err
		}
	}
	return nil
}

// play lets a person play.
func (a *app) play(id string, stdin io.Reader, f *playFlags) error {
	build, err := a.world(id)
	if err != nil {
		return err
	}
	g, err := newGame(build, nil, uint64(f.seed))
	if err != nil {
		return err
	}
	keys := keysFor(g.snap.Actions)
	if keys == nil {
		return usagef("%s has %d actions, more than there are keys", id, len(g.snap.Actions))
	}
	g.snap.Legend = legend(keys, g.snap.Actions)
	screen, err := a.playground(f, id, stdin, keyButtons(keys, g.snap.Actions))
	if err != nil {
		return err
	}
	sinks := viz.Sinks{screen}
	if f.out.text != "" {
		r, err := a.recorder(&watchFlags{out: f.out, fps: f.fps, force: f.force})
		if err != nil {
			return errors.Join(err, screen.Close())
		}
		sinks = append(sinks, noLegend{r})
	}
	g.sink = sinks
	if g.trace, err = a.tracer(f, id); err != nil {
		return errors.Join(err, sinks.Close()) // a recording without frames leaves no file
	}
	err = a.interact(g, keys, screen)
	if err = errors.Join(err, sinks.Close(), g.trace.close()); err != nil {
		return err
	}
	return g.results(a.out)
}

// playground opens what a person plays before.
func (a *app) playground(f *playFlags, id string, stdin io.Reader, help []page.KeyHelp) (viz.Interactive, error) {
	v := viewer{app: a, view: f.view, flag: "--view ", title: id, addr: f.addr.text, help: help, stdin: stdin}
	sink, err := v.open()
	if err != nil && f.view != viewTerm {
		return nil, err
	}
	screen, ok := sink.(viz.Interactive)
	if err != nil || !ok {
		err = usagef("playing takes a terminal that can do more than print lines, for standard input and output both; --view web takes none")
	}
	return screen, err
}

// noLegend is a sink that is not told what the person's keys are.
type noLegend struct{ viz.Sink }

// Show implements viz.Sink.
func (n noLegend) Show(s *viz.Snapshot) error {
	bare := *s
	bare.Legend = nil
	return n.Sink.Show(&bare)
}

// tracer creates the trace, if one is wanted.
func (a *app) tracer(f *playFlags, id string) (*tracer, error) {
	if f.trace.text == "" {
		return nil, nil
	}
	t, err := newTracer(f.trace.text, f.force, id, uint64(f.seed))
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, usagef("%s exists already: choose another --trace, or replace it with --force", f.trace.text)
	case err != nil:
		return nil, usagef("--trace %s cannot be made: %w", f.trace.text, err)
	}
	return t, nil
}

// interact plays until the person has had enough.
func (a *app) interact(g *game, keys []viz.Key, screen viz.Interactive) error {
	tick := time.NewTicker(time.Second / 4) // a window that changed its size is drawn anew
	defer tick.Stop()
	return g.playKeys(a.ctx, keys, screen.Keys(), tick.C, screen)
}

// playKeys plays what keys say until one of them ends it. At every tick the screen is drawn again.
func (g *game) playKeys(ctx context.Context, keys []viz.Key, pressed <-chan viz.Key, tick <-chan time.Time, screen viz.Sink) error {
	act := make(map[viz.Key]int, len(keys))
	for i, key := range keys {
		act[key] = i
	}
	if err := g.begin(1); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
			if err := screen.Show(&g.snap); err != nil {
				return err
			}
		case key, ok := <-pressed:
			if !ok || key == keyQuit || key == viz.KeyInterrupt {
				return nil
			}
			if err := g.press(key, act); err != nil {
				return err
			}
		}
	}
}

// press does what a key says. After the end of an episode every key of the legend begins the next.
func (g *game) press(key viz.Key, act map[viz.Key]int) error {
	i, ok := act[key]
	switch {
	case key == keyNext || ok && g.over:
		return g.begin(g.snap.Episode + 1)
	case ok:
		_, err := g.decide(i)
		return err
	}
	return nil
}

// legend says which key does what.
func legend(keys []viz.Key, actions []string) []string {
	var lines []string
	for i, key := range keys {
		lines = append(lines, fmt.Sprintf("%-6s %s", key, actions[i]))
	}
	return append(lines, fmt.Sprintf("%-6c next episode", keyNext), fmt.Sprintf("%-6c quit", keyQuit))
}

// keyButtons is the legend for the buttons of a page.
func keyButtons(keys []viz.Key, actions []string) []page.KeyHelp {
	var help []page.KeyHelp
	for i, key := range keys {
		help = append(help, page.KeyHelp{Key: key, Name: key.String(), About: actions[i]})
	}
	return append(help, page.KeyHelp{Key: keyNext, Name: "n", About: "next episode"}, page.KeyHelp{Key: keyQuit, Name: "q", About: "quit"})
}

// replay plays a game again.
func (a *app) replay(args []string, f *playFlags) error {
	t, err := readTrace(f.replay.text)
	if err != nil {
		return usage(err)
	}
	if len(args) == 1 && args[0] != t.env {
		return usagef("the game in %s is of %s, not of %s", f.replay.text, t.env, args[0])
	}
	build, err := a.world(t.env)
	if err != nil {
		return err
	}
	sink, fps := viz.Sink(viz.Sinks{}), 0.0
	out, ok := a.out.(*os.File)
	switch {
	case f.out.text != "":
		if sink, err = a.recorder(&watchFlags{out: f.out, fps: f.fps, force: f.force}); err != nil {
			return err
		}
	case ok && isTerminal(out):
		sink, fps = viz.NewTerminal(out, viz.TerminalSize(out), viz.DetectColor(a.getenv)), f.fps.value
	}
	g, err := newGame(build, sink, t.seed)
	if err == nil {
		err = g.again(a.ctx, t, viz.NewPacer(fps, viz.SystemClock{}))
	}
	left := err != nil && errors.Is(err, a.ctx.Err()) // as a viewer is
	if left {
		err = nil
	}
	if err = errors.Join(err, sink.Close()); err != nil {
		return err
	}
	if err := g.results(a.out); err != nil || left {
		return err
	}
	_, err = fmt.Fprintf(a.err, "%d decisions came out as they were\n", len(t.lines)-g.episodes)
	return err
}

// again plays a trace, and compares what the world answers with what it did.
func (g *game) again(ctx context.Context, t *trace, pace *viz.Pacer) error {
	for n := range t.lines {
		if err := pace.Wait(ctx); err != nil {
			return err
		}
		if err := g.line(t, n); err != nil {
			return err
		}
	}
	return nil
}

// line plays a line of a trace.
func (g *game) line(t *trace, n int) error {
	line := t.lines[n]
	if line.Kind == "episode" {
		return g.begin(line.Episode)
	}
	if act := *line.Action; g.over || act < 0 || act >= len(g.snap.Actions) {
		return fmt.Errorf("line %d of the game cannot be played: action %d of %d", n+2, act, len(g.snap.Actions))
	}
	s, err := g.decide(*line.Action)
	if err != nil {
		return err
	}
	if s.Reward != line.Reward || endName(s.End) != line.End {
		return fmt.Errorf("line %d of the game: the world returned %v %v, but it returned %v %q when it was played: is it another version?",
			n+2, s.Reward, s.End, line.Reward, line.End)
	}
	return nil
}
