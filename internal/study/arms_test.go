package study

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseArm(t *testing.T) {
	for text, want := range map[string]Arm{
		"base":                                {},
		"none":                                {Bare: true},
		"all":                                 {Terms: []Term{{Unreal, ""}}},
		"+reward-prediction":                  {Terms: []Term{{"reward-prediction", ""}}},
		"reward-prediction":                   {Terms: []Term{{"reward-prediction", ""}}},
		"base+entropy=0.05..0.001@0.5+counts": {Terms: []Term{{"entropy", "0.05..0.001@0.5"}, {"counts", ""}}},
		"none+value-replay=1e-3":              {Terms: []Term{{"value-replay", "1e-3"}}, Bare: true},
		"all+counts":                          {Terms: []Term{{Unreal, ""}, {"counts", ""}}},
	} {
		want.Name = strings.TrimSpace(text)
		if got, err := ParseArm(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "+", "base+", "++a", "a=", "=1", "base+=1"} {
		if got, err := ParseArm(text); err == nil || !strings.Contains(err.Error(), "an arm is base, none or all") {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	arms, err := ParseArms("base,+a, all ")
	if err != nil || len(arms) != 3 || arms[2].Name != "all" {
		t.Errorf("got %+v, %v", arms, err)
	}
	if _, err := ParseArms("base,,all"); err == nil {
		t.Error("an empty arm was taken")
	}
}

func TestParseSeeds(t *testing.T) {
	for text, want := range map[string][]uint64{
		"3": {1, 2, 3}, "101-103": {101, 102, 103}, "5, 7-8": {5, 7, 8}, "7-7": {7}, "0-1": {0, 1}, "18446744073709551615-18446744073709551615": {1<<64 - 1},
	} {
		if got, err := ParseSeeds(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "seeds are", "0": "seeds are", "x": "seeds are", "3-1": "seeds are", "-1": "seeds are", "1-": "seeds are", "1,2,1": "seed 1 is named twice", "1-3,2": "seed 2 is named twice",
		"1-1000000": "at most", "0-18446744073709551615": "at most", "1-9000,10001-19000": "more than", "1e3": "seeds are",
	} {
		if got, err := ParseSeeds(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %d seeds, %v, want %q", text, len(got), err, want)
		}
	}
}

// What is said of seeds is read back as the same seeds.
func TestDescribeSeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seeds := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 30), 1, 20, rapid.ID).Draw(t, "seeds")
		text := describeSeeds(seeds)
		if len(seeds) == 1 {
			text += "-" + text // 3 alone would be 1 to 3
		}
		if got, err := ParseSeeds(text); err != nil || !slices.Equal(got, seeds) {
			t.Fatalf("%v: %q is %v, %v", seeds, text, got, err)
		}
	})
}
