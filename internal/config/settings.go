package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ErrUnknown is found in the error of a setting that there is not.
var ErrUnknown = errors.New("no such setting")

// Settings are the fields of a struct by key, and where each got its value. Keys are the names of the fields in JSON, those of
// structs in it behind a dot: ppo.clip. Fields that are neither numbers, booleans, strings nor lists of numbers are left out.
type Settings struct {
	leaves []leaf
}

type leaf struct {
	key    string
	value  reflect.Value
	origin string
}

// Of returns the settings in the struct that p points to, all of one origin.
func Of(p any, origin string) *Settings {
	s := new(Settings)
	s.collect("", reflect.ValueOf(p).Elem(), origin)
	return s
}

func (s *Settings) collect(prefix string, v reflect.Value, origin string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		field := v.Field(i)
		switch {
		case f.Anonymous && name == "" && field.Kind() == reflect.Struct:
			s.collect(prefix, field, origin)
			continue
		case name == "":
			name = f.Name
		}
		if field.Kind() == reflect.Struct {
			s.collect(prefix+name+".", field, origin)
		} else if settable(field.Type()) {
			s.leaves = append(s.leaves, leaf{prefix + name, field, origin})
		}
	}
}

func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	case reflect.Slice:
		k := t.Elem().Kind()
		return k == reflect.Int || k == reflect.Float32 || k == reflect.Float64
	}
	return false
}

// Keys lists the keys in the order of the fields.
func (s *Settings) Keys() []string {
	keys := make([]string, len(s.leaves))
	for i, l := range s.leaves {
		keys[i] = l.key
	}
	return keys
}

// HasTable reports whether keys begin with this one and a dot.
func (s *Settings) HasTable(key string) bool {
	return slices.ContainsFunc(s.leaves, func(l leaf) bool { return strings.HasPrefix(l.key, key+".") })
}

func (s *Settings) leaf(key string) (*leaf, error) {
	for i := range s.leaves {
		if s.leaves[i].key == key {
			return &s.leaves[i], nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknown, key)
}

// Origin says where a setting is from.
func (s *Settings) Origin(key string) string {
	if l, err := s.leaf(key); err == nil {
		return l.origin
	}
	return ""
}

// SetOrigin says where a setting is from, if there is such a one.
func (s *Settings) SetOrigin(key, origin string) {
	if l, err := s.leaf(key); err == nil {
		l.origin = origin
	}
}

// Set changes a setting to a value of a file: an int64, float64, bool, string or a list; or to a uint64. A whole number may be
// written as 1e6, a number from 0 to 2^64-1 as a string.
func (s *Settings) Set(key string, value any, origin string) error {
	l, err := s.leaf(key)
	if err != nil {
		return err
	}
	if err := assign(l.value, value); err != nil {
		return fmt.Errorf("%s %w", key, err)
	}
	l.origin = origin
	return nil
}

// SetText is Set for a value that somebody typed. Units k and M are understood.
func (s *Settings) SetText(key, text, origin string) error {
	l, err := s.leaf(key)
	if err != nil {
		return err
	}
	return s.Set(key, typed(l.value.Kind(), text), origin)
}

// typed returns the value that a text stands for in a field of that kind, or the text if it stands for none.
func typed(kind reflect.Kind, text string) any {
	switch kind {
	case reflect.String:
		return text
	case reflect.Bool:
		if text == "true" || text == "false" {
			return text == "true"
		}
		return text
	case reflect.Slice:
		list := []any{}
		for part := range strings.SplitSeq(strings.Trim(text, "[]"), ",") {
			list = append(list, typed(reflect.Float64, strings.TrimSpace(part)))
		}
		return list
	}
	digits, unit := strings.ReplaceAll(text, "_", ""), 1.0
	switch {
	case strings.HasSuffix(digits, "k"):
		digits, unit = digits[:len(digits)-1], 1e3
	case strings.HasSuffix(digits, "M"):
		digits, unit = digits[:len(digits)-1], 1e6
	}
	if n, err := strconv.ParseUint(digits, 10, 64); err == nil && unit == 1 {
		return n
	}
	if x, err := strconv.ParseFloat(digits, 64); err == nil {
		return x * unit
	}
	return text
}

// maxExact is the largest whole number that a float64 counts up to.
const maxExact = 1 << 53

// assign puts a value into a field, if it fits.
func assign(field reflect.Value, value any) error {
	switch field.Kind() {
	case reflect.Bool:
		if b, ok := value.(bool); ok {
			field.SetBool(b)
			return nil
		}
		return refuse("takes true or false", value)
	case reflect.String:
		if s, ok := value.(string); ok {
			field.SetString(s)
			return nil
		}
		return refuse("takes text", value)
	case reflect.Int:
		if n, ok := whole(value); ok {
			field.SetInt(n)
			return nil
		}
		return refuse("takes a whole number", value)
	case reflect.Uint64:
		if n, ok := natural(value); ok {
			field.SetUint(n)
			return nil
		}
		return refuse("takes a whole number from 0 to 18446744073709551615", value)
	case reflect.Slice:
		return assignList(field, value)
	}
	x, ok := finite(value)
	if !ok || field.Kind() == reflect.Float32 && math.IsInf(float64(float32(x)), 0) {
		return refuse("takes a number", value)
	}
	field.SetFloat(x)
	return nil
}

func refuse(takes string, value any) error {
	text := fmt.Sprint(value)
	if s, ok := value.(string); ok {
		text = strconv.Quote(s)
	}
	if len(text) > 60 {
		text = text[:57] + "..."
	}
	return fmt.Errorf("%s, not %s", takes, strings.ToValidUTF8(text, "?"))
}

func assignList(field reflect.Value, value any) error {
	list, ok := value.([]any)
	if !ok {
		return refuse("takes a list of numbers", value)
	}
	made := reflect.MakeSlice(field.Type(), len(list), len(list))
	for i, v := range list {
		if err := assign(made.Index(i), v); err != nil {
			return refuse("takes a list of numbers", value)
		}
	}
	if len(list) == 0 {
		made = reflect.Zero(field.Type())
	}
	field.Set(made)
	return nil
}

func whole(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) <= maxExact
	}
	return 0, false
}

func natural(value any) (uint64, bool) {
	switch v := value.(type) {
	case uint64:
		return v, true
	case string:
		n, err := strconv.ParseUint(v, 10, 64)
		return n, err == nil
	}
	n, ok := whole(value)
	return uint64(n), ok && n >= 0
}

// finite returns a finite number.
func finite(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// Setting is one as it is told to others.
type Setting struct {
	Key    string
	Value  any // a bool, string, int, uint64, float32, float64 or a list of numbers
	Origin string
}

// All returns the settings in the order of the fields.
func (s *Settings) All() []Setting {
	all := make([]Setting, len(s.leaves))
	for i, l := range s.leaves {
		all[i] = Setting{l.key, l.value.Interface(), l.origin}
	}
	return all
}
