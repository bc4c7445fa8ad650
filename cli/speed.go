package cli

import (
	"errors"
	"slices"
	"strconv"
)

// speed is by how much time is faster than real: a power of two, or flatOut. As a flag it is 1/16 to 64, or max.
type speed int

// Bounds of speeds.
const (
	slowest speed = -4
	fastest speed = 6
	flatOut       = fastest + 1 // as fast as possible
)

// speeds lists all.
func speeds() (list []string) {
	for s := slowest; s <= flatOut; s++ {
		list = append(list, s.String())
	}
	return list
}

func (s *speed) Type() string { return "X" }

// String returns 1/4, 2 or max.
func (s speed) String() string {
	switch {
	case s == flatOut:
		return "max"
	case s < 0:
		return "1/" + strconv.Itoa(1<<-s)
	}
	return strconv.Itoa(1 << s)
}

func (s *speed) Set(text string) error {
	i := slices.Index(speeds(), text)
	if i < 0 {
		return errors.New(anyOf(speeds()))
	}
	*s = slowest + speed(i)
	return nil
}

// label is what a viewer calls it.
func (s speed) label() string {
	if s == flatOut {
		return "max"
	}
	return "×" + s.String()
}
