package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

var update = flag.Bool("update", false, "rewrite the pictures in testdata")

// climb returns a curve that rises to top, with a band.
func climb(name string, top, speed float64, every, n int) Series {
	s := Series{Name: name}
	for i := 1; i <= n; i++ {
		x := float64(i) / float64(n)
		m := top*(1-math.Exp(-speed*x*x)) + 0.015*math.Sin(float64(i)*speed)
		half := 0.02 + 0.25*x*math.Exp(-speed*x)
		s.Steps = append(s.Steps, i*every)
		s.Mean, s.Lo, s.Hi = append(s.Mean, m), append(s.Lo, m-half), append(s.Hi, m+0.8*half)
	}
	return s
}

func titled(title string) Options {
	o := Default()
	o.Title = title
	return o
}

var pictures = []struct {
	file   string
	series []Series
	o      Options
}{
	{"two.png", []Series{climb("PPO", 0.85, 2, 10_000, 50), climb("PPO + reward prediction", 0.95, 7, 10_000, 50)}, titled("MiniGrid-DoorKey-8x8-v0, interquartile mean of 10 runs")},
	{"seven.svg", func() []Series {
		var all []Series
		for i, name := range []string{"none", "pixel control", "reward prediction", "value replay", "temporal distance", "curiosity", "forward model"} {
			all = append(all, climb(name, 0.5+0.07*float64(i), 1.5+float64(i), 40_000, 60))
		}
		return all
	}(), titled("Which auxiliary task helps?")},
	{"profile.png", profile(), Options{Title: "Performance profile", X: "score", Y: "runs", Width: 400, Height: 260}},
	{"bare.png", []Series{{Steps: []int{0, 100, 200, 300, 400, 500, 600}, Mean: []float64{-200, -150, math.NaN(), -90, math.NaN(), -60, -20}}}, Options{Width: 400, Height: 260}},
}

// golden compares a picture with the one in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs: if it should, go test ./viz/plot -update, and look at it", file)
	}
}

func TestGolden(t *testing.T) {
	for _, p := range pictures {
		t.Run(p.file, func(t *testing.T) {
			render := SVG
			if filepath.Ext(p.file) == ".png" {
				render = PNG
			}
			got, err := render(p.series, p.o)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := render(p.series, p.o); err != nil || !bytes.Equal(got, again) {
				t.Errorf("drawn again, it differs (%v)", err)
			}
			golden(t, p.file, got)
		})
	}
}

// profile returns a figure over something else than steps.
func profile() []Series {
	s := Series{Name: "runs above"}
	for i := range 21 {
		s.At, s.Mean = append(s.At, float64(i)/20), append(s.Mean, 1-math.Pow(float64(i)/20, 3))
	}
	return []Series{s}
}

// compared is a picture of intervals: one arm has no value in one panel, another no interval.
func compared() (Intervals, Options) {
	nan := math.NaN()
	v := Intervals{
		Names: []string{"base", "+reward-prediction", "all, ends dropped"},
		Panels: []Panel{
			{Title: "interquartile mean", Mean: []float64{0.5, 0.8, 0.95}, Lo: []float64{0.3, 0.7, 0.95}, Hi: []float64{0.6, 0.9, 0.95}, LeastMax: [2]float64{0, 1}},
			{Title: "probability of improvement", Mean: []float64{nan, 0.9, 0.4}, Lo: []float64{nan, 0.7, nan}, Hi: []float64{nan, 1, nan}, Zero: 0.5, HasZero: true},
		},
	}
	o := v.Size()
	o.Title = "Which helps?"
	return v, o
}

func TestIntervals(t *testing.T) {
	v, o := compared()
	for file, render := range map[string]func(Options) ([]byte, error){"intervals.svg": v.SVG, "intervals.png": v.PNG} {
		got, err := render(o)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, got)
	}
	for want, v := range map[string]Intervals{
		"plot: 0 rows of 2 panels, at least one of each is needed":        {Panels: v.Panels},
		`plot: panel "p" has 0 values and intervals of 0 to 0 for 3 rows`: {Names: v.Names, Panels: []Panel{{Title: "p"}}},
	} {
		if _, err := v.SVG(o); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := v.PNG(Options{}); err == nil {
		t.Error("a picture without a size")
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), 1e300, 0} {
		one := Intervals{Names: []string{"a"}, Panels: []Panel{{Mean: []float64{x}, Lo: []float64{x}, Hi: []float64{-x}}}}
		if _, err := one.SVG(one.Size()); err != nil {
			t.Errorf("%v: %v", x, err)
		}
	}
}

func TestPNGHasTwoPixelsForEach(t *testing.T) {
	file, err := PNG(pictures[0].series, Options{Width: 301, Height: 210})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := img.Bounds().Size(), image.Pt(602, 420); got != want {
		t.Errorf("size %v, want %v", got, want)
	}
	for _, p := range []image.Point{{0, 0}, {601, 0}, {0, 419}, {601, 419}} {
		if got := color.NRGBAModel.Convert(img.At(p.X, p.Y)); got != paper {
			t.Errorf("corner %v is %v, want paper", p, got)
		}
	}
}

// An SVG is well-formed and has no text that would need a font.
func TestSVGHasOutlinesOnly(t *testing.T) {
	o := Default()
	o.Title, o.Y = `<&"> é`, "Δ return"
	file, err := SVG([]Series{{Name: "<a>", Steps: []int{0, 1}, Mean: []float64{0, 1}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	paths := 0
	for d := xml.NewDecoder(bytes.NewReader(file)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "text", "font", "style", "image":
				t.Errorf("there is a <%s>", e.Name.Local)
			case "path":
				paths++
			}
		}
	}
	if paths < 15 {
		t.Errorf("%d paths: where are labels and curves?", paths)
	}
}

// An inline picture has no colour but those of its variables, and is well-formed.
func TestInline(t *testing.T) {
	v, o := compared()
	bars, err := v.SVG(o)
	if err != nil {
		t.Fatal(err)
	}
	curves, err := SVG(pictures[1].series, pictures[1].o)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{bars, curves} {
		got := Inline(file, `a "<b>"`)
		for d := xml.NewDecoder(strings.NewReader(got)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %.200s", err, got)
			}
		}
		if strings.Contains(got, ":#") || !strings.Contains(got, "fill:var(--plot-paper,#ffffff)") {
			at := max(strings.Index(got, ":#"), 0)
			t.Errorf("a colour of its own: %s", got[at:at+30])
		}
		if want := `aria-label="a &quot;&lt;b>&quot;"`; !strings.Contains(got, want) {
			t.Errorf("no %s in %.200s", want, got)
		}
	}
}

// Nothing that passes the checks hangs or panics.
func TestStrangeNumbers(t *testing.T) {
	for _, c := range []struct {
		steps []int
		mean  []float64
	}{
		{[]int{5}, []float64{3}},
		{[]int{0}, []float64{0}},
		{[]int{math.MaxInt - 1, math.MaxInt}, []float64{1e18, 1e18 + 128}},
		{[]int{math.MinInt, math.MaxInt}, []float64{-1e300, 1e300}},
		{[]int{1, 2, 3}, []float64{math.Inf(1), 5e-324, math.Inf(-1)}},
		{[]int{1, 2}, []float64{1, 1 + 1e-15}},
		{[]int{-2, -1}, []float64{-1e-9, 1e-9}},
	} {
		o := Options{Title: strings.Repeat("a long title ", 20), Width: 200, Height: 200, Clock: c.steps[0]%2 != 0}
		if _, err := SVG([]Series{{Steps: c.steps, Mean: c.mean, Lo: c.mean, Hi: c.mean}}, o); err != nil {
			t.Errorf("%v, %v: %v", c.steps, c.mean, err)
		}
	}
}

func TestErrors(t *testing.T) {
	one := func(s Series) []Series { return []Series{s} }
	for _, c := range []struct {
		name   string
		series []Series
		o      Options
		want   string
	}{
		{"none", nil, Default(), "plot: no points to draw"},
		{"gaps only", one(Series{Steps: []int{1}, Mean: []float64{math.NaN()}}), Default(), "plot: no points to draw"},
		{"means", one(Series{Name: "a", Steps: []int{1, 2}, Mean: []float64{1}}), Default(), `plot: series "a" has 2 steps, 1 means and a band of 0 to 0 values`},
		{"half a band", one(Series{Name: "a", Steps: []int{1}, Mean: []float64{1}, Lo: []float64{1}}), Default(), `plot: series "a" has 1 steps, 1 means and a band of 1 to 0 values`},
		{"both", one(Series{Name: "a", Steps: []int{1}, At: []float64{1}, Mean: []float64{1}}), Default(), `plot: series "a" has steps and other places too`},
		{"nowhere", one(Series{Name: "a", At: []float64{math.Inf(1)}, Mean: []float64{1}}), Default(), `plot: series "a": point 0 is at +Inf`},
		{"order of places", one(Series{Name: "a", At: []float64{0.5, 0.5}, Mean: []float64{1, 2}}), Default(), `plot: series "a": step 0.5 follows step 0.5, must ascend`},
		{"order", one(Series{Name: "a", Steps: []int{1, 1}, Mean: []float64{1, 2}}), Default(), `plot: series "a": step 1 follows step 1, must ascend`},
		{"small", pictures[0].series, Options{Width: 100, Height: 300}, "plot: the size is 100 x 300, must be 200 to 10000 each way"},
		{"large", pictures[0].series, Options{Width: 300, Height: 20000}, "plot: the size is 300 x 20000, must be 200 to 10000 each way"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, render := range []func([]Series, Options) ([]byte, error){PNG, SVG} {
				if _, err := render(c.series, c.o); err == nil || err.Error() != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
			}
		})
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		marks  plot.Ticker
		lo, hi float64
		want   string
	}{
		{ticks{7, thousands}, 0, 500_000, "0 100k 200k 300k 400k 500k"},
		{ticks{7, thousands}, 0, 2_400_000, "0 500k 1M 1.5M 2M"},
		{ticks{7, thousands}, 0, 30_000_000, "0 5M 10M 15M 20M 25M 30M"},
		{ticks{7, thousands}, 0, 4_000, "0 1k 2k 3k 4k"},
		{ticks{7, thousands}, 0, 1_100, "0 200 400 600 800 1k"},
		{ticks{7, thousands}, 998, 1_003, "998 999 1000 1001 1002 1003"},
		{times{7}, 0, 900, "0 0.2 s 0.4 s 0.6 s 0.8 s"},
		{times{7}, 0, 65_000, "0 10 s 20 s 30 s 40 s 50 s 60 s"},
		{times{7}, 0, 13 * minute, "0 2 min 4 min 6 min 8 min 10 min 12 min"},
		{times{7}, 0, 150 * minute, "0 30 min 60 min 90 min 120 min 150 min"},
		{times{7}, 0, 30 * hour, "0 6 h 12 h 18 h 24 h 30 h"},
		{times{7}, 0, 10 * day, "0 2 d 4 d 6 d 8 d 10 d"},
		{times{7}, 0, 12 * day, "0 2 d 4 d 6 d 8 d 10 d 12 d"},
		{ticks{6, decimals}, -0.1, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{ticks{6, decimals}, -200, -10, "−200 −150 −100 −50"},
		{ticks{6, decimals}, -0.02, 0.03, "−0.02 −0.01 0.00 0.01 0.02 0.03"},
	} {
		var got []string
		for _, m := range c.marks.Ticks(c.lo, c.hi) {
			got = append(got, m.Label)
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%v to %v: got %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
}

func TestWiden(t *testing.T) {
	for _, c := range [][4]float64{{0, 1, 0, 1}, {-0.03, 0.97, -0.05, 1}, {5, 5, 4.5, 5.5}, {-100, -100, -110, -90}, {0, 0, -0.5, 0.5}} {
		if lo, hi := widen(c[0], c[1]); lo != c[2] || hi != c[3] {
			t.Errorf("%v to %v: got %v to %v, want %v to %v", c[0], c[1], lo, hi, c[2], c[3])
		}
	}
}
