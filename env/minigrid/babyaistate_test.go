package minigrid

import "testing"

// TestLevelRefuses restores instructions that no episode has.
func TestLevelRefuses(t *testing.T) {
	ask := func(l *level) {
		l.askBoth(clause{verb: pickUp, what: blueKey}, then, clause{verb: putNext, what: redBall, next: greenBox})
	}
	last := func(l *level) *clause { return &l.clauses[1] }
	for name, change := range map[string]func(w *World, l *level){
		"as it was":                  func(*World, *level) {},
		"another order":              func(_ *World, l *level) { l.order = orders },
		"two parts that are one":     func(_ *World, l *level) { l.order = alone },
		"one part in order":          func(_ *World, l *level) { l.parts[1] = 0 },
		"no parts":                   func(_ *World, l *level) { l.parts, l.order = [2]int{}, alone },
		"three clauses in a part":    func(_ *World, l *level) { l.parts[1] = 3 },
		"halfway of one part":        func(_ *World, l *level) { l.parts, l.order, l.halfway = [2]int{1, 0}, alone, true },
		"another verb":               func(_ *World, l *level) { last(l).verb = verbs },
		"holds what there is not":    func(_ *World, l *level) { last(l).held = 5 },
		"another kind":               func(_ *World, l *level) { last(l).what.kind = kinds + 1 },
		"lava to be picked up":       func(_ *World, l *level) { last(l).what.kind = kindLava },
		"another colour":             func(_ *World, l *level) { last(l).next.colour = anyColour + 1 },
		"another bearing":            func(_ *World, l *level) { last(l).next.bearing = bearings },
		"about what there is not":    func(_ *World, l *level) { last(l).next.set.add(5) },
		"about nothing":              func(_ *World, l *level) { last(l).next.set.add(0) },
		"lies outside":               func(_ *World, l *level) { l.where[2].x = 7 },
		"what there is not is there": func(_ *World, l *level) { l.where[5].x = 1 },
		"another room locked":        func(_ *World, l *level) { l.sealed = 2 },
		"milestones without names":   func(w *World, _ *level) { w.milestones = 1 << len(w.spec.Milestones) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTestLevel(ask)
			change(w.World, w.family.(*level))
			err := newTestLevel(ask).RestoreState(w.AppendState(nil))
			if (err == nil) != (name == "as it was") {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("limit of another instruction", func(t *testing.T) {
		w := newRig(t, "BabyAI-GoToSeq-v0")
		w.reset()
		w.limit++
		if err := newRig(t, "BabyAI-GoToSeq-v0").RestoreState(w.AppendState(nil)); err == nil {
			t.Error("no error")
		}
	})
}
