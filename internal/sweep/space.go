package sweep

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/internal/study"
)

// Kinds of ranges.
const (
	Linear = "linear" // numbers from lo to hi
	Log    = "log"    // the same, evenly over their logarithm
	Int    = "int"    // whole numbers from lo to hi, both possible
	Choice = "choice" // one of a list
)

// Range is where the values of one setting are drawn from.
type Range struct {
	Key    []string
	Kind   string
	Lo, Hi float64
	Of     []any // of Choice
	Line   int
}

// newRange reads the value behind a kind.
func newRange(key []string, kind string, value any, line int) (Range, error) {
	r := Range{Key: key, Kind: kind, Line: line}
	list, ok := value.([]any)
	if !ok || len(list) == 0 {
		return r, fmt.Errorf("%s takes a list, such as lr = { log = [1e-4, 1e-2] } or horizon = { choice = [32, 64] }", kind)
	}
	if kind == Choice {
		r.Of = list
		return r, nil
	}
	lo, okLo := toFloat(list[0])
	hi, okHi := toFloat(list[len(list)-1])
	switch {
	case len(list) != 2 || !okLo || !okHi:
		return r, fmt.Errorf("%s takes two numbers, the least and the greatest", kind)
	case !(lo < hi):
		return r, fmt.Errorf("%s takes the least number before the greatest, not %v and %v", kind, lo, hi)
	case kind == Log && lo <= 0:
		return r, fmt.Errorf("log takes positive numbers, not %v", lo)
	case kind == Int && (lo != math.Trunc(lo) || hi != math.Trunc(hi) || hi-lo > 1<<31):
		return r, errors.New("int takes whole numbers")
	}
	r.Lo, r.Hi = lo, hi
	return r, nil
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// digits is how many a number that is drawn has: as many as one would write down.
const digits = 3

// draw returns the value that u in [0, 1) stands for: a float64, int64, or what stands in the list.
func (r Range) draw(random uint64) any {
	u := rng.Float64(random)
	switch r.Kind {
	case Choice:
		return r.Of[rng.Below(random, len(r.Of))]
	case Int:
		return int64(r.Lo) + int64(rng.Below(random, int(r.Hi-r.Lo)+1))
	case Log:
		return r.round(math.Exp(math.Log(r.Lo) + u*(math.Log(r.Hi)-math.Log(r.Lo))))
	}
	return r.round(r.Lo + u*(r.Hi-r.Lo))
}

// round keeps a few digits, within the range.
func (r Range) round(x float64) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if err != nil {
		panic("sweep: a number that was written cannot be read")
	}
	return min(max(v, r.Lo), r.Hi)
}

// draw returns the settings of draw i. Each range has a table of numbers of its own: another range shifts nothing.
func (s *Sweep) draw(i int) []config.Item {
	items := make([]config.Item, len(s.Ranges))
	for k, r := range s.Ranges {
		key := rng.Key(s.Seed, "sweep", strings.Join(r.Key, "."))
		items[k] = config.Item{Key: r.Key, Value: r.draw(rng.At(key, uint64(i))), Line: r.Line}
	}
	return items
}

// BaseName is the name of the arm that has the base settings alone.
const BaseName = "base"

// tries is how many draws are made for each configuration at most.
const tries = 50

// Draw returns the configurations as arms: the base settings, and Configs that are drawn, named c01, c02, ... Draws that came before, and
// those that try says cannot work, are passed over: others take their place. passed is how many try refused, why the last of them.
func (s *Sweep) Draw(try func(study.Arm) error) (arms []study.Arm, passed int, why error) {
	base := study.Arm{Name: BaseName}
	if err := try(base); err != nil {
		return nil, 1, err
	}
	arms = append(arms, base)
	seen := map[string]bool{}
	for i := 0; len(arms) <= s.Configs && i < tries*s.Configs; i++ {
		a := study.Arm{Name: fmt.Sprintf("c%0*d", len(strconv.Itoa(s.Configs)), len(arms)), Items: s.draw(i)}
		if text := valuesOf(a); seen[text] {
			continue
		} else {
			seen[text] = true
		}
		a.Line = a.Items[0].Line
		if err := try(a); err != nil {
			passed, why = passed+1, err
			continue
		}
		arms = append(arms, a)
	}
	return arms, passed, why
}

// valuesOf returns what was drawn, in words.
func valuesOf(a study.Arm) string {
	parts := make([]string, len(a.Items))
	for i, item := range a.Items {
		parts[i] = text(item.Value)
	}
	return strings.Join(parts, " ")
}

// text returns a value as TOML has it.
func text(v any) string {
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = text(x)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return config.Text(v)
}

// Kinds lists the kinds of ranges.
func Kinds() []string { return []string{Linear, Log, Int, Choice} }

func isKind(name string) bool { return slices.Contains(Kinds(), name) }
