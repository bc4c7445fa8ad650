package viz

import "image/color"

// The colours of every dark view. Hues are those of Okabe & Ito (2008), which stay apart for colour-blind eyes; no meaning rests on
// a hue alone.
var (
	ink        = color.RGBA{0xe8, 0xea, 0xed, 0xff} // text that matters
	dim        = color.RGBA{0x93, 0x9b, 0xa8, 0xff} // labels
	rule       = color.RGBA{0x2a, 0x30, 0x3b, 0xff} // tracks of bars, grid lines
	surface    = color.RGBA{0x16, 0x1a, 0x22, 0xff} // panels
	background = color.RGBA{0x0c, 0x0f, 0x14, 0xff}

	sky        = color.RGBA{0x56, 0xb4, 0xe9, 0xff} // what the agent thinks: value, policy
	skyShade   = color.RGBA{0x1d, 0x35, 0x48, 0xff} // the same, as an area
	skyMid     = color.RGBA{0x38, 0x78, 0x9e, 0xff} // probabilities of actions not taken
	orange     = color.RGBA{0xe6, 0x9f, 0x00, 0xff} // what it does
	green      = color.RGBA{0x00, 0xb4, 0x84, 0xff} // good: positive reward (Okabe-Ito green, lighter for the dark ground)
	vermillion = color.RGBA{0xe5, 0x6a, 0x1a, 0xff} // bad: negative reward (likewise)
)

// palette is a set of colours for all that a dashboard draws.
type palette struct {
	ink, dim, rule, surface, background                   color.RGBA
	sky, skyShade, skyMid, orange, green, vermillion, hot color.RGBA
}

var (
	darkColors = palette{
		ink: ink, dim: dim, rule: rule, surface: surface, background: background,
		sky: sky, skyShade: skyShade, skyMid: skyMid, orange: orange, green: green, vermillion: vermillion,
		hot: color.RGBA{0xf0, 0xe4, 0x42, 0xff},
	}
	// lightColors are the same hues, darker where they stand on white.
	lightColors = palette{
		ink: color.RGBA{0x17, 0x1c, 0x24, 0xff}, dim: color.RGBA{0x5a, 0x64, 0x72, 0xff}, rule: color.RGBA{0xd9, 0xdd, 0xe3, 0xff},
		surface: color.RGBA{0xff, 0xff, 0xff, 0xff}, background: color.RGBA{0xee, 0xf0, 0xf3, 0xff},
		sky: color.RGBA{0x00, 0x72, 0xb2, 0xff}, skyShade: color.RGBA{0xcd, 0xe3, 0xf1, 0xff}, skyMid: color.RGBA{0x7f, 0xb4, 0xd6, 0xff},
		orange: color.RGBA{0xc9, 0x7d, 0x00, 0xff}, green: color.RGBA{0x00, 0x86, 0x62, 0xff}, vermillion: color.RGBA{0xc8, 0x50, 0x00, 0xff},
		hot: color.RGBA{0xf0, 0xe4, 0x42, 0xff},
	}
)

// ramp is viridis (Smith & van der Walt 2015) in few steps: brightness rises evenly, also to colour-blind eyes.
var ramp = [...]color.RGBA{
	{68, 1, 84, 255}, {72, 26, 108, 255}, {71, 47, 125, 255}, {65, 68, 135, 255}, {57, 86, 140, 255}, {49, 104, 142, 255},
	{42, 120, 142, 255}, {35, 136, 142, 255}, {31, 152, 139, 255}, {34, 168, 132, 255}, {53, 183, 121, 255}, {84, 197, 104, 255},
	{122, 209, 81, 255}, {165, 219, 54, 255}, {210, 226, 27, 255}, {253, 231, 37, 255},
}

// heat returns the colour of x in [0, 1].
func heat(x float64) color.RGBA { return ramp[int(clamp(x)*float64(len(ramp)-1)+0.5)] }

// sign returns the colour of a reward.
func (p *palette) sign(v float32) color.RGBA {
	switch {
	case v > 0:
		return p.green
	case v < 0:
		return p.vermillion
	}
	return p.ink
}

// signColor returns the colour of a reward on a terminal.
func signColor(v float32) color.RGBA { return darkColors.sign(v) }
