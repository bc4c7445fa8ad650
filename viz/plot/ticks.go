package plot

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks marks an axis at round numbers, about as many as given.
type ticks struct {
	about int
	label func(v, unit float64) string
}

// Ticks returns the marks between lo and hi.
func (t ticks) Ticks(lo, hi float64) []plot.Tick {
	return every(roundUp((hi-lo)/float64(t.about)), lo, hi, t.label)
}

// times is ticks for an axis of time.
type times struct{ about int }

// Ticks returns the marks between lo and hi milliseconds.
func (t times) Ticks(lo, hi float64) []plot.Tick {
	return every(roundUpTime((hi-lo)/float64(t.about)), lo, hi, duration)
}

// every returns marks a unit apart.
func every(unit, lo, hi float64, label func(v, unit float64) string) []plot.Tick {
	var marks []plot.Tick
	for k := math.Ceil(lo/unit - 1e-9); k*unit <= hi+1e-9*unit; k++ {
		marks = append(marks, plot.Tick{Value: k * unit, Label: label(k*unit, unit)})
	}
	return marks
}

// roundUp returns the least of 1, 2 and 5 times a power of ten that is at least x > 0.
func roundUp(x float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, k := range [...]float64{1, 2, 5} {
		if x <= k*p*(1+1e-9) {
			return k * p
		}
	}
	return 10 * p
}

// Milliseconds.
const (
	second = 1e3
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// roundUpTime returns the least round time that is at least x > 0 milliseconds.
func roundUpTime(x float64) float64 {
	if x <= second || x > 2*day {
		unit := 1.0
		if x > day {
			unit = day
		}
		return unit * roundUp(x/unit)
	}
	for _, unit := range [...]float64{
		second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
		hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day,
	} {
		if x <= unit*(1+1e-9) {
			return unit
		}
	}
	return 2 * day
}

// duration returns v milliseconds in the largest of s, min, h and d that marks a unit apart are whole numbers of.
func duration(v, unit float64) string {
	if v == 0 {
		return "0"
	}
	name, in := " s", second
	switch {
	case math.Mod(unit, day) == 0:
		name, in = " d", day
	case math.Mod(unit, hour) == 0:
		name, in = " h", hour
	case math.Mod(unit, minute) == 0:
		name, in = " min", minute
	}
	return trim(decimals(v/in, min(1, unit/in))) + name
}

// decimals returns v with as many decimals as marks a unit apart need.
func decimals(v, unit float64) string {
	n := max(0, -int(math.Floor(math.Log10(unit)+1e-9)))
	s := strconv.FormatFloat(v, 'f', n, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// thousands returns v in thousands or millions, if marks are that far apart.
func thousands(v, unit float64) string {
	switch {
	case v == 0:
		return "0"
	case unit >= 1e5 && math.Abs(v) >= 1e6 || unit >= 1e6:
		return trim(decimals(v/1e6, min(1, unit/1e6))) + "M"
	case unit >= 1e2 && math.Abs(v) >= 1e3 || unit >= 1e3:
		return trim(decimals(v/1e3, min(1, unit/1e3))) + "k"
	}
	return trim(decimals(v, unit))
}

// trim drops decimals that are zero.
func trim(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// flat reports whether a range is too narrow for marks.
func flat(lo, hi float64) bool { return hi-lo <= 1e-9*max(math.Abs(lo), math.Abs(hi)) }

// widen returns a range that is not flat, a little larger than lo to hi, ending on round numbers where that is near.
func widen(lo, hi float64) (float64, float64) {
	if flat(lo, hi) {
		pad := max(math.Abs(lo)/10, 0.5)
		return lo - pad, hi + pad
	}
	unit := roundUp((hi-lo)/10) / 2
	return math.Floor(lo/unit+1e-9) * unit, math.Ceil(hi/unit-1e-9) * unit
}
