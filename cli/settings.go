package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/policy"
	"github.com/spf13/cobra"
)

// variable is what the names of the environment's settings begin with: RLRUN_LR, RLRUN_PPO_CLIP.
const variable = "RLRUN_"

// notSettings are variables that the completion of the command line has for itself.
var notSettings = []string{"ACTIVE_HELP", "COMPLETION_DESCRIPTIONS"}

// assignments is the flag --set: KEY=VALUE, any number of times.
type assignments struct{ list []string }

func (s *assignments) String() string { return strings.Join(s.list, " ") }
func (s *assignments) Type() string   { return "KEY=VALUE" }

func (s *assignments) Set(text string) error {
	if key, _, found := strings.Cut(text, "="); key == "" || !found {
		return errors.New("KEY=VALUE, such as ppo.clip=0.1")
	}
	s.list = append(s.list, text)
	return nil
}

// addSettings adds the flags that say how to train.
func (f *trainFlags) addSettings(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.Var(&f.algo, "algo", "algorithm, "+strings.Join(agent.Algos(), " or "))
	fl.Var(&f.preset, "preset", "settings: default; minigrid, for small worlds of it; torch-ac, those of the PyTorch original for MiniGrid; minatar; unreal, A2C with an LSTM and three tasks, for mazes; or a file that sweep found")
	fl.Var(&f.config, "config", "settings in a file, as the verb config prints them")
	fl.Var(&f.init, "init", "begin with the weights of this run")
	fl.Var(&f.freeze, "freeze", "leave a part of the network as it is: encoder, core or encoder,core")
	fl.Var(&f.set, "set", "one setting by its key, such as ppo.clip=0.1 or aux.pixel-control.cell=4; may be repeated")
	fl.Var(&f.steps, "steps", "budget in steps: 200000, 200k, 2M")
	f.aux.register(cmd)
	f.wrap.add(cmd)
	addMapFlag(cmd, &f.mapFile)
	completeFlags(cmd, map[string][]string{"algo": agent.Algos(), "preset": agent.Presets(), "steps": nil, "set": nil, "freeze": {"encoder", "core"}}, "init")
	cmd.MarkFlagFilename("config", "toml") //nolint:errcheck // the flag exists
}

// addSeed adds the flag for the seed.
func (f *trainFlags) addSeed(cmd *cobra.Command) {
	cmd.Flags().Var(&f.seed, "seed", "seed of everything random")
	completeFlags(cmd, map[string][]string{"seed": nil})
}

// change is a setting that somebody asked for.
type change struct {
	key    []string
	value  any
	typed  bool     // value is a text as it was typed
	extras []wanted // instead of a setting: tasks or bonuses as --aux and --shape take them
	layer  int      // which source it is of
	origin string
}

// Sources of settings, each stronger than the ones before.
const (
	fromPreset = iota
	fromFile
	fromVariable
	fromSet
	fromFlag
	fromArm // of a comparison
)

// settings are those of a run, and where each is from.
type settings struct {
	cfg    agent.Config
	fields *config.Settings // of cfg
	extras []*extra         // as cfg.Aux
	build  func() (env.Env, error)
}

// settings finds out what is asked for: the preset, changed by the file, by variables, by --set, by flags.
func (a *app) settings(cmd *cobra.Command, id string, f *trainFlags) (*settings, error) {
	changes, err := a.changes(cmd, f)
	if err != nil {
		return nil, err
	}
	return a.settle(id, changes, false)
}

// settle applies changes, the weakest first, to the preset that they name; bare leaves out the preset's tasks and bonuses.
func (a *app) settle(id string, changes []change, bare bool) (*settings, error) {
	build, err := a.world(id)
	if err != nil {
		return nil, err
	}
	w, err := build()
	if err != nil {
		return nil, err
	}
	var draft agent.Config
	preset, err := sketch(&draft, changes)
	if err != nil {
		return nil, err
	}
	if err := draft.ValidateSizes(); err != nil {
		return nil, usage(err)
	}
	if w, err = draft.Wrap.Apply(w); err != nil {
		return nil, usage(err)
	}
	s := &settings{build: build}
	if s.cfg, err = agent.Preset(preset, draft.Algo, w.Spec()); err != nil {
		return nil, usage(err)
	}
	if bare {
		s.cfg.Aux = nil
	}
	if err := s.chooseNet(&draft, changes, agent.ShapeOf(w.Spec())); err != nil {
		return nil, err
	}
	if err := s.chooseExtras("preset "+preset, changes); err != nil {
		return nil, err
	}
	s.fields = config.Of(&s.cfg, "preset "+preset)
	s.takeExtras()
	if err := apply(s.fields, changes); err != nil {
		return nil, err
	}
	return s, usage(s.cfg.Validate(w.Spec()))
}

// takeExtras puts the tasks and bonuses into the configuration, which may change others of its settings.
func (s *settings) takeExtras() {
	s.cfg.Aux = nil
	for _, e := range s.extras {
		ppo, a2c := s.cfg.PPO.Entropy, s.cfg.A2C.Entropy
		s.cfg.Add(e.Extra)
		if s.cfg.PPO.Entropy != ppo {
			s.fields.SetOrigin("ppo.entropy", "the task "+e.ID())
		}
		if s.cfg.A2C.Entropy != a2c {
			s.fields.SetOrigin("a2c.entropy", "the task "+e.ID())
		}
	}
}

// sketch fills a configuration with what is asked for alone, to learn what the rest depends on, and returns the preset.
func sketch(draft *agent.Config, changes []change) (preset string, err error) {
	fields := config.Of(draft, "")
	if err := apply(fields, changes); err != nil {
		return "", err
	}
	preset = "default"
	for _, c := range changes {
		if len(c.key) == 1 && c.key[0] == "preset" {
			text, ok := c.value.(string)
			if !ok {
				return "", usagef("%s: preset takes %s", c.origin, anyOf(agent.Presets()))
			}
			preset = text
		}
	}
	switch {
	case !slices.Contains(agent.Presets(), preset):
		return "", unknown("preset", preset, agent.Presets())
	case draft.Algo == "" && preset == "unreal":
		draft.Algo = "a2c" // the only one that it is for
	case draft.Algo == "":
		draft.Algo = "ppo"
	}
	if !slices.Contains(agent.Algos(), draft.Algo) {
		return "", unknown("algorithm", draft.Algo, agent.Algos())
	}
	return preset, nil
}

// chooseNet gives the network the encoder and the core that are asked for, with what is usual for them.
func (s *settings) chooseNet(draft *agent.Config, changes []change, shape policy.Shape) error {
	asked := func(key string) bool {
		return slices.ContainsFunc(changes, func(c change) bool { return strings.Join(c.key, ".") == key })
	}
	if encoder := draft.Net.Encoder; asked("net.encoder") && encoder != s.cfg.Net.Encoder {
		if !slices.Contains(policy.Encoders(), encoder) {
			return unknown("encoder", encoder, policy.Encoders())
		}
		s.cfg.Net = s.cfg.Net.WithEncoder(encoder, shape)
		if s.cfg.Net.Core != "" {
			s.cfg.Net = s.cfg.Net.WithCore(s.cfg.Net.Core, shape)
		}
	}
	switch core := draft.Net.Core; {
	case !asked("net.core") || core == "" || core == s.cfg.Net.Core:
	case !slices.Contains(policy.Cores(), core):
		return unknown("core", core, append(policy.Cores(), "none"))
	default:
		s.cfg.Net = s.cfg.Net.WithCore(core, shape)
	}
	return nil
}

// words name what a setting is that is "": they are shown, and both are understood.
var words = map[string]string{"net.core": "none", "net.init": "orthogonal"}

// inEffect returns the settings as they are shown.
func inEffect(fields *config.Settings) []config.Setting {
	all := fields.All()
	for i, s := range all {
		if word, ok := words[s.Key]; ok && s.Value == "" {
			all[i].Value = word
		}
	}
	return all
}

// apply changes the settings that are not of tasks and bonuses.
func apply(fields *config.Settings, changes []change) error {
	for _, c := range changes {
		key := strings.Join(c.key, ".")
		if c.extras != nil || c.key[0] == "aux" || c.key[0] == "shape" || key == "preset" {
			continue
		}
		if c.value == nil { // the heading of a table
			if !fields.HasTable(key) {
				return unknownSetting(c.origin, key, append(tables(fields), "aux", "shape"))
			}
			continue
		}
		value := c.value
		if value == words[key] {
			value = ""
		}
		if key == "mixer.balance" {
			if rule, ok := value.(string); ok && !slices.Contains(auxtasks.Balances(), rule) {
				return unknown("balance rule", rule, auxtasks.Balances())
			}
		}
		if key == "net.init" {
			if init, ok := value.(string); ok && init != "" && !slices.Contains(policy.Inits(), init) {
				return unknown("init", init, policy.Inits())
			}
		}
		if err := set(fields, key, value, c); err != nil {
			return err
		}
	}
	return nil
}

// set changes one setting and explains what is wrong with it.
func set(fields *config.Settings, key string, value any, c change) error {
	var err error
	if c.typed {
		err = fields.SetText(key, value.(string), c.origin)
	} else {
		err = fields.Set(key, value, c.origin)
	}
	if errors.Is(err, config.ErrUnknown) {
		return unknownSetting(c.origin, key, fields.Keys())
	}
	if err != nil {
		return usagef("%s: %w", c.origin, err)
	}
	return nil
}

// tables lists the names in front of dots.
func tables(fields *config.Settings) (names []string) {
	for _, key := range fields.Keys() {
		if name, _, dotted := strings.Cut(key, "."); dotted && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// unknownSetting names the nearest of the settings that there are.
func unknownSetting(origin, key string, keys []string) error {
	var near []string // of that name in another table
	for _, k := range keys {
		if strings.HasSuffix(k, "."+key) {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		near = suggest(key, keys, lastPart)
	}
	if len(near) > 0 {
		return usagef("%s: no setting %s; did you mean %s?", origin, key, anyOf(near))
	}
	return usagef("%s: no setting %s; there are %s", origin, key, strings.Join(keys, ", "))
}

// lastPart returns a key, and what is behind its last dot.
func lastPart(key string) []string {
	key = strings.ToLower(key)
	return []string{key, key[strings.LastIndexByte(key, '.')+1:]}
}

// changes lists what is asked for, the weakest source first.
func (a *app) changes(cmd *cobra.Command, f *trainFlags) ([]change, error) {
	var list []change
	for _, file := range []struct{ flag, name string }{{"preset", f.presetFile()}, {"config", f.config.text}} {
		if file.name == "" {
			continue
		}
		items, err := config.ReadFile(file.name)
		if err != nil {
			var path *os.PathError
			if errors.As(err, &path) {
				return nil, usagef("--%s %s cannot be read: %w", file.flag, file.name, path.Err)
			}
			return nil, usage(err)
		}
		list = append(list, changesOf(items, file.name, fromFile)...)
	}
	variables, err := a.variables()
	if err != nil {
		return nil, err
	}
	list = append(list, variables...)
	for _, text := range f.set.list {
		key, value, _ := strings.Cut(text, "=")
		list = append(list, change{key: strings.Split(key, "."), value: value, typed: true, layer: fromSet, origin: "--set"})
	}
	flags, err := f.changes(cmd)
	return append(list, flags...), err
}

// presetFile returns the file that --preset names, "" if it is one of the presets that there are.
func (f *trainFlags) presetFile() string {
	if filepath.Ext(f.preset.text) == ".toml" {
		return f.preset.text
	}
	return ""
}

// changesOf lists what items of a file ask for.
func changesOf(items []config.Item, file string, layer int) []change {
	list := make([]change, len(items))
	for n, i := range items {
		list[n] = change{key: i.Key, value: i.Value, layer: layer, origin: fmt.Sprintf("%s:%d", file, i.Line)}
	}
	return list
}

// variables lists what the environment asks for, in the order of the settings.
func (a *app) variables() ([]change, error) {
	given := map[string]string{}
	var names []string
	for _, entry := range a.environ() {
		name, value, _ := strings.Cut(entry, "=")
		short, ours := strings.CutPrefix(name, variable)
		if ours && !slices.Contains(notSettings, short) {
			given[short] = value
			names = append(names, short)
		}
	}
	slices.Sort(names)
	var list []change
	var known []string
	keys := append([]string{"preset", "aux", "shape"}, config.Of(new(agent.Config), "").Keys()...)
	for _, key := range keys {
		name := strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		known = append(known, variable+name)
		value, ok := given[name]
		if !ok {
			continue
		}
		c := change{key: strings.Split(key, "."), value: value, typed: true, layer: fromVariable, origin: variable + name}
		if key == "aux" || key == "shape" {
			asked := extraFlag{bonus: key == "shape"}
			if err := asked.Set(value); err != nil {
				return nil, usagef("%s takes %w, not %q", c.origin, err, value)
			}
			c = change{extras: asked.list, layer: c.layer, origin: c.origin}
		}
		list = append(list, c)
	}
	for _, name := range names {
		if !slices.Contains(known, variable+name) {
			return nil, unknown("setting", variable+name, known)
		}
	}
	return list, nil
}

// changes lists what the flags ask for.
func (f *trainFlags) changes(cmd *cobra.Command) ([]change, error) {
	var list []change
	put := func(flag, key string, value any) {
		if cmd.Flags().Changed(flag) {
			list = append(list, change{key: strings.Split(key, "."), value: value, layer: fromFlag, origin: "--" + flag})
		}
	}
	if f.presetFile() == "" {
		put("preset", "preset", f.preset.text)
	}
	put("algo", "algo", f.algo.text)
	put("seed", "seed", uint64(f.seed))
	put("steps", "steps", int64(f.steps.n))
	put("balance", "mixer.balance", f.aux.balance.text)
	put("measure", "mixer.every", int64(f.aux.measure.n))
	put("share", "mixer.share", f.aux.share)
	put("init", "init.run", f.init.text)
	put("freeze", "freeze", f.freeze.text)
	put("encoder", "net.encoder", f.aux.encoder.text)
	put("core", "net.core", f.aux.core.text)
	if err := f.wrap.validate(); err != nil {
		return nil, err
	}
	w := &f.wrap
	put("sticky", "wrap.sticky", w.sticky.value)
	put("no-ops", "wrap.no_ops", int64(w.noOps.n))
	put("skip", "wrap.skip", int64(w.skip.n))
	put("repeat", "wrap.repeat", int64(w.repeat.n))
	put("time-limit", "wrap.time_limit", int64(w.timeLimit.n))
	put("milestones", "wrap.milestones", w.milestones)
	put("gray", "wrap.gray", w.gray)
	put("resize", "wrap.height", int64(w.size.height))
	put("resize", "wrap.width", int64(w.size.width))
	put("one-hot", "wrap.one_hot", w.oneHot)
	put("frame-stack", "wrap.frame_stack", int64(w.stack.n))
	put("reward-scale", "wrap.reward_scale", w.rewardScale.value)
	put("reward-clip", "wrap.reward_clip", w.rewardClip.value)
	put("reward-norm", "reward_norm", w.rewardNorm)
	for _, flag := range []*extraFlag{&f.aux.aux, &f.aux.shape} {
		if len(flag.list) > 0 {
			list = append(list, change{extras: flag.list, layer: fromFlag, origin: "--" + flag.table()})
		}
	}
	return list, nil
}
