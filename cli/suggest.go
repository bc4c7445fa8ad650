package cli

import (
	"math"
	"strings"
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

// suggest returns the choices that were probably meant, at most three: those that begin with what was typed, otherwise those the
// fewest edits away, if those are few for its length. forms says in what ways a word may be written.
func suggest(typed string, choices []string, forms func(string) []string) []string {
	if typed == "" {
		return nil
	}
	var near []string
	best := math.MaxInt
	for _, c := range choices {
		d := distance(typed, c, forms)
		if d < best {
			best, near = d, near[:0]
		}
		if d == best && d <= len(typed)/4+1 {
			near = append(near, c)
		}
	}
	return near[:min(len(near), 3)]
}

// distance returns how many edits lead from any form of what was typed to any form of a choice; to one that begins with it, one.
func distance(typed, choice string, forms func(string) []string) int {
	least := math.MaxInt
	for _, t := range forms(typed) {
		for _, c := range forms(choice) {
			d := edits(t, c)
			if strings.HasPrefix(c, t) {
				d = min(d, 1)
			}
			least = min(least, d)
		}
	}
	return least
}

// edits returns how many letters must be inserted, removed, replaced or swapped with the next to get from a to b (optimal string
// alignment).
func edits(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 0
			if a[i] != b[j] {
				cost = 1
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
