package auxtasks_test

import (
	"strings"
	"testing"

	"github.com/auxrl/auxrl/auxtasks"
)

// full is what every task can work with.
func full() auxtasks.Dims {
	return auxtasks.Dims{H: 7, W: 7, C: 3, Codes: []int{11, 6, 4}, Actions: 3, Rows: 64, Worlds: 2, Streams: []auxtasks.Stream{{Gamma: 0.99}}, Taps: []auxtasks.Tap{
		{Name: "conv1", H: 6, W: 6, C: 4}, {Name: "pool1", H: 3, W: 3, C: 4}, {Name: "conv2", H: 2, W: 2, C: 4}, {Name: "conv3", H: 1, W: 1, C: 4},
		{Name: "features", H: 1, W: 1, C: 8}, {Name: "logits", H: 1, W: 1, C: 3}, {Name: "value", H: 1, W: 1, C: 1},
	}}
}

// Settings that cannot work are refused, and the refusal names what is wrong.
func TestSettingsAreValidated(t *testing.T) {
	for _, c := range []struct{ kind, settings, want string }{
		{"pixel-control", `{"len": 0}`, "len is 0"},
		{"pixel-control", `{"seqs": -1}`, "seqs"},
		{"pixel-control", `{"burn": -1}`, "burn"},
		{"pixel-control", `{"gamma": 1}`, "gamma is 1"},
		{"pixel-control", `{"gamma": -0.1}`, "gamma is -0.1"},
		{"pixel-control", `{"reduction": "max"}`, `"mean" or "sum"`},
		{"pixel-control", `{"cell": -1}`, "cell is -1"},
		{"pixel-control", `{"cells": 3}`, "unknown field"},
		{"pixel-control", `{} {}`, "something follows"},
		{"pixel-control", `{"len": "x"}`, "settings"},
		{"feature-control", `{"maps": 0}`, "maps is 0"},
		{"feature-control", `{"target": 0}`, "target is 0"},
		{"feature-control", `{"target": 1.5}`, "target is 1.5"},
		{"feature-control", `{"gamma": 2}`, "gamma is 2"},
		{"reward-prediction", `{"frames": 0}`, "frames"},
		{"reward-prediction", `{"hidden": 0}`, "hidden"},
		{"reward-prediction", `{"seqs": -1}`, "seqs"},
		{"value-replay", `{"len": 0}`, "len"},
		{"inverse-dynamics", `{"len": 0}`, "len"},
		{"inverse-dynamics", `{"hidden": 0}`, "hidden"},
		{"deep-supervision", `{"shallow": -1}`, "shallow"},
		{"deep-supervision", `{"pool": 0}`, "pool"},
		{"deep-supervision", `{"decay": -1}`, "decay"},
		{"entropy", `{"weight": 1}`, "unknown field"},
		{"nonesuch", ``, `no task or bonus is called "nonesuch"`},
	} {
		if _, err := auxtasks.New(c.kind, []byte(c.settings), full()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got error %v, want one with %q", c.kind, c.settings, err, c.want)
		}
	}
	if _, err := auxtasks.New("entropy", []byte(strings.Repeat(" ", 1<<17)), full()); err == nil {
		t.Error("settings of 128 KiB were read")
	}
	if _, err := auxtasks.NewBonus("entropy", nil, full()); err == nil {
		t.Error("a task was made as a bonus")
	}
}

// Worlds and networks that a task cannot work with are refused with the reason.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		kind, want string
		change     func(*auxtasks.Dims)
	}{
		{"pixel-control", "1x1 pixels", func(d *auxtasks.Dims) { d.H, d.W = 1, 1 }},
		{"pixel-control", "too few to control", func(d *auxtasks.Dims) { d.H = 2 }},
		{"pixel-control", `"features"`, func(d *auxtasks.Dims) { d.Taps = nil }},
		{"feature-control", "1 convolutions", func(d *auxtasks.Dims) { d.Taps = append(d.Taps[:2:2], d.Taps[4:]...) }},
		{"feature-control", `"features"`, func(d *auxtasks.Dims) { d.Taps = d.Taps[:3:3] }},
		{"reward-prediction", `"features"`, func(d *auxtasks.Dims) { d.Taps = nil }},
		{"reward-prediction", "2 rows", func(d *auxtasks.Dims) { d.Rows, d.Worlds = 2, 0 }},
		{"value-replay", `"value"`, func(d *auxtasks.Dims) { d.Taps = d.Taps[:5] }},
		{"value-replay", "discount", func(d *auxtasks.Dims) { d.Streams = nil }},
		{"inverse-dynamics", "1 action", func(d *auxtasks.Dims) { d.Actions = 1 }},
		{"inverse-dynamics", `"features"`, func(d *auxtasks.Dims) { d.Taps = nil }},
		{"deep-supervision", "none is an inner one", func(d *auxtasks.Dims) { d.Taps = d.Taps[3:] }},
		{"deep-supervision", `"logits"`, func(d *auxtasks.Dims) { d.Taps = d.Taps[:5] }},
		{"entropy", "one action", func(d *auxtasks.Dims) { d.Actions = 1 }},
		{"entropy", `"logits"`, func(d *auxtasks.Dims) { d.Taps = nil }},
	} {
		d := full()
		if _, err := auxtasks.New(c.kind, nil, d); err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		c.change(&d)
		if _, err := auxtasks.New(c.kind, nil, d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.kind, err, c.want)
		}
	}
}

// Settings of one instance are not those of the next.
func TestSettingsDoNotStay(t *testing.T) {
	for _, k := range auxtasks.Kinds() {
		if k.Name != "pixel-control" {
			continue
		}
		before := k.Settings
		if _, err := auxtasks.New(k.Name, []byte(`{"len": 7, "reduction": "sum", "normalise": false}`), full()); err != nil {
			t.Fatal(err)
		}
		after, err := auxtasks.Lookup(k.Name)
		if err != nil || after.Settings != before {
			t.Errorf("defaults are %+v, were %+v (%v)", after.Settings, before, err)
		}
		if d := built(t, k.Name, "", full()).Needs().Draw; d.Len != 20 {
			t.Errorf("the next instance draws %+v", d)
		}
	}
}

func TestStatesOutOfRangeAreRefused(t *testing.T) {
	for _, kind := range []string{"pixel-control", "reward-prediction", "deep-supervision"} {
		s := built(t, kind, "", full()).(auxtasks.Stateful)
		state := s.AppendState(nil)
		for i := range state {
			state[i] = 0xff
		}
		err := s.RestoreState(state)
		if kind == "deep-supervision" { // a count may be anything
			continue
		}
		if err == nil {
			t.Errorf("%s: a state of ones was accepted", kind)
		}
	}
}
