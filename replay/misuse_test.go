package replay

import (
	"strings"
	"testing"
)

// TestMisuse holds that what the caller could have known panics, and says so.
func TestMisuse(t *testing.T) {
	cfg := plain(2, 30, 3)
	add := func(change func(b *Batch)) func(*Ring) {
		return func(r *Ring) {
			b := newPlayer(cfg, 1, 0.5, 0.5).play(6)
			change(b)
			r.Add(b)
		}
	}
	draw := func(d Draw) func(*Ring) { return func(r *Ring) { r.Sample(new(Batch), d, 1) } }
	for _, tc := range []struct {
		want string
		do   func(*Ring)
	}{
		{"not a rollout", add(func(b *Batch) { b.B = 3 })},
		{"not a rollout", add(func(b *Batch) { b.Next = nil })},
		{"rows are missing", add(func(b *Batch) { b.Obs = b.Obs[:8] })},
		{"rows are missing", add(func(b *Batch) { b.Phi = nil })},
		{"transitions are missing", add(func(b *Batch) { b.States = nil })},
		{"transitions are missing", add(func(b *Batch) { b.Paid = b.Paid[:1] })},
		{"transitions are missing", add(func(b *Batch) { b.Paid[1] = b.Paid[1][:3] })},
		{"no such action", add(func(b *Batch) { b.Action[3] = 3 })},
		{"no such action", add(func(b *Batch) { b.Action[3] = -1 })},
		{"begins where none ended", add(func(b *Batch) { b.Start[4] = !b.Start[4] })},
		{"not what follows", add(func(b *Batch) { b.Next[5] = 5 })},
		{"not what follows", add(func(b *Batch) { b.Next[5] = 99 })},
		{"out of range", draw(Draw{})},
		{"out of range", draw(Draw{Len: 1, Seqs: -1})},
		{"looks back further", draw(Draw{Len: 1, Burn: 4})},
		{"looks back further", draw(Draw{Len: 5, Skewed: true})},
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if !strings.HasPrefix(text, "replay: ") || !strings.Contains(text, tc.want) {
					t.Errorf("panic %q, want one that says %q", text, tc.want)
				}
			}()
			tc.do(newRing(t, cfg))
		}()
	}
}
