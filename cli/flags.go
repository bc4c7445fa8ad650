package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Bounds of counts: a run counts its steps in twelve digits, an evaluation keeps its episodes in memory.
const (
	maxSteps    = 100_000_000_000
	maxEpisodes = 1_000_000
)

// count is a flag for a number of things: 200000, 200_000, 200k, 2M, 1e6.
type count struct{ n, min, max int }

func (c *count) String() string { return strconv.Itoa(c.n) }
func (c *count) Type() string   { return "N" }

func (c *count) Set(text string) error {
	digits, unit := strings.ReplaceAll(text, "_", ""), 1.0
	switch {
	case strings.HasSuffix(digits, "k"):
		digits, unit = digits[:len(digits)-1], 1e3
	case strings.HasSuffix(digits, "M"):
		digits, unit = digits[:len(digits)-1], 1e6
	}
	v, err := strconv.ParseFloat(digits, 64)
	v *= unit
	if err != nil || v != math.Trunc(v) || v < float64(c.min) || v > float64(c.max) {
		return fmt.Errorf("a whole number from %d to %d, such as 500, 200k or 1M", c.min, c.max)
	}
	c.n = int(v)
	return nil
}

// number is a flag for any number in a range, unset until it is given.
type number struct {
	value, min, max float64
	set             bool
}

func (n *number) String() string {
	if n.value == 0 && !n.set {
		return ""
	}
	return strconv.FormatFloat(n.value, 'g', -1, 64)
}

func (n *number) Type() string { return "X" }

func (n *number) Set(text string) error {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil && v >= n.min && v <= n.max:
		n.value, n.set = v, true
		return nil
	case n.max == math.MaxFloat64:
		return errors.New("a number such as 0.95")
	}
	return fmt.Errorf("a number from %v to %v", n.min, n.max)
}

// seed is a flag for a seed.
type seed uint64

func (s *seed) String() string { return strconv.FormatUint(uint64(*s), 10) }
func (s *seed) Type() string   { return "S" }

func (s *seed) Set(text string) error {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("a whole number from 0 to 18446744073709551615")
	}
	*s = seed(v)
	return nil
}

// name is a flag for something that has a name, which is not empty.
type name struct{ text, kind, such string }

func (n *name) String() string { return n.text }
func (n *name) Type() string   { return n.kind }

func (n *name) Set(text string) error {
	if text == "" {
		return errors.New(n.such)
	}
	n.text = text
	return nil
}

// flagError turns what the flag library says into one line that names the nearest valid choice.
func flagError(cmd *cobra.Command, err error) error {
	var noSuch *pflag.NotExistError
	var bad *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &noSuch):
		return unknownFlag(cmd, noSuch.GetSpecifiedName(), noSuch.GetSpecifiedShortnames() != "")
	case errors.As(err, &bad):
		return usagef("--%s takes %s, not %q", bad.GetFlag().Name, expected(bad), bad.GetValue())
	case errors.As(err, &missing):
		return usagef("--%s needs a value", missing.GetSpecifiedName())
	}
	return usage(err)
}

func unknownFlag(cmd *cobra.Command, typed string, short bool) error {
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags = append(flags, "--"+f.Name)
	})
	shown := "--" + typed
	if short {
		shown = "-" + typed
	}
	if near := suggest("--"+typed, flags, sameWord); len(near) > 0 {
		return usagef("no flag %s; did you mean %s?", shown, anyOf(near))
	}
	return usagef("no flag %s; %s takes %s", shown, cmd.CommandPath(), strings.Join(flags, ", "))
}

// expected says what a flag takes.
func expected(bad *pflag.InvalidValueError) string {
	if bad.GetFlag().Value.Type() == "bool" {
		return "true or false"
	}
	return errors.Unwrap(bad).Error()
}
