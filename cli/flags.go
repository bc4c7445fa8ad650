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

// count is a flag for a number of things: 200000, 200_000, 200k, 2M, 1e6.
type count int

func (c *count) String() string { return strconv.Itoa(int(*c)) }
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
	if err != nil || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return errors.New("a whole number such as 200000, 200k or 2M")
	}
	*c = count(v)
	return nil
}

// number is a flag for any number, unset until it is given.
type number struct {
	value float64
	set   bool
}

func (n *number) String() string {
	if !n.set {
		return ""
	}
	return strconv.FormatFloat(n.value, 'g', -1, 64)
}

func (n *number) Type() string { return "R" }

func (n *number) Set(text string) error {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) {
		return errors.New("a number such as 0.95")
	}
	n.value, n.set = v, true
	return nil
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

// flagError turns what the flag library says into one line that names the nearest valid choice.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bad *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		typed := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			typed = "-" + unknown.GetSpecifiedName()
		}
		return usagef("no flag %s; did you mean --%s? (%s --help lists all)", typed, nearest(unknown.GetSpecifiedName(), flagNames(cmd)), cmd.CommandPath())
	case errors.As(err, &bad):
		return usagef("--%s takes %v, not %q", bad.GetFlag().Name, expected(bad), bad.GetValue())
	case errors.As(err, &missing):
		return usagef("--%s needs a value", missing.GetSpecifiedName())
	}
	return usage(err)
}

// expected says what a flag takes.
func expected(bad *pflag.InvalidValueError) any {
	if cause := errors.Unwrap(bad); cause != nil {
		var syntax *strconv.NumError
		if !errors.As(cause, &syntax) {
			return cause
		}
	}
	return fmt.Sprintf("a value of type %s", bad.GetFlag().Value.Type())
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// nearest returns the choice that takes the fewest edits to get to from what was typed.
func nearest(typed string, choices []string) string {
	best, least := "", math.MaxInt
	for _, c := range choices {
		if d := edits(strings.ToLower(typed), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits returns the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
