package sweep

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/internal/study"
)

// Read returns the sweep in a TOML file. Settings are not looked at yet. Errors name the file and the line.
//
//	worlds, seeds, episodes, threshold, title, about, [base], [world."ID"]   as in a study; seeds are 101 to 103 if none are named
//	steps            budget of a run in the last rung
//	score            "return", "success", "greedy", or "steps" to the threshold
//	configs          how many are drawn
//	rungs, halving   successive halving: of so many configurations one goes on to the next rung, with so many times the steps
//	seed             of the draws
//	[range]          what is drawn: KEY = { log = [1e-4, 1e-2] }, linear = [LO, HI], int = [LO, HI] or choice = [A, B, ...]
func Read(name string) (*Sweep, error) {
	items, err := config.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s := Default()
	var rest []config.Item
	seeds := s.Study.Seeds
	for _, i := range items {
		key := strings.Join(i.Key, ".")
		s.line[key] = i.Line
		mine, err := s.take(i, key)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i.Line, err)
		}
		if !mine {
			rest = append(rest, i)
		}
	}
	if s.Study, err = study.FromItems(name, rest); err != nil {
		return nil, err
	}
	if len(s.Study.Seeds) == 0 {
		s.Study.Seeds = seeds
	}
	if err := s.Validate(); err != nil {
		var about keyError
		errors.As(err, &about)
		return nil, fmt.Errorf("%s:%d: %w", name, max(s.line[about.key], 1), err)
	}
	return &s, nil
}

// take handles a line of the file, if it is not one of a study's.
func (s *Sweep) take(i config.Item, key string) (mine bool, err error) {
	count := func(dst *int) (bool, error) {
		n, ok := toFloat(i.Value)
		if !ok || n != math.Trunc(n) || math.Abs(n) > 1e15 {
			return true, fmt.Errorf("%s takes a whole number", key)
		}
		*dst = int(n)
		return true, nil
	}
	switch i.Key[0] {
	case "configs":
		return count(&s.Configs)
	case "rungs":
		return count(&s.Rungs)
	case "halving":
		return count(&s.Halving)
	case "steps":
		return count(&s.Steps)
	case "seed":
		n, ok := i.Value.(int64)
		if !ok || n < 0 {
			return true, errors.New("seed takes a whole number")
		}
		s.Seed = uint64(n)
		return true, nil
	case "score":
		name, ok := i.Value.(string)
		if !ok || !slices.Contains(Scores(), name) {
			return true, fmt.Errorf("score takes one of %s", strings.Join(Scores(), ", "))
		}
		s.Score = name
		return true, nil
	case "range":
		return true, s.takeRange(i)
	case "arms", "arm":
		return true, errors.New("a sweep has no arms: what is tried is drawn from [range]")
	case "base":
		if key == "base.seed" || key == "base.steps" {
			return true, fmt.Errorf("%s stands above the tables: it is the sweep's", i.Key[1])
		}
	}
	return false, nil
}

// takeRange handles a line of the table range.
func (s *Sweep) takeRange(i config.Item) error {
	last := i.Key[len(i.Key)-1]
	switch {
	case i.Value == nil: // a heading, or an inline table begins
		return nil
	case len(i.Key) < 3 || !isKind(last):
		return fmt.Errorf("%s takes one of %s, such as { log = [1e-4, 1e-2] }", strings.Join(i.Key[1:], "."), strings.Join(Kinds(), ", "))
	}
	r, err := newRange(i.Key[1:len(i.Key)-1], last, i.Value, i.Line)
	if err != nil {
		return err
	}
	key := strings.Join(r.Key, ".")
	if key == "seed" || key == "steps" || key == "preset" && r.Kind != Choice {
		return fmt.Errorf("%s is not drawn", key)
	}
	if slices.ContainsFunc(s.Ranges, func(o Range) bool { return slices.Equal(o.Key, r.Key) }) {
		return fmt.Errorf("%s has two ranges", key)
	}
	s.Ranges = append(s.Ranges, r)
	return nil
}
