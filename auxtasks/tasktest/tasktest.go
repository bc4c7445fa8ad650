// Package tasktest is the contract that every auxiliary task is held to. Whoever writes a task of their own holds it to the same:
//
//	func TestStillness(t *testing.T) { tasktest.Run(t, "stillness", nil) }
//
// The task is built for symbols and frames of several sizes, with and without a recurrent core, on a real encoder, and fed made-up
// sequences with ends of all kinds. Checked are: that Needs can be served; that a gradient reaches the encoder, or none if the task
// says so; that gradients are those of the loss, by finite differences; that they are in proportion to the weight, and that weight 0
// changes nothing; that what does not count is not learned from, and that there is no NaN where nothing counts; that Loss allocates
// nothing, and gives the same bits whatever the number of workers; that the state is all there is to save; and the range of Quality.
// A world that the task cannot work with must be refused with a reason.
package tasktest

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/nn"
)

// Run holds the registered kind to the contract, with the given settings over its defaults. A bonus must be a task too.
func Run(t *testing.T, kind string, settings []byte) {
	t.Helper()
	k, err := auxtasks.Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	Check(t, func(d auxtasks.Dims) (auxtasks.Task, error) {
		if !k.IsBonus {
			return auxtasks.New(kind, settings, d)
		}
		b, err := auxtasks.NewBonus(kind, settings, d)
		if err != nil {
			return nil, err
		}
		task, ok := b.(auxtasks.Task)
		if !ok {
			t.Fatalf("%s is a bonus, and no task", kind)
		}
		return task, nil
	})
}

// Check holds a task to the contract. build makes it anew each time it is called, and refuses with a reason what it cannot do.
func Check(t *testing.T, build func(auxtasks.Dims) (auxtasks.Task, error)) {
	t.Helper()
	refused := 0
	all := Worlds()
	for _, w := range all {
		t.Run(w.Name, func(t *testing.T) {
			if w.Heavy && testing.Short() {
				t.Skip("heavy")
			}
			if !check(t, w, build) {
				refused++
			}
		})
	}
	if refused == len(all) {
		t.Errorf("the task is refused everywhere")
	}
}

// check holds a task to the contract in one world, and reports whether it can work there.
func check(t reporter, w World, build func(auxtasks.Dims) (auxtasks.Task, error)) bool {
	t.Helper()
	one, err := newRig(w, build, nil)
	if err != nil {
		checkReason(t, err)
		return false
	}
	checkNeeds(t, one)
	if f, ok := t.(interface{ Failed() bool }); ok && f.Failed() {
		return true
	}
	one.connect()
	checkGradient(t, one)
	checkQuality(t, one)
	checkWeight(t, one)
	checkMask(t, one)
	checkDifferences(t, one)
	checkAllocs(t, one)
	for _, workers := range []int{2, 4} {
		team := nn.NewTeam(workers)
		twin, err := newRig(w, build, team)
		if err != nil {
			t.Errorf("with %d workers the task is refused: %v", workers, err)
		} else {
			twin.connect()
			one.load("first", false)
			checkTwin(t, one, twin, workers)
			if workers == 4 {
				twin.restore(twin.begin)
				checkState(t, one, twin)
			}
		}
		team.Close()
	}
	return true
}

// checkReason finds refusals that do not tell why.
func checkReason(t reporter, err error) {
	t.Helper()
	if text := err.Error(); strings.Count(text, " ") < 3 {
		t.Errorf("the task is refused, with no reason but %q", text)
	}
}
