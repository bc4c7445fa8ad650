package plot

import (
	"fmt"
	"image/color"
	"regexp"
	"strings"
)

// Variables are the names of the style variables that an inline picture takes its colours from, with the colours as they are in files:
// paper, ink, dim and rule, and the hues of series. A page may set others, such as for dark screens.
func Variables() map[string]string {
	v := make(map[string]string)
	for name, c := range named() { // order: a map is made of a map
		v[name] = hex(c)
	}
	return v
}

func named() map[string]color.NRGBA {
	v := map[string]color.NRGBA{"--plot-ink": ink, "--plot-dim": dim, "--plot-rule": rule, "--plot-paper": paper}
	for i, h := range hues {
		v[fmt.Sprintf("--plot-hue%d", i+1)] = h
	}
	return v
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

// through returns what the plot library makes of a colour that is drawn with a transparency: rounding takes a little.
func through(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	r, g, b, a := c.RGBA()
	scale := 255 / float64(a)
	return color.NRGBA{uint8(float64(r) * scale), uint8(float64(g) * scale), uint8(float64(b) * scale), 0xff}
}

// svgHead is the beginning of the pictures' element, and what it says of their size.
var svgHead = regexp.MustCompile(`<svg [^>]*?(viewBox="[^"]*")[^>]*>`)

// Inline makes an SVG file of this package an element of an HTML page, as wide as there is room, whose colours are those of Variables.
// alt is what it shows, for those who do not see it.
func Inline(svg []byte, alt string) string {
	m := svgHead.FindSubmatchIndex(svg)
	if m == nil {
		panic("plot: inline: no picture of this package")
	}
	view, body := string(svg[m[2]:m[3]]), string(svg[m[1]:])
	for name, c := range named() { // order: no colour is part of another's name
		body = strings.ReplaceAll(body, hex(c), fmt.Sprintf("var(%s,%s)", name, strings.ToLower(hex(c))))
		for _, a := range []uint8{bandAlpha, barAlpha} {
			body = strings.ReplaceAll(body, hex(through(c, a)), fmt.Sprintf("var(%s,%s)", name, strings.ToLower(hex(c))))
		}
	}
	alt = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(alt)
	return fmt.Sprintf(`<svg %s role="img" aria-label="%s">`, view, alt) + strings.TrimSpace(body)
}
