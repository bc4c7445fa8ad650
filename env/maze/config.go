package maze

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/env"
	"github.com/auxrl/auxrl/internal/rng"
)

// Levels says which levels episodes take place in. Levels have numbers; each is another layout with other textures. As in
// Procgen (Cobbe et al. 2020), agents may be trained on a few levels and tested on others.
type Levels struct {
	First uint32 // the number of the first
	Count uint32 // how many there are; 1: always the same; 0: all from First to the end of its half
}

// TestLevel is the first level of the upper half: training levels are below it, test levels are not.
const TestLevel = 1 << 31

// The levels of worlds whose id says so.
var (
	TrainLevels = Levels{0, 200}
	TestLevels  = Levels{TestLevel, 0}
)

// Config holds the settings of a world. On the command line they stand behind the id and a colon, with commas between: layout=N,
// texture=N, actions=NAME, depth. "Maze/Static01-42x42-v0:layout=7,actions=six" has other walls and six actions.
type Config struct {
	Size      int     // height and width of the image in pixels, 8 to 256
	Actions   Actions // what the agent can do
	Levels    Levels  // where episodes take place
	Layout    uint64  // seed of the walls, and of what stands where in all episodes of a level
	Texture   uint64  // seed of the looks
	FullDepth bool    // Signals begin with the depth of every pixel [Size, Size]: more bytes than the image has
}

// options returns those that parse reads to get from usual to c.
func (c Config) options(usual Config) string {
	var words []string
	if c.Layout != usual.Layout {
		words = append(words, "layout="+strconv.FormatUint(c.Layout, 10))
	}
	if c.Texture != usual.Texture {
		words = append(words, "texture="+strconv.FormatUint(c.Texture, 10))
	}
	if c.Actions != usual.Actions {
		words = append(words, "actions="+c.Actions.String())
	}
	if c.FullDepth && !usual.FullDepth {
		words = append(words, "depth")
	}
	return strings.Join(words, ",")
}

// parse reads options as they stand behind an id, in any order.
func (c *Config) parse(options string) error {
	err := env.ReadOptions(options, func(name, value string) (err error) {
		switch {
		case name == "layout":
			c.Layout, err = strconv.ParseUint(value, 10, 64)
		case name == "texture":
			c.Texture, err = strconv.ParseUint(value, 10, 64)
		case name == "actions":
			return c.Actions.parse(value)
		case name == "depth" && value == "":
			c.FullDepth = true
		default:
			return fmt.Errorf("no option %q; there are layout=N, texture=N, actions=NAME, depth", strings.TrimSuffix(name+"="+value, "="))
		}
		if err != nil {
			return fmt.Errorf("option %s takes a seed, a whole number such as %s=7, not %q", name, name, value)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("maze: %w", err)
	}
	return nil
}

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	switch {
	case c.Size < 8 || c.Size > 256:
		return fmt.Errorf("maze: Size is %d, must be 8 to 256", c.Size)
	case int(c.Actions) >= len(motions):
		return fmt.Errorf("maze: Actions is %d, there is no such set", c.Actions)
	case c.Levels.Count > 0 && c.Levels.First%TestLevel+c.Levels.Count > TestLevel, c.Levels.Count > TestLevel:
		return fmt.Errorf("maze: Levels go beyond the half that level %d is in", c.Levels.First)
	}
	return nil
}

// pick maps 64 random bits to the number of a level.
func (v Levels) pick(random uint64) uint32 {
	count := uint64(v.Count)
	if count == 0 {
		count = TestLevel - uint64(v.First%TestLevel)
	}
	return v.First + uint32(rng.Below(random, int(count)))
}

// has says that a level is one of these.
func (v Levels) has(number uint32) bool {
	if number < v.First || number/TestLevel != v.First/TestLevel {
		return false
	}
	return v.Count == 0 || number-v.First < v.Count
}
