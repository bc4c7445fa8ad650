package study

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/auxrl/auxrl/stats"
)

// fewSeeds is with how many seeds intervals are too narrow; see package stats.
const fewSeeds = 10

// notes are what a reader must know before the numbers.
func (r *Report) notes() []string {
	var notes []string
	if r.Missing > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d runs are not there yet: what follows is preliminary.", r.Missing, r.Planned))
	}
	least := math.MaxInt
	for _, w := range r.Worlds {
		for _, o := range w.Arms {
			if len(o.Seeds) > 0 {
				least = min(least, len(o.Seeds))
			}
		}
	}
	if least < fewSeeds {
		notes = append(notes, fmt.Sprintf("There are arms with %d seeds. With fewer than %d, intervals are too narrow: of nominal 95 %% intervals "+
			"about three quarters hold the truth with 3 seeds, nine in ten with 5.", least, fewSeeds))
	}
	return notes
}

// headlines say, arm by arm, what came out: over all worlds, or in the only one.
func (r *Report) headlines() []string {
	all := r.results()
	if len(all) == 0 {
		return nil
	}
	var lines []string
	for _, o := range all[0].Arms {
		if o.Pairs == 0 || o.Name == r.against() {
			continue
		}
		what := "no difference to " + r.against() + " that these seeds show"
		switch verdict(o) {
		case "better", "worse":
			what = verdict(o) + " than " + r.against()
		case "few seeds":
			what = "too few seeds for a word"
		}
		if !math.IsNaN(o.Difference.Value) {
			what += ", IQM " + spread(o.Difference, signed)
		}
		line := fmt.Sprintf("%s: %s; a run beats one of %s with probability %s", o.Name, what, r.against(), spread(o.Better, figure))
		if !math.IsNaN(o.WhenDifference.Value) {
			line += fmt.Sprintf("; %d of %d runs get to the threshold, difference in steps %s", o.Reached, o.Timed, spread(o.WhenDifference, signedGrouped))
		}
		lines = append(lines, line+".")
	}
	return lines
}

// protocol says how the numbers are made.
func (r *Report) protocol() string {
	s := &r.Study
	how := "actions sampled"
	if s.Score == ByGreedy {
		how = "the likeliest action each time"
	}
	return fmt.Sprintf("Seeds %s. At the end of its training every agent plays %d episodes on layouts that training never draws, %s; that gives its score. "+
		"IQM is the interquartile mean over runs. Brackets hold 95 %% percentile intervals of the stratified bootstrap with %s resamples (Agarwal et al. 2021).",
		describeSeeds(s.Seeds), s.Episodes, how, grouped(float64(stats.Default().Reps)))
}

// title returns that of a result.
func (res *Result) title() string {
	if res.World == "" {
		return "All worlds"
	}
	return res.World
}

// scaleNote says what 0 and 1 stand for.
func (r *Report) scaleNote(res *Result) string {
	switch {
	case res.World == "" && !res.Scaled:
		return "Of some worlds nobody has said what a good return is, so that scores cannot be put together: the comparisons below only know which run did better."
	case res.World == "":
		return "A score of 0 is a return of nothing and 1 the best there is, or as each world's scale says; every world counts the same, with the seeds that an arm has in all."
	case !res.Scaled || r.Study.Score == BySuccess:
		return ""
	}
	return fmt.Sprintf("The optimality gap is how far runs fall short of a return of %s, as a fraction of the way from %s.", figure(res.Scale[1]), figure(res.Scale[0]))
}

// results lists what a page shows: all worlds first, if there are several.
func (r *Report) results() []*Result {
	var list []*Result
	if r.All != nil && slices.ContainsFunc(r.All.Arms, func(o Outcome) bool { return len(o.Seeds) > 0 }) {
		list = append(list, r.All)
	}
	for i := range r.Worlds {
		if slices.ContainsFunc(r.Worlds[i].Arms, func(o Outcome) bool { return len(o.Seeds) > 0 }) {
			list = append(list, &r.Worlds[i])
		}
	}
	return list
}

// Text returns the report for a terminal of so many columns.
func (r *Report) Text(columns int) string {
	var b strings.Builder
	for _, n := range r.notes() {
		fmt.Fprintf(&b, "%s\n", n)
	}
	for _, res := range r.results() {
		fmt.Fprintf(&b, "\n%s\n", res.title())
		for _, t := range r.tables(res) {
			if t.Fold || t.Wide {
				continue
			}
			fmt.Fprintf(&b, "  %s\n", t.Title)
			var wide strings.Builder
			t.text(&wide, false)
			longest := 0
			for line := range strings.Lines(wide.String()) {
				longest = max(longest, len([]rune(line)))
			}
			if longest <= columns {
				b.WriteString(wide.String())
			} else {
				t.text(&b, true)
			}
		}
	}
	return b.String()
}

// Markdown returns the report as a page. figures returns the file of a figure, as it is linked; raw and times are the names of the files
// with raw lines and, "" if there is none, with times.
func (r *Report) Markdown(figures func(name string) string, raw, times string) string {
	s := &r.Study
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", s.Title)
	if s.About != "" {
		fmt.Fprintf(&b, "%s\n\n", s.About)
	}
	for _, n := range r.notes() {
		fmt.Fprintf(&b, "**%s**\n\n", n)
	}
	for _, h := range r.headlines() {
		fmt.Fprintf(&b, "- %s\n", h)
	}
	if len(r.headlines()) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s\n\n`%s` makes this page; [raw lines](%s)", r.protocol(), s.Command, raw)
	if times != "" {
		fmt.Fprintf(&b, ", [how long runs took, and where](%s)", times)
	}
	b.WriteString(".\n")
	for _, res := range r.results() {
		fmt.Fprintf(&b, "\n## %s\n\n", res.title())
		if res.Published != "" {
			fmt.Fprintf(&b, "Published: %s\n\n", res.Published)
		}
		if n := r.scaleNote(res); n != "" {
			fmt.Fprintf(&b, "%s\n\n", n)
		}
		for _, f := range r.figuresOf(res) {
			fmt.Fprintf(&b, "![%s](%s)\n\n", f.Alt, path.Clean(figures(f.Name)))
		}
		for _, t := range r.tables(res) {
			if t.Fold {
				fmt.Fprintf(&b, "<details><summary>%s</summary>\n\n", t.Title)
				t.markdown(&b)
				b.WriteString("\n</details>\n\n")
				continue
			}
			fmt.Fprintf(&b, "### %s\n\n", t.Title)
			t.markdown(&b)
			if t.Note != "" {
				fmt.Fprintf(&b, "\n%s\n", t.Note)
			}
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
