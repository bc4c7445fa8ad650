package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/auxrl/auxrl/stats"
)

// table is what a page shows of a result.
type table struct {
	Title string
	Note  string
	Head  []string
	Rows  [][]string
	Left  int    // so many columns stand to the left
	Slim  []bool // [column] it also stands where there is little room
	Fold  bool   // it may be folded away
	Wide  bool   // it is for pages, not for terminals
}

const missing = "–"

// figure returns a number with three digits or so behind the first.
func figure(x float64) string {
	switch m := math.Abs(x); {
	case math.IsNaN(x):
		return missing
	case m < 9.9995:
		return unsigned(strconv.FormatFloat(x, 'f', 3, 64))
	case m < 99.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case m < 999.95:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return grouped(x)
}

// unsigned takes the sign from a zero.
func unsigned(s string) string {
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// grouped returns a whole number with commas.
func grouped(x float64) string {
	if math.IsNaN(x) {
		return missing
	}
	s := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if s == "0" {
		sign = ""
	}
	return sign + s
}

// spread returns an estimate with its interval, written by f.
func spread(v stats.Interval, f func(float64) string) string {
	switch {
	case math.IsNaN(v.Value):
		return missing
	case math.IsNaN(v.Lo):
		return f(v.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", f(v.Value), f(v.Lo), f(v.Hi))
}

// signed is figure with a plus where there is one.
func signed(x float64) string {
	if s := figure(x); x > 0 && strings.Trim(s, "0.") != "" {
		return "+" + s
	} else {
		return s
	}
}

func signedGrouped(x float64) string {
	if s := grouped(x); x > 0 && s != "0" {
		return "+" + s
	} else {
		return s
	}
}

func percent(x float64) string {
	if math.IsNaN(x) {
		return missing
	}
	return strconv.FormatFloat(100*x, 'f', 0, 64) + " %"
}

func chance(x float64) string {
	if math.IsNaN(x) {
		return missing
	}
	if x < 0.001 {
		return "<0.001"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// tables returns those of a result.
func (r *Report) tables(res *Result) []table {
	all := []table{r.scoreTable(res)}
	if t := r.duelTable(res); len(t.Rows) > 0 {
		all = append(all, t)
	}
	if t := timeTable(res); len(t.Rows) > 0 {
		all = append(all, t)
	}
	if t := taskTable(res); len(t.Rows) > 0 {
		all = append(all, t)
	}
	if t := gradTable(res); len(t.Rows) > 0 {
		all = append(all, t)
	}
	if res.World != "" {
		all = append(all, r.runTable(res))
	}
	return all
}

// scoreNoun says what runs are scored by.
func (r *Report) scoreNoun() string {
	switch r.Study.Score {
	case BySuccess:
		return "success"
	case ByGreedy:
		return "greedy return"
	}
	return "return"
}

func (r *Report) scoreTable(res *Result) table {
	what := r.scoreNoun()
	t := table{
		Title: "Scores", Left: 1,
		Head: []string{"arm", "steps", "seeds", what + ", IQM", "mean", "median", "optimality gap", "least", "most"},
		Slim: []bool{true, false, true, true, false, true, true, true, true},
		Note: "Median: of runs.",
	}
	if res.World == "" {
		t.Head[3], t.Note = "scaled "+what+", IQM", "Median: of the worlds' means."
	}
	if res.World != "" && r.Study.Score != ByGreedy {
		t.Head, t.Slim = append(t.Head, "greedy return, IQM"), append(t.Slim, false)
	}
	successes := false
	for _, o := range res.Arms {
		successes = successes || !math.IsNaN(o.Success.Value)
	}
	successes = successes && r.Study.Score != BySuccess
	if successes {
		t.Head, t.Slim = append(t.Head, "success, mean"), append(t.Slim, false)
	}
	diverged := 0
	for _, o := range res.Arms {
		row := []string{
			o.Name, grouped(float64(o.Steps)), strconv.Itoa(len(o.Seeds)), spread(o.IQM, figure), spread(o.Mean, figure),
			spread(o.Median, figure), spread(o.Gap, figure), figure(o.Least), figure(o.Most),
		}
		if res.World != "" && r.Study.Score != ByGreedy {
			row = append(row, spread(o.Greedy, figure))
		}
		if successes {
			row = append(row, percent(o.Success.Value))
		}
		diverged += o.Diverged
		t.Rows = append(t.Rows, row)
	}
	if diverged > 0 {
		t.Note += fmt.Sprintf(" %d of the runs diverged; they count as they were when they were last sound.", diverged)
	}
	return t
}

// against names the arm that the others are compared with.
func (r *Report) against() string { return r.Study.Arms[r.Study.Against()].Name }

func (r *Report) duelTable(res *Result) table {
	t := table{
		Title: "Against " + r.against(), Left: 1,
		Head: []string{"arm", "pairs", "difference of IQM", "P(better)", ""},
		Slim: []bool{true, false, true, true, true},
		Note: "P(better): the probability that a run scores more than one of " + r.against() + ", ties half. Runs of one seed are pairs and are drawn together.",
	}
	for _, o := range res.Arms {
		if o.Pairs == 0 || o.Name == r.against() {
			continue
		}
		t.Rows = append(t.Rows, []string{o.Name, strconv.Itoa(o.Pairs), spread(o.Difference, signed), spread(o.Better, figure), verdict(o)})
	}
	return t
}

// verdict says what intervals of differences leave open.
func verdict(o Outcome) string {
	lo, hi := o.Difference.Lo, o.Difference.Hi
	if math.IsNaN(o.Difference.Value) {
		lo, hi = o.Better.Lo-0.5, o.Better.Hi-0.5
	}
	switch {
	case o.Pairs < fewSeeds:
		return "few seeds"
	case lo > 0:
		return "better"
	case hi < 0:
		return "worse"
	}
	return "open"
}

func timeTable(res *Result) table {
	t := table{
		Title: "Steps to the threshold", Left: 1,
		Head: []string{"arm", "reached", "steps", "difference", "P(sooner)", "p"},
		Slim: []bool{true, true, true, true, true, true},
	}
	timed := false
	for _, o := range res.Arms {
		if math.IsNaN(o.When.Value) {
			continue
		}
		timed = true
		t.Rows = append(t.Rows, []string{
			o.Name, fmt.Sprintf("%d of %d", o.Reached, o.Timed), spread(o.When, grouped), spread(o.WhenDifference, signedGrouped), spread(o.Sooner, figure), chance(o.P),
		})
	}
	if !timed {
		return table{}
	}
	t.Note = "Until the mean over the last 100 training episodes"
	if res.World != "" {
		t.Note += " is " + strings.TrimRight(strings.TrimRight(strconv.FormatFloat(res.Threshold, 'f', 4, 64), "0"), ".")
	} else {
		t.Note += " is at each world's threshold"
	}
	t.Note += "; runs that do not get there count with the steps during which all runs were watched (restricted means). " +
		"p: of an exact paired test on censored times (Gehan)."
	return t
}

func taskTable(res *Result) table {
	t := table{
		Title: "What the tasks' gradients do", Left: 2,
		Head: []string{"arm", "task", "share", "cosine with the main gradient", "quality"},
		Slim: []bool{true, true, true, true, false},
		Note: "Share: of the lengths of all gradients on the shared layers. Quality: on sequences not yet trained on. Means over updates in which they were measured, and over runs.",
	}
	for _, o := range res.Arms {
		for _, c := range o.Tasks {
			t.Rows = append(t.Rows, []string{o.Name, c.Name, spread(c.Share, figure), spread(c.Cosine, signed), spread(c.Quality, figure)})
		}
	}
	return t
}

// gradTable has a row per layer and a column per arm that has any.
func gradTable(res *Result) table {
	t := table{
		Title: "Gradient norm per layer", Left: 1, Wide: true, Head: []string{"layer"},
		Note: "Of the main loss alone, before clipping: mean over the first tenth of a run → over all of it, and over runs.",
	}
	var layers []string
	var arms []*Outcome
	for i := range res.Arms {
		o := &res.Arms[i]
		if len(o.Grads) == 0 {
			continue
		}
		arms, t.Head = append(arms, o), append(t.Head, o.Name)
		for _, g := range o.Grads {
			if !slices.Contains(layers, g.Layer) {
				layers = append(layers, g.Layer)
			}
		}
	}
	for _, layer := range layers {
		row := []string{layer}
		for _, o := range arms {
			cell := missing
			if i := slices.IndexFunc(o.Grads, func(g LayerOutcome) bool { return g.Layer == layer }); i >= 0 {
				cell = power(o.Grads[i].First.Value) + " → " + power(o.Grads[i].Mean.Value)
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// power returns a number of any size with two digits.
func power(x float64) string {
	if math.IsNaN(x) {
		return missing
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

func (r *Report) runTable(res *Result) table {
	t := table{
		Title: "Every run", Left: 1, Fold: true,
		Head: []string{"arm", "seed", "return", "greedy return", "success", "length", "steps to the threshold"},
	}
	for _, o := range res.Arms {
		for i, l := range o.Lines {
			when := missing
			if o.times != nil {
				when = grouped(float64(o.times[i].Steps))
				if !o.times[i].Reached {
					when = ">" + when
				}
			}
			value := spread(stats.Interval{Value: float64(l.Return), Lo: float64(l.Lo), Hi: float64(l.Hi)}, figure)
			if l.Diverged {
				value += " (diverged)"
			}
			t.Rows = append(t.Rows, []string{
				o.Name, strconv.FormatUint(l.Seed, 10), value, figure(float64(l.Greedy)), percent(float64(l.Success)), length(float64(l.Length)), when,
			})
		}
	}
	return t
}

func length(x float64) string {
	if math.IsNaN(x) {
		return missing
	}
	return strconv.FormatFloat(x, 'f', 1, 64)
}

// markdown appends the table.
func (t table) markdown(b *strings.Builder) {
	row := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(b, "| %s ", strings.ReplaceAll(c, "|", `\|`))
		}
		b.WriteString("|\n")
	}
	row(t.Head)
	for i := range t.Head {
		if i < t.Left {
			b.WriteString("|---")
		} else {
			b.WriteString("|--:")
		}
	}
	b.WriteString("|\n")
	for _, r := range t.Rows {
		row(r)
	}
}

// text appends the table in columns, those with little room if it is slim.
func (t table) text(b *strings.Builder, slim bool) {
	var use []int
	for i := range t.Head {
		if !slim || t.Slim != nil && t.Slim[i] {
			use = append(use, i)
		}
	}
	width := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		line := " "
		for _, i := range use {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(row[i]))
			if i < t.Left {
				line += " " + row[i] + pad + " "
			} else {
				line += " " + pad + row[i] + " "
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
