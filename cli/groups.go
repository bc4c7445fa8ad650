package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
)

// runGroup is runs that differ in nothing but their seeds.
type runGroup struct {
	label string // what sets it apart from the others
	runs  []*record
	all   []config.Setting  // without the seed
	value map[string]string // of all, by key, as text
	aux   []string          // names of tasks and bonuses
}

// groupRuns sorts runs by their settings but the seed, in the order in which each group's first comes, and labels the groups. also
// names the settings that differ between groups beside those that the labels tell.
func groupRuns(records []*record) (groups []*runGroup, also []string, err error) {
	at := map[string]*runGroup{}
	for _, r := range records {
		all, err := r.flat()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", r.path, err)
		}
		all = slices.DeleteFunc(all, func(s config.Setting) bool { return s.Key == "seed" })
		g := &runGroup{all: all, value: map[string]string{}}
		key := r.settings.Source
		for _, s := range all {
			g.value[s.Key] = config.Text(s.Value)
			key += "\n" + s.Key + "=" + g.value[s.Key]
		}
		if at[key] == nil {
			for _, e := range r.settings.Agent.Aux {
				g.aux = append(g.aux, e.ID())
			}
			at[key] = g
			groups = append(groups, g)
		}
		at[key].runs = append(at[key].runs, r)
	}
	return groups, labelGroups(groups), nil
}

// kinds are the settings whose values say by themselves what they are.
var kinds = []string{"env", "algo", "net.encoder", "net.core"}

// labelGroups labels groups by what differs: world, algorithm, encoder, core and tasks by name, then other settings, as far as the
// names do not settle them already. It returns the settings that the names settle.
func labelGroups(groups []*runGroup) (also []string) {
	differ := differing(groups)
	for _, g := range groups {
		var parts []string
		for _, key := range kinds {
			if slices.Contains(differ, key) || len(groups) == 1 && key == "algo" {
				parts = append(parts, nameOf(key, g.value[key]))
			}
		}
		parts = append(parts, tasksOf(g, groups)...)
		g.label = strings.Join(parts, " ")
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.label
	}
	for _, key := range differ {
		if slices.Contains(kinds, key) {
			continue
		}
		if settled(groups, names, key) {
			if table, _, _ := strings.Cut(key, "."); table != "aux" && table != "shape" {
				also = append(also, key)
			}
			continue
		}
		for _, g := range groups {
			if v, ok := g.value[key]; ok {
				g.label = strings.TrimSpace(g.label + " " + strings.TrimPrefix(strings.TrimPrefix(key, "aux."), "shape.") + "=" + strings.Trim(v, `"`))
			}
		}
	}
	for i, g := range groups { // worlds drawn in files may differ, and nothing else
		if slices.ContainsFunc(groups[:i], func(o *runGroup) bool { return o.label == g.label }) || g.label == "" {
			g.label = strings.TrimSpace(fmt.Sprintf("%s (%d)", g.label, i+1))
		}
	}
	return also
}

// differing lists the settings that are not the same in all groups, in the order of the groups.
func differing(groups []*runGroup) (keys []string) {
	var seen []string
	for _, g := range groups {
		for _, s := range g.all {
			if slices.Contains(seen, s.Key) {
				continue
			}
			seen = append(seen, s.Key)
			first, here := groups[0].value[s.Key]
			if slices.ContainsFunc(groups, func(o *runGroup) bool { v, ok := o.value[s.Key]; return v != first || ok != here }) {
				keys = append(keys, s.Key)
			}
		}
	}
	return keys
}

// nameOf returns the value of one of kinds as a word.
func nameOf(key, text string) string {
	text = strings.Trim(text, `"`)
	if key == "net.core" && text == words[key] {
		return "no core"
	}
	return text
}

// tasksOf names the tasks and bonuses of a group that another group has not.
func tasksOf(g *runGroup, groups []*runGroup) (parts []string) {
	common := slices.Clone(groups[0].aux)
	most := 0
	for _, o := range groups {
		common = slices.DeleteFunc(common, func(name string) bool { return !slices.Contains(o.aux, name) })
		most = max(most, len(o.aux))
	}
	if len(groups) == 1 {
		common = nil
	}
	for _, name := range g.aux {
		if !slices.Contains(common, name) {
			parts = append(parts, "+"+name)
		}
	}
	if len(parts) == 0 && most > len(common) && len(groups) > 1 {
		return []string{"base"}
	}
	return parts
}

// settled reports whether groups of the same name have the same value.
func settled(groups []*runGroup, names []string, key string) bool {
	for i, g := range groups {
		first := slices.Index(names, names[i])
		a, inA := groups[first].value[key]
		b, inB := g.value[key]
		if a != b || inA != inB {
			return false
		}
	}
	return true
}
