package cli

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/internal/config"
)

// extra is an auxiliary task or bonus that is asked for.
type extra struct {
	agent.Extra
	table    string           // aux or shape
	layer    int              // that asked for it first
	fields   *config.Settings // weight, final, over
	own      *config.Settings // the kind's
	settings any              // what own points into
	touched  string           // origin of the last change of own
}

// chooseExtras lists the tasks and bonuses: those that are there, which are from origin, and those that are asked for, in that order.
func (s *settings) chooseExtras(origin string, changes []change) error {
	for _, e := range s.cfg.Aux {
		if err := s.addExtra(e, fromPreset, origin); err != nil {
			return err
		}
	}
	for _, c := range changes {
		var err error
		if c.extras != nil {
			err = s.weighExtras(c)
		} else if c.key[0] == "aux" || c.key[0] == "shape" {
			err = s.setExtra(c, changes)
		}
		if err != nil {
			return err
		}
	}
	for _, x := range s.extras {
		if err := x.settle(); err != nil {
			return err
		}
	}
	return nil
}

// addExtra appends one with its settings.
func (s *settings) addExtra(e agent.Extra, layer int, origin string) error {
	k, err := auxtasks.Lookup(e.Kind)
	if err != nil {
		return err
	}
	x := &extra{Extra: e, table: "aux", layer: layer, settings: defaults(k), touched: origin}
	if k.IsBonus {
		x.table = "shape"
	}
	x.own = config.Of(x.settings, "default of "+e.Kind)
	x.fields = config.Of(&x.Extra, origin)
	if len(e.Settings) > 0 {
		if err := json.Unmarshal(e.Settings, x.settings); err != nil {
			return err
		}
	}
	s.extras = append(s.extras, x)
	return nil
}

// defaults returns a pointer to a copy of a kind's settings.
func defaults(k auxtasks.Kind) any {
	p := reflect.New(reflect.TypeOf(k.Settings))
	p.Elem().Set(reflect.ValueOf(k.Settings))
	return p.Interface()
}

// find returns the one that goes by a name, or nil.
func (s *settings) find(name string) *extra {
	for _, x := range s.extras {
		if x.ID() == name {
			return x
		}
	}
	return nil
}

// weighExtras adds what --aux or --shape lists. One that a weaker source asks for gets the weight that is given, if one is.
func (s *settings) weighExtras(c change) error {
	for _, e := range c.extras {
		if e.none != "" {
			s.extras = slices.DeleteFunc(s.extras, func(x *extra) bool { return x.table == e.none && x.layer < c.layer })
			continue
		}
		x := s.find(e.Kind)
		if x == nil || x.layer == c.layer {
			if err := s.addExtra(e.Extra, c.layer, c.origin); err != nil {
				return err
			}
			continue
		}
		if e.weighed {
			x.Weight, x.Final, x.Over = e.Weight, e.Final, e.Over
			for _, key := range []string{"weight", "final", "over"} {
				x.fields.SetOrigin(key, c.origin)
			}
		}
	}
	return nil
}

// setExtra changes one setting of a task or bonus; naming one is asking for it.
func (s *settings) setExtra(c change, changes []change) error {
	table := c.key[0]
	switch {
	case len(c.key) == 1 && c.value == nil:
		return nil
	case len(c.key) == 1:
		return usagef("%s: %s has a table for each: [%s.NAME]", c.origin, table, table)
	case len(c.key) == 2 && c.value != nil || len(c.key) == 3 && (c.value == nil) != (c.key[2] == ownTable) || len(c.key) == 4 && c.key[2] != ownTable:
		return usagef("%s: no setting %s; there are such as %s.NAME.weight", c.origin, strings.Join(c.key, "."), table)
	}
	name := c.key[1]
	x := s.find(name)
	if x == nil {
		kind, err := kindOf(name, table, c, changes)
		if err != nil {
			return err
		}
		e, err := agent.NewExtra(kind)
		if err != nil {
			return err
		}
		if name != kind {
			e.Name = name
		}
		if err := s.addExtra(e, c.layer, "default of "+kind); err != nil {
			return err
		}
		x = s.extras[len(s.extras)-1]
	}
	if x.table != table {
		return usagef("%s: %s belongs to [%s.%s]", c.origin, name, x.table, name)
	}
	if c.value == nil {
		return nil
	}
	return x.set(c)
}

// kindOf returns of which kind the one with that name shall be.
func kindOf(name, table string, c change, changes []change) (string, error) {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "", usagef("%s: %q is no name: they are of lower case letters, digits and dashes", c.origin, name)
	}
	kind := name
	for _, other := range changes {
		if slices.Equal(other.key, []string{table, name, "kind"}) {
			text, ok := other.value.(string)
			if !ok {
				return "", usagef("%s: kind is text, such as %q", other.origin, kindNames(table == "shape")[1])
			}
			kind = text
		}
	}
	names := kindNames(table == "shape")
	if table == "aux" {
		names = names[1:] // without unreal, which is several
	}
	if !slices.Contains(names, kind) {
		other := "shape"
		if table == "shape" {
			other = "aux"
		}
		if k, err := auxtasks.Lookup(kind); err == nil && k.IsBonus == (other == "shape") {
			return "", usagef("%s: %s belongs to [%s.%s]", c.origin, kind, other, name)
		}
		what := "auxiliary task"
		if table == "shape" {
			what = "bonus"
		}
		return "", usagef("%s: %w", c.origin, unknown(what, kind, names))
	}
	return kind, nil
}

// common are the settings that all have. A setting of a kind that is called like one of them is in a table of its own.
var common = []string{"kind", "weight", "final", "over"}

// ownTable is the name of that table.
const ownTable = "settings"

// ownKey returns the key of a kind's setting below that of the task or bonus.
func ownKey(key string) string {
	if slices.Contains(common, key) {
		return ownTable + "." + key
	}
	return key
}

// set changes one setting.
func (x *extra) set(c change) error {
	key := strings.Join(c.key[2:], ".")
	switch {
	case key == "kind" && c.value == x.Kind:
		return nil
	case key == "kind":
		return usagef("%s: %s is of kind %s already", c.origin, x.ID(), x.Kind)
	case slices.Contains(common, key):
		return set(x.fields, key, c.value, c)
	}
	var keys []string
	for _, own := range x.own.Keys() {
		if key == ownKey(own) || key == ownTable+"."+own {
			x.touched = c.origin
			return set(x.own, own, c.value, c)
		}
		keys = append(keys, ownKey(own))
	}
	return unknownSetting(c.origin, strings.Join(c.key, "."), prefixed(c.key[:2], slices.Concat(common, keys)))
}

func prefixed(path, keys []string) []string {
	full := make([]string, len(keys))
	for i, k := range keys {
		full[i] = strings.Join(path, ".") + "." + k
	}
	return full
}

// settle checks the kind's settings and keeps those that are not the default.
func (x *extra) settle() error {
	k, err := auxtasks.Lookup(x.Kind)
	if err != nil {
		return err
	}
	usual := config.Of(defaults(k), "").All()
	var changed object
	for i, s := range x.own.All() {
		if !reflect.DeepEqual(s.Value, usual[i].Value) {
			changed = append(changed, member{s.Key, s.Value})
		}
	}
	x.Settings = nil
	if changed != nil {
		if x.Settings, err = json.Marshal(changed); err != nil {
			return err
		}
	}
	if err := k.Check(x.Settings); err != nil {
		return usagef("%s: %w", x.touched, err)
	}
	return nil
}

// lines returns what a file says of it.
func (x *extra) lines() []config.Setting {
	var all []config.Setting
	if x.Name != "" {
		all = append(all, config.Setting{Key: "kind", Value: x.Kind, Origin: x.touched})
	}
	for _, s := range x.fields.All() {
		if s.Key == "weight" || (s.Key == "final" || s.Key == "over") && (x.Over != 0 || x.Final != 0) {
			all = append(all, s)
		}
	}
	for _, s := range x.own.All() {
		s.Key = ownKey(s.Key)
		all = append(all, s)
	}
	return all
}

// toml returns the settings as a file that --config takes.
func (s *settings) toml(title string) []byte {
	b := fmt.Appendf(nil, "# %s\n# Behind each value stands where it is from.\n\n", title)
	b = append(b, config.Append(nil, "", inEffect(s.fields))...)
	for _, x := range s.extras {
		b = config.Append(b, x.table+"."+x.ID(), x.lines())
	}
	return b
}
