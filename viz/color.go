package viz

import (
	"image/color"
	"strings"
)

// Color says what a terminal can do.
type Color uint8

const (
	Plain     Color = iota // lines of text, no control sequences
	Mono                   // cursor control, no colours: pictures in shades of characters
	Color256               // the palette of 256 colours
	TrueColor              // 24 bits
)

// String returns the name of what the terminal can do.
func (t Color) String() string {
	switch t {
	case Plain:
		return "plain"
	case Mono:
		return "mono"
	case Color256:
		return "256"
	case TrueColor:
		return "true"
	}
	return "invalid"
}

// DetectColor returns what the environment says of the terminal: TERM=dumb or none means Plain, NO_COLOR means Mono, COLORTERM
// says whether there are more than 256 colours. It is given os.Getenv.
func DetectColor(getenv func(string) string) Color {
	term, more := getenv("TERM"), getenv("COLORTERM")
	switch {
	case term == "" || term == "dumb":
		return Plain
	case getenv("NO_COLOR") != "":
		return Mono
	case more == "truecolor", more == "24bit", strings.HasSuffix(term, "-direct"):
		return TrueColor
	}
	return Color256
}

// code returns how a terminal with these abilities is told of c: the index in the palette, or the three bytes.
func (t Color) code(c color.RGBA) uint32 {
	switch t {
	case TrueColor:
		return uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
	case Color256:
		return index256(c)
	}
	return 0
}

// index256 returns the nearest colour of the upper 240 of the palette: a cube of 6x6x6 and 24 greys.
func index256(c color.RGBA) uint32 {
	r, g, b := int(c.R), int(c.G), int(c.B)
	ri, gi, bi := cubeLevel(r), cubeLevel(g), cubeLevel(b)
	cube := sq(cubeValue(ri)-r) + sq(cubeValue(gi)-g) + sq(cubeValue(bi)-b)
	k := min(max(((r+g+b)/3-3)/10, 0), 23)
	grey := 8 + 10*k
	if sq(grey-r)+sq(grey-g)+sq(grey-b) < cube {
		return uint32(232 + k)
	}
	return uint32(16 + 36*ri + 6*gi + bi)
}

// cubeLevel returns the nearest of the six levels 0, 95, 135, 175, 215, 255.
func cubeLevel(v int) int {
	switch {
	case v < 48:
		return 0
	case v < 115:
		return 1
	}
	return (v - 35) / 40
}

func cubeValue(i int) int {
	if i == 0 {
		return 0
	}
	return 55 + 40*i
}

func sq(x int) int { return x * x }
