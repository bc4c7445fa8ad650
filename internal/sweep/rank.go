package sweep

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/internal/config"
	"github.com/auxrl/auxrl/internal/study"
	"github.com/auxrl/auxrl/stats"
)

// Result is what a configuration reached in the last rung that it took part in.
type Result struct {
	Arm    study.Arm
	Rung   int
	Score  float64   // mean over worlds and seeds
	Return float64   // the same of the return, which decides between equal scores
	Runs   []float64 // score of each run
}

// Rank returns what the lines of a rung say of its arms, the best first.
func (s *Sweep) Rank(rung int, arms []study.Arm, lines []study.Line) ([]Result, error) {
	var list []Result
	for _, a := range arms {
		r := Result{Arm: a, Rung: rung}
		for _, l := range lines {
			if l.Arm == a.Name {
				r.Runs = append(r.Runs, s.score(l))
				r.Return += float64(l.Return)
			}
		}
		if want := len(s.Study.Worlds) * len(s.Study.Seeds); len(r.Runs) != want {
			return nil, fmt.Errorf("sweep: of %s there are %d runs, not %d", a.Name, len(r.Runs), want)
		}
		n := float64(len(r.Runs))
		for _, v := range r.Runs {
			r.Score += v / n
		}
		r.Return /= n
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b Result) int {
		by := cmp.Compare(b.Score, a.Score)
		if s.Score == BySteps {
			by = -by
		}
		if by == 0 {
			by = cmp.Compare(b.Return, a.Return)
		}
		return by
	})
	return list, nil
}

// score returns that of a run. Steps to a threshold that was not reached are those that the run had.
func (s *Sweep) score(l study.Line) float64 {
	switch s.Score {
	case study.BySuccess:
		return float64(l.Success)
	case study.ByGreedy:
		return float64(l.Greedy)
	case BySteps:
		var steps []int
		var returns []float64
		for _, p := range l.Curve {
			steps, returns = append(steps, p.Step), append(returns, float64(p.Return))
		}
		if len(steps) == 0 {
			return float64(l.Steps)
		}
		if t := stats.TimeTo(steps, returns, s.threshold(l.World)); t.Reached {
			return float64(min(t.Steps, l.Steps))
		}
		return float64(l.Steps)
	}
	return float64(l.Return)
}

// Next returns the arms that go on from a rung: the best, in the order in which they were drawn.
func (s *Sweep) Next(arms []study.Arm, ranked []Result) []study.Arm {
	n := (len(arms) + s.Halving - 1) / s.Halving
	return slices.DeleteFunc(slices.Clone(arms), func(a study.Arm) bool {
		return !slices.ContainsFunc(ranked[:n], func(r Result) bool { return r.Arm.Name == a.Name })
	})
}

// Header returns the names of the columns of Table.
func (s *Sweep) Header() []string {
	head := []string{"rank", "config", "trained", s.Score, "least", "most"}
	for _, r := range s.Ranges {
		head = append(head, strings.Join(r.Key, "."))
	}
	return head
}

// Table returns a row for each configuration, the best first: those that came further before the others. exact writes numbers in full.
func (s *Sweep) Table(results []Result, exact bool) [][]string {
	rows := make([][]string, len(results))
	for i, r := range results {
		rows[i] = []string{strconv.Itoa(i + 1), r.Arm.Name, strconv.Itoa(s.rung(r.Rung).Until), s.figure(r.Score, exact),
			s.figure(slices.Min(r.Runs), exact), s.figure(slices.Max(r.Runs), exact)}
		for k := range s.Ranges {
			value := "-"
			if len(r.Arm.Items) > 0 {
				value = text(r.Arm.Items[k].Value)
			}
			rows[i] = append(rows[i], value)
		}
	}
	return rows
}

// figure writes a score.
func (s *Sweep) figure(v float64, exact bool) string {
	switch {
	case exact:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case math.IsNaN(v):
		return "-"
	case s.Score == BySteps:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// Preset returns the settings of a configuration as a file that --preset and --config take. comment is what stands above, line by line.
func (s *Sweep) Preset(a study.Arm, comment []string) []byte {
	var b []byte
	for _, line := range comment {
		b = fmt.Appendf(b, "# %s\n", line)
	}
	b = append(b, '\n')
	all := slices.Clone(s.Study.Base)
	if len(s.Study.Worlds) == 1 {
		all = append(all, s.Study.Worlds[0].Items...)
	}
	all = append(all, a.Items...)
	all = append(all, config.Item{Key: []string{"steps"}, Value: int64(s.Steps)})
	for i, item := range all {
		if item.Value == nil || slices.ContainsFunc(all[i+1:], func(o config.Item) bool { return o.Value != nil && slices.Equal(o.Key, item.Key) }) {
			continue // a heading, or what something stronger says
		}
		b = fmt.Appendf(b, "%s = %s\n", strings.Join(item.Key, "."), text(item.Value))
	}
	return b
}
