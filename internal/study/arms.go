package study

import (
	"fmt"
	"strconv"
	"strings"
)

// Term is a task or bonus that an arm's name asks for.
type Term struct {
	Name   string
	Weight string // as --aux takes it; "": the default
}

// Unreal is the term that stands for the tasks of UNREAL.
const Unreal = "unreal"

// ParseArm reads an arm as it is named on the command line: a beginning and any number of +TASK or +TASK=WEIGHT, where a task may also be
// a bonus. The beginning is base, the settings that are given, and may be left out; none, the same without tasks and bonuses of the
// preset; all, with those of UNREAL; or a task by itself.
func ParseArm(text string) (Arm, error) {
	text = strings.TrimSpace(text)
	a := Arm{Name: text}
	for i, part := range strings.Split(text, "+") {
		name, weight, weighed := strings.Cut(part, "=")
		switch {
		case i == 0 && (part == "base" || part == "" && len(text) > 0):
			continue
		case i == 0 && part == "none":
			a.Bare = true
			continue
		case i == 0 && part == "all":
			name = Unreal
		case name == "" || weighed && weight == "":
			return Arm{}, fmt.Errorf("study: an arm is base, none or all, and what is added to it, such as +reward-prediction or "+
				"base+entropy=0.01+value-replay, not %q", text)
		}
		a.Terms = append(a.Terms, Term{name, weight})
	}
	return a, nil
}

// ParseArms reads arms with commas between.
func ParseArms(text string) ([]Arm, error) {
	var arms []Arm
	for part := range strings.SplitSeq(text, ",") {
		a, err := ParseArm(part)
		if err != nil {
			return nil, err
		}
		arms = append(arms, a)
	}
	return arms, nil
}

// maxSeeds is how many seeds a study may have.
const maxSeeds = 10_000

// ParseSeeds reads seeds: 10 stands for 1 to 10, 101-110 for a range, 3,5,8-10 for those. None may come twice.
func ParseSeeds(text string) ([]uint64, error) {
	wrong := fmt.Errorf("study: seeds are a number of them, a range such as 101-110, or a list such as 3,5,8-10, not %q", text)
	var seeds []uint64
	seen := map[uint64]bool{}
	parts := strings.Split(text, ",")
	for _, part := range parts {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		lo, err := strconv.ParseUint(from, 10, 64)
		if err != nil {
			return nil, wrong
		}
		hi := lo
		switch {
		case isRange:
			if hi, err = strconv.ParseUint(to, 10, 64); err != nil || hi < lo {
				return nil, wrong
			}
		case len(parts) == 1 && lo > 0:
			lo = 1
		case len(parts) == 1:
			return nil, wrong
		}
		if hi-lo >= maxSeeds {
			return nil, fmt.Errorf("study: %d seeds and more, at most %d are possible", maxSeeds+1, maxSeeds)
		}
		for s := lo; ; s++ {
			if seen[s] {
				return nil, fmt.Errorf("study: seed %d is named twice", s)
			}
			if len(seeds) == maxSeeds {
				return nil, fmt.Errorf("study: more than %d seeds", maxSeeds)
			}
			seen[s] = true
			seeds = append(seeds, s)
			if s == hi {
				break
			}
		}
	}
	return seeds, nil
}

// describeSeeds is the opposite of ParseSeeds: 1-10, or 3, 5, 8-10.
func describeSeeds(seeds []uint64) string {
	var parts []string
	for i := 0; i < len(seeds); {
		j := i
		for j+1 < len(seeds) && seeds[j+1] == seeds[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.FormatUint(seeds[i], 10))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", seeds[i], seeds[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
