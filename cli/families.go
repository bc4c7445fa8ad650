package cli

import (
	"regexp"

	"github.com/auxrl/auxrl/env"
)

// worldFamily is worlds that differ in size and number only.
type worldFamily struct {
	name    string // what their ids have in common
	entries env.Catalog
}

// sized finds where an id stops to name the family: at a version, at a part with a digit in it, at what stands for a size.
var sized = regexp.MustCompile(`(-v\d|-N?\d|-Random|-Full|S\d|\d).*$`)

// asked is what many levels of BabyAI ask for: those are a family each.
var asked = regexp.MustCompile(`^BabyAI-(GoTo|Open|Pickup|PutNext|Unlock|Synth)`)

// familyOf returns the name of the family of an id.
func familyOf(id string) string {
	if name := asked.FindString(id); name != "" {
		return name
	}
	if name := sized.ReplaceAllString(id, ""); name != "" {
		return name
	}
	return id
}

// families returns the worlds of a catalog family by family, in the order in which each comes first.
func families(c env.Catalog) []worldFamily {
	var list []worldFamily
	at := map[string]int{}
	for _, e := range c {
		name := familyOf(e.ID)
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name] = i
			list = append(list, worldFamily{name: name})
		}
		list[i].entries = append(list[i].entries, e)
	}
	return list
}
