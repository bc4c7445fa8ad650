package env

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Wrap says how worlds are wrapped. Zero means: not; the zero value leaves a world as it is. It is stored with a run, so that whoever
// goes on with the run, measures it or watches it builds the same worlds.
type Wrap struct {
	Sticky      float64 `json:"sticky,omitempty"`       // probability that an action is replaced by the one before; see Sticky
	NoOps       int     `json:"no_ops,omitempty"`       // most steps of doing nothing that an episode begins with; see NoOpStart
	Skip        int     `json:"skip,omitempty"`         // steps of one decision; see MaxAndSkip
	Repeat      int     `json:"repeat,omitempty"`       // likewise; see ActionRepeat
	TimeLimit   int     `json:"time_limit,omitempty"`   // decisions; see TimeLimit
	Milestones  bool    `json:"milestones,omitempty"`   // see WithMilestones
	Gray        bool    `json:"gray,omitempty"`         // see GrayScale
	Height      int     `json:"height,omitempty"`       // of the image; see Resize
	Width       int     `json:"width,omitempty"`        // given with Height
	OneHot      bool    `json:"one_hot,omitempty"`      // see OneHot
	FrameStack  int     `json:"frame_stack,omitempty"`  // images shown together; see FrameStack
	RewardScale float64 `json:"reward_scale,omitempty"` // factor; see RewardScale
	RewardClip  float64 `json:"reward_clip,omitempty"`  // largest absolute reward, after scaling; see RewardClip
}

// String names what is done, in order: "sticky 0.25, frame stack 4". It is empty for the zero value.
func (c Wrap) String() string {
	var parts []string
	add := func(on bool, format string, args ...any) {
		if on {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(c.Sticky != 0, "sticky %v", c.Sticky)
	add(c.NoOps != 0, "no-ops %d", c.NoOps)
	add(c.Skip != 0, "skip %d", c.Skip)
	add(c.Repeat != 0, "repeat %d", c.Repeat)
	add(c.TimeLimit != 0, "time limit %d", c.TimeLimit)
	add(c.Milestones, "milestones")
	add(c.Gray, "gray")
	add(c.Height != 0 || c.Width != 0, "resize %dx%d", c.Height, c.Width)
	add(c.OneHot, "one-hot")
	add(c.FrameStack != 0, "frame stack %d", c.FrameStack)
	add(c.RewardScale != 0, "reward scale %v", c.RewardScale)
	add(c.RewardClip != 0, "reward clip %v", c.RewardClip)
	return strings.Join(parts, ", ")
}

// idle is what an action that does nothing is called.
var idle = []string{"noop", "wait", "stay"}

// Apply wraps w. The order is that of the fields, the first innermost: actions stick step by step, as in the Arcade Learning
// Environment; the time limit counts decisions; frames are small and grey before they are stacked.
func (c Wrap) Apply(w Env) (Env, error) {
	doNothing := slices.IndexFunc(w.Spec().Actions, func(name string) bool { return slices.Contains(idle, name) })
	if c.NoOps != 0 && doNothing < 0 {
		return nil, refused(w, "has no action %s to begin an episode with", strings.Join(idle, " or "))
	}
	if !(c.RewardClip >= 0) || math.IsInf(c.RewardClip, 0) {
		return nil, refused(w, "rewards clipped to an absolute value of %v, want a positive number, or 0 for not", c.RewardClip)
	}
	for _, layer := range []struct {
		on   bool
		wrap func() (Env, error)
	}{
		{c.Sticky != 0, func() (Env, error) { return Sticky(w, c.Sticky) }},
		{c.NoOps != 0, func() (Env, error) { return NoOpStart(w, doNothing, c.NoOps) }},
		{c.Skip != 0, func() (Env, error) { return MaxAndSkip(w, c.Skip) }},
		{c.Repeat != 0, func() (Env, error) { return ActionRepeat(w, c.Repeat) }},
		{c.TimeLimit != 0, func() (Env, error) { return TimeLimit(w, c.TimeLimit) }},
		{c.Milestones, func() (Env, error) { return WithMilestones(w) }},
		{c.Gray, func() (Env, error) { return GrayScale(w) }},
		{c.Height != 0 || c.Width != 0, func() (Env, error) { return Resize(w, c.Height, c.Width) }},
		{c.OneHot, func() (Env, error) { return OneHot(w) }},
		{c.FrameStack != 0, func() (Env, error) { return FrameStack(w, c.FrameStack) }},
		{c.RewardScale != 0, func() (Env, error) { return RewardScale(w, c.RewardScale) }},
		{c.RewardClip != 0, func() (Env, error) { return RewardClip(w, -c.RewardClip, c.RewardClip) }},
	} {
		if !layer.on {
			continue
		}
		outer, err := layer.wrap()
		if err != nil {
			return nil, err
		}
		w = outer
	}
	return w, nil
}

// Build returns a constructor of wrapped worlds.
func (c Wrap) Build(build func() (Env, error)) func() (Env, error) {
	if c == (Wrap{}) {
		return build
	}
	return func() (Env, error) {
		w, err := build()
		if err != nil {
			return nil, err
		}
		return c.Apply(w)
	}
}
