package minatar

import (
	"fmt"
	"image/color"
	"strings"
)

// title is one of the games.
type title struct {
	name    string // as in ids
	about   string // one line for people
	minimal []int  // the actions that do something
	palette []color.RGBA
	build   func(ramping bool) game
}

// titles lists the games in the order of IDs.
var titles = []*title{
	&asterixTitle,
	&breakoutTitle,
	&freewayTitle,
	&seaquestTitle,
	&spaceInvadersTitle,
}

// IDs returns the ids of all worlds, game by game: -v0 has all six actions, -v1 those that do something.
func IDs() []string {
	var ids []string
	for _, t := range titles {
		ids = append(ids, "MinAtar/"+t.name+"-v0", "MinAtar/"+t.name+"-v1")
	}
	return ids
}

// Describe returns one line on what the world of the id asks for, or "" if there is no such world.
func Describe(id string) string {
	t, acts := find(id)
	if t == nil {
		return ""
	}
	if len(acts) == actions {
		return t.about
	}
	return t.about + " (without actions that do nothing)"
}

// New returns the world of the id with the settings of the original, but for options behind a colon: see Config. Until it is seeded
// it follows seed 0.
func New(id string) (*World, error) {
	c := Default()
	if base, options, ok := strings.Cut(id, ":"); ok {
		var err error
		if c, err = ParseConfig(options); err != nil {
			return nil, err
		}
		id = base
	}
	return NewWith(id, c)
}

// NewWith returns the world of the id, which has no options, with other settings.
func NewWith(id string, cfg Config) (*World, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t, acts := find(id)
	if t == nil {
		return nil, fmt.Errorf("minatar: unknown id %q", id)
	}
	if options := cfg.String(); options != "" {
		id += ":" + options
	}
	return newWorld(id, t, acts, cfg), nil
}

// find returns the game of an id and the actions of its world.
func find(id string) (t *title, acts []int) {
	name, ok := strings.CutPrefix(id, "MinAtar/")
	if !ok {
		return nil, nil
	}
	for _, t := range titles {
		switch name {
		case t.name + "-v0":
			return t, []int{actNoop, actLeft, actUp, actRight, actDown, actFire}
		case t.name + "-v1":
			return t, t.minimal
		}
	}
	return nil, nil
}
