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
	"potential-shaping": {`{"Scale": 2, "Shift": 0.5}`},
	"critic-offset":     {`{"Scale": -1, "Shift": 1}`},
	"milestones": {
		`{"Mode": "bonus", "Amounts": [0.5, -0.25]}`,
		`{"Mode": "bonus", "Fade": 7, "Rest": 0.25}`,
		`{"Mode": "bonus", "Repay": true}`,
		`{"Mode": "bonus", "Stream": "steps", "Normalize": true}`,
		`{"Mode": "bonus", "Normalize": true, "Fade": 3, "Repay": true}`,
	},
	"counts": {
		`{"Key": "state", "Memory": 64}`,
		`{"First": true, "Memory": 3}`,
		`{"Normalize": true, "Memory": 64}`,
		`{"Stream": "", "Repay": true, "Fade": 4, "Memory": 64}`,
	},
	"episodic-counts": {
		`{"Key": "state", "First": false}`,
		`{"Memory": 2}`,
		`{"Normalize": true}`,
		`{"Stream": "", "Repay": true, "Fade": 4}`,
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
		{"potential-shaping", `{"Scale": 1e39}`, "settings"},
		{"milestones", `{"Mode": "loud"}`, `Mode is "loud", must be bonus or potential`},
		{"milestones", `{"Fade": 3}`, "Mode potential is paid into the world's stream, without"},
		{"milestones", `{"Stream": "steps"}`, "Mode potential is paid into the world's stream, without"},
		{"milestones", `{"Mode": "bonus", "Stream": "steps", "Repay": true}`, "Repay works in the world's stream only"},
		{"milestones", `{"Mode": "bonus", "Stream": "Steps"}`, `Stream is "Steps", must be`},
		{"milestones", `{"Amounts": [` + strings.Repeat("1,", 64) + `1]}`, "Amounts are 65, at most 64"},
		{"milestones", `{"Mode": "bonus", "Weight": -1}`, "Weight is -1"},
		{"milestones", `{"Mode": "bonus", "Gamma": 1.5}`, "Gamma is 1.5"},
		{"milestones", `{"Mode": "bonus", "Gamma": 1, "Episodic": false}`, "Gamma is 1"},
		{"milestones", `{"Mode": "bonus", "Fade": -1}`, "Fade is -1"},
		{"milestones", `{"Mode": "bonus", "Rest": 1.5}`, "Rest is 1.5"},
		{"counts", `{"Key": "smell"}`, `Key is "smell", must be observation or state`},
		{"counts", `{"Memory": 0}`, "Memory is 0"},
		{"episodic-counts", `{"Memory": 16777217}`, "Memory is 16777217"},
		{"episodic-counts", `{"Beta": "much"}`, "settings"},
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
		{"milestones", `{"Mode": "bonus", "Repay": true}`, myopic, "nothing can be repaid"},
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
				reward(newBonus(t, tc.name, map[bool]string{true: `{"Key": "state"}`}[tc.name == "counts"], 2), b)
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
