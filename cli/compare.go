package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/run"
	"github.com/auxrl/auxrl/internal/study"
	"github.com/auxrl/auxrl/nn"
	"github.com/auxrl/auxrl/stats"
	"github.com/auxrl/auxrl/viz"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// compareFlags are those of `compare`.
type compareFlags struct {
	train     trainFlags // how all arms are trained
	arms      name
	seeds     name
	episodes  count
	score     name
	threshold number
	out       name
	publish   name
	jobs      count
	report    bool
	json      bool
}

func newCompareFlags() compareFlags {
	return compareFlags{
		train: newTrainFlags(),
		arms:  name{"base", "ARM,...", "arms such as base,+reward-prediction,all"},
		seeds: name{"10", "SEEDS", "a number of seeds, a range or a list"}, episodes: count{100, 1, maxEpisodes},
		score: name{study.ByReturn, "WHAT", anyOf(study.Scores())}, threshold: number{min: -math.MaxFloat64, max: math.MaxFloat64},
		out: name{kind: "DIR", such: "a directory"}, publish: name{kind: "DIR", such: "a directory"}, jobs: count{0, 1, 1024},
	}
}

// quiet are flags that change nothing in a report.
var quiet = []string{"out", "publish", "jobs", "report", "json"}

func (a *app) compareCmd() *cobra.Command {
	f := newCompareFlags()
	cmd := &cobra.Command{
		Use:   "compare ENV... | STUDY.toml",
		Short: "Train arms over seeds and say which is better",
		Long: `Train every arm with every seed in every world, and report what one can
believe: interquartile means with bootstrap intervals, the probability that an
arm beats the first, learning curves, performance profiles, steps to a
threshold, and what the gradients of auxiliary tasks did. What is compared is
checked in full before anything is trained.

An arm is a beginning and what is added to it, with weights as --aux takes them:
  base                     the settings that are given (may be left out)
  none                     the same without tasks and bonuses of the preset
  all                      with those of UNREAL: pixel control, reward
                           prediction, value replay
  +TASK[=WEIGHT]           with a task or a bonus, of which rlrun tasks tells
  +TASK+TASK, none+TASK    and so on
Other differences (settings, presets, cores, budgets) are what a study file is
for: see docs/compare.md. Other flags are those of train and hold for all arms.

DIR has the report as report.html, report.md, summary.csv, runs.csv and figures,
raw lines in results.jsonl, one per run, and the runs themselves. The work may
be stopped or killed: the same command goes on, and the report is the same
byte for byte, whatever --jobs is. How long runs took is in times.jsonl.`,
		Example: fmt.Sprintf(`  %[1]s compare MiniGrid-DoorKey-5x5-v0 --arms base,+counts,all --out cmp
  %[1]s compare MiniGrid-MemoryS7-v0 --core lstm --arms base,+counts --out cmp
  %[1]s compare studies/memory.toml --out cmp --jobs 2
  %[1]s compare studies/memory.toml --out cmp --report`, a.name),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.train.mapFile.text == "" {
				return usagef("ENV, the id of a world, or a study file is missing (%s envs lists worlds)", a.name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.compare(cmd, args, &f) },
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			lines, _ := a.completeEnvs(cmd, nil, typed)
			return lines, cobra.ShellCompDirectiveDefault
		},
	}
	fl := cmd.Flags()
	f.train.addSettings(cmd)
	fl.Var(&f.arms, "arms", "what is compared")
	fl.Var(&f.seeds, "seeds", "10: seeds 1 to 10; 101-110; or a list")
	fl.Var(&f.episodes, "episodes", "evaluation episodes of a run, sampled and greedy")
	fl.Var(&f.score, "score", "what runs are scored by: "+strings.Join(study.Scores(), ", "))
	fl.Var(&f.threshold, "threshold", "score to count the steps to (default: 0.9 of the best there is, where that is known)")
	fl.Var(&f.out, "out", "directory of the comparison, which goes on with what is there")
	fl.Var(&f.jobs, "jobs", "runs at a time (default: one per processor)")
	fl.BoolVar(&f.report, "report", false, "train nothing; report what is there")
	fl.Var(&f.publish, "publish", "keep raw lines, a page and its figures in this directory, by the name of the study")
	fl.BoolVar(&f.json, "json", false, "print one JSON object per line instead of tables")
	completeFlags(cmd, map[string][]string{"arms": nil, "seeds": nil, "episodes": nil, "threshold": nil, "jobs": nil, "score": study.Scores()}, "out", "publish")
	return cmd
}

// compare trains what is missing and reports.
func (a *app) compare(cmd *cobra.Command, args []string, f *compareFlags) error {
	if f.out.text == "" {
		return usagef("--out DIR, where runs and report go, is missing")
	}
	s, file, err := a.study(cmd, args, f)
	if err != nil {
		return err
	}
	p, err := a.plan(cmd, s, file, f)
	if err != nil {
		return err
	}
	if !f.report {
		if err := a.work(p, f); err != nil {
			return err
		}
	}
	return a.tell(p, f)
}

// study returns what is compared, and the file that says so, "" if the command line does.
func (a *app) study(cmd *cobra.Command, args []string, f *compareFlags) (s study.Study, file string, err error) {
	changed := cmd.Flags().Changed
	if len(args) == 1 && filepath.Ext(args[0]) == ".toml" {
		file = args[0]
		for _, flag := range []string{"arms", "score", "map"} {
			if changed(flag) {
				return s, "", usagef("--%s does not go with a study file: %s says that", flag, file)
			}
		}
		if s, err = study.Read(file); errors.Is(err, fs.ErrNotExist) {
			return s, "", usagef("there is no study file %s", file)
		}
	} else {
		s, err = a.asked(args, f)
	}
	if err != nil {
		return s, "", usage(err)
	}
	if file == "" || changed("seeds") {
		if s.Seeds, err = study.ParseSeeds(f.seeds.text); err != nil {
			return s, "", usagef("--seeds: %w", err)
		}
	}
	if file == "" || changed("episodes") {
		s.Episodes = f.episodes.n
	}
	if f.threshold.set {
		s.Threshold = f.threshold.value
	}
	s.Command = a.compareCommand(cmd, args)
	return s, file, nil
}

// asked returns the study that the command line says.
func (a *app) asked(ids []string, f *compareFlags) (study.Study, error) {
	s := study.Default()
	if file := f.train.mapFile.text; file != "" {
		id, err := a.named(ids, file)
		if err != nil {
			return s, err
		}
		ids = []string{id}
	}
	if !slices.Contains(study.Scores(), f.score.text) {
		return s, unknown("score", f.score.text, study.Scores())
	}
	s.Name, s.Score = "compare", f.score.text
	for _, id := range ids {
		s.Worlds = append(s.Worlds, study.World{ID: id, Threshold: math.NaN()})
	}
	var err error
	if s.Arms, err = study.ParseArms(f.arms.text); err != nil {
		return s, usagef("--arms: %w", err)
	}
	if len(s.Arms) == 1 {
		return s, usagef("--arms: one arm alone is compared with nothing: base,+reward-prediction,all")
	}
	names := make([]string, len(s.Arms))
	for i, arm := range s.Arms {
		names[i] = arm.Name
	}
	s.Title = strings.Join(names, ", ") + " in " + ids[0]
	if n := len(ids); n > 1 {
		s.Title = fmt.Sprintf("%s in %d worlds", strings.Join(names, ", "), n)
	}
	return s, nil
}

// compareCommand is what makes the report again.
func (a *app) compareCommand(cmd *cobra.Command, args []string) string {
	words := []string{a.name, "compare"}
	for _, arg := range args {
		words = append(words, quote(arg))
	}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if slices.Contains(quiet, flag.Name) {
			return
		}
		if set, ok := flag.Value.(*assignments); ok {
			for _, text := range set.list {
				words = append(words, "--set", quote(text))
			}
			return
		}
		words = append(words, "--"+flag.Name)
		if flag.Value.Type() != "bool" {
			words = append(words, quote(flag.Value.String()))
		}
	})
	return strings.Join(append(words, "--out", "DIR"), " ")
}

// plan finds and checks the settings of every run.
func (a *app) plan(cmd *cobra.Command, s study.Study, file string, f *compareFlags) (*study.Plan, error) {
	given, err := a.changes(cmd, &f.train)
	if err != nil {
		return nil, err
	}
	raw := ""
	if dir := f.publish.text; dir != "" {
		if file == "" {
			return nil, usagef("--publish is for a study file, whose name the page has")
		}
		raw = filepath.Join(dir, s.Name+".jsonl")
	}
	if _, err := os.Lstat(filepath.Join(f.out.text, "config.json")); err == nil {
		return nil, usagef("%s holds a run: choose another directory with --out", f.out.text)
	}
	located := func(err error, line int) error { // with the line of the file, unless it says where it is from
		said := func(origin string) bool { return strings.HasPrefix(err.Error(), origin) }
		if file == "" || line == 0 || slices.ContainsFunc([]string{file + ":", "--", variable}, said) {
			return usage(err)
		}
		return usagef("%s:%d: %w", file, line, err)
	}
	p, err := study.NewPlan(s, f.out.text, raw, func(w, i int) (study.Resolved, error) {
		r, err := a.resolve(&s, w, i, file, given)
		if err != nil {
			line := s.Arms[i].Line
			if a.unknownWorld(s.Worlds[w].ID) {
				line = s.Worlds[w].Line
			}
			return r, located(err, line)
		}
		return r, nil
	})
	if err != nil {
		return nil, located(err, study.LineOf(err))
	}
	return p, nil
}

// unknownWorld reports whether there is no world of that id.
func (a *app) unknownWorld(id string) bool {
	_, err := a.world(id)
	return err != nil
}

// resolve finds the settings of an arm in a world.
func (a *app) resolve(s *study.Study, w, i int, file string, given []change) (study.Resolved, error) {
	arm, world := &s.Arms[i], &s.Worlds[w]
	list := slices.Concat(changesOf(s.Base, file, fromFile), changesOf(world.Items, file, fromFile), given)
	origin := "--arms " + arm.Name
	if file != "" {
		origin = fmt.Sprintf("%s:%d", file, arm.Line)
	}
	for _, t := range arm.Terms {
		c, err := changeOf(t, origin)
		if err != nil {
			return study.Resolved{}, err
		}
		list = append(list, c)
	}
	list = append(list, changesOf(arm.Items, file, fromArm)...)
	set, err := a.settle(world.ID, list, s.Bare || arm.Bare)
	if err != nil {
		return study.Resolved{}, err
	}
	return study.Resolved{Config: set.cfg, Build: a.oneAtATime(set.build), Asked: inWords(list, s.Bare || arm.Bare)}, nil
}

// oneAtATime makes worlds one at a time: jobs do so together, and a constructor may not expect that.
func (a *app) oneAtATime(build func() (env.Env, error)) func() (env.Env, error) {
	return func() (env.Env, error) {
		a.building.Lock()
		defer a.building.Unlock()
		return build()
	}
}

// changeOf returns what a term of an arm asks for.
func changeOf(t study.Term, origin string) (change, error) {
	kind, err := auxtasks.Lookup(t.Name)
	f := extraFlag{bonus: err == nil && kind.IsBonus}
	if err != nil && t.Name != study.Unreal {
		return change{}, usagef("%s: %w", origin, unknown("task or bonus", t.Name, slices.Concat([]string{"base", "none", "all"}, kindNames(false)[1:], kindNames(true))))
	}
	text := t.Name
	if t.Weight != "" {
		text += "=" + t.Weight
	}
	if err := f.Set(text); err != nil {
		return change{}, usagef("%s takes %w", origin, err)
	}
	return change{extras: f.list, layer: fromArm, origin: origin}, nil
}

// inWords returns what changes ask for, key by key, as it is told apart from other settings.
func inWords(list []change, bare bool) map[string]string {
	asked := map[string]string{}
	if bare {
		asked["bare"] = "true"
	}
	for _, c := range list {
		for _, e := range c.extras {
			if e.none != "" {
				asked["none."+e.none] = "true"
				continue
			}
			key := "aux." + e.ID()
			if _, ok := asked[key]; !ok || e.weighed {
				asked[key] = fmt.Sprint(e.Weight, e.Final, e.Over)
			}
		}
		if c.extras == nil && strings.Join(c.key, ".") != "seed" {
			asked[strings.Join(c.key, ".")] = fmt.Sprint(c.value)
		}
	}
	return asked
}

// work trains what is missing.
func (a *app) work(p *study.Plan, f *compareFlags) error {
	left := len(p.Missing())
	if left == 0 {
		return nil
	}
	total := len(p.Jobs)
	if _, err := fmt.Fprintf(a.err, "%d runs of %d arms in %d worlds, in %s; %d are done\n", total, len(p.Arms), len(p.Worlds), p.Dir, total-left); err != nil {
		return err
	}
	if err := os.MkdirAll(p.Dir, 0o777); err != nil {
		return usage(err)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	times := ""
	if f.publish.text != "" {
		if err := os.MkdirAll(f.publish.text, 0o777); err != nil {
			return usage(err)
		}
		times = filepath.Join(f.publish.text, p.Name+".times.jsonl")
	}
	board := a.newBoard(p)
	err := p.Run(a.ctx, study.Options{
		Jobs: f.jobs.n, Tell: board.tell, Now: time.Now, Times: times,
		Build: fmt.Sprintf("%s, %s %s/%s, %d processors, kernels %s", build(info), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), nn.Kernels()),
	})
	board.end()
	switch {
	case err == nil:
		return nil
	case a.ctx.Err() != nil:
		fmt.Fprintf(a.err, "stopped; %d of %d runs are done; the same command goes on\n", total-len(p.Missing()), total)
		return codeError{errStopped, exitResumable}
	case errors.Is(err, run.ErrInUse):
		return usagef("%s is in use by another process", p.Dir)
	}
	return fmt.Errorf("%w; other runs are done, and the same command tries again", err)
}

// tell writes the report and prints it.
func (a *app) tell(p *study.Plan, f *compareFlags) error {
	if len(p.Lines()) == 0 {
		return usagef("there are no runs to report in %s", p.Raw)
	}
	done := a.passing("computing the statistics ...")
	defer done()
	r, err := p.Analyze()
	if err != nil {
		return err
	}
	if !f.report {
		if err := p.Sort(); err != nil {
			return err
		}
	}
	page, err := r.Write(p)
	if err != nil {
		return err
	}
	if dir := f.publish.text; dir != "" {
		if page, err = r.Publish(dir); err != nil {
			return err
		}
	}
	done()
	if f.json {
		return a.tellJSON(r)
	}
	columns := 100
	if out, ok := a.out.(*os.File); ok && isTerminal(out) {
		columns, _ = viz.TerminalSize(out)()
	}
	_, err = fmt.Fprintf(a.out, "%s\nreport: %s\n", strings.TrimPrefix(r.Text(columns), "\n"), page)
	return err
}

// tellJSON prints an object per world and arm.
func (a *app) tellJSON(r *study.Report) error {
	enc := json.NewEncoder(a.out)
	results := r.Worlds
	if r.All != nil {
		results = append(slices.Clone(results), *r.All)
	}
	for _, res := range results {
		for _, o := range res.Arms {
			line := object{{"v", 1}, {"kind", "compare"}, {"world", res.World}, {"arm", o.Name}, {"seeds", len(o.Seeds)}}
			put := func(name string, v stats.Interval) {
				line = append(line, member{name, finite(v.Value)}, member{name + "_lo", finite(v.Lo)}, member{name + "_hi", finite(v.Hi)})
			}
			put("iqm", o.IQM)
			put("mean", o.Mean)
			put("median", o.Median)
			put("optimality_gap", o.Gap)
			put("difference", o.Difference)
			put("p_better", o.Better)
			put("steps_to_threshold", o.When)
			line = append(line, member{"reached", o.Reached}, member{"steps_p", finite(o.P)})
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}
