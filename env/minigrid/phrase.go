package minigrid

import (
	"fmt"
	"slices"
	"strings"
)

var stateNames = [states]string{"open", "closed", "locked"}

// phrase returns a square in words: "locked red door", "blue key", "grey wall", "empty".
func (c cell) phrase() string {
	switch {
	case c.kind() == kindEmpty:
		return "empty"
	case c.kind() == kindDoor:
		return stateNames[c.state()] + " " + c.words()
	}
	return c.words()
}

// words returns colour and kind as missions name them.
func (c cell) words() string { return string(c.appendWords(nil)) }

// parsePhrase reads what phrase writes, as a square without a number. A colour that kinds always have may be left out, and so may
// the state of a closed door.
func parsePhrase(text string) (cell, error) {
	words := strings.Fields(text)
	text = strings.Join(words, " ")
	if len(words) == 0 {
		return nothing, fmt.Errorf("nothing is named")
	}
	last := len(words) - 1
	k := kind(max(slices.Index(kindNames[:], words[last]), 0))
	usual := [kinds]colour{kindWall: grey, kindGoal: green, kindLava: red, kindFloor: blue}
	if k == kindUnseen || k == kindAgent {
		return nothing, fmt.Errorf("%q is no thing; there are %s", words[last], strings.Join(kindNames[kindEmpty:kindAgent], ", "))
	}
	words = words[:last]
	s := doorOpen
	if k == kindDoor {
		s = doorClosed
	}
	if k == kindDoor && len(words) > 0 {
		if i := slices.Index(stateNames[:], words[0]); i >= 0 {
			s, words = state(i), words[1:]
		}
	}
	switch {
	case len(words) > 1 || k == kindEmpty && len(words) > 0:
		return nothing, fmt.Errorf("%q is too much for one thing: say something like red key or locked blue door", text)
	case k == kindEmpty:
		return emptyCell, nil
	case len(words) == 0 && (k == kindDoor || newCell(k, 0, 0, 0).portable()):
		return nothing, fmt.Errorf("%q has no colour; there are %s", text, strings.Join(colourNames[:], ", "))
	case len(words) == 0:
		return newCell(k, usual[k], s, 0), nil
	}
	c := slices.Index(colourNames[:], words[0])
	if c < 0 {
		return nothing, fmt.Errorf("%q is no colour; there are %s", words[0], strings.Join(colourNames[:], ", "))
	}
	return newCell(k, colour(c), s, 0), nil
}

// directionNames are the words for directions.
var directionNames = [directions]string{"right", "down", "left", "up"}
