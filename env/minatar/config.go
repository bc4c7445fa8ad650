package minatar

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/auxrl/auxrl/env"
)

// Config holds the settings of a game. On the command line they stand behind the id and a colon, with commas between: sticky=P,
// ramping=off, limit=N. "MinAtar/Breakout-v1:sticky=0,limit=1000" is Breakout as gymnax plays it.
type Config struct {
	Sticky    float64 // probability that the previous action is taken in place of the chosen one; 0.1 in the original
	Ramping   bool    // Asterix, Seaquest and Space Invaders grow harder with time, as in the original
	StepLimit int     // decisions after which an episode is truncated; 0, as in the original: none
}

// Default returns the settings of the original.
func Default() Config { return Config{Sticky: 0.1, Ramping: true} }

// String returns the options that ParseConfig reads, without those that change nothing: "" for Default.
func (c Config) String() string {
	var words []string
	if c.Sticky != Default().Sticky {
		words = append(words, "sticky="+strconv.FormatFloat(c.Sticky, 'g', -1, 64))
	}
	if !c.Ramping {
		words = append(words, "ramping=off")
	}
	if c.StepLimit != 0 {
		words = append(words, "limit="+strconv.Itoa(c.StepLimit))
	}
	return strings.Join(words, ",")
}

// ParseConfig reads options as they stand behind an id, in any order.
func ParseConfig(options string) (Config, error) {
	c := Default()
	err := env.ReadOptions(options, func(name, value string) (err error) {
		switch {
		case name == "sticky":
			if c.Sticky, err = strconv.ParseFloat(value, 64); err != nil {
				return fmt.Errorf("option sticky takes a probability such as sticky=0.25, not %q", value)
			}
		case name == "limit":
			if c.StepLimit, err = strconv.Atoi(value); err != nil {
				return fmt.Errorf("option limit takes a whole number such as limit=1000, not %q", value)
			}
		case name == "ramping" && (value == "on" || value == "off"):
			c.Ramping = value == "on"
		default:
			return fmt.Errorf("no option %q; there are sticky=P, ramping=off, limit=N", strings.TrimSuffix(name+"="+value, "="))
		}
		return nil
	})
	if err != nil {
		return Config{}, fmt.Errorf("minatar: %w", err)
	}
	return c, c.Validate()
}

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	if !(c.Sticky >= 0 && c.Sticky <= 1) {
		return fmt.Errorf("minatar: Sticky is %v, must be a probability", c.Sticky)
	}
	if c.StepLimit < 0 || c.StepLimit > math.MaxInt32 {
		return fmt.Errorf("minatar: StepLimit is %d, must be 0 to %d", c.StepLimit, math.MaxInt32)
	}
	return nil
}
