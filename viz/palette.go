package viz

import "image/color"

// The colours of every view. Hues are those of Okabe & Ito (2008), which stay apart for colour-blind eyes; no meaning rests on
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
