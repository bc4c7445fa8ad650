package cli

import (
	"math"
	"strings"

	"github.com/auxrl/auxrl/internal/typo"
)

// unknown names the choices nearest to what was typed, or all there are if none is near.
func unknown(what, typed string, choices []string) error {
	if near := suggest(typed, choices, sameWord); len(near) > 0 {
		return usagef("no %s %q; did you mean %s?", what, typed, anyOf(near))
	}
	return usagef("no %s %q; there are %s", what, typed, strings.Join(choices, ", "))
}

// anyOf joins words: a, b or c.
func anyOf(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// sameWord is the only form that a plain word has.
func sameWord(s string) []string { return []string{strings.ToLower(s)} }

// suggest returns the choices that were probably meant, at most three: those the fewest edits away, if these are few for the
// length of what was typed; to begin like a choice is to be one edit away. forms says in what ways a word is written, the full one
// first: only where no full form is near, the next counts.
func suggest(typed string, choices []string, forms func(string) []string) []string {
	for form, more := 0, typed != ""; more; form++ {
		more = false
		var near []string
		best := len(typed)/4 + 1
		for _, c := range choices {
			written := forms(c)
			if form >= len(written) {
				continue
			}
			more = true
			d := distance(forms(typed), written[form])
			if d < best {
				best, near = d, nil
			}
			if d == best {
				near = append(near, c)
			}
		}
		if len(near) > 0 {
			return near[:min(len(near), 3)]
		}
	}
	return nil
}

// distance returns how many edits lead from any form of what was typed to a choice.
func distance(typed []string, choice string) int {
	least := math.MaxInt
	for _, t := range typed {
		d := typo.Edits(t, choice)
		if strings.HasPrefix(choice, t) {
			d = min(d, 1)
		}
		least = min(least, d)
	}
	return least
}
