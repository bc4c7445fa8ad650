package auxtasks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// Info describes a kind of task or bonus to people.
type Info struct {
	Name   string
	About  string  // one line that says what it is for
	Source string  // paper and equation
	Needs  string  // one line: what it reads, and what it cannot do without
	Cost   string  // one line: what it adds to an update
	Weight float32 // the default one
}

// Kind is one that is registered.
type Kind struct {
	Info
	Settings any  // default settings, a struct
	IsBonus  bool // made by NewBonus instead of New

	task  func(settings []byte, d Dims) (Task, error)
	bonus func(settings []byte, d Dims) (Bonus, error)
}

// kinds is filled by the init functions of this package's files and by whoever registers kinds of their own before use.
var kinds []Kind

// NewKind describes a kind of task: its default settings are a struct whose exported fields are what users may change, with a method
// Validate() error if some values cannot work. build makes one; it refuses, with a reason, dimensions that the task cannot work with.
// Names are lower case with dashes.
func NewKind[C any](info Info, settings C, build func(C, Dims) (Task, error)) Kind {
	return Kind{Info: info, Settings: settings, task: func(text []byte, d Dims) (Task, error) {
		c := settings
		if err := decode(info.Name, text, &c); err != nil {
			return nil, err
		}
		return build(c, d)
	}}
}

// NewBonusKind is NewKind for a Bonus. A Bonus that is also a Task joins the Mixer by itself.
func NewBonusKind[C any](info Info, settings C, build func(C, Dims) (Bonus, error)) Kind {
	return Kind{Info: info, Settings: settings, IsBonus: true, bonus: func(text []byte, d Dims) (Bonus, error) {
		c := settings
		if err := decode(info.Name, text, &c); err != nil {
			return nil, err
		}
		return build(c, d)
	}}
}

// Add makes a kind known by its name. The error says that the name is taken or what is missing; to add a kind again, with the same
// Info, is none. It is for the start of a program.
func Add(k Kind) error {
	if k.Name == "" || k.Name != strings.ToLower(k.Name) || strings.ContainsAny(k.Name, " _=,/.") {
		return fmt.Errorf("auxtasks: a kind is called %q: names are lower case with dashes", k.Name)
	}
	if k.About == "" || k.Source == "" || k.Needs == "" || k.Cost == "" || k.task == nil && k.bonus == nil {
		return fmt.Errorf("auxtasks: the kind %s is incomplete: NewKind makes one, and its Info says About, Source, Needs and Cost", k.Name)
	}
	i, found := slices.BinarySearchFunc(kinds, k.Name, func(k Kind, name string) int { return strings.Compare(k.Name, name) })
	if !found {
		kinds = slices.Insert(kinds, i, k)
	} else if kinds[i].Info != k.Info {
		return fmt.Errorf("auxtasks: there is another kind called %s", k.Name)
	}
	return nil
}

// Register is Add of NewKind. It panics where Add returns an error.
func Register[C any](info Info, settings C, build func(C, Dims) (Task, error)) {
	register(NewKind(info, settings, build))
}

// RegisterBonus is Add of NewBonusKind. It panics where Add returns an error.
func RegisterBonus[C any](info Info, settings C, build func(C, Dims) (Bonus, error)) {
	register(NewBonusKind(info, settings, build))
}

func register(k Kind) {
	if Add(k) != nil {
		panic("auxtasks: a kind's name is taken, or its Info is incomplete")
	}
}

// Kinds returns all kinds by name, tasks and bonuses.
func Kinds() []Kind { return slices.Clone(kinds) }

// Lookup returns the kind of that name.
func Lookup(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("auxtasks: no task or bonus is called %q; there are %s", name, strings.Join(names, ", "))
}

// New makes a task. settings is a JSON object with the fields to change, or empty.
func New(name string, settings []byte, d Dims) (Task, error) {
	k, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	if k.IsBonus {
		return nil, fmt.Errorf("auxtasks: %s is a bonus to the reward, not a task", name)
	}
	return k.task(settings, d)
}

// NewBonus makes a bonus. settings is a JSON object with the fields to change, or empty.
func NewBonus(name string, settings []byte, d Dims) (Bonus, error) {
	k, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	if !k.IsBonus {
		return nil, fmt.Errorf("auxtasks: %s is a task, not a bonus to the reward", name)
	}
	return k.bonus(settings, d)
}

// maxSettings bounds a settings text, in bytes.
const maxSettings = 1 << 16

// decode reads settings over their defaults, of which into is a copy, and checks them.
func decode(name string, text []byte, into any) error {
	detach(reflect.ValueOf(into).Elem())
	if len(text) > maxSettings {
		return fmt.Errorf("auxtasks: %s: settings of %d bytes", name, len(text))
	}
	if len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(into); err != nil {
			return fmt.Errorf("auxtasks: %s: settings: %w", name, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("auxtasks: %s: settings: something follows the object", name)
		}
	}
	if v := reflect.ValueOf(into).Elem(); v.Kind() == reflect.Struct {
		if err := checkSizes(v); err != nil {
			return fmt.Errorf("auxtasks: %s: %w", name, err)
		}
	}
	if v, ok := into.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return fmt.Errorf("auxtasks: %s: %w", name, err)
		}
	}
	return nil
}

// detach gives a copy of settings slices and maps of its own: JSON is read into those that are there, which are the defaults'.
func detach(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			detach(v.Field(i))
		}
	case !v.CanSet():
	case v.Kind() == reflect.Slice && v.Len() > 0:
		v.Set(reflect.AppendSlice(reflect.Zero(v.Type()), v))
	case v.Kind() == reflect.Map && v.Len() > 0:
		own := reflect.MakeMap(v.Type())
		for key, value := range v.Seq2() { // order: each goes to its place
			own.SetMapIndex(key, value)
		}
		v.Set(own)
	}
}
