package minigrid

import "slices"

// vocabulary holds the words of all missions that differ from episode to episode. The token of a word is its index; 0 is no
// word. New words go to the end: policies have learned the others.
var vocabulary = []string{
	"",
	"a", "the", "object",
	"red", "green", "blue", "purple", "yellow", "grey",
	"door", "key", "ball", "box", "room", "goal",
	"go", "to", "get", "fetch", "you", "must",
	"pick", "up", "open", "unlock", "put", "near", "next",
	"in", "front", "of", "behind", "on", "your", "left", "right", "from",
	"and", "then", "after",
}

var tokens = func() map[string]float32 {
	m := make(map[string]float32, len(vocabulary))
	for i, word := range vocabulary[1:] {
		m[word] = float32(i + 1)
	}
	return m
}()

// Words returns the words of missions by their tokens, the floats of the field "mission". Token 0 is the empty word, which
// fills up what a mission leaves free. Commas have no token.
func Words() []string { return slices.Clone(vocabulary) }

// longestWord bounds the bytes of a word and what separates it from the next.
const longestWord = 8

// speak puts the mission into tokens where it differs from episode to episode. It says whether words and length fit, as they
// do but for states that no episode has.
func (w *World) speak() bool {
	if len(w.spoken) == 0 {
		return true
	}
	clear(w.spoken)
	w.text = w.family.mission(w.text[:0])
	n := 0
	for start, i := 0, 0; i <= len(w.text); i++ {
		if i < len(w.text) && w.text[i] != ' ' && w.text[i] != ',' {
			continue
		}
		if i > start {
			token, ok := tokens[string(w.text[start:i])]
			if !ok || n == len(w.spoken) {
				return false
			}
			w.spoken[n] = token
			n++
		}
		start = i + 1
	}
	return true
}
