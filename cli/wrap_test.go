package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxrl/auxrl/agent"
	"github.com/auxrl/auxrl/env"
)

// What the flags say is stored, and whoever opens the run wraps its worlds the same way.
func TestTrainWrapped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	r := must(t, "train", corridor, "--algo", "a2c", "--steps", "128", "--episodes", "7", "--run", dir, "--json", "--sticky", "0.25", "--repeat", "2",
		"--time-limit", "9", "--milestones", "--one-hot", "--frame-stack", "3", "--reward-scale", "-2", "--reward-clip", "0.5", "--reward-norm")
	if want := "\n  wrapped: sticky 0.25, repeat 2, time limit 9, milestones, one-hot, frame stack 3, reward scale -2, reward clip 0.5, reward norm\n"; !strings.Contains(r.err, want) {
		t.Errorf("it said %q, want %q", r.err, want)
	}
	s, err := agent.ReadSettings(dir)
	want := env.Wrap{Sticky: 0.25, Repeat: 2, TimeLimit: 9, Milestones: true, OneHot: true, FrameStack: 3, RewardScale: -2, RewardClip: 0.5}
	if err != nil || s.Agent.Wrap != want || !s.Agent.RewardNorm {
		t.Errorf("the settings have %+v, %v, %v", s.Agent.Wrap, s.Agent.RewardNorm, err)
	}
	said := decoded(t, r.lines()[len(r.lines())-1])
	eval := decoded(t, must(t, "eval", dir, "--episodes", "7", "--json").out)
	for _, key := range []string{"return_mean", "len_mean", "greedy.return_mean"} {
		if eval[key] != said[key] {
			t.Errorf("eval says %s is %v, train said %v", key, eval[key], said[key])
		}
	}
	if l := eval["len_mean"].(float64); l > 9 {
		t.Errorf("episodes of %v decisions, beyond the time limit", l)
	}
	if m := eval["return_mean"].(float64); m < -0.5 || m > 1 {
		t.Errorf("the return is %v: not the world's own", m)
	}
	must(t, "watch", dir, "--out", filepath.Join(dir, "x.gif"), "--episodes", "1")
	again := must(t, "train", "--resume", dir, "--steps", "256", "--episodes", "1")
	if !strings.Contains(again.err, "\n  wrapped: sticky 0.25, ") {
		t.Errorf("resumed, it said %q", again.err)
	}
	for _, name := range wrapNames {
		args := []string{"train", "--resume", dir, "--" + name}
		switch name {
		case "milestones", "gray", "one-hot", "reward-norm":
		case "resize":
			args = append(args, "8x8")
		default:
			args = append(args, "1")
		}
		if r := rlrun(t, args...); r.code != exitUsage || r.err != "rlrun: --"+name+" does not go with --resume: the run keeps its own\n" {
			t.Errorf("%q: exit %d, %q", args, r.code, r.err)
		}
	}
}

func TestImageSize(t *testing.T) {
	for text, want := range map[string]imageSize{
		"84x42": {84, 42}, "1x1": {1, 1}, "": {}, "x": {}, "84": {}, "84x": {}, "x84": {}, "0x4": {}, "-4x4": {}, "4x4x4": {}, "4x4 ": {}, "4 x4": {}, "84X84": {},
	} {
		var s imageSize
		if err := s.Set(text); (err == nil) != (want != imageSize{}) || s != want {
			t.Errorf("%q: got %v, %v", text, s, err)
		}
		if want != (imageSize{}) && s.String() != text {
			t.Errorf("%q is printed as %q", text, s.String())
		}
	}
}
