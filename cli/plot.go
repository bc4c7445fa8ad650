package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/plot"
	"github.com/spf13/cobra"
)

// choice is a flag for one of a list of words.
type choice struct {
	text string
	of   []string
}

func (c *choice) String() string { return c.text }
func (c *choice) Type() string   { return strings.Join(c.of, "|") }

func (c *choice) Set(text string) error {
	if !slices.Contains(c.of, text) {
		return errors.New(anyOf(c.of))
	}
	c.text = text
	return nil
}

// plotFlags are those of `plot`.
type plotFlags struct {
	x, metric, band choice
	y, out, title   name
	size            imageSize
}

// Words that stand for metrics.
var shortKeys = map[string]string{"return": "return_mean", "length": "len_mean"}

func (a *app) plotCmd() *cobra.Command {
	f := plotFlags{
		x: choice{"steps", []string{"steps", "time"}}, metric: choice{"iqm", []string{"iqm", "mean", "median"}},
		band: choice{"bootstrap", []string{"bootstrap", "minmax", "none"}},
		y:    name{"return", "KEY", "a key of metrics.jsonl"}, out: name{kind: "FILE", such: "a file"}, title: name{kind: "TEXT", such: "a title"},
		size: imageSize{height: plot.Default().Height, width: plot.Default().Width},
	}
	cmd := &cobra.Command{
		Use:   "plot [RUNS]...",
		Short: "Draw learning curves",
		Long: `Draw learning curves of runs: those given, those in directories that are given,
or those in runs/. Runs that differ in nothing but their seeds are one curve,
labelled by what sets it apart: the interquartile mean over its seeds, in a band
that is the 95 % bootstrap interval of that mean at each point, or, with --band
minmax, reaches from the least seed to the greatest. A curve ends where its
shortest run ends. What is drawn is any key of metrics.jsonl (rlrun runs show
RUN lists them): return is the mean of the last 100 training episodes. Without
--out, the chart is drawn in the terminal; FILE is a .png, .svg, or a .csv with
the numbers, and is replaced if it exists.`,
		Example: fmt.Sprintf("  %[1]s plot\n  %[1]s plot runs/plain runs/aux-* --out curves.svg\n  %[1]s plot runs --y aux.pixel-control.cosine --x time", a.name),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.plot(args, &f)
		},
		ValidArgsFunction: completeDirs,
	}
	fl := cmd.Flags()
	fl.VarP(&f.x, "x", "x", "what the x-axis is: steps, or time spent training")
	fl.VarP(&f.y, "y", "y", "what is drawn: a key of metrics.jsonl")
	fl.Var(&f.metric, "metric", "what the curve is of the seeds: iqm, the interquartile mean, mean or median")
	fl.Var(&f.band, "band", "what the band is: bootstrap, minmax or none")
	fl.Var(&f.out, "out", "picture to write: .png or .svg; or .csv")
	fl.Var(&f.title, "title", "above the picture (default: the world)")
	fl.Var(&f.size, "size", "height and width of the picture, in pixels of 1/96 inch")
	completeFlags(cmd, map[string][]string{"x": f.x.of, "metric": f.metric.of, "band": f.band.of, "y": {"return", "success", "length"}, "title": nil, "size": nil})
	cmd.MarkFlagFilename("out", "png", "svg", "csv") //nolint:errcheck // the flag exists
	return cmd
}

func (a *app) plot(args []string, f *plotFlags) error {
	kind := strings.ToLower(filepath.Ext(f.out.text))
	if f.out.text != "" && !slices.Contains([]string{".png", ".svg", ".csv"}, kind) {
		return usagef("--out takes a file that ends in .png, .svg or .csv, not %s", quote(f.out.text))
	}
	paths, err := a.runPaths(args)
	if err != nil {
		return err
	}
	var records []*record
	for _, path := range paths {
		r, err := openRecord(path)
		if err != nil {
			return a.explain(err, path)
		}
		records = append(records, r)
	}
	key, err := metricKey(records, f.y.text)
	if err != nil {
		return err
	}
	groups, also, err := groupRuns(records)
	if err != nil {
		return err
	}
	if len(also) > 0 {
		fmt.Fprintf(a.err, "%s: between these curves also differ: %s\n", a.name, strings.Join(also, ", "))
	}
	var curves []curve
	for _, g := range groups {
		c, err := a.curveOf(g, key, f)
		if err != nil {
			return err
		}
		if c != nil {
			curves = append(curves, *c)
		}
	}
	if len(curves) == 0 {
		return fmt.Errorf("there is nothing to draw of %s yet", key)
	}
	switch kind {
	case "":
		return a.drawChart(curves, f)
	case ".csv":
		return a.written(f.out.text, tableOf(curves))
	}
	o := plot.Default()
	o.Title, o.Width, o.Height, o.Clock = f.titleOf(groups), f.size.width, f.size.height, f.x.text == "time"
	o.X, o.Y = f.x.text, f.labelOf(key, curves)
	if o.Clock {
		o.X = "time spent training"
	}
	draw := plot.PNG
	if kind == ".svg" {
		draw = plot.SVG
	}
	list := seriesOf(curves)
	if len(list) == 1 {
		list[0].Name = ""
	}
	picture, err := draw(list, o)
	if err != nil {
		return usage(err)
	}
	return a.written(f.out.text, picture)
}

// written writes a file and says so.
func (a *app) written(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o666); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.err, "wrote", name)
	return err
}

// metricKey finds the key that is meant.
func metricKey(records []*record, typed string) (string, error) {
	if key, ok := shortKeys[typed]; ok {
		return key, nil
	}
	var keys []string
	for _, r := range records {
		for _, row := range r.rows {
			for _, v := range row.Values {
				if !slices.Contains(keys, v.Name) {
					keys = append(keys, v.Name)
				}
			}
		}
	}
	if slices.Contains(keys, typed) {
		return typed, nil
	}
	if len(keys) == 0 {
		return "", usagef("these runs have measured nothing yet")
	}
	if near := suggest(typed, keys, lastPart); len(near) > 0 {
		return "", usagef("no run has measured %q; did you mean %s?", typed, anyOf(near))
	}
	return "", usagef("no run has measured %q; there are %s", typed, strings.Join(keys, ", "))
}

// titleOf returns what stands above the picture.
func (f *plotFlags) titleOf(groups []*runGroup) string {
	if f.title.text != "" {
		return f.title.text
	}
	id := groups[0].runs[0].settings.Env
	for _, g := range groups {
		if g.runs[0].settings.Env != id {
			return ""
		}
	}
	return id
}

// labelOf returns what the y-axis shows.
func (f *plotFlags) labelOf(key string, curves []curve) string {
	least, most := math.MaxInt, 0
	for _, c := range curves {
		least, most = min(least, c.seeds), max(most, c.seeds)
	}
	for short, long := range shortKeys { // order: one at most is the key
		if key == long {
			key = short
		}
	}
	if most == 1 {
		return key
	}
	seeds := strconv.Itoa(most)
	if least < most {
		seeds = fmt.Sprintf("%d to %d", least, most)
	}
	what := map[string]string{"iqm": "interquartile mean", "mean": "mean", "median": "median"}[f.metric.text]
	band := map[string]string{"bootstrap": ", 95 % bootstrap intervals", "minmax": ", least to greatest", "none": ""}[f.band.text]
	return fmt.Sprintf("%s: %s of %s seeds%s", key, what, seeds, band)
}

// drawChart draws curves in text, with a legend that tells how they end.
func (a *app) drawChart(curves []curve, f *plotFlags) error {
	ch := &chart{columns: 64, rows: 15, x: short}
	wide, utf8 := isTerminal(a.out), utf8Locale(a.getenv)
	if wide {
		columns, rows := viz.TerminalSize(a.out.(*os.File))()
		ch.columns, ch.rows = min(max(columns-14, 20), 120), min(max((rows-len(curves)-6)|1, 9), 25)
		ch.colored = viz.DetectColor(a.getenv) > viz.Mono
	}
	switch {
	case utf8 && (len(curves) == 1 || ch.colored):
	case utf8:
		ch.marks = marksUTF8
	default:
		ch.marks = marksASCII
	}
	over := "STEP"
	if f.x.text == "time" {
		over = "TIME"
		ch.x = func(ms int) string { return fmt.Sprintf("%.3gs", float64(ms)/1000) }
	}
	var text bytes.Buffer
	for _, line := range ch.draw(seriesOf(curves)) {
		text.WriteString(line + "\n")
	}
	text.WriteByte('\n')
	var legend bytes.Buffer
	table := tabwriter.NewWriter(&legend, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "CURVE\tSEEDS\t%s\t%s\n", over, strings.ToUpper(f.y.text))
	for _, c := range curves {
		i, band := c.last(), ""
		if c.Lo != nil {
			band = fmt.Sprintf(" [%s, %s]", decimal(c.Lo[i], 3), decimal(c.Hi[i], 3))
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s%s\n", c.Name, c.seeds, ch.x(c.Steps[i]), decimal(c.Mean[i], 3), band)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for i, line := range strings.SplitAfter(strings.TrimSuffix(legend.String(), "\n"), "\n") {
		if i == 0 {
			text.WriteString("  " + line)
			continue
		}
		text.WriteString(ch.mark(i-1) + " " + line) // colour has no width, which the table's writer does not know
	}
	text.WriteByte('\n')
	if ch.colored {
		_, err := text.WriteTo(a.out)
		return err
	}
	return a.printTable(&text)
}
