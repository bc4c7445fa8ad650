package replay

import (
	"math"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	good := plain(2, 10, 3)
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Worlds = 0 }, "Worlds is 0"},
		{func(c *Config) { c.Capacity = 0 }, "Capacity is 0"},
		{func(c *Config) { c.Capacity = 5 }, "Capacity is 5, must be at least 6"},
		{func(c *Config) { c.Capacity = math.MaxInt32 }, "lower Capacity"},
		{func(c *Config) { c.Back = -1 }, "Back is -1"},
		{func(c *Config) { c.H = -1 }, "H is -1"},
		{func(c *Config) { c.C, c.Frames = 3, 2 }, "multiple of Frames"},
		{func(c *Config) { c.Actions = 0 }, "Actions is 0"},
		{func(c *Config) { c.State = math.MaxInt }, "State is"},
	} {
		c := good
		tc.change(&c)
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v, want %q", c, err, tc.want)
		}
		if _, made := NewRing(c, math.MaxInt64); made == nil {
			t.Errorf("%+v: NewRing accepted it", c)
		}
	}
}

func TestLimit(t *testing.T) {
	c := Config{Worlds: 16, Capacity: 2000, H: 84, W: 84, C: 3, Actions: 6, State: 512}
	const row = 84*84*3 + 512*4 + 4 + 4 + 1 + 4 + 16
	if got := c.Bytes(); got != 16*2000*row {
		t.Errorf("%d bytes, want %d", got, 16*2000*row)
	}
	stacked := c
	stacked.C, stacked.Frames = 12, 4
	if stacked.Bytes() != c.Bytes() {
		t.Errorf("a stack of four frames takes %d bytes, one frame %d", stacked.Bytes(), c.Bytes())
	}
	_, err := NewRing(c, 500e6)
	want := "replay: 16 worlds x Capacity 2000 take 743.8 MB, more than the 500.0 MB allowed: lower Capacity to at most 1344"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if c.Capacity = 1344; c.check(500e6) != nil || c.Bytes() > 500e6 {
		t.Errorf("the advice does not help: %v", c.check(500e6))
	}
	if c.Capacity = 1345; c.check(500e6) == nil {
		t.Error("the advice is lower than need be")
	}
	if _, err = NewRing(c, 1000); err == nil || !strings.Contains(err.Error(), "1000 bytes allowed: lower Worlds") {
		t.Errorf("got %v, want advice about worlds", err)
	}
	c.H, c.W, c.C = math.MaxInt32, math.MaxInt32, math.MaxInt32
	if got := c.Bytes(); got != math.MaxInt64 {
		t.Errorf("%d bytes for more than there can be", got)
	}
	if _, err = NewRing(c, math.MaxInt64-1); err == nil {
		t.Error("a ring larger than any memory was made")
	}
}

// TestBytes holds that Bytes is what is allocated.
func TestBytes(t *testing.T) {
	for _, c := range []Config{
		plain(3, 20, 2),
		{Worlds: 2, Capacity: 9, H: 3, W: 5, C: 8, Frames: 4, Actions: 2, Vec: 1},
	} {
		r := newRing(t, c)
		n := len(r.flags) + 4*len(r.back) + len(r.obs) + 4*len(r.vec) + 4*len(r.signals) + 4*len(r.phi) + 8*len(r.marks) +
			8*len(r.key) + 4*len(r.state) + 4*len(r.action) + 4*len(r.reward) + 4*len(r.logp)
		for _, paid := range r.paid {
			n += 4 * len(paid)
		}
		for i := range r.worlds {
			n += 8*len(r.worlds[i].zero.row) + 8*len(r.worlds[i].paying.row)
		}
		if r.Bytes() != int64(n) {
			t.Errorf("%+v: Bytes is %d, the slices have %d", c, r.Bytes(), n)
		}
	}
}
