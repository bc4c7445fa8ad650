package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/internal/run"
)

// checkpointOf returns a checkpoint of a network with another seed than the tests'.
func checkpointOf(t *testing.T, s Shape, cfg Config, streams []string, actions []string) (*Net, *run.Checkpoint) {
	t.Helper()
	n, err := New(s, cfg, streams, 1, 77, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Files(n, "World-v0", actions)
	if err != nil {
		t.Fatal(err)
	}
	return n, &run.Checkpoint{Step: 5, Files: files}
}

// same reports for each block whether two networks have the same weights in it.
func same(a, b *Net) map[string]bool {
	blocks := map[string]bool{}
	for _, x := range a.blocks {
		for _, y := range b.blocks {
			if x.Name == y.Name {
				blocks[x.Name] = slices.Equal(x.Params.W, y.Params.W)
			}
		}
	}
	return blocks
}

func TestTransfer(t *testing.T) {
	three := gridShape
	three.Actions = 3
	recurrent := Default(gridShape).WithCore("gru", gridShape)
	recurrent.LastAction = false
	for name, tc := range map[string]struct {
		from, to             Shape
		cfg                  Config
		fromStream, toStream []string
		actions              []string // of the run whose weights are taken
		fresh                []string
		notes                string
	}{
		"all":       {gridShape, gridShape, Default(gridShape), []string{""}, []string{""}, gridActions, nil, ""},
		"recurrent": {gridShape, gridShape, recurrent, []string{""}, []string{""}, gridActions, nil, ""},
		"fewer actions": {three, gridShape, Default(gridShape), []string{""}, []string{""}, gridActions[:3], []string{"actor"},
			"the actor begins fresh: there were 3 actions, here are 7"},
		"recurrent, fewer actions": {three, gridShape, recurrent, []string{""}, []string{""}, gridActions[:3], []string{"actor"},
			"the actor begins fresh: there were 3 actions, here are 7"},
		"a stream more": {gridShape, gridShape, Default(gridShape), []string{""}, []string{"", "novelty"}, gridActions, []string{"critic.novelty"},
			"the critic of novelty begins fresh: there was none"},
		"a stream less": {gridShape, gridShape, Default(gridShape), []string{"", "novelty"}, []string{""}, gridActions, nil,
			"the critic of novelty is left out"},
		"other actions": {gridShape, gridShape, Default(gridShape), []string{""}, []string{""}, []string{"a", "b", "c", "d", "e", "f", "g"}, nil,
			"the actor is taken over, though its actions were called a, b, c, d, e, f, g"},
	} {
		t.Run(name, func(t *testing.T) {
			from, c := checkpointOf(t, tc.from, tc.cfg, tc.fromStream, tc.actions)
			to, err := New(tc.to, tc.cfg, tc.toStream, 1, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			before := to.Copy(1).(*Net)
			notes, err := Transfer(to, gridActions, c)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(notes, "; "); got != tc.notes {
				t.Errorf("said %q, want %q", got, tc.notes)
			}
			taken, kept := same(to, from), same(to, before)
			for _, b := range to.blocks {
				if fresh := slices.Contains(tc.fresh, b.Name); kept[b.Name] != fresh || taken[b.Name] == fresh {
					t.Errorf("%s: as before %v, as there %v; fresh should be %v", b.Name, kept[b.Name], taken[b.Name], fresh)
				}
			}
		})
	}
}

// What does not fit is named, and nothing is changed.
func TestTransferRefuses(t *testing.T) {
	wide := gridShape
	wide.Vec = 9
	frames := Shape{H: 40, W: 40, C: 3, Actions: 7}
	signs := gridShape
	signs.Codes = []int{11, 6, 3}
	hidden := Default(gridShape)
	hidden.Hidden = 0
	recurrent := Default(gridShape).WithCore("lstm", gridShape)
	three := gridShape
	three.Actions = 3
	for name, tc := range map[string]struct {
		from    Shape
		cfg, to Config
		want    string
	}{
		"vector":  {wide, Default(gridShape), Default(gridShape), "encoder/features.w is [73 64], must be [68 64]; observations were 7x7x3+9 and are 7x7x3+4"},
		"frames":  {frames, Default(frames), Default(gridShape), " more; observations were 40x40x3+0 and are 7x7x3+4"},
		"symbols": {signs, Default(gridShape), Default(gridShape), "encoder/conv1.w is [2 2 20 16], must be [2 2 21 16]; observations are of other symbols"},
		"no hidden": {gridShape, hidden, Default(gridShape), "actor/actor.hidden.w is missing, actor/actor.hidden.b is missing, critic/critic.hidden.w is missing and " +
			"1 more; the networks differ"},
		"hidden":   {gridShape, Default(gridShape), hidden, "actor/actor.hidden.b is too much, actor/actor.hidden.w is too much, critic/critic.hidden.b is too much and 1 more"},
		"core":     {gridShape, recurrent, Default(gridShape), "must be [64 64], core/core.b is too much and 2 more; the networks differ"},
		"its last": {three, recurrent, recurrent, "core/core.wx is "}, // the core reads the last action
	} {
		t.Run(name, func(t *testing.T) {
			_, c := checkpointOf(t, tc.from, tc.cfg, []string{""}, gridActions[:tc.from.Actions])
			to, err := New(gridShape, tc.to, []string{""}, 1, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			before := to.Copy(1).(*Net)
			_, err = Transfer(to, gridActions, c)
			if err == nil || !errors.Is(err, ErrMisfit) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			for block, equal := range same(to, before) {
				if !equal {
					t.Errorf("%s was changed", block)
				}
			}
		})
	}
	if _, err := Transfer(mustNew(t, gridShape, 1), gridActions, &run.Checkpoint{}); err == nil {
		t.Error("an empty checkpoint was taken")
	}
}

func TestFreezeRefuses(t *testing.T) {
	n := mustNew(t, gridShape, 1)
	for _, name := range []string{"core", "actor", ""} {
		if err := n.Freeze(name); err == nil || !strings.Contains(err.Error(), "there are encoder") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
