package minatar

import (
	"fmt"
	"math"
)

// Config holds the settings of a game.
type Config struct {
	Sticky    float64 // probability that the previous action is taken in place of the chosen one; 0.1 in the original
	Ramping   bool    // Asterix, Seaquest and Space Invaders grow harder with time, as in the original
	StepLimit int     // decisions after which an episode is truncated; 0, as in the original: none
}

// Default returns the settings of the original.
func Default() Config { return Config{Sticky: 0.1, Ramping: true} }

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
