package minigrid

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/env"
)

// Obs is how an observation writes the squares that it shows.
type Obs uint8

const (
	// Codes writes kind, colour and state, a byte each.
	Codes Obs = iota
	// OneHot writes a byte of 0 or 1 for each of 11 kinds, 6 colours and 3 states, in the order of the original's
	// OneHotPartialObsWrapper; with Full there are 4 states, for the directions of the agent.
	OneHot
	// RGB draws the squares as tiles of red, green and blue, as the original's RGBImgPartialObsWrapper does, and with Full its
	// RGBImgObsWrapper.
	RGB
)

var obsNames = [...]string{"codes", "onehot", "rgb"}

// String returns the option that chooses it.
func (o Obs) String() string {
	if int(o) < len(obsNames) {
		return obsNames[o]
	}
	return "Obs(" + strconv.Itoa(int(o)) + ")"
}

// Config says what an agent sees of a world. It changes nothing else: layouts, rewards and saved states stay the same.
//
// On the command line a Config is written behind the id and a colon, which no shell minds, with commas between: full, view=N,
// onehot, rgb, tile=N. "MiniGrid-DoorKey-8x8-v0:full,rgb,tile=16" is the world in whole, in tiles of 16 by 16 pixels.
type Config struct {
	// Full shows the whole grid, row by row from the top left, and the agent in it as kind 10, colour 0, state its direction,
	// as the original's FullyObsWrapper does; what it stands on cannot be seen. Since that hides what is carried, the vector
	// has a second field, "carrying": 9 floats, one-hot among key, ball, box and among the six colours, all 0 with empty
	// hands. Without Full the agent sees the square ahead of it as far as walls and doors let it.
	Full bool
	// View is the side of the square ahead in squares, odd, 3 to 31; the original's is 7. With Full, it only decides what RGB
	// draws brighter, as the original does.
	View int
	// Obs says how squares are written.
	Obs Obs
	// Tile is the side of a square in pixels, 1 to 128; only RGB uses it. The original's is 8.
	Tile int
}

// Default returns what the original shows without wrappers: codes of the 7 by 7 squares ahead.
func Default() Config { return Config{View: viewSize, Obs: Codes, Tile: 8} }

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	switch {
	case c.View < 3 || c.View > maxView || c.View%2 == 0:
		return fmt.Errorf("minigrid: view is %d, must be odd, 3 to %d", c.View, maxView)
	case int(c.Obs) >= len(obsNames):
		return fmt.Errorf("minigrid: observations are %v, must be Codes, OneHot or RGB", c.Obs)
	case c.Obs == RGB && (c.Tile < 1 || c.Tile > maxTile):
		return fmt.Errorf("minigrid: tile is %d pixels, must be 1 to %d", c.Tile, maxTile)
	}
	return nil
}

// New returns the world of the id, which has no options, seen as c says.
func (c Config) New(id string) (*World, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	e := find(id)
	if e == nil {
		return nil, fmt.Errorf("minigrid: unknown id %q", id)
	}
	return newWorld(e, c), nil
}

// String returns the options that ParseConfig reads, in order and without those that change nothing: "" for Default.
func (c Config) String() string {
	var words []string
	if c.Full {
		words = append(words, "full")
	}
	if c.View != viewSize && (!c.Full || c.Obs == RGB) {
		words = append(words, "view="+strconv.Itoa(c.View))
	}
	if c.Obs != Codes {
		words = append(words, c.Obs.String())
	}
	if c.Obs == RGB && c.Tile != Default().Tile {
		words = append(words, "tile="+strconv.Itoa(c.Tile))
	}
	return strings.Join(words, ",")
}

// ParseConfig reads options as they stand behind an id: words with commas between, in any order.
func ParseConfig(options string) (Config, error) {
	c := Default()
	seen := make(map[string]bool)
	for word := range strings.SplitSeq(options, ",") {
		name, value, valued := strings.Cut(strings.TrimSpace(word), "=")
		kind := name
		var err error
		switch {
		case name == "full" && !valued:
			c.Full = true
		case name == "codes" && !valued, name == "onehot" && !valued, name == "rgb" && !valued:
			kind = "codes, onehot or rgb"
			for o, known := range obsNames {
				if name == known {
					c.Obs = Obs(o)
				}
			}
		case name == "view" && valued:
			c.View, err = strconv.Atoi(value)
		case name == "tile" && valued:
			c.Tile, err = strconv.Atoi(value)
		default:
			return Config{}, fmt.Errorf("minigrid: no option %q; there are full, view=N, codes, onehot, rgb, tile=N", word)
		}
		if err != nil {
			return Config{}, fmt.Errorf("minigrid: option %s takes a whole number such as %s=7, not %q", name, name, value)
		}
		if seen[kind] {
			return Config{}, fmt.Errorf("minigrid: option %s is given twice", kind)
		}
		seen[kind] = true
	}
	if seen["tile"] && c.Obs != RGB {
		return Config{}, fmt.Errorf("minigrid: option tile goes with rgb alone")
	}
	return c, c.Validate()
}

// spec describes what a world of an entry looks like.
func (c Config) spec(e *entry) env.Spec {
	s := env.Spec{
		ID: e.id, Frames: 1,
		H: c.View, W: c.View, C: 3,
		Vector:    []env.Field{{Name: "direction", Len: 4}},
		Actions:   e.actions,
		StepLimit: e.limit,
		Success:   success,
		Best:      bests[e.id].mean,
	}
	if e.words > 0 {
		s.Vector = append(s.Vector, env.Field{Name: "mission", Len: e.words, Codes: len(vocabulary)})
	}
	if options := c.String(); options != "" {
		s.ID += ":" + options
	}
	if c.Full {
		s.H, s.W = e.h, e.w
		s.Vector = append(s.Vector, env.Field{Name: "carrying", Len: carryLen})
	}
	switch c.Obs {
	case Codes:
		s.Codes = []int{int(kinds), int(colours), directions}
	case OneHot:
		s.C = c.symbols()
		s.Codes = make([]int, s.C)
		for i := range s.Codes {
			s.Codes[i] = 2
		}
	case RGB:
		s.H, s.W = s.H*c.Tile, s.W*c.Tile
	}
	if e.actions == nil {
		s.Actions = actionNames
	}
	if e.aimless {
		s.Success = 0
	}
	return s
}

// directions is how many states a square's third byte has where agents are drawn.
const directions = 4

// symbols returns how many bytes a square takes in one-hot.
func (c Config) symbols() int {
	if c.Full {
		return int(kinds) + int(colours) + directions
	}
	return int(kinds) + int(colours) + int(states)
}
