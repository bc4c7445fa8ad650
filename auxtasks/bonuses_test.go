package auxtasks_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
	"github.com/auxrl/auxrl/auxtasks/tasktest"
)

// variants are settings beside the default ones with which a bonus is tested.
var variants = map[string][]string{
	"potential-shaping": {`{"scale": 2, "shift": 0.5}`},
	"critic-offset":     {`{"scale": -1, "shift": 1}`},
	"milestones": {
		`{"mode": "bonus", "amounts": [0.5, -0.25]}`,
		`{"mode": "bonus", "fade": 7, "rest": 0.25}`,
		`{"mode": "bonus", "repay": true}`,
		`{"mode": "bonus", "stream": "steps", "normalise": true}`,
		`{"mode": "bonus", "normalise": true, "fade": 3, "repay": true}`,
	},
	"counts": {
		`{"key": "state", "memory": 64}`,
		`{"first": true, "memory": 3}`,
		`{"normalise": true, "memory": 64}`,
		`{"stream": "", "repay": true, "fade": 4, "memory": 64}`,
	},
	"episodic-counts": {
		`{"key": "state", "first": false}`,
		`{"memory": 2}`,
		`{"normalise": true}`,
		`{"stream": "", "repay": true, "fade": 4}`,
	},
}

// Every bonus that is registered keeps the contract.
func TestBonuses(t *testing.T) {
	for _, k := range auxtasks.Kinds() {
		if !k.IsBonus {
			continue
		}
		for _, settings := range append([]string{""}, variants[k.Name]...) {
			t.Run(k.Name+settings, func(t *testing.T) {
				tasktest.CheckBonus(t, func(d auxtasks.Dims) (auxtasks.Bonus, error) {
					return auxtasks.NewBonus(k.Name, []byte(settings), d)
				})
			})
		}
	}
}

func TestBonusSettingsErrors(t *testing.T) {
	for _, tc := range []struct{ name, settings, want string }{
		{"potential-shaping", `{"scale": 1e39}`, "settings"},
		{"milestones", `{"mode": "loud"}`, `mode is "loud", must be bonus or potential`},
		{"milestones", `{"fade": 3}`, "mode potential is paid into the world's stream, without"},
		{"milestones", `{"stream": "steps"}`, "mode potential is paid into the world's stream, without"},
		{"milestones", `{"mode": "bonus", "stream": "steps", "repay": true}`, "repay works in the world's stream only"},
		{"milestones", `{"mode": "bonus", "stream": "Steps"}`, `stream is "Steps", must be`},
		{"milestones", `{"amounts": [` + strings.Repeat("1,", 64) + `1]}`, "amounts are 65, at most 64"},
		{"milestones", `{"mode": "bonus", "weight": -1}`, "weight is -1"},
		{"milestones", `{"mode": "bonus", "gamma": 1.5}`, "gamma is 1.5"},
		{"milestones", `{"mode": "bonus", "gamma": 1, "episodic": false}`, "gamma is 1"},
		{"milestones", `{"mode": "bonus", "fade": -1}`, "fade is -1"},
		{"milestones", `{"mode": "bonus", "rest": 1.5}`, "rest is 1.5"},
		{"counts", `{"key": "smell"}`, `key is "smell", must be observation or state`},
		{"counts", `{"memory": 0}`, "memory is 0"},
		{"episodic-counts", `{"memory": 16777217}`, "memory is 16777217"},
		{"episodic-counts", `{"beta": "much"}`, "settings"},
	} {
		_, err := auxtasks.NewBonus(tc.name, []byte(tc.settings), tasktest.BonusDims(2))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s: got %v, want ...%s...", tc.name, tc.settings, err, tc.want)
		}
	}
	inf := float32(math.Inf(1)) // which JSON cannot say
	milestones, counts := auxtasks.DefaultMilestones(), auxtasks.DefaultCounts()
	milestones.Amount, counts.Beta = inf, inf
	for _, s := range []interface{ Validate() error }{auxtasks.PotentialSettings{Scale: inf}, milestones, counts} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "finite") {
			t.Errorf("%+v: got %v", s, err)
		}
	}
}

// Bonuses say what is missing where they cannot be built.
func TestBonusDimsErrors(t *testing.T) {
	blind := tasktest.BonusDims(2)
	blind.W = 0
	empty, idle, myopic := tasktest.BonusDims(0), tasktest.BonusDims(2), tasktest.BonusDims(2)
	idle.Streams = nil
	myopic.Streams[0].Gamma = 0
	for _, tc := range []struct {
		name, settings string
		d              auxtasks.Dims
		want           string
	}{
		{"counts", "", blind, "no image that could be counted"},
		{"episodic-counts", "", empty, "Dims without worlds"},
		{"milestones", "", idle, "without the world's stream"},
		{"potential-shaping", "", idle, "without the world's stream"},
		{"critic-offset", "", idle, "without the world's stream"},
		{"milestones", `{"mode": "bonus", "repay": true}`, myopic, "nothing can be repaid"},
	} {
		if _, err := auxtasks.NewBonus(tc.name, []byte(tc.settings), tc.d); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want ...%s...", tc.name, err, tc.want)
		}
	}
}

// A batch that lacks what a bonus reads is a mistake of the caller.
func TestBonusMisuse(t *testing.T) {
	g := tasktest.NewGame(2, 1)
	for _, tc := range []struct {
		name, want string
		use        func(b *auxtasks.Batch)
	}{
		{"potential-shaping", "auxtasks: potential-shaping: the batch has no potentials", nil},
		{"milestones", "auxtasks: milestones: the batch has none", nil},
		{"counts", "auxtasks: counts: the batch has no keys", nil},
		{"critic-offset", "auxtasks: critic-offset: the batch has no potentials", func(b *auxtasks.Batch) {
			newBonus(t, "critic-offset", "", 2).(auxtasks.CriticOffset).Offset(make([]float32, b.Rows()), b)
		}},
		{"Shape", "auxtasks: Shape: length mismatch", func(b *auxtasks.Batch) { auxtasks.Shape(nil, b.Phi, b, 0.9) }},
		{"Freeze", "auxtasks: Freeze: length mismatch", func(b *auxtasks.Batch) { auxtasks.NewFrozen(2).Freeze(nil, b) }},
		{"Normalizer", "auxtasks: Normalizer: length mismatch", func(b *auxtasks.Batch) {
			auxtasks.NewNormalizer(2, auxtasks.Stream{}).Apply(nil, b)
		}},
		{"Repayment", "auxtasks: Repayment: length mismatch", func(b *auxtasks.Batch) { auxtasks.NewRepayment(2, 0.9).Apply(nil, b) }},
		{"NewRepayment", "auxtasks: NewRepayment: gamma must be positive", func(*auxtasks.Batch) { auxtasks.NewRepayment(2, 0) }},
	} {
		b := g.Rollout(3)
		b.Phi, b.Marks, b.Key = nil, nil, nil
		if tc.use == nil {
			tc.use = func(b *auxtasks.Batch) {
				reward(newBonus(t, tc.name, map[bool]string{true: `{"key": "state"}`}[tc.name == "counts"], 2), b)
			}
		}
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, tc.want) {
					t.Errorf("%s: panic is %q, want %q...", tc.name, got, tc.want)
				}
			}()
			tc.use(b)
		}()
		g = tasktest.NewGame(2, 1)
	}
}
