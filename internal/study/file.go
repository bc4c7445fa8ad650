package study

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
)

// Read returns the study in a TOML file. Its settings are not looked at yet. Errors name the file and the line.
//
//	title, about     what it is called and what is asked
//	worlds           list of ids
//	seeds            10, "1-10", or a list
//	steps            budget of a run
//	arms             list, each as ParseArm takes it
//	score            "return", "success" or "greedy"
//	threshold        a score: how many steps until it is reached?
//	episodes         of each evaluation
//	points           of a learning curve
//	[base]           settings that all arms have; bare = true leaves out tasks and bonuses of presets
//	[arm.NAME]       an arm and its settings, or further settings of one that arms lists
//	[world."ID"]     settings of all arms on that world, and published, scale = [0, 1], threshold
func Read(name string) (Study, error) {
	items, err := config.ReadFile(name)
	if err != nil {
		return Study{}, err
	}
	s, err := FromItems(name, items)
	if err != nil {
		return Study{}, err
	}
	if err := s.Validate(); err != nil {
		line := LineOf(err)
		if line == 0 && len(items) > 0 {
			line = items[len(items)-1].Line
		}
		return Study{}, fmt.Errorf("%s:%d: %w", name, max(line, 1), err)
	}
	return s, nil
}

// FromItems is Read for what stands in a file of that name, or a part of it. It does not validate the whole.
func FromItems(name string, items []config.Item) (Study, error) {
	s := Default()
	s.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	r := reader{file: name, s: &s}
	for _, i := range items {
		if err := r.take(i); err != nil {
			return Study{}, err
		}
	}
	if s.Title == "" {
		s.Title = s.Name
	}
	return s, nil
}

// reader puts what stands in a file into a study.
type reader struct {
	file string
	s    *Study
}

func (r *reader) refuse(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.file, line, fmt.Errorf(format, args...))
}

// topKeys are those that stand in no table.
var topKeys = []string{"title", "about", "worlds", "seeds", "steps", "arms", "score", "threshold", "episodes", "points"}

// take handles one line of the file.
func (r *reader) take(i config.Item) error {
	switch i.Key[0] {
	case "base":
		return r.setting(&r.s.Base, &r.s.Bare, i, 1)
	case "arm":
		if len(i.Key) == 1 {
			return r.heading(i)
		}
		a := r.arm(i)
		return r.setting(&a.Items, &a.Bare, i, 2)
	case "world":
		if len(i.Key) == 1 {
			return r.heading(i)
		}
		return r.world(i)
	}
	if i.Value == nil || !slices.Contains(topKeys, i.Key[0]) || len(i.Key) > 1 {
		return r.refuse(i.Line, "no %s in a study; there are %s, and the tables base, arm.NAME and world.ID; settings of all arms are in base",
			strings.Join(i.Key, "."), strings.Join(topKeys, ", "))
	}
	if err := r.top(i); err != nil {
		return r.refuse(i.Line, "%s: %w", i.Key[0], err)
	}
	return nil
}

// heading allows the heading of a table that has others in it.
func (r *reader) heading(i config.Item) error {
	if i.Value != nil {
		return r.refuse(i.Line, "%s is a table of tables: [%s.NAME]", i.Key[0], i.Key[0])
	}
	return nil
}

// setting takes a setting below a table whose own key has so many parts.
func (r *reader) setting(to *[]config.Item, bare *bool, i config.Item, depth int) error {
	i.Key = i.Key[depth:]
	switch {
	case len(i.Key) == 0 && i.Value != nil:
		return r.refuse(i.Line, "a table of settings is expected here")
	case len(i.Key) == 0:
		return nil
	case len(i.Key) == 1 && i.Key[0] == "bare":
		v, ok := i.Value.(bool)
		if !ok {
			return r.refuse(i.Line, "bare is true or false")
		}
		*bare = v
		return nil
	case len(i.Key) == 1 && i.Key[0] == "seed":
		return r.refuse(i.Line, "seed is no setting of an arm: the study has seeds")
	}
	*to = append(*to, i)
	return nil
}

// arm returns the one that a line is about.
func (r *reader) arm(i config.Item) *Arm {
	for k := range r.s.Arms {
		if r.s.Arms[k].Name == i.Key[1] {
			return &r.s.Arms[k]
		}
	}
	r.s.Arms = append(r.s.Arms, Arm{Name: i.Key[1], Line: i.Line})
	return &r.s.Arms[len(r.s.Arms)-1]
}

// world takes a line of a world's table.
func (r *reader) world(i config.Item) error {
	k := slices.IndexFunc(r.s.Worlds, func(w World) bool { return w.ID == i.Key[1] })
	if k < 0 {
		return r.refuse(i.Line, "the world %s is not in the list of worlds, which stands above", i.Key[1])
	}
	w := &r.s.Worlds[k]
	if len(i.Key) != 3 || i.Value == nil {
		return r.setting(&w.Items, new(bool), i, 2)
	}
	var err error
	switch i.Key[2] {
	case "published":
		w.Published, err = text(i.Value)
	case "threshold":
		w.Threshold, err = number(i.Value)
	case "scale":
		w.Scale, err = scale(i.Value)
	case "bare":
		err = errors.New("belongs to base or to an arm")
	default:
		return r.setting(&w.Items, new(bool), i, 2)
	}
	if err != nil {
		return r.refuse(i.Line, "%s: %w", i.Key[2], err)
	}
	return nil
}

// top takes a line that stands in no table.
func (r *reader) top(i config.Item) (err error) {
	s := r.s
	switch i.Key[0] {
	case "title":
		s.Title, err = text(i.Value)
	case "about":
		s.About, err = text(i.Value)
	case "score":
		if s.Score, err = text(i.Value); err == nil && !slices.Contains(Scores(), s.Score) {
			err = fmt.Errorf("one of %s, not %q", strings.Join(Scores(), ", "), s.Score)
		}
	case "threshold":
		s.Threshold, err = number(i.Value)
	case "episodes":
		s.Episodes, err = whole(i.Value, maxEpisodes)
	case "points":
		s.Points, err = whole(i.Value, maxPoints)
	case "steps":
		s.Base = append(s.Base, i) // it is a setting
	case "worlds":
		err = each(i.Value, func(id string) error {
			s.Worlds = append(s.Worlds, World{ID: id, Threshold: math.NaN(), Line: i.Line})
			return nil
		})
	case "arms":
		err = each(i.Value, func(name string) error {
			a, err := ParseArm(name)
			a.Line = i.Line
			s.Arms = append(s.Arms, a)
			return err
		})
	case "seeds":
		s.Seeds, err = seedsOf(i.Value)
	}
	return err
}

// seedsOf reads 10, "1-10" or [1, 2, 3].
func seedsOf(v any) ([]uint64, error) {
	switch v := v.(type) {
	case string:
		return ParseSeeds(v)
	case int64:
		return ParseSeeds(fmt.Sprint(v))
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			n, ok := x.(int64)
			if !ok || n < 0 {
				return nil, fmt.Errorf("a list of whole numbers, not %v", x)
			}
			parts[i] = fmt.Sprintf("%d-%d", n, n)
		}
		return ParseSeeds(strings.Join(parts, ","))
	}
	return nil, errors.New(`10, "1-10" or a list`)
}

func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errors.New("text is expected")
	}
	return strings.TrimSpace(s), nil
}

func number(v any) (float64, error) {
	switch v := v.(type) {
	case int64:
		return float64(v), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	return 0, errors.New("a number is expected")
}

func whole(v any, most int) (int, error) {
	x, err := number(v)
	if err != nil || x != math.Trunc(x) || x < 1 || x > float64(most) {
		return 0, fmt.Errorf("a whole number from 1 to %d is expected", most)
	}
	return int(x), nil
}

func scale(v any) (s [2]float64, err error) {
	list, _ := v.([]any)
	if len(list) == 2 {
		lo, err1 := number(list[0])
		hi, err2 := number(list[1])
		if err1 == nil && err2 == nil && lo < hi {
			return [2]float64{lo, hi}, nil
		}
	}
	return s, errors.New("two returns, that which counts as 0 and that which counts as 1: [0, 1]")
}

// each calls f with each text of a list.
func each(v any, f func(string) error) error {
	list, ok := v.([]any)
	if !ok {
		return errors.New("a list of texts is expected")
	}
	for _, x := range list {
		s, ok := x.(string)
		if !ok || s == "" {
			return fmt.Errorf("a list of texts is expected, not of %v", x)
		}
		if err := f(s); err != nil {
			return err
		}
	}
	return nil
}
