package viz

import (
	"image/color"
	"math"
	"testing"
)

func TestDetectColor(t *testing.T) {
	for _, c := range []struct {
		term, colorterm, noColor string
		want                     Color
	}{
		{"", "truecolor", "", Plain}, {"dumb", "truecolor", "", Plain}, {"xterm-256color", "truecolor", "1", Mono},
		{"xterm-256color", "", "", Color256}, {"xterm-256color", "truecolor", "", TrueColor}, {"screen", "24bit", "", TrueColor},
		{"xterm-direct", "", "", TrueColor}, {"xterm", "yes", "", Color256},
	} {
		vars := map[string]string{"TERM": c.term, "COLORTERM": c.colorterm, "NO_COLOR": c.noColor}
		if got := DetectColor(func(k string) string { return vars[k] }); got != c.want {
			t.Errorf("%v: got %v, want %v", vars, got, c.want)
		}
	}
}

// xterm256 returns the colours 16 to 255 of the palette, as xterm defines them.
func xterm256() (p [256]color.RGBA) {
	level := [6]uint8{0, 95, 135, 175, 215, 255}
	for i := range 216 {
		p[16+i] = color.RGBA{level[i/36], level[i/6%6], level[i%6], 255}
	}
	for i := range 24 {
		g := uint8(8 + 10*i)
		p[232+i] = color.RGBA{g, g, g, 255}
	}
	return p
}

func distance(a, b color.RGBA) int {
	return sq(int(a.R)-int(b.R)) + sq(int(a.G)-int(b.G)) + sq(int(a.B)-int(b.B))
}

func TestIndex256IsNearest(t *testing.T) {
	palette := xterm256()
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				c := color.RGBA{uint8(r), uint8(g), uint8(b), 255}
				best := math.MaxInt
				for _, p := range palette[16:] {
					best = min(best, distance(c, p))
				}
				if i := index256(c); distance(c, palette[i]) != best {
					t.Fatalf("%v: index %d is %d away, nearest %d", c, i, distance(c, palette[i]), best)
				}
			}
		}
	}
}

// The hues that carry meaning stay apart on a terminal of 256 colours, and text stays readable everywhere.
func TestPaletteContrast(t *testing.T) {
	for _, c := range []color.RGBA{ink, dim, sky, orange, green, vermillion} {
		for _, ground := range []color.RGBA{background, surface} {
			if got := contrast(c, ground); got < 4.5 {
				t.Errorf("%v on %v: contrast %.1f, want 4.5 (WCAG 2, AA)", c, ground, got)
			}
		}
	}
	seen := map[uint32]bool{}
	for _, c := range []color.RGBA{ink, dim, sky, skyMid, orange, green, vermillion, surface} {
		if seen[index256(c)] {
			t.Errorf("%v is not a colour of its own among 256", c)
		}
		seen[index256(c)] = true
	}
}

// contrast is the ratio of WCAG 2.
func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.RGBA) float64 {
	lin := func(v uint8) float64 {
		if x := float64(v) / 255; x <= 0.03928 {
			return x / 12.92
		} else {
			return math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}
