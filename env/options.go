package env

import (
	"fmt"
	"strings"
)

// ReadOptions calls set for every word of the options behind an id, which are parted by commas: with its name and with what stands
// behind "=", "" where nothing does. It returns the first error of set, and one of its own if a name comes twice.
func ReadOptions(options string, set func(name, value string) error) error {
	seen := make(map[string]bool)
	for word := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		if err := set(name, value); err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("option %s is given twice", name)
		}
		seen[name] = true
	}
	return nil
}
