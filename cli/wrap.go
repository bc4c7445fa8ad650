package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// wrapFlags say how worlds are wrapped.
type wrapFlags struct {
	sticky, rewardScale, rewardClip       number
	noOps, skip, repeat, timeLimit, stack count
	size                                  imageSize
	milestones, gray, oneHot, rewardNorm  bool
}

// wrapNames are the flags by name.
var wrapNames = []string{
	"sticky", "no-ops", "skip", "repeat", "time-limit", "milestones", "gray", "resize", "one-hot", "frame-stack", "reward-scale", "reward-clip", "reward-norm",
}

const wrapHelp = `Worlds can be wrapped, in this order: --sticky, --no-ops, --skip, --repeat,
--time-limit, --milestones, --gray, --resize, --one-hot, --frame-stack,
--reward-scale, --reward-clip, --reward-norm. The run keeps that: eval, watch
and --resume wrap theirs the same way. Whatever is done to rewards, the return
that is told is the world's own.`

// add adds the flags to a command.
func (f *wrapFlags) add(cmd *cobra.Command) {
	f.sticky = number{min: 0, max: 1}
	f.noOps, f.skip, f.repeat, f.stack = count{0, 1, 1000}, count{0, 1, 1000}, count{0, 1, 1000}, count{0, 1, 256}
	f.timeLimit = count{0, 1, math.MaxInt32}
	f.rewardScale, f.rewardClip = number{min: -math.MaxFloat64, max: math.MaxFloat64}, number{min: 0, max: math.MaxFloat64}
	fl := cmd.Flags()
	fl.Var(&f.sticky, "sticky", "probability that an action is replaced by the one before")
	fl.Var(&f.noOps, "no-ops", "begin an episode with 1 to N steps of doing nothing")
	fl.Var(&f.skip, "skip", "take each action N times; show the maximum of the last two images")
	fl.Var(&f.repeat, "repeat", "take each action N times; show the last image")
	fl.Var(&f.timeLimit, "time-limit", "truncate an episode after N decisions")
	fl.BoolVar(&f.milestones, "milestones", false, "show the policy which milestones it has reached")
	fl.BoolVar(&f.gray, "gray", false, "make colours grey")
	fl.Var(&f.size, "resize", "shrink images to this height and width, such as 84x84")
	fl.BoolVar(&f.oneHot, "one-hot", false, "show symbols as planes of bits")
	fl.Var(&f.stack, "frame-stack", "show the last N images together")
	fl.Var(&f.rewardScale, "reward-scale", "multiply rewards by this")
	fl.Var(&f.rewardClip, "reward-clip", "clip rewards to -X .. X")
	fl.BoolVar(&f.rewardNorm, "reward-norm", false, "divide rewards by the standard deviation of the discounted return")
	none := map[string][]string{}
	for _, name := range wrapNames {
		none[name] = nil
	}
	completeFlags(cmd, none)
}

// validate reports flags that do not go together.
func (f *wrapFlags) validate() error {
	if f.rewardScale.set && f.rewardScale.value == 0 || f.rewardClip.set && f.rewardClip.value == 0 {
		return usagef("--reward-scale and --reward-clip of 0 would leave no reward")
	}
	return nil
}

// imageSize is a flag for the size of an image, height first as everywhere: 84x84.
type imageSize struct{ height, width int }

func (s *imageSize) String() string {
	if *s == (imageSize{}) {
		return ""
	}
	return fmt.Sprintf("%dx%d", s.height, s.width)
}

func (s *imageSize) Type() string { return "HxW" }

func (s *imageSize) Set(text string) error {
	h, w, _ := strings.Cut(text, "x")
	height, err1 := strconv.ParseUint(h, 10, 16)
	width, err2 := strconv.ParseUint(w, 10, 16)
	if err1 != nil || err2 != nil || height == 0 || width == 0 {
		return errors.New("height and width, such as 84x84")
	}
	s.height, s.width = int(height), int(width)
	return nil
}
