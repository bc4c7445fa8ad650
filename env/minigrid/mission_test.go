package minigrid

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	words := Words()
	if words[0] != "" {
		t.Errorf("token 0 is %q", words[0])
	}
	sorted := slices.Sorted(slices.Values(words))
	if n := len(slices.Compact(sorted)); n != len(words) {
		t.Errorf("%d words, but %d different ones", len(words), n)
	}
	for _, word := range words {
		if len(word) >= longestWord || strings.ContainsAny(word, " ,") {
			t.Errorf("%q is no word", word)
		}
	}
	words[1] = "changed"
	if Words()[1] == "changed" {
		t.Error("the caller can change the vocabulary")
	}
}

// TestMissionsAreTold resets many times: the tokens tell the mission, and missions without tokens never change.
func TestMissionsAreTold(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	tight := 0
	for _, id := range IDs() {
		w := newRig(t, id)
		longest, first := 0, ""
		for seed := range seeds {
			w.Seed(seed)
			w.reset()
			if err := w.differsVector(w.dir); err != nil {
				t.Fatalf("%s, seed %d: %v", id, seed, err)
			}
			longest = max(longest, nonZero(w.vec[4:]))
			if seed == 0 {
				first = w.Mission()
			}
			if w.entry.words == 0 && w.Mission() != first {
				t.Fatalf("%s: missions %q and %q, but no field for them", id, first, w.Mission())
			}
		}
		field := w.Spec().VecLen() - 4
		if longest > field {
			t.Errorf("%s: %d words, room for %d", id, longest, field)
		}
		if longest == field {
			tight++
		}
	}
	if !testing.Short() && tight < len(IDs())-20 { // only generators reach their longest missions rarely
		t.Errorf("only %d of %d ids have no more room than they need", tight, len(IDs()))
	}
}

// grammar returns descriptions of every form.
func grammar(bearings bool) []desc {
	var all []desc
	for _, k := range []kind{kindBox, kindBall, kindKey, kindDoor, anyKind} {
		for c := range anyColour + 1 {
			for b := anywhere; b == anywhere || bearings && b <= behind; b++ {
				all = append(all, desc{kind: k, colour: c, bearing: b}, desc{kind: k, colour: c, bearing: b, many: true})
			}
		}
	}
	return all
}

// TestGrammar tells every description, every verb, and every form with the longest descriptions: all words are known, and the
// longest instruction fills the field.
func TestGrammar(t *testing.T) {
	forms := map[form][]order{oneClause: {alone}, twoClauses: {alone}, twoParts: {then, after}}
	for _, bearings := range []bool{false, true} {
		for _, verbs := range [][]verb{{goTo}, {pickUp}, {goTo, pickUp, openIt, putNext}} {
			for f, orders := range forms {
				g := generator{bearings: bearings, verbs: verbs, forms: allForms[:f+1]}
				longest := 0
				for _, v := range verbs {
					for _, o := range orders {
						longest = max(longest, g.told(t, v, f, o))
					}
				}
				if want := g.words(); longest != want {
					t.Errorf("bearings %t, verbs %d, form %d: %d words, room for %d", bearings, verbs, f, longest, want)
				}
			}
		}
	}
}

// told returns how many words the longest instruction of that verb, form and order has. All must be known.
func (g *generator) told(t *testing.T, v verb, f form, o order) (longest int) {
	t.Helper()
	l := newLevel(maze, nil)
	e := &entry{id: "Test-v0", w: 3, h: 3, limit: 1, words: 100, family: func() family { return l }}
	w := newWorld(e, Default())
	for _, d := range grammar(g.bearings) {
		l.order, l.parts = o, [2]int{1, 0}
		switch f {
		case twoClauses:
			l.parts = [2]int{2, 0}
		case twoParts:
			l.parts = [2]int{2, 2}
		}
		for i := range l.all() {
			l.clauses[i] = clause{verb: v, what: d, next: d}
		}
		if !w.speak() {
			t.Fatalf("%q: unknown word", w.Mission())
		}
		longest = max(longest, nonZero(w.spoken))
	}
	return longest
}

// TestSpeakRefuses tells what has no tokens.
func TestSpeakRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		word kind
		room int
		want bool
	}{
		"as it should be": {kindBall, 5, true},
		"unknown word":    {kindLava, 5, false},
		"too long":        {kindBall, 4, false},
	} {
		f := &goToObject{}
		f.first.cell = newCell(tt.word, red, 0, 1)
		w := newWorld(&entry{id: "Test-v0", w: 3, h: 3, words: tt.room, family: func() family { return f }}, Default())
		if got := w.speak(); got != tt.want {
			t.Errorf("%s: %q with room for %d words: got %t", name, w.Mission(), tt.room, got)
		}
	}
}
