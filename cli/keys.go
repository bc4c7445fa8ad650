package cli

import (
	"strings"

	"github.com/auxrl/auxrl/viz"
)

// Keys that no action has.
const (
	keyQuit = 'q'
	keyNext = 'n'
	keyTake = 't'
	keyHelp = 'h'
)

// preferred is the key that an action of that name has.
var preferred = map[string]viz.Key{
	"left": viz.KeyLeft, "right": viz.KeyRight, "up": viz.KeyUp, "forward": viz.KeyUp, "down": viz.KeyDown, "backward": viz.KeyDown,
	"look_left": viz.KeyLeft, "look_right": viz.KeyRight, "turn_left": viz.KeyLeft, "turn_right": viz.KeyRight,
	"strafe_left": 'a', "strafe_right": 'd',
	"toggle": ' ', "fire": ' ', "noop": '.', "wait": '.', "stay": '.', "done": viz.KeyEnter,
}

// keysFor returns a key for every action: the preferred one of its name, a digit if its name ends in one, a letter of its name, or
// whatever digit or letter is left. It returns nil if there are more actions than keys.
func keysFor(actions []string) []viz.Key {
	keys := make([]viz.Key, len(actions))
	taken := map[viz.Key]bool{keyQuit: true, keyNext: true, keyTake: true, keyHelp: true}
	take := func(i int, choices string) {
		for _, r := range choices {
			key := viz.Key(r)
			if keys[i] == 0 && !taken[key] {
				keys[i], taken[key] = key, true
			}
		}
	}
	for i, name := range actions {
		if key, ok := preferred[name]; ok && !taken[key] {
			keys[i], taken[key] = key, true
		}
	}
	for i, name := range actions {
		if rest := strings.TrimRight(name, "0123456789"); len(name)-len(rest) == 1 {
			take(i, name[len(rest):])
		}
	}
	for i, name := range actions {
		take(i, strings.Map(letter, strings.ToLower(name)))
	}
	for i := range actions {
		if take(i, "1234567890abcdefgijklmoprsuvwxyz"); keys[i] == 0 {
			return nil
		}
	}
	return keys
}

func letter(r rune) rune {
	if r < 'a' || r > 'z' {
		return -1
	}
	return r
}
